import { type ChildKind, setBack, type TypeBehaviour, withDefaults } from './behaviours.ts';
import { invalidReference, networkError, stillUpdating } from './errors.ts';
import { lastName, parentId } from './ids.ts';
import { copy, type Json, type Resource, sameId } from './json.ts';
import { checkPublicIp } from './public-ips.ts';
import type { ResourceStore } from './store.ts';

const flow = {
  allowBackendPortConflict: false,
  enableDestinationServiceEndpoint: false,
  enableFloatingIP: false,
  enableTcpReset: false,
  idleTimeoutInMinutes: 4,
};

const child = (property: string, defaults?: ChildKind['defaults'], children?: ChildKind[]): ChildKind => ({
  property,
  type: `Microsoft.Network/loadBalancers/${property}`,
  ...(defaults ? { defaults } : {}),
  ...(children ? { children } : {}),
});

export const loadBalancers: TypeBehaviour = {
  type: 'Microsoft.Network/loadBalancers',
  children: [
    child('frontendIPConfigurations'),
    child('backendAddressPools', undefined, [
      {
        property: 'loadBalancerBackendAddresses',
        type: 'Microsoft.Network/loadBalancers/backendAddressPools/loadBalancerBackendAddresses',
      },
    ]),
    child('loadBalancingRules', { ...flow, disableOutboundSnat: false }),
    child('probes'),
    child('inboundNatRules', { ...flow, frontendPort: 0 }),
    child('outboundRules'),
    child('inboundNatPools', flow),
  ],
  etag: 'weak',
  asynchronous: true,
  resourceGuid: true,
  complete(balancer, previous, { store }) {
    const { properties } = balancer;
    balancer.sku = { name: 'Basic', tier: 'Regional', ...balancer.sku };
    for (const list of this.children!) properties[list.property] ??= [];
    for (const frontend of properties.frontendIPConfigurations) {
      withDefaults(frontend.properties, { privateIPAllocationMethod: 'Dynamic' });
      if (frontend.properties.subnet) frontend.properties.privateIPAddressVersion ??= 'IPv4';
      if (frontend.properties.subnet && !frontend.properties.privateIPAddress)
        frontend.properties.privateIPAddress = '10.0.0.4';
    }
    for (const rule of properties.loadBalancingRules) {
      const p = rule.properties;
      if (p.backendAddressPools?.length > 0) p.backendAddressPool = { id: p.backendAddressPools[0].id };
      else if (p.backendAddressPool) p.backendAddressPools = [{ id: p.backendAddressPool.id }];
    }
    // Members that are interfaces belong to the interfaces: what a caller sends about them is not taken over.
    for (const pool of properties.backendAddressPools) {
      const addresses: Resource[] = pool.properties.loadBalancerBackendAddresses ?? [];
      pool.properties.loadBalancerBackendAddresses = addresses.filter(
        item => !item.properties?.networkInterfaceIPConfiguration,
      );
      for (const item of pool.properties.loadBalancerBackendAddresses)
        delete item.properties.inboundNatRulesPortMapping;
    }
    keepPortMappings(balancer, previous, store);
  },
  check(balancer, previous, { store }) {
    const { properties } = balancer;
    const standard = balancer.sku.name === 'Standard';
    if (previous && previous.sku?.name !== balancer.sku.name) {
      throw networkError(
        400,
        'LoadBalancerSkuCannotBeChanged',
        `Sku of load balancer ${balancer.id} cannot be changed.`,
      );
    }
    for (const frontend of properties.frontendIPConfigurations) {
      const reference = frontend.properties.publicIPAddress;
      const address = checkPublicIp(reference, frontend.id, store);
      if (reference?.id && !address) throw invalidReference(reference.id, frontend.id);
      if (address?.properties.provisioningState === 'Updating') throw stillUpdating(address.id, balancer.name);
      if (address && (address.sku?.name ?? 'Basic') !== balancer.sku.name) {
        throw networkError(
          400,
          'PublicIPAndLBSkuDoNotMatch',
          `${balancer.sku.name} sku load balancer ${balancer.id} cannot reference ${address.sku?.name ?? 'Basic'} sku publicIP ${address.id}.`,
        );
      }
    }
    const used = new Map<string, string>();
    const claim = (frontend: string, protocol: string, from: number, to: number, rule: string) => {
      for (let port = from; port <= to; port++) {
        for (const each of protocol === 'all' ? ['tcp', 'udp'] : [protocol]) {
          const key = `${frontend.toLowerCase()} ${each} ${port}`;
          const other = used.get(key);
          if (other !== undefined) {
            throw networkError(
              400,
              'RulesUseSameFrontendPortProtocolAndFrontendIPConfig',
              `Rules ${rule} and ${other} use the same frontend port ${port}, protocol and frontend ip configuration ${frontend}.`,
            );
          }
          used.set(key, rule);
        }
      }
    };
    const exists = (list: string, id: string | undefined, from: string) => {
      if (id === undefined || !(properties[list] ?? []).some((item: Resource) => sameId(item.id, id)))
        throw invalidReference(id ?? `(${list})`, from);
    };
    for (const rule of properties.inboundNatRules) {
      checkNatRule(rule, standard);
      const p = rule.properties;
      exists('frontendIPConfigurations', p.frontendIPConfiguration?.id, rule.id);
      if (p.backendAddressPool) exists('backendAddressPools', p.backendAddressPool.id, rule.id);
      const from = p.backendAddressPool ? p.frontendPortRangeStart : p.frontendPort;
      const to = p.backendAddressPool ? p.frontendPortRangeEnd : p.frontendPort;
      claim(p.frontendIPConfiguration.id, String(p.protocol ?? 'Tcp').toLowerCase(), from, to, rule.id);
    }
    for (const rule of properties.loadBalancingRules) {
      const p = rule.properties;
      exists('frontendIPConfigurations', p.frontendIPConfiguration?.id, rule.id);
      for (const pool of p.backendAddressPools ?? []) exists('backendAddressPools', pool.id, rule.id);
      claim(
        p.frontendIPConfiguration.id,
        String(p.protocol ?? 'Tcp').toLowerCase(),
        p.frontendPort,
        p.frontendPort,
        rule.id,
      );
    }
    for (const pool of properties.inboundNatPools) {
      const p = pool.properties;
      claim(
        p.frontendIPConfiguration?.id ?? '',
        String(p.protocol ?? 'Tcp').toLowerCase(),
        p.frontendPortRangeStart,
        p.frontendPortRangeEnd,
        pool.id,
      );
    }
  },
  render(balancer, store) {
    const { properties } = balancer;
    for (const frontend of properties.frontendIPConfigurations) {
      for (const list of ['loadBalancingRules', 'inboundNatRules', 'inboundNatPools', 'outboundRules']) {
        setBack(frontend.properties, list, users(properties[list], 'frontendIPConfiguration', frontend.id));
      }
    }
    for (const pool of properties.backendAddressPools) {
      const members = store.referrers(pool.id, 'loadBalancerBackendAddressPools').map(referrer => referrer.id);
      setBack(pool.properties, 'backendIPConfigurations', members);
      setBack(
        pool.properties,
        'loadBalancingRules',
        users(properties.loadBalancingRules, 'backendAddressPools', pool.id),
      );
      setBack(pool.properties, 'inboundNatRules', users(properties.inboundNatRules, 'backendAddressPool', pool.id));
      const addresses = pool.properties.loadBalancerBackendAddresses ?? [];
      pool.properties.loadBalancerBackendAddresses = [
        ...addresses,
        ...members.map(member => {
          const name = member.split('/').slice(-3)[0]!;
          return {
            name,
            id: `${pool.id}/loadBalancerBackendAddresses/${name}`,
            etag: balancer.etag,
            properties: { provisioningState: 'Succeeded', networkInterfaceIPConfiguration: { id: member } },
            type: 'Microsoft.Network/loadBalancers/backendAddressPools/loadBalancerBackendAddresses',
          };
        }),
      ];
      for (const address of pool.properties.loadBalancerBackendAddresses) {
        const mappings = portMappings(balancer, pool.id, memberKey(address));
        if (mappings.length > 0) {
          address.properties.inboundNatRulesPortMapping = mappings.map(
            ({ protocol: _protocol, ...mapping }) => mapping,
          );
        }
      }
    }
    for (const rule of properties.inboundNatRules) {
      const user = store.referrers(rule.id, 'loadBalancerInboundNatRules')[0];
      if (user) rule.properties.backendIPConfiguration = { id: user.id };
      else delete rule.properties.backendIPConfiguration;
    }
    for (const probe of properties.probes) {
      setBack(probe.properties, 'loadBalancingRules', users(properties.loadBalancingRules, 'probe', probe.id));
    }
    delete balancer.portMappings;
  },
  deleted(balancer, store) {
    // Azure takes the balancer's pools and NAT rules out of the interfaces that used them.
    const prefix = `${balancer.id.toLowerCase()}/`;
    for (const nic of store.ofType('microsoft.network/networkinterfaces')) {
      let changed = false;
      const next = copy(nic);
      for (const configuration of next.properties.ipConfigurations ?? []) {
        for (const list of ['loadBalancerBackendAddressPools', 'loadBalancerInboundNatRules']) {
          const before: { id: string }[] = configuration.properties[list] ?? [];
          const after = before.filter(reference => !reference.id.toLowerCase().startsWith(prefix));
          if (after.length === before.length) continue;
          changed = true;
          if (after.length > 0) configuration.properties[list] = after;
          else delete configuration.properties[list];
        }
      }
      if (changed) store.put(next);
    }
  },
};

