import type { Machine } from '../network/network-model.ts';
import type { Draft } from './plan-draft.ts';
import { PlanError } from './plan-error.ts';
import { type JsonObject, pick, pickList, pickText } from './plan-json.ts';
import { differ, type JumpTarget, regionOf } from './plan-jump-target.ts';
import { interfacesOf } from './plan-machines.ts';
import { comparable, groupScope, parentOf, parseId, sameId } from './plan-resource-id.ts';

/** The load balancer that a jump path goes through. */
export interface JumpBalancer {
  readonly id: string;
  /** Undefined for one that the plan creates. */
  readonly existing?: JsonObject;
  /** The id of the frontend that clients connect to. */
  readonly frontend: string;
  /** The id of the frontend's public address, when it is there and was read. */
  readonly address?: string;
}

export const newFrontend = 'jump';

/**
 * The load balancer for some machines: the one that is named, the public one that they are behind already, the one of
 * an earlier jump path, or a new one.
 * @param wanted an id, or `new`
 * @throws PlanError when Azure would not take it; the message says why and what to do.
 */
export function chooseBalancer(draft: Draft, targets: readonly JumpTarget[], wanted?: string): JumpBalancer {
  const behind = publicBalancersOf(draft, targets);
  if (behind.size > 1)
    throw new PlanError(
      'load-balancer',
      'the machines are behind different public load balancers: plan each of them alone',
    );
  const [own] = behind.values();
  const fresh = newBalancerId(draft, targets[0]!);
  if (wanted === undefined) {
    const existing = own ?? draft.get(fresh.first);
    return existing ? existingBalancer(draft, targets, existing) : newBalancer(fresh.first);
  }
  const other = own && (wanted === 'new' || !sameId(pickText(own, 'id'), wanted)) ? own : undefined;
  if (other)
    throw new PlanError(
      'load-balancer',
      `${targets[0]!.machine.name} is behind public load balancer ${pickText(other, 'name')} already, and Azure takes one public one for an interface: choose that one`,
    );
  if (wanted === 'new') return newBalancer(fresh.free);
  const chosen = draft.get(wanted);
  if (!chosen) throw new PlanError('not-readable', `load balancer ${wanted} is not in what was read`);
  return existingBalancer(draft, targets, chosen);
}

function newBalancer(id: string): JumpBalancer {
  return { id, frontend: `${id}/frontendIPConfigurations/${newFrontend}` };
}

function existingBalancer(draft: Draft, targets: readonly JumpTarget[], existing: JsonObject): JumpBalancer {
  const refusal = balancerRefusal(draft, existing, targets);
  if (refusal !== undefined) throw new PlanError('load-balancer', refusal);
  const id = pickText(existing, 'id')!;
  const frontend = publicFrontend(draft, existing)!;
  const address = pickText(frontend, 'properties', 'publicIPAddress', 'id');
  return {
    id,
    existing,
    frontend: pickText(frontend, 'id') ?? `${id}/frontendIPConfigurations/${pickText(frontend, 'name')}`,
    ...(address === undefined ? {} : { address }),
  };
}

/** The id of a new load balancer beside the first machine: the usual one, and one that is free. */
function newBalancerId(draft: Draft, { machine }: JumpTarget): { readonly first: string; readonly free: string } {
  const first = `${groupScope(parseId(machine.displayId))}/providers/Microsoft.Network/loadBalancers/${machine.name}-jump-lb`;
  return { first, free: freeId(draft, first) };
}

export function freeId(draft: Draft, wanted: string): string {
  let id = wanted;
  for (let i = 2; draft.get(id); i++) id = `${wanted}-${i}`;
  return id;
}

/** The public load balancers that machines are behind. @throws PlanError when one of them stands in the way. */
function publicBalancersOf(draft: Draft, targets: readonly JumpTarget[]): Map<string, JsonObject> {
  const out = new Map<string, JsonObject>();
  for (const target of targets) {
    const refusal = machineRefusal(draft, target);
    if (refusal !== undefined) throw new PlanError('load-balancer', refusal);
    for (const id of balancersOf(target)) {
      const balancer = draft.get(id);
      if (!balancer)
        throw new PlanError(
          'not-readable',
          `load balancer ${parseId(id).name}, which ${target.machine.name} is behind, is not in what was read`,
        );
      if (isPublic(balancer)) out.set(comparable(id), balancer);
    }
  }
  return out;
}

function balancersOf({ network }: JumpTarget): string[] {
  const ids = network.ipConfigurations.flatMap(({ backendPools, inboundNatRules }) =>
    [...backendPools.items, ...inboundNatRules.items].flatMap(one => (one.id === undefined ? [] : [parentOf(one.id)])),
  );
  return [...new Set(ids)];
}

/** Why no Standard load balancer can send to a machine; undefined when one can. */
export function machineRefusal(draft: Draft, { machine }: JumpTarget): string | undefined {
  const basic = basicResourceOf(draft, machine);
  if (basic)
    return basic.kind === 'address'
      ? `${machine.name} has public IP ${basic.name} of the retired Basic SKU, which Azure does not mix with a Standard load balancer: upgrade it first`
      : `${machine.name} is behind load balancer ${basic.name} of the retired Basic SKU, and Azure takes no Standard one beside it: upgrade it first`;
  const set = availabilitySetOf(draft, machine);
  if (set === undefined) return undefined;
  for (const other of draft.model.machines) {
    if (other.id === machine.id || !sameId(availabilitySetOf(draft, other), set)) continue;
    const theirs = basicResourceOf(draft, other);
    if (theirs)
      return `${other.name} in the same availability set as ${machine.name} uses ${theirs.name} of the retired Basic SKU, which Azure does not mix with a Standard load balancer: upgrade it first`;
  }
  return undefined;
}

