import { parseAddresses } from '../address-prefix.ts';
import { interfaceOfAddress } from '../interface-address.ts';
import type {
  BackendAddress,
  BackendPool,
  ForwardingRule,
  Frontend,
  Known,
  LoadBalancer,
  PortRange,
  TransportProtocol,
} from '../network-model.ts';
import { identity, type Value } from '../value.ts';
import type { DeclarationIndex } from './declarations.ts';
import { nameOf, privateAddressOf, skuOf } from './interfaces.ts';
import {
  at,
  comparableId,
  isLive,
  itemsOf,
  known,
  numberAt,
  numberOf,
  partId,
  referenceOf,
  referencesOf,
  textOf,
  unclear,
} from './values.ts';

const balancerType = 'microsoft.network/loadbalancers';

const ruleLists = ['inboundNatRules', 'inboundNatPools', 'loadBalancingRules'] as const;

/** Load balancers with their inbound NAT rules of both versions, NAT pools and balancing rules. */
export function readLoadBalancers(index: DeclarationIndex): Map<string, LoadBalancer> {
  const out = new Map<string, LoadBalancer>();
  const childRules = childBodies(index, `${balancerType}/inboundnatrules`);
  const childPools = childBodies(index, `${balancerType}/backendaddresspools`);
  for (const declaration of index.ofType(balancerType)) {
    const id = index.idOf(declaration);
    if (out.has(id) || declaration.existing) continue;
    const properties = at(declaration.body, 'properties');
    const parts = (name: string): readonly Value[] =>
      itemsOf(at(properties, name)).items.filter(item => item.kind === 'object');
    const rests = ruleLists.flatMap(name => {
      const list = itemsOf(at(properties, name));
      if (list.rest && !isLive(declaration.body)) return list.rest.dependsOn;
      const whole = list.items.every(item => at(item, 'properties') !== undefined);
      return list.rest || (isLive(declaration.body) && !whole)
        ? [`not readable: ${name} of load balancer ${nameOf(declaration)}`]
        : [];
    });
    out.set(id, {
      id,
      name: nameOf(declaration),
      declaration,
      sku: skuOf(declaration.body, `load balancer ${nameOf(declaration)}`),
      frontends: parts('frontendIPConfigurations').map(part => readFrontend(part, id)),
      pools: [
        ...parts('backendAddressPools').map(part => readPool(part, partId(id, 'backendaddresspools', part))),
        ...(childPools.get(id) ?? []).map(child => readPool(child.body, child.id)),
      ],
      rules: [
        ...parts('inboundNatRules').map(part => readRule(part, 'nat-rule', partId(id, 'inboundnatrules', part))),
        ...(childRules.get(id) ?? []).map(child => readRule(child.body, 'nat-rule', child.id, child.name)),
        ...parts('inboundNatPools').map(part => readRule(part, 'nat-pool', partId(id, 'inboundnatpools', part))),
        ...parts('loadBalancingRules').map(part =>
          readRule(part, 'balancing-rule', partId(id, 'loadbalancingrules', part)),
        ),
      ],
      ...(rests.length > 0 ? { more: rests } : {}),
    });
  }
  return out;
}

interface Child {
  readonly id: string;
  readonly name: string;
  readonly body: Value;
}

function childBodies(index: DeclarationIndex, type: string): Map<string, Child[]> {
  const out = new Map<string, Child[]>();
  for (const declaration of index.ofType(type)) {
    const parent = index.parentIdOf(declaration);
    if (parent === undefined || declaration.existing) continue;
    const child = { id: index.idOf(declaration), name: nameOf(declaration), body: declaration.body };
    out.set(parent, [...(out.get(parent) ?? []), child]);
  }
  return out;
}

/** A frontend of a load balancer, firewall or application gateway. */
export function readFrontend(part: Value, parent: string, kind = 'frontendipconfigurations'): Frontend {
  const properties = at(part, 'properties');
  const publicIpAddress = referenceOf(at(properties, 'publicIPAddress'));
  const publicIpPrefix = referenceOf(at(properties, 'publicIPPrefix'));
  const inside = at(properties, 'privateIPAddress') ?? at(properties, 'subnet');
  // Every frontend has one of them.
  const bare = !publicIpAddress && !publicIpPrefix && !inside && isLive(part);
  return {
    id: partId(parent, kind, part),
    name: textOf(at(part, 'name')) ?? 'frontend',
    ...(publicIpAddress ? { publicIpAddress } : {}),
    ...(publicIpPrefix ? { publicIpPrefix } : {}),
    ...(inside ? { privateAddress: privateAddressOf(properties) } : {}),
    ...(properties?.kind === 'unknown' ? { unclear: properties.dependsOn } : {}),
    ...(bare ? { unclear: [`not readable: the address of frontend ${textOf(at(part, 'name')) ?? ''}`.trimEnd()] } : {}),
  };
}

