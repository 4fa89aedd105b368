import { managementPortsAssessments, managementPortsControl } from '../azure/graph-queries.ts';
import type { ArmResource } from '../azure/inventory.ts';
import type { Health } from '../network/machine/machine-verdict.ts';
import type { Score } from '../network/machine/recommendations.ts';
import type { ListedMachine } from './machine-list.ts';

export type RecommendationKey = 'nsg' | 'closedPorts' | 'jit';

export const recommendationTitles: Readonly<Record<RecommendationKey, string>> = {
  nsg: 'Machines protected by security groups',
  closedPorts: 'Management ports closed',
  jit: 'Just-in-time access',
};

const assessmentOf: Readonly<Record<RecommendationKey, string>> = {
  nsg: managementPortsAssessments.securityGroup,
  closedPorts: managementPortsAssessments.closedPorts,
  jit: managementPortsAssessments.justInTime,
};

/** One machine under one recommendation: our evaluation, and Defender's when there is one. */
export interface AssessedMachine {
  readonly machine: ListedMachine;
  readonly own: Health;
  readonly defender?: Health;
  /** Why the two may differ; undefined when they agree or there is only one. */
  readonly note?: string;
}

export interface AssessedRecommendation {
  readonly key: RecommendationKey;
  readonly title: string;
  readonly machines: readonly AssessedMachine[];
}

export interface SecureScore {
  /** By our evaluation. */
  readonly own: Score;
  /** Defender's own points, summed over the subscriptions that have them. */
  readonly defender?: { readonly current: number; readonly max: number };
  readonly recommendations: readonly AssessedRecommendation[];
}

/** The control "Secure management ports" with its points and its recommendations, machine by machine. */
export function secureScore(
  own: Score,
  machines: readonly ListedMachine[],
  resources: readonly ArmResource[],
): SecureScore {
  const judged = machines.filter(machine => machine.verdict !== undefined);
  const assessments = readAssessments(resources);
  const defender = defenderScore(resources);
  const keys: readonly RecommendationKey[] = ['nsg', 'closedPorts', 'jit'];
  return {
    own,
    ...(defender ? { defender } : {}),
    recommendations: keys.map(key => ({
      key,
      title: recommendationTitles[key],
      machines: judged.map(machine => assess(machine, key, assessments)),
    })),
  };
}

function assess(
  machine: ListedMachine,
  key: RecommendationKey,
  assessments: ReadonlyMap<string, Health>,
): AssessedMachine {
  const own = machine.verdict!.recommendations[key];
  const defender = assessments.get(`${machine.id.toLowerCase()} ${assessmentOf[key]}`);
  const note = defender !== undefined && defender !== own ? differenceNote(machine, key, own, defender) : undefined;
  return { machine, own, ...(defender === undefined ? {} : { defender }), ...(note === undefined ? {} : { note }) };
}

function differenceNote(machine: ListedMachine, key: RecommendationKey, own: Health, defender: Health): string {
  if (machine.power === 'stopped')
    return 'The machine does not run: Defender for Cloud leaves stopped machines out or assesses them later.';
  if (key === 'closedPorts' && own === 'Unhealthy') {
    return 'Defender for Cloud looks at the rules of security groups; here the whole path counts, also load balancers and firewalls.';
  }
  if (key === 'closedPorts' && defender === 'Unhealthy') {
    return 'Defender for Cloud finds a rule that is open; here an earlier rule, another group or a missing path keeps the internet out. Its answer may also be up to eight hours old.';
  }
  if (key === 'jit' && defender === 'Healthy') {
    return 'A just-in-time policy is there according to Defender for Cloud; it could not be read here, or it has ended since.';
  }
  return 'Defender for Cloud assesses every few hours: its answer may be older than what was read now.';
}

function readAssessments(resources: readonly ArmResource[]): Map<string, Health> {
  const known = new Set<string>(Object.values(managementPortsAssessments));
  const found = new Map<string, Health>();
  for (const resource of resources) {
    const name = String(resource.name).toLowerCase();
    if (String(resource.type).toLowerCase() !== 'microsoft.security/assessments' || !known.has(name)) continue;
    const code = text(resource.properties, 'status', 'code');
    const machine =
      text(resource.properties, 'resourceDetails', 'Id') ?? text(resource.properties, 'resourceDetails', 'id');
    const owner = machine ?? String(resource.id).split(/\/providers\/microsoft\.security\//i)[0]!;
    if (code === 'Healthy' || code === 'Unhealthy' || code === 'NotApplicable')
      found.set(`${owner.toLowerCase()} ${name}`, code);
  }
  return found;
}

function defenderScore(resources: readonly ArmResource[]): { current: number; max: number } | undefined {
  let [weighted, weight, max] = [0, 0, 0];
  for (const resource of resources) {
    if (String(resource.name).toLowerCase() !== managementPortsControl) continue;
    const percentage = number(resource.properties, 'score', 'percentage');
    const own = number(resource.properties, 'weight') ?? 1;
    if (percentage === undefined || own <= 0) continue;
    weighted += percentage * own;
    weight += own;
    max = Math.max(max, number(resource.properties, 'score', 'max') ?? 8);
  }
  return weight === 0 ? undefined : { current: Math.round((100 * max * weighted) / weight) / 100, max };
}

function member(value: unknown, path: readonly string[]): unknown {
  let current = value;
  for (const name of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, name)) return undefined;
    current = (current as Record<string, unknown>)[name];
  }
  return current;
}

function text(value: unknown, ...path: string[]): string | undefined {
  const found = member(value, path);
  return typeof found === 'string' ? found : undefined;
}

function number(value: unknown, ...path: string[]): number | undefined {
  const found = member(value, path);
  return typeof found === 'number' && Number.isFinite(found) ? found : undefined;
}