function users(items: Resource[], property: string, id: string): string[] {
  return items
    .filter(item => {
      const value = item.properties[property];
      return Array.isArray(value) ? value.some(reference => sameId(reference.id, id)) : sameId(value?.id, id);
    })
    .map(item => item.id);
}

/** A port range may begin at 0, as recorded. */
function checkNatRule(rule: Resource, standard: boolean): void {
  const p = rule.properties;
  if (p.backendAddressPool) {
    if (!standard)
      throw networkError(
        400,
        'InboundNatRuleV2NotSupportedForBasicLoadBalancer',
        `Inbound NAT rule ${rule.id} with a backend pool needs a Standard load balancer.`,
      );
    if (p.frontendPort) {
      throw networkError(
        400,
        'UnsupportedSetOfInboundNatRulePropertiesWhenFrontendPortIsSpecified',
        `If FrontendPort ${p.frontendPort} is set, properties FrontendPortRangeStart, FrontendPortRangeEnd should be null.`,
      );
    }
    if (p.frontendPortRangeStart === undefined || p.frontendPortRangeEnd === undefined) {
      throw networkError(
        400,
        'MissedInboundNatRuleV2Properties',
        'For inbound Nat rule V2 properties FrontendPortRangeStart, FrontendPortRangeEnd should not be null.',
      );
    }
  } else if (p.frontendPortRangeStart !== undefined || p.frontendPortRangeEnd !== undefined) {
    throw networkError(
      400,
      'UnsupportedSetOfInboundNatRulePropertiesWhenFrontendPortIsSpecified',
      `If FrontendPort ${p.frontendPort} is set, properties FrontendPortRangeStart, FrontendPortRangeEnd should be null.`,
    );
  }
  for (const name of p.backendAddressPool
    ? ['backendPort', 'frontendPortRangeStart', 'frontendPortRangeEnd']
    : ['backendPort', 'frontendPort']) {
    if (!Number.isInteger(p[name]) || p[name] < (name === 'frontendPortRangeStart' ? 0 : 1) || p[name] > 65534) {
      throw networkError(400, 'LoadBalancerRulePortInvalid', `${name} ${p[name]} of ${rule.id} is not a port.`);
    }
  }
}