/** A backend pool of a load balancer or application gateway. */
export function readPool(part: Value, id: string): BackendPool {
  const properties = at(part, 'properties');
  const listed = itemsOf(at(properties, 'loadBalancerBackendAddresses'));
  const ofGateway = itemsOf(at(properties, 'backendAddresses'));
  const more = listed.rest?.dependsOn ?? ofGateway.rest?.dependsOn;
  return {
    id,
    name: textOf(at(part, 'name')) ?? 'pool',
    members: referencesOf(at(properties, 'backendIPConfigurations')),
    addresses: [...listed.items, ...ofGateway.items].map(item => readBackendAddress(item, properties)),
    ...(more ? { more } : {}),
  };
}

/** Where an address names no network, its pool may. */
function readBackendAddress(item: Value, pool: Value | undefined): BackendAddress {
  const properties = at(item, 'properties') ?? item;
  const given = at(properties, 'ipAddress');
  const address = parseAddresses(textOf(given) ?? '');
  const ipConfiguration = referenceOf(at(properties, 'networkInterfaceIPConfiguration'));
  const network = identity(at(properties, 'virtualNetwork', 'id') ?? at(pool, 'virtualNetwork', 'id'));
  const subnet = identity(at(properties, 'subnet', 'id'));
  const virtualNetworkId = network ?? subnet?.slice(0, Math.max(0, subnet.lastIndexOf('/subnets/')));
  const natPorts = new Map<string, number>();
  for (const mapping of itemsOf(at(properties, 'inboundNatRulesPortMapping')).items) {
    const port = numberOf(at(mapping, 'frontendPort'));
    const name = textOf(at(mapping, 'inboundNatRuleName'));
    if (port !== undefined && name !== undefined) natPorts.set(name.toLowerCase(), port);
  }
  return {
    ...(address ? { address } : {}),
    ...(given?.kind === 'unknown'
      ? { unknown: { interface: interfaceOfAddress(comparableId(given) ?? ''), dependsOn: given.dependsOn } }
      : {}),
    ...(ipConfiguration ? { ipConfiguration } : {}),
    ...(virtualNetworkId ? { virtualNetworkId } : {}),
    natPorts,
  };
}

function readRule(part: Value, kind: ForwardingRule['kind'], id: string, shown?: string): ForwardingRule {
  const properties = at(part, 'properties');
  const name = shown ?? textOf(at(part, 'name')) ?? 'rule';
  const frontend = referenceOf(at(properties, 'frontendIPConfiguration'));
  const backendIpConfiguration = referenceOf(at(properties, 'backendIPConfiguration'));
  const pools = referencesOf(at(properties, 'backendAddressPools'));
  const pool = referenceOf(at(properties, 'backendAddressPool'));
  return {
    kind,
    id,
    name,
    ...(frontend ? { frontend } : {}),
    protocol: protocolOf(at(properties, 'protocol')),
    frontendPort: frontendPortOf(properties, name),
    backendPort: backendPortOf(properties, name),
    ...(backendIpConfiguration ? { backendIpConfiguration } : {}),
    backendPools: pool ? { ...pools, items: [pool, ...pools.items] } : pools,
    floating: isFloating(properties),
  };
}

/** Without a protocol a NAT rule is a TCP one. */
function protocolOf(value: Value | undefined): Known<TransportProtocol> {
  if (value?.kind === 'unknown') return unclear(...value.dependsOn);
  const word = textOf(value)?.toLowerCase();
  return known(word === 'udp' ? 'Udp' : word === 'all' ? 'All' : 'Tcp');
}

function frontendPortOf(properties: Value | undefined, name: string): Known<PortRange> {
  const absent = unclear(`the frontend port of rule ${name}, which is not given`);
  const first = numberAt(at(properties, 'frontendPortRangeStart'), undefined);
  const last = numberAt(at(properties, 'frontendPortRangeEnd'), undefined);
  const single = numberAt(at(properties, 'frontendPort'), undefined);
  if (single?.known && (single.value > 0 || !first)) return known({ first: single.value, last: single.value });
  if (first?.known && last?.known && first.value <= last.value) return known({ first: first.value, last: last.value });
  if (first && !first.known) return first;
  if (last && !last.known) return last;
  return single && !single.known ? single : absent;
}

function isFloating(properties: Value | undefined): boolean {
  const floating = at(properties, 'enableFloatingIP');
  return floating?.kind === 'boolean' && floating.value;
}

/** With a floating IP the packet keeps the frontend's port. */
function backendPortOf(properties: Value | undefined, name: string): Known<number> {
  const given = numberAt(at(properties, 'backendPort'), undefined);
  if (given) return given;
  const frontend = numberAt(at(properties, 'frontendPort'), undefined);
  if (frontend && isFloating(properties)) return frontend;
  return unclear(`the backend port of rule ${name}, which is not given`);
}
