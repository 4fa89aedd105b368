import { childBody } from './plan-body.ts';
import type { Draft } from './plan-draft.ts';
import { PlanError } from './plan-error.ts';
import { type JsonObject, pick, pickList, pickText, withProperty } from './plan-json.ts';
import { freeId, type JumpBalancer } from './plan-jump-balancer.ts';
import type { JumpTarget } from './plan-jump-target.ts';
import { interfacesOf } from './plan-machines.ts';
import { comparable, groupScope, parentOf, parseId, sameId } from './plan-resource-id.ts';

/**
 * How a machine without a public address reaches the internet.
 * https://learn.microsoft.com/azure/load-balancer/load-balancer-outbound-connections
 */
export const waysOut = ['nat-gateway', 'outbound-rule'] as const;
export type WayOut = (typeof waysOut)[number];

const poolName = 'jump';

/** The explicit way out that an interface has beside a public address of its own. */
export function wayOutOf(
  draft: Draft,
  { configuration, network }: Pick<JumpTarget, 'network' | 'configuration'>,
): { readonly kind: string; readonly id: string } | undefined {
  const gateway = pickText(subnetOf(draft, configuration.subnet?.id), 'properties', 'natGateway', 'id');
  if (gateway !== undefined) return { kind: 'NAT gateway', id: gateway };
  const now = draft.model.interfaces.get(network.id)?.ipConfigurations.find(one => one.id === configuration.id);
  for (const { id } of now?.backendPools.items ?? []) {
    const balancer = id === undefined ? undefined : draft.get(parentOf(id));
    if (balancer && givesWayOut(balancer, id!)) return { kind: 'load balancer', id: pickText(balancer, 'id')! };
  }
  return undefined;
}

function subnetOf(draft: Draft, id: string | undefined): JsonObject | undefined {
  return id === undefined ? undefined : draft.child(id);
}

function givesWayOut(balancer: JsonObject, pool: string): boolean {
  const uses = (rule: unknown): boolean =>
    [pick(rule, 'properties', 'backendAddressPool'), ...pickList(rule, 'properties', 'backendAddressPools')].some(one =>
      sameId(pickText(one, 'id'), pool),
    );
  return (
    pickList(balancer, 'properties', 'outboundRules').some(uses) ||
    pickList(balancer, 'properties', 'loadBalancingRules').some(
      rule => uses(rule) && pick(rule, 'properties', 'disableOutboundSnat') !== true,
    )
  );
}

/** The parts of a new load balancer that let its pool out to the internet. */
export function newOutboundRule(balancer: string, frontend: string): JsonObject {
  return {
    backendAddressPools: [{ name: poolName }],
    outboundRules: [
      {
        name: 'out',
        properties: {
          frontendIPConfigurations: [{ id: frontend }],
          backendAddressPool: { id: `${balancer}/backendAddressPools/${poolName}` },
          protocol: 'All',
          allocatedOutboundPorts: 1024,
          idleTimeoutInMinutes: 4,
        },
      },
    ],
  };
}

/**
 * The pool through which a load balancer lets machines out, and does nothing else with them.
 * @throws PlanError when an existing one has no such pool.
 */
export function outboundPool({ id, existing }: JumpBalancer): string {
  if (!existing) return `${id}/backendAddressPools/${poolName}`;
  const serves = new Set(
    ['loadBalancingRules', 'inboundNatRules'].flatMap(list =>
      pickList(existing, 'properties', list).flatMap(rule =>
        [pick(rule, 'properties', 'backendAddressPool'), ...pickList(rule, 'properties', 'backendAddressPools')].map(
          one => comparable(pickText(one, 'id') ?? ''),
        ),
      ),
    ),
  );
  const found = pickList(existing, 'properties', 'outboundRules')
    .map(rule => pickText(rule, 'properties', 'backendAddressPool', 'id'))
    .find(pool => pool !== undefined && !serves.has(comparable(pool)));
  if (found === undefined)
    throw new PlanError(
      'load-balancer',
      `load balancer ${parseId(id).name} has no outbound rule with a backend pool for that alone: choose a NAT gateway`,
    );
  return found;
}