/** A pool member's key: its ip configuration's id, or its address. */
function memberKey(address: Resource): string {
  return String(
    address.properties?.networkInterfaceIPConfiguration?.id ?? address.properties?.ipAddress ?? address.name,
  ).toLowerCase();
}

/**
 * Gives every pool member one frontend port of each NAT rule with a port range, and keeps those given before.
 * The mapping is held on the balancer as `portMappings[rule name][member]`.
 */
export function keepPortMappings(balancer: Resource, previous: Resource | undefined, store: ResourceStore): void {
  const held: Record<string, Record<string, number>> = {};
  for (const rule of balancer.properties.inboundNatRules ?? []) {
    const p = rule.properties;
    if (!p.backendAddressPool) continue;
    const pool = balancer.properties.backendAddressPools.find((item: Resource) =>
      sameId(item.id, p.backendAddressPool.id),
    );
    const members = [
      ...(pool?.properties.loadBalancerBackendAddresses ?? []).map(memberKey),
      ...store
        .referrers(p.backendAddressPool.id, 'loadBalancerBackendAddressPools')
        .map(referrer => referrer.id.toLowerCase()),
    ];
    const before = (previous ?? balancer).portMappings?.[rule.name.toLowerCase()] ?? {};
    const ports: Record<string, number> = {};
    const inRange = (port: number) => port >= p.frontendPortRangeStart && port <= p.frontendPortRangeEnd;
    for (const member of members)
      if (before[member] !== undefined && inRange(before[member])) ports[member] = before[member];
    for (const member of members) {
      if (ports[member] !== undefined) continue;
      const taken = new Set(Object.values(ports));
      for (let port = p.frontendPortRangeStart; inRange(port); port++) {
        if (taken.has(port)) continue;
        ports[member] = port;
        break;
      }
    }
    held[rule.name.toLowerCase()] = ports;
  }
  if (Object.keys(held).length > 0) balancer.portMappings = held;
  else delete balancer.portMappings;
}