function availabilitySetOf(draft: Draft, machine: Machine): string | undefined {
  return pickText(draft.get(machine.displayId), 'properties', 'availabilitySet', 'id');
}

function basicResourceOf(draft: Draft, machine: Machine): { kind: 'address' | 'balancer'; name: string } | undefined {
  for (const network of interfacesOf(draft.model, machine)) {
    for (const { publicIpAddress, backendPools, inboundNatRules } of network.ipConfigurations) {
      const address = publicIpAddress && 'dependsOn' in publicIpAddress ? publicIpAddress.id : undefined;
      const found = address === undefined ? undefined : draft.get(address);
      if (found && isBasic(found)) return { kind: 'address', name: pickText(found, 'name') ?? parseId(address!).name };
      for (const { id } of [...backendPools.items, ...inboundNatRules.items]) {
        const balancer = id === undefined ? undefined : draft.get(parentOf(id));
        if (balancer && isBasic(balancer))
          return { kind: 'balancer', name: pickText(balancer, 'name') ?? parseId(parentOf(id!)).name };
      }
    }
  }
  return undefined;
}

/** Why a load balancer cannot carry a jump path to some machines; undefined when it can. */
export function balancerRefusal(
  draft: Draft,
  balancer: JsonObject,
  targets: readonly JumpTarget[],
): string | undefined {
  const id = pickText(balancer, 'id')!;
  const name = `load balancer ${pickText(balancer, 'name') ?? parseId(id).name}`;
  const [first] = targets;
  if (isBasic(balancer)) return `${name} has the retired Basic SKU: upgrade it, or choose another`;
  if (skuOf(balancer) !== 'standard')
    return `${name} has the SKU ${pickText(balancer, 'sku', 'name')}, which takes no inbound NAT rules: choose a Standard one`;
  if (pickText(balancer, 'sku', 'tier')?.toLowerCase() === 'global')
    return `${name} is a cross-region one, which sends to load balancers and not to machines: choose a regional one`;
  if (!isPublic(balancer)) return `${name} has no public frontend: choose another`;
  if (!publicFrontend(draft, balancer))
    return `${name} has no frontend with a public IPv4 address of its own: choose another`;
  if (first && comparable(id).split('/')[2] !== comparable(first.machine.displayId).split('/')[2])
    return `${name} is in another subscription than ${first.machine.name}: choose one of its own`;
  if (first && differ(regionOf(pickText(balancer, 'location')), first.location))
    return `${name} is in ${pickText(balancer, 'location')} and ${first.machine.name} in ${first.location}: choose one in the same region`;
  const network = first && otherNetwork(draft, id, first);
  if (network !== undefined)
    return `${name} sends to machines of virtual network ${pickText(draft.get(network), 'name') ?? parseId(network).name}, and Azure takes one virtual network for a load balancer: choose another`;
  return undefined;
}

/** A virtual network of machines behind a load balancer that is not the target's. */
function otherNetwork(draft: Draft, balancer: string, { virtualNetwork }: JumpTarget): string | undefined {
  const prefix = `${comparable(balancer)}/`;
  for (const one of draft.model.interfaces.values()) {
    for (const { backendPools, inboundNatRules, subnet } of one.ipConfigurations) {
      const behind = [...backendPools.items, ...inboundNatRules.items].some(item => item.id?.startsWith(prefix));
      const network = behind && subnet?.id !== undefined ? comparable(parentOf(subnet.id)) : undefined;
      if (differ(network, virtualNetwork)) return network;
    }
  }
  return undefined;
}

function skuOf(resource: JsonObject): string {
  return (pickText(resource, 'sku', 'name') ?? 'Basic').toLowerCase();
}

function isBasic(resource: JsonObject): boolean {
  return skuOf(resource) === 'basic';
}

function isPublic(balancer: JsonObject): boolean {
  return pickList(balancer, 'properties', 'frontendIPConfigurations').some(
    one =>
      pick(one, 'properties', 'publicIPAddress') !== undefined ||
      pick(one, 'properties', 'publicIPPrefix') !== undefined,
  );
}

/** A frontend with a public IPv4 address, one that has a name in DNS before others. */
function publicFrontend(draft: Draft, balancer: JsonObject): unknown {
  const usable = pickList(balancer, 'properties', 'frontendIPConfigurations').flatMap(one => {
    const id = pickText(one, 'properties', 'publicIPAddress', 'id');
    const address = id === undefined ? undefined : draft.get(id);
    const v6 = pickText(address, 'properties', 'publicIPAddressVersion')?.toLowerCase() === 'ipv6';
    return id === undefined || v6 ? [] : [{ one, name: pickText(address, 'properties', 'dnsSettings', 'fqdn') }];
  });
  return (usable.find(({ name }) => name !== undefined) ?? usable[0])?.one;
}
