import { OperationError } from '../../commands/operation-error.ts';
import { pickOne } from '../../commands/quick-pick.ts';
import type { MachinePortVerdict } from '../../network/machine/machine-verdict.ts';
import { managementPorts } from '../../network/verdict.ts';
import type { ListedMachine } from '../machine-list.ts';
import { portLabel, portSummary } from '../machine-text.ts';
import type { MachinesNode } from '../nodes.ts';
import type { ChangeParts } from './change-flow.ts';

export interface ChangeTarget {
  readonly machine: ListedMachine;
  readonly port: number;
}

/** Which ports make sense: those that are open, that a firewall leads to, that a policy covers, or all. */
export type TargetKind = 'open' | 'firewall' | 'just-in-time' | 'any';

/** The machine and port of a row; from the palette, or where a row has no port, the ones that the person picks. */
export async function targetOf(
  parts: ChangeParts,
  node: MachinesNode | undefined,
  kind: TargetKind = 'open',
): Promise<ChangeTarget> {
  if (node && 'port' in node) return { machine: node.machine, port: node.port.port };
  const machine = await parts.machineOf(node);
  const ports = portsFor(parts, machine, kind);
  if (ports.length === 0) throw new OperationError(nothingText(machine, kind));
  if (ports.length === 1) return { machine, port: ports[0]! };
  const verdicts = new Map(machine.verdict?.ports.map(port => [port.port, port]));
  const items = ports.map(port => {
    const verdict = verdicts.get(port);
    return { label: portLabel(port), ...(verdict ? { description: portSummary(verdict) } : {}), port };
  });
  const chosen = await pickOne(items, { title: `Port of ${machine.name}` });
  return { machine, port: chosen.port };
}

function portsFor({ estate }: ChangeParts, machine: ListedMachine, kind: TargetKind): number[] {
  const verdicts = machine.verdict?.ports ?? [];
  const those = (wanted: (port: MachinePortVerdict) => boolean): number[] =>
    verdicts.filter(wanted).map(port => port.port);
  switch (kind) {
    case 'open':
      return those(port => port.reach !== 'none');
    case 'firewall':
      return those(port => port.paths.some(path => path.kind === 'firewall-dnat' && path.reach !== 'none'));
    case 'just-in-time': {
      const policies = estate.judged?.model.jitPolicies ?? [];
      const id = machine.verdict?.machine.id ?? '';
      return [...new Set(policies.flatMap(({ machines }) => (machines.get(id) ?? []).map(one => one.port)))];
    }
    case 'any':
      return verdicts.length > 0 ? those(() => true) : [...managementPorts];
  }
}

function nothingText({ name }: ListedMachine, kind: TargetKind): string {
  switch (kind) {
    case 'firewall':
      return `No DNAT rule of a firewall leads to a management port of ${name}, so there is nothing to change.`;
    case 'just-in-time':
      return `${name} is under no just-in-time policy: enable just-in-time access first.`;
    default:
      return `No management port of ${name} is open to the internet, so there is nothing to close.`;
  }
}
