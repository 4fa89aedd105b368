import type { Preflight } from '../../azure/preflight.ts';
import type { ArmWriter } from '../../azure/write.ts';
import type { Change } from '../../remediation/change.ts';
import type { Plan } from '../../remediation/plan.ts';
import type { StaleResource } from '../../remediation/stale-steps.ts';
import type { Estate } from '../estate.ts';
import { openReaderOf } from './change-writer.ts';

const computeApi = '2024-07-01';
/** More machines than these are not asked for one by one. */
const mostMachines = 20;

/** Whether the tree is as Azure is, and whether Azure would let the plan through. Writes nothing. */
export async function checkBefore(
  estate: Estate,
  plan: Plan,
  change: Change,
  writer: ArmWriter,
  signal: AbortSignal,
): Promise<Preflight & { readonly stale: boolean }> {
  const [{ preflight }, { staleResources }] = await Promise.all([
    import('../../azure/preflight.ts'),
    import('../../remediation/stale-steps.ts'),
  ]);
  const [stale, gone, { stops, notes }] = await Promise.all([
    staleResources(change, (id, apiVersion) => writer.read(id, apiVersion, signal)),
    goneMachines(plan, writer, signal),
    preflight(plan, {
      readerOf: subscription => openReaderOf(estate, subscription),
      subscriptionName: id => estate.subscriptionName(id),
      subscriptionState: id =>
        estate.subscriptions.find(one => one.subscriptionId.toLowerCase() === id.toLowerCase())?.state,
      signal,
    }),
  ]);
  const staleTexts = [...gone.map(id => `Machine ${nameOf(id)} is no longer there.`), ...stale.map(staleText)];
  return { stops: [...staleTexts, ...stops], notes, stale: staleTexts.length > 0 };
}

async function goneMachines(plan: Plan, writer: ArmWriter, signal: AbortSignal): Promise<string[]> {
  const ids = [...new Set(plan.machines.map(row => row.id))].filter(id => /\/virtualMachines\/[^/]+$/i.test(id));
  const asked = ids.filter(id => !/\/virtualMachineScaleSets\//i.test(id)).slice(0, mostMachines);
  const found = await Promise.all(
    asked.map(async id => ((await writer.read(id, computeApi, signal)) === undefined ? [id] : [])),
  );
  return found.flat();
}

function staleText({ id, how, differences }: StaleResource): string {
  const name = nameOf(id);
  switch (how) {
    case 'gone':
      return `${name} is no longer there: somebody has deleted it since the machines were read.`;
    case 'changed':
      return `${name} is not as it was when the machines were read: somebody has changed it since (${differences.slice(0, 3).join('; ')}).`;
    case 'there-already':
      return `${name} is there already: somebody has made it since the machines were read.`;
  }
}

/** `web-nsg/allow-ssh` of a child, else the resource's name. */
function nameOf(id: string): string {
  const parts = id.slice(id.toLowerCase().lastIndexOf('/providers/') + '/providers/'.length).split('/');
  return parts.filter((_, i) => i > 0 && i % 2 === 0).join('/');
}
