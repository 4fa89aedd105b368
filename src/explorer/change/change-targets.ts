import { CancellationError, window } from 'vscode';
import { managementPorts } from '../../network/verdict.ts';
import type { ListedMachine } from '../machine-list.ts';
import { portLabel } from '../machine-text.ts';
import type { MachinesNode } from '../nodes.ts';
import type { ChangeParts } from './change-flow.ts';

export interface ChangeTarget {
  readonly machine: ListedMachine;
  readonly port: number;
}

/** The machine and port of a row; from the palette, or where a row has no port, the ones that the person picks. */
export async function targetOf(parts: ChangeParts, node?: MachinesNode): Promise<ChangeTarget> {
  if (node && 'port' in node) return { machine: node.machine, port: node.port.port };
  const machine = await parts.machineOf(node);
  const open = machine.verdict?.ports.filter(port => port.reach !== 'none').map(port => port.port) ?? [];
  if (open.length === 1) return { machine, port: open[0]! };
  const items = (open.length > 0 ? open : managementPorts).map(port => ({ label: portLabel(port), port }));
  const chosen = await window.showQuickPick(items, { title: `Port of ${machine.name}` });
  if (!chosen) throw new CancellationError();
  return { machine, port: chosen.port };
}
