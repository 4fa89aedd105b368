import type { ArmResource } from '../azure/inventory.ts';
import type { MachineVerdict } from '../network/machine/machine-verdict.ts';
import type { Reach } from '../network/model.ts';
import { machineSummary, portLabel, worstReach } from './machine-text.ts';

export type PowerState = 'running' | 'stopped' | 'unknown';

/** A machine as the views know it: what Azure says about it and, once everything is read, our verdict. */
export interface ListedMachine {
  /** As Azure writes it. */
  readonly id: string;
  readonly name: string;
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly location: string;
  readonly tags: readonly string[];
  readonly power: PowerState;
  /** Undefined while the reading is under way. */
  readonly verdict?: MachineVerdict;
}

export type Grouping = 'subscription' | 'resource-group' | 'port' | 'reach';

export interface MachineFilter {
  /** Found in the name, id, tags or summary, in any letter case. */
  readonly text?: string;
  /** Only these reaches. */
  readonly reach?: readonly Reach[];
  /** `name=value` or `name`. */
  readonly tag?: string;
  readonly power?: PowerState;
}

export function listedMachine(resource: ArmResource, verdict?: MachineVerdict): ListedMachine {
  const id = String(resource.id);
  const parts = id.split('/');
  const text = (name: string) => (typeof resource[name] === 'string' ? (resource[name] as string) : '');
  return {
    id,
    name: nameOf(id, text('name')),
    subscriptionId: text('subscriptionId') || (parts[2] ?? ''),
    resourceGroup: parts[4] ?? text('resourceGroup'),
    location: text('location'),
    tags: tagsOf(resource.tags),
    power: powerOf(resource.properties),
    ...(verdict ? { verdict } : {}),
  };
}

/** An instance of a scale set is called by its set too: `web/0`. */
function nameOf(id: string, name: string): string {
  const match = /\/virtualMachineScaleSets\/([^/]+)\/virtualMachines\/([^/]+)$/i.exec(id);
  return match ? `${match[1]}/${match[2]}` : name || id.slice(id.lastIndexOf('/') + 1);
}

function tagsOf(tags: unknown): string[] {
  if (typeof tags !== 'object' || tags === null || Array.isArray(tags)) return [];
  return Object.entries(tags).map(([name, value]) => `${name}=${typeof value === 'string' ? value : ''}`);
}

function powerOf(properties: unknown): PowerState {
  const code = member(member(member(member(properties, 'extended'), 'instanceView'), 'powerState'), 'code');
  if (typeof code !== 'string') return 'unknown';
  return code.toLowerCase() === 'powerstate/running' ? 'running' : 'stopped';
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

export function matchesFilter(machine: ListedMachine, filter: MachineFilter): boolean {
  const { text, reach, tag, power } = filter;
  if (reach && !(machine.verdict && reach.includes(worstReach(machine.verdict)))) return false;
  if (power && machine.power !== power) return false;
  if (tag && !machine.tags.some(own => matchesTag(own, tag))) return false;
  if (!text) return true;
  const summary = machine.verdict ? machineSummary(machine.verdict) : '';
  const searched = [machine.name, machine.id, summary, ...machine.tags].join('\n').toLowerCase();
  return searched.includes(text.toLowerCase());
}

function matchesTag(own: string, wanted: string): boolean {
  const [a, b] = [own.toLowerCase(), wanted.toLowerCase()];
  return b.includes('=') ? a === b : a.startsWith(`${b}=`);
}

/** What a filter keeps, in a few words; empty when it keeps everything. */
export function describeFilter(filter: MachineFilter): string {
  const parts = [
    filter.text ? `“${filter.text}”` : '',
    filter.reach ? filter.reach.map(reach => reachNames[reach]).join(' or ') : '',
    filter.tag ? `tag ${filter.tag}` : '',
    filter.power ?? '',
  ];
  return parts.filter(Boolean).join(', ');
}

export const reachNames: Readonly<Record<Reach, string>> = {
  internet: 'open to the internet',
  wide: 'open to a wide range',
  restricted: 'open to few addresses',
  none: 'closed to the internet',
};

export const reachOrder: readonly Reach[] = ['internet', 'wide', 'restricted', 'none'];

export interface MachineGroup {
  /** Unique among the groups of one grouping. */
  readonly key: string;
  readonly label: string;
  readonly machines: readonly ListedMachine[];
}

/** Machines in groups, the groups in the order that is shown. A machine with two open ports is in both ports' groups. */
export function groupMachines(
  machines: readonly ListedMachine[],
  grouping: Grouping,
  subscriptionName: (id: string) => string,
): MachineGroup[] {
  const groups = new Map<string, { label: string; rank: string; machines: ListedMachine[] }>();
  const put = (key: string, label: string, rank: string, machine: ListedMachine) => {
    const group = groups.get(key);
    if (group) group.machines.push(machine);
    else groups.set(key, { label, rank, machines: [machine] });
  };
  for (const machine of machines) {
    switch (grouping) {
      case 'subscription': {
        const name = subscriptionName(machine.subscriptionId);
        put(machine.subscriptionId.toLowerCase(), name, name.toLowerCase(), machine);
        break;
      }
      case 'resource-group': {
        const key = `${machine.subscriptionId}/${machine.resourceGroup}`.toLowerCase();
        const label = `${machine.resourceGroup} (${subscriptionName(machine.subscriptionId)})`;
        put(key, label, label.toLowerCase(), machine);
        break;
      }
      case 'reach': {
        const reach = machine.verdict && worstReach(machine.verdict);
        if (reach) put(reach, capital(reachNames[reach]), String(reachOrder.indexOf(reach)), machine);
        else put('reading', 'Still being read', '9', machine);
        break;
      }
      case 'port': {
        const open = (machine.verdict?.ports ?? []).filter(port => port.reach !== 'none');
        for (const { port } of open) put(String(port), portLabel(port), String(port).padStart(5, '0'), machine);
        if (open.length === 0) put('none', machine.verdict ? 'No port open' : 'Still being read', '99999', machine);
        break;
      }
    }
  }
  return [...groups]
    .sort(([, a], [, b]) => (a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : 0))
    .map(([key, group]) => ({ key, label: group.label, machines: inOrder(group.machines) }));
}

/** The widest open first, then by name. */
function inOrder(machines: ListedMachine[]): ListedMachine[] {
  const rank = (machine: ListedMachine) => (machine.verdict ? reachOrder.indexOf(worstReach(machine.verdict)) : 9);
  return machines.sort((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1));
}

/** How many machines are surely or possibly open to the internet: the badge. */
export function openMachines(machines: readonly ListedMachine[]): number {
  return machines.filter(machine => machine.verdict && worstReach(machine.verdict) === 'internet').length;
}

/** A text by which a redrawing tells whether anything on a machine's rows has changed. */
export function fingerprint(machine: ListedMachine): string {
  const ports = (machine.verdict?.ports ?? []).map(port => [
    port.port,
    port.reach,
    port.atLeast,
    ...port.paths.map(path => `${path.kind} ${path.frontend} ${path.reach} ${path.decidedBy.join(' ')}`),
  ]);
  return JSON.stringify([machine.name, machine.power, machine.tags, machine.verdict !== undefined, ports]);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
