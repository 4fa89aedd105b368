import type { ArmResource } from '../azure/inventory.ts';
import { MachineEvaluation } from '../network/machine/evaluation.ts';
import type { MachineVerdict } from '../network/machine/machine-verdict.ts';
import { type Score, scoreOf } from '../network/machine/recommendations.ts';
import type { Machine, NetworkModel } from '../network/network-model.ts';
import { declarationsOf } from '../network/rest/live-resources.ts';
import { readResources } from '../network/rest/read-resources.ts';
import { type ListedMachine, listedMachine } from './machine-list.ts';

/** An inventory judged. */
export interface JudgedInventory {
  readonly model: NetworkModel;
  readonly machines: readonly ListedMachine[];
  /** Over every machine and scale set, also a set that is not listed because its machines are. */
  readonly score: Score;
}

/** How many machines are judged before others get their turn. */
const atOnce = 250;

/** Judges all machines, letting the editor breathe in between. */
export async function judgeInventory(
  resources: readonly ArmResource[],
  ports: readonly number[],
  signal?: AbortSignal,
): Promise<JudgedInventory> {
  const byId = new Map(resources.map(resource => [String(resource.id).toLowerCase(), resource]));
  const model = readResources(declarationsOf(resources));
  const evaluation = new MachineEvaluation(model, { ports });
  const machines: ListedMachine[] = [];
  const verdicts: MachineVerdict[] = [];
  const sets = setsWithMachines(model.machines, resources);
  for (const [index, machine] of model.machines.entries()) {
    if (index % atOnce === atOnce - 1) await new Promise(resolve => setImmediate(resolve));
    signal?.throwIfAborted();
    const verdict = evaluation.evaluate(machine);
    verdicts.push(verdict);
    if (machine.kind === 'scale-set' && sets.has(machine.id)) continue;
    const resource = byId.get(machine.displayId.toLowerCase()) ?? byId.get(machine.id) ?? { id: machine.displayId };
    machines.push(listedMachine(resource, verdict));
  }
  return { model, machines, score: scoreOf(verdicts) };
}

/** Scale sets whose machines are listed themselves: the set would only say the same again. */
function setsWithMachines(machines: readonly Machine[], resources: readonly ArmResource[]): Set<string> {
  const sets = new Set<string>();
  for (const { scaleSetId } of machines) if (scaleSetId !== undefined) sets.add(scaleSetId.toLowerCase());
  for (const { properties } of resources) {
    const set = (properties as { virtualMachineScaleSet?: { id?: unknown } } | undefined)?.virtualMachineScaleSet;
    if (typeof set?.id === 'string') sets.add(set.id.toLowerCase());
  }
  return sets;
}