/** Sends a target's subnet out by a NAT gateway, a new one unless it has one. */
export function giveSubnetAWayOut(draft: Draft, target: JumpTarget): void {
  const { machine, configuration } = target;
  const id = configuration.subnet?.id;
  const subnet = subnetOf(draft, id);
  if (id === undefined || !subnet)
    throw new PlanError(
      'not-readable',
      `the subnet of ${machine.name} is not in what was read: it gets no NAT gateway`,
    );
  if (pickText(subnet, 'properties', 'natGateway', 'id') !== undefined) return;
  const refusal = gatewayRefusal(draft, target);
  if (refusal !== undefined) throw new PlanError('load-balancer', refusal);
  const network = draft.get(parentOf(id));
  const location = pickText(network, 'location');
  const scope = `${groupScope(parseId(machine.displayId))}/providers/Microsoft.Network`;
  const made = draft.steps.find(step => /\/natGateways\/[^/]+$/i.test(step.id));
  const gateway = made?.id ?? freeId(draft, `${scope}/natGateways/${machine.name}-nat`);
  if (!made) {
    const address = freeId(draft, `${scope}/publicIPAddresses/${machine.name}-nat-ip`);
    draft.put(`Create static public IP ${parseId(address).name}`, address, {
      location,
      sku: { name: 'Standard' },
      properties: { publicIPAllocationMethod: 'Static', publicIPAddressVersion: 'IPv4' },
    });
    draft.put(`Create NAT gateway ${parseId(gateway).name}`, gateway, {
      location,
      sku: { name: 'Standard' },
      properties: { idleTimeoutInMinutes: 4, publicIpAddresses: [{ id: address }] },
    });
    draft.warnings.add('A NAT gateway and its public IP are billed by the hour and by traffic.');
  }
  const type = 'Microsoft.Network/virtualNetworks/subnets';
  const own = pickText(subnet, 'id') ?? `${pickText(network, 'id')}/subnets/${pickText(subnet, 'name')}`;
  const properties = withProperty(pick(subnet, 'properties') as JsonObject, 'natGateway', { id: gateway });
  draft.put(
    `Send subnet ${pickText(subnet, 'name')} out by NAT gateway ${parseId(gateway).name}`,
    own,
    childBody(withProperty(subnet, 'properties', properties), type),
  );
  for (const other of draft.model.machines) {
    if (other.id === machine.id) continue;
    const inside = interfacesOf(draft.model, other).some(({ ipConfigurations }) =>
      ipConfigurations.some(one => one.subnet?.id === id),
    );
    if (inside)
      draft.alsoAffected.add(
        `Machine ${other.name} in subnet ${pickText(subnet, 'name')} goes out by the NAT gateway's address, too.`,
      );
  }
}

/** Why a target's subnet takes no NAT gateway: beside Basic addresses and load balancers it does not. */
export function gatewayRefusal(draft: Draft, { configuration }: JumpTarget): string | undefined {
  for (const network of draft.model.interfaces.values()) {
    for (const one of network.ipConfigurations) {
      if (one.subnet?.id === undefined || one.subnet.id !== configuration.subnet?.id) continue;
      const address = one.publicIpAddress && 'dependsOn' in one.publicIpAddress ? one.publicIpAddress.id : undefined;
      const balancers = [...one.backendPools.items, ...one.inboundNatRules.items].flatMap(({ id }) =>
        id === undefined ? [] : [parentOf(id)],
      );
      const basic = [...(address === undefined ? [] : [address]), ...balancers]
        .map(id => draft.get(id))
        .find(resource => resource && (pickText(resource, 'sku', 'name') ?? 'Basic').toLowerCase() === 'basic');
      if (basic)
        return `the subnet takes no NAT gateway beside ${pickText(basic, 'name')}, which has the retired Basic SKU: upgrade that first`;
    }
  }
  return undefined;
}
