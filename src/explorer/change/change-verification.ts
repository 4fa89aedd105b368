import type { ArmResource } from '../../azure/inventory.ts';
import type { ArmWriter } from '../../azure/write.ts';
import type { Change } from '../../remediation/change.ts';
import type { ReachShown } from '../../remediation/plan.ts';
import { networkApi } from '../../remediation/plan-draft.ts';
import { isObject, pickList, pickText } from '../../remediation/plan-json.ts';
import { comparable } from '../../remediation/plan-resource-id.ts';
import type { BrokenPromise } from '../../remediation/plan-verification.ts';
import type { Estate } from '../estate.ts';
import { portLabel, shortList } from '../machine-text.ts';

/** As {@link verifyMachines}, without saying which machine a sentence is about. */
export async function verifyChange(...args: Parameters<typeof verifyMachines>): Promise<string[]> {
  return [...(await verifyMachines(...args)).values()];
}

/**
 * Reads what a change touched fresh from the resource manager, hands it to the estate, and compares with what the
 * change promised. Gives a sentence for each machine that differs, by what ids are compared by.
 */
export async function verifyMachines(
  estate: Estate,
  writer: ArmWriter,
  change: Change,
  side: 'before' | 'after',
): Promise<Map<string, string>> {
  const [{ touchedResources }, { brokenPromises }] = await Promise.all([
    import('../../remediation/touched-resources.ts'),
    import('../../remediation/plan-verification.ts'),
  ]);
  const steps = change.steps.flatMap(({ step, inverse }) => (inverse ? [step, inverse] : [step]));
  const fresh = new Map<string, ArmResource | undefined>();
  const read = async (id: string, apiVersion: string): Promise<unknown> => {
    const now = await writer.read(id, apiVersion);
    fresh.set(id, isObject(now) ? now : undefined);
    return now;
  };
  for (const { id, apiVersion } of touchedResources(steps)) {
    const now = await read(id, apiVersion);
    if (!/\/jitNetworkAccessPolicies\//i.test(id)) continue;
    for (const group of await groupsUnder(estate, now)) await read(group, networkApi);
  }
  await estate.update(fresh);
  const differences = new Map<string, string>();
  for (const broken of brokenPromises(estate.resources, change.machines ?? [], side)) {
    const key = comparable(broken.id);
    differences.set(key, [differences.get(key), differenceText(broken)].filter(Boolean).join('; '));
  }
  return differences;
}

/** Groups of the machines of a just-in-time policy: Defender writes its rules there. */
async function groupsUnder(estate: Estate, policy: unknown): Promise<string[]> {
  const { findMachine, groupsOf } = await import('../../remediation/plan-machines.ts');
  const model = estate.judged?.model;
  const found = new Set<string>();
  for (const one of model ? pickList(policy, 'properties', 'virtualMachines') : []) {
    const id = pickText(one, 'id');
    if (id === undefined || estate.resource(id) === undefined) continue;
    for (const group of groupsOf(model!, findMachine(model!, id))) found.add(group);
  }
  return [...found].map(id => String(estate.resource(id)?.id ?? id));
}

function differenceText({ id, port, promised, actual, decidedBy }: BrokenPromise): string {
  const name = id.slice(id.lastIndexOf('/') + 1);
  if (!actual) return `${name} is no longer there.`;
  const by = decidedBy.length > 0 ? ` by ${shortList(decidedBy, 3)}` : '';
  return `${portLabel(port)} of ${name} is ${reachText(actual)}${by}, where ${reachText(promised)} was promised`;
}

function reachText({ reach, certainty }: ReachShown): string {
  const word = { internet: 'open to the internet', wide: 'open to a wide range', restricted: 'open to few addresses' }[
    reach
  ];
  return `${certainty === 'conditional' ? 'possibly ' : ''}${word ?? 'closed'}`;
}
