import { type QuickPickItem, window } from 'vscode';
import type { Reach } from '../network/model.ts';
import { type Grouping, type ListedMachine, type MachineFilter, reachNames, reachOrder } from './machine-list.ts';

/** Asks for a filter: by what, then with which value. Undefined when the person thought better of it. */
export async function pickFilter(
  current: MachineFilter,
  machines: readonly ListedMachine[],
): Promise<MachineFilter | undefined> {
  const kinds: (QuickPickItem & { readonly kindOf: 'text' | 'reach' | 'tag' | 'power' | 'clear' })[] = [
    { label: 'Reach', description: 'open to the internet, to few addresses, closed …', kindOf: 'reach' },
    { label: 'Text', description: 'in the name, the id, the tags or the summary', kindOf: 'text' },
    { label: 'Tag', kindOf: 'tag' },
    { label: 'Power State', kindOf: 'power' },
    { label: 'Clear Filter', kindOf: 'clear' },
  ];
  const kind = await window.showQuickPick(kinds, { title: 'Filter Machines', placeHolder: 'Filter by …' });
  switch (kind?.kindOf) {
    case 'clear':
      return {};
    case 'text':
      return withText(current);
    case 'reach':
      return withReach(current);
    case 'tag':
      return withTag(current, machines);
    case 'power':
      return withPower(current);
    case undefined:
      return undefined;
  }
}

async function withText(current: MachineFilter): Promise<MachineFilter | undefined> {
  const text = await window.showInputBox({ title: 'Filter Machines by Text', value: current.text ?? '' });
  if (text === undefined) return undefined;
  const { text: _text, ...rest } = current;
  return text.trim() === '' ? rest : { ...rest, text: text.trim() };
}

async function withReach(current: MachineFilter): Promise<MachineFilter | undefined> {
  const items = reachOrder.map(reach => ({
    label: capital(reachNames[reach]),
    reach,
    picked: current.reach?.includes(reach) ?? false,
  }));
  const chosen = await window.showQuickPick(items, { title: 'Filter Machines by Reach', canPickMany: true });
  if (!chosen) return undefined;
  const { reach: _reach, ...rest } = current;
  const reach: readonly Reach[] = chosen.map(item => item.reach);
  return reach.length === 0 ? rest : { ...rest, reach };
}

async function withTag(current: MachineFilter, machines: readonly ListedMachine[]): Promise<MachineFilter | undefined> {
  const tags = [...new Set(machines.flatMap(machine => machine.tags))].sort();
  const names = [...new Set(tags.map(tag => tag.slice(0, tag.indexOf('='))))];
  const tag = await window.showQuickPick([...names, ...tags], {
    title: 'Filter Machines by Tag',
    placeHolder: 'A tag, or a tag with its value',
  });
  return tag === undefined ? undefined : { ...current, tag };
}

async function withPower(current: MachineFilter): Promise<MachineFilter | undefined> {
  const items = [
    { label: 'Running', power: 'running' as const },
    { label: 'Stopped', power: 'stopped' as const },
  ];
  const chosen = await window.showQuickPick(items, { title: 'Filter Machines by Power State' });
  return chosen && { ...current, power: chosen.power };
}

export async function pickGrouping(current: Grouping): Promise<Grouping | undefined> {
  const items: (QuickPickItem & { readonly grouping: Grouping })[] = [
    { label: 'Subscription', grouping: 'subscription' },
    { label: 'Resource Group', grouping: 'resource-group' },
    { label: 'Port', grouping: 'port' },
    { label: 'Reach', grouping: 'reach' },
  ];
  const marked = items.map(item => (item.grouping === current ? { ...item, description: 'current' } : item));
  return (await window.showQuickPick(marked, { title: 'Group Machines by' }))?.grouping;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
