import { CancellationError, window } from 'vscode';
import { pickOne } from '../../commands/quick-pick.ts';
import type { MachinesNode } from '../nodes.ts';
import type { ChangeFlow } from './change-flow.ts';
import { planFor } from './change-plan.ts';
import { askOwnAddress, askSources } from './change-sources.ts';
import { targetOf } from './change-targets.ts';
import { justInTimeText, longestHours } from './just-in-time-text.ts';

/** Puts a port of a machine under just-in-time access. */
export async function enableJustInTime(flow: ChangeFlow, node: MachinesNode | undefined): Promise<unknown> {
  const { machine, port } = await targetOf(flow.parts, node, 'any');
  const hours = await askHours('How Long a Request May Be Given', 24, 3);
  const none = 'requests may name any source';
  const sources = await askSources(flow.parts, { machine, port, addressesOnly: true, none });
  const request = { action: 'just-in-time', machines: [machine.id], port, sources, hours } as const;
  return flow.run(await planFor(flow.parts.estate, request), machine.name);
}

/** Asks for access for oneself, by the policy that the machine is under. */
export async function requestAccess(flow: ChangeFlow, node: MachinesNode | undefined): Promise<unknown> {
  const { estate, memory } = flow.parts;
  const { machine, port } = await targetOf(flow.parts, node, 'just-in-time');
  const most = longestHours(estate.resources, machine.id, port);
  const hours = await askHours(`Access to ${machine.name}`, most ?? 24, Math.min(most ?? 3, 3));
  const sources = await askOwnAddress(memory, `Access to ${machine.name}: From Where`);
  const justification = await window.showInputBox({
    title: `Access to ${machine.name}: Why`,
    prompt: 'A reason, which Defender for Cloud keeps with the request',
    ignoreFocusOut: true,
    validateInput: text => (text.trim() === '' ? 'Say why: it is read when requests are reviewed.' : undefined),
  });
  if (justification === undefined) throw new CancellationError();
  const request = { action: 'request-access', machines: [machine.id], port, sources, hours, justification } as const;
  return flow.run(await planFor(estate, request), machine.name);
}

/** What a machine's policy says, who has access until when, and what the policy's Deny does not override. */
export async function showJustInTime(flow: ChangeFlow, node: MachinesNode | undefined): Promise<unknown> {
  const { estate, documents, machineOf } = flow.parts;
  const machine = await machineOf(node);
  const text = justInTimeText(estate.resources, machine, new Date());
  const uri = documents.textUri(`${machine.name} just-in-time access.txt`, text);
  return window.showTextDocument(uri, { preview: true });
}

async function askHours(title: string, most: number, usual: number): Promise<number> {
  const all = [1, 2, 3, 4, 6, 8, 12, 24].filter(hours => hours <= most);
  const items = [usual, ...all.filter(hours => hours !== usual)].map(hours => ({
    label: hours === 1 ? '1 hour' : `${hours} hours`,
    hours,
  }));
  const chosen = await pickOne(items, { title, placeHolder: 'For how long' });
  return chosen.hours;
}
