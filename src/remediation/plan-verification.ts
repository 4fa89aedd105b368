import { MachineEvaluation } from '../network/machine/evaluation.ts';
import { declarationsOf } from '../network/rest/live-resources.ts';
import { readResources } from '../network/rest/read-resources.ts';
import type { PlannedMachine, ReachShown } from './plan.ts';
import { comparable } from './plan-resource-id.ts';

/** A machine's port that is not as was promised. */
export interface BrokenPromise {
  readonly id: string;
  readonly port: number;
  readonly promised: ReachShown;
  /** Undefined when the machine is no longer there. */
  readonly actual: ReachShown | undefined;
  /** The rules that decide now, when the port is open. */
  readonly decidedBy: readonly string[];
}

/** Compares what resources say now, by the evaluation that planned, with what was promised for machines. */
export function brokenPromises(
  resources: readonly unknown[],
  promised: readonly PlannedMachine[],
  side: 'before' | 'after',
): BrokenPromise[] {
  const ports = [...new Set(promised.map(row => row.port))];
  const evaluation = new MachineEvaluation(readResources(declarationsOf(resources)), { ports });
  const machines = new Map(evaluation.model.machines.map(machine => [comparable(machine.displayId), machine]));
  return promised.flatMap(({ id, port, [side]: wanted }): BrokenPromise[] => {
    const machine = machines.get(comparable(id));
    const verdict = machine && evaluation.evaluate(machine).ports.find(one => one.port === port);
    if (!verdict) return [{ id, port, promised: wanted, actual: undefined, decidedBy: [] }];
    const { reach, certainty } = verdict;
    if (reach === wanted.reach && certainty === wanted.certainty) return [];
    const decidedBy = [...new Set(verdict.paths.filter(path => path.reach !== 'none').flatMap(path => path.decidedBy))];
    return [{ id, port, promised: wanted, actual: { reach, certainty }, decidedBy }];
  });
}