/** `queryInboundNatRulePortMapping` of a pool for one address or ip configuration. */
export function queryPortMapping(balancer: Resource, poolName: string, body: Json, store: ResourceStore): object {
  const pool = (balancer.properties.backendAddressPools ?? []).find(
    (item: Resource) => item.name.toLowerCase() === poolName.toLowerCase(),
  );
  if (!pool) throw networkError(404, 'NotFound', `Resource ${balancer.id}/backendAddressPools/${poolName} not found.`);
  const member = body?.ipConfiguration?.id ?? body?.ipAddress;
  const byAddress = store.referrers(pool.id, 'loadBalancerBackendAddressPools').find(referrer => {
    const nic = store.get(parentId(referrer.id));
    const found = (nic?.properties.ipConfigurations ?? []).find((item: Resource) => sameId(item.id, referrer.id));
    return found?.properties.privateIPAddress === member;
  });
  const key = String(byAddress?.id ?? member ?? '').toLowerCase();
  const mappings = portMappings(balancer, pool.id, key);
  if (mappings.length === 0) {
    throw networkError(
      400,
      'InvalidInboundNatRulePortMappingRequest',
      `${member} is not a member of backend pool ${lastName(pool.id)}.`,
    );
  }
  return {
    inboundNatRulePortMappings: mappings.map(({ inboundNatRuleName, protocol, frontendPort, backendPort }) => ({
      inboundNatRuleName,
      protocol,
      frontendPort,
      backendPort,
    })),
  };
}

function portMappings(balancer: Resource, pool: string, member: string) {
  return (balancer.properties.inboundNatRules ?? [])
    .filter((rule: Resource) => sameId(rule.properties.backendAddressPool?.id, pool))
    .flatMap((rule: Resource) => {
      const frontendPort: number | undefined = balancer.portMappings?.[rule.name.toLowerCase()]?.[member];
      if (frontendPort === undefined) return [];
      const { protocol, backendPort } = rule.properties;
      return [{ inboundNatRuleName: rule.name, protocol, frontendPort, backendPort }];
    }) as { inboundNatRuleName: string; protocol: string; frontendPort: number; backendPort: number }[];
}
