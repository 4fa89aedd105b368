import { shownSourcesOfPort } from '../findings/places.ts';
import type { MachinePortVerdict, MachineVerdict, PathVerdict } from '../network/machine/machine-verdict.ts';

/** A machine in the contract of `inventory --format json` and in `scan`'s `machines`. */
export interface ReportMachine {
  readonly id: string;
  readonly name: string;
  /** Null where the id does not tell: a machine that a template declares has none yet. */
  readonly subscriptionId: string | null;
  readonly resourceGroup: string | null;
  readonly ports: readonly ReportMachinePort[];
  readonly recommendations: MachineVerdict['recommendations'];
  readonly existsWhen?: readonly string[];
}

export interface ReportMachinePort extends Omit<MachinePortVerdict, 'paths'> {
  readonly paths: readonly Pick<PathVerdict, 'kind' | 'frontend' | 'reach' | 'decidedBy'>[];
}

/** A judged machine in the contract's words. */
export function machineReport(verdict: MachineVerdict): ReportMachine {
  const { machine } = verdict;
  const id = machine.declaration.id.kind === 'string' ? machine.declaration.id.value : machine.declaration.address;
  return {
    id,
    name: machine.name,
    subscriptionId: partOf(id, 'subscriptions'),
    resourceGroup: partOf(id, 'resourceGroups'),
    ports: verdict.ports.map(port => ({
      port: port.port,
      protocol: port.protocol,
      reach: port.reach,
      atLeast: port.atLeast,
      certainty: port.certainty,
      dependsOn: port.dependsOn,
      sources: shownSourcesOfPort(port),
      paths: port.paths.map(({ kind, frontend, reach, decidedBy }) => ({ kind, frontend, reach, decidedBy })),
    })),
    recommendations: verdict.recommendations,
    ...(verdict.existsWhen.length > 0 ? { existsWhen: verdict.existsWhen } : {}),
  };
}

/** The part of a resource id behind a word of it: `/subscriptions/{here}/…`. */
function partOf(id: string, word: string): string | null {
  const parts = id.split('/');
  const at = parts.findIndex(part => part.toLowerCase() === word.toLowerCase());
  return at < 0 ? null : (parts[at + 1] ?? null);
}
