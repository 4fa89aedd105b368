import { PlanError } from './plan-error.ts';
import { type JsonObject, pick, pickList, pickText } from './plan-json.ts';
import { sameId } from './plan-resource-id.ts';

/** The ports that no service has a claim to: RFC 6335, section 6. */
export const firstHigh = 49152;
/** Azure takes frontend ports up to 65534. */
export const lastFrontend = 65534;

/** Ports from the first to the last, both taken. */
export type TakenPorts = readonly [number, number];

/** Ports that rules use already on a frontend. */
export function takenPorts(balancer: JsonObject | undefined, frontend: string): TakenPorts[] {
  const out: TakenPorts[] = [];
  for (const list of ['inboundNatRules', 'loadBalancingRules', 'inboundNatPools']) {
    for (const rule of pickList(balancer, 'properties', list)) {
      const at = pickText(rule, 'properties', 'frontendIPConfiguration', 'id');
      if (at !== undefined && !sameId(at, frontend)) continue;
      const single = Number(pick(rule, 'properties', 'frontendPort') ?? 0);
      const start = Number(pick(rule, 'properties', 'frontendPortRangeStart') ?? 0);
      const end = Number(pick(rule, 'properties', 'frontendPortRangeEnd') ?? 0);
      if (single > 0) out.push([single, single]);
      if (start > 0) out.push([start, end]);
    }
  }
  return out;
}

/** Why so many ports in a row cannot begin at `first`; undefined when they can. */
export function portRefusal(taken: readonly TakenPorts[], first: number, count: number): string | undefined {
  const last = first + count - 1;
  if (!Number.isInteger(first) || first < 1 || last > lastFrontend)
    return count === 1
      ? `frontend port ${first} is not a port from 1 to ${lastFrontend}`
      : `${count} frontend ports from ${first} on do not end at ${lastFrontend} or before`;
  const clash = taken.find(([from, to]) => from <= last && to >= first);
  return clash && `frontend port ${Math.max(first, clash[0])} is taken on this load balancer: choose another`;
}

/**
 * The first of so many free high ports in a row, from a random place on.
 * @throws PlanError when there are none.
 */
export function freePorts(taken: readonly TakenPorts[], count: number, random: () => number): number {
  const span = lastFrontend - firstHigh - count + 2;
  const begin = Math.min(span - 1, Math.max(0, Math.floor(random() * span)));
  for (let i = 0; i < span; i++) {
    const first = firstHigh + ((begin + i) % span);
    if (portRefusal(taken, first, count) === undefined) return first;
  }
  throw new PlanError('load-balancer', `the load balancer has no ${count} free ports in a row from ${firstHigh} on`);
}
