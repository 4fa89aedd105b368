import type { ArmResource } from '../azure/inventory.ts';
import { MachineEvaluation } from '../network/machine/evaluation.ts';
import type { NetworkModel } from '../network/network-model.ts';
import { declarationsOf } from '../network/rest/live-resources.ts';
import { readResources } from '../network/rest/read-resources.ts';
import { type ListedMachine, listedMachine } from './machine-list.ts';

/** An inventory judged. */
export interface JudgedInventory {
  readonly model: NetworkModel;
  readonly machines: readonly ListedMachine[];
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
  for (const [index, machine] of model.machines.entries()) {
    if (index % atOnce === atOnce - 1) await new Promise(resolve => setImmediate(resolve));
    signal?.throwIfAborted();
    const resource = byId.get(machine.displayId.toLowerCase()) ?? byId.get(machine.id) ?? { id: machine.displayId };
    machines.push(listedMachine(resource, evaluation.evaluate(machine)));
  }
  return { model, machines };
}
