import { type TypeBehaviour, withDefaults } from './behaviours.ts';
import { invalidReference, networkError, stillUpdating } from './errors.ts';
import { parentId } from './ids.ts';
import { type Resource, sameId } from './json.ts';
import { checkPublicIp } from './public-ips.ts';
import type { ResourceStore } from './store.ts';

export const networkInterfaces: TypeBehaviour = {
  type: 'Microsoft.Network/networkInterfaces',
  children: [
    { property: 'ipConfigurations', type: 'Microsoft.Network/networkInterfaces/ipConfigurations' },
    { property: 'tapConfigurations', type: 'Microsoft.Network/networkInterfaces/tapConfigurations' },
  ],
  etag: 'weak',
  asynchronous: true,
  resourceGuid: true,
  complete(nic, previous, { store }) {
    const { properties } = nic;
    // The machine says which interfaces it has, whatever a caller sends.
    delete properties.virtualMachine;
    if (previous?.properties.primary !== undefined) properties.primary = previous.properties.primary;
    nic.kind = 'Regular';
    const suffix =
      previous?.properties.dnsSettings?.internalDomainNameSuffix ??
      'local0000000000000000000000.bx.internal.cloudapp.net';
    properties.dnsSettings = {
      dnsServers: [],
      appliedDnsServers: [],
      internalDomainNameSuffix: suffix,
      ...properties.dnsSettings,
    };
    if (properties.dnsSettings.internalDnsNameLabel) {
      properties.dnsSettings.internalFqdn = `${properties.dnsSettings.internalDnsNameLabel}.${suffix}`;
    }
    withDefaults(properties, {
      enableAcceleratedNetworking: false,
      vnetEncryptionSupported: false,
      enableIPForwarding: false,
      disableTcpStateTracking: false,
      hostedWorkloads: [],
      tapConfigurations: [],
      nicType: 'Standard',
      allowPort25Out: true,
      auxiliaryMode: 'None',
      auxiliarySku: 'None',
    });
    if (previous?.properties.macAddress) properties.macAddress = previous.properties.macAddress;
    const configurations: Resource[] = properties.ipConfigurations ?? [];
    const hasPrimary = configurations.some(configuration => configuration.properties.primary === true);
    for (const [index, configuration] of configurations.entries()) {
      const p = configuration.properties;
      p.primary ??= !hasPrimary && index === 0;
      withDefaults(p, { privateIPAddressVersion: 'IPv4', privateIPAllocationMethod: 'Dynamic' });
      const before = previous?.properties.ipConfigurations?.find((old: Resource) => sameId(old.id, configuration.id));
      const isStatic = String(p.privateIPAllocationMethod).toLowerCase() === 'static';
      if (!isStatic || !p.privateIPAddress) {
        p.privateIPAddress =
          before && sameId(before.properties.subnet?.id, p.subnet?.id)
            ? before.properties.privateIPAddress
            : (p.privateIPAddress ??
              nextPrivateAddress(p.subnet?.id, p.privateIPAddressVersion, store, configurations));
      }
    }
  },
  check(nic, previous, { store }) {
    const configurations: Resource[] = nic.properties.ipConfigurations ?? [];
    if (configurations.length === 0) {
      throw networkError(
        400,
        'NetworkInterfaceMustHaveOneIpConfiguration',
        `Network interface ${nic.id} must have at least one ip configuration.`,
      );
    }
    if (previous?.properties.virtualMachine && nic.location !== previous.location) {
      throw networkError(400, 'InvalidResourceLocation', `The location of ${nic.id} cannot be changed.`);
    }
    const skus = new Set<string>();
    const publicBalancers = new Set<string>();
    for (const configuration of configurations) {
      const p = configuration.properties;
      if (!p.subnet?.id && p.privateIPAddressVersion !== 'IPv6')
        throw networkError(400, 'SubnetRequired', `Ip configuration ${configuration.id} must reference a subnet.`);
      const address = checkPublicIp(p.publicIPAddress, configuration.id, store);
      if (address) skus.add(address.sku?.name ?? 'Basic');
      for (const list of ['loadBalancerBackendAddressPools', 'loadBalancerInboundNatRules']) {
        for (const reference of p[list] ?? []) {
          const balancer = store.get(parentId(reference.id));
          if (!balancer) throw invalidReference(reference.id, configuration.id);
          if (balancer.properties.provisioningState === 'Updating') throw stillUpdating(balancer.id, nic.id);
          const segment = list === 'loadBalancerBackendAddressPools' ? 'backendAddressPools' : 'inboundNatRules';
          const child = (balancer.properties[segment] ?? []).find((item: Resource) => sameId(item.id, reference.id));
          if (!child) throw invalidReference(reference.id, configuration.id);
          skus.add(balancer.sku?.name ?? 'Basic');
          const isPublic = (balancer.properties.frontendIPConfigurations ?? []).some(
            (f: Resource) => f.properties?.publicIPAddress,
          );
          if (isPublic) publicBalancers.add(balancer.id.toLowerCase());
          if (segment === 'inboundNatRules') checkNatRule(child, configuration, store);
        }
      }
    }
    if (skus.size > 1) {
      throw networkError(
        400,
        'DifferentSkuLoadBalancersAndPublicIPAddressNotAllowed',
        `Different basic sku and standard sku load balancer or public Ip resources in availability set is not allowed ${[...publicBalancers].join(' and ') || nic.id}.`,
      );
    }
    if (publicBalancers.size > 1) {
      throw networkError(
        400,
        'NetworkInterfaceUsesMultipleLoadBalancersOfSameType',
        `Network interface ${nic.id} references more than one load balancer of the same type (internal or public): ${[...publicBalancers].join(', ')}.`,
      );
    }
    checkAvailabilitySet(nic, skus, store);
  },
  render(nic, store) {
    delete nic.properties.virtualMachine;
    const machine = store
      .referrers(nic.id, 'networkInterfaces')
      .find(referrer => /\/virtualmachines\/[^/]+$/i.test(referrer.id));
    if (machine) nic.properties.virtualMachine = { id: machine.id };
  },
  inUse(nic, store) {
    const machine = store
      .referrers(nic.id, 'networkInterfaces')
      .find(referrer => /\/virtualmachines\/[^/]+$/i.test(referrer.id));
    if (!machine) return undefined;
    return networkError(
      400,
      'NicInUse',
      `Network Interface ${nic.id} is used by existing resource ${machine.id}. In order to delete the network interface, it must be dissociated from the resource. To learn more, see aka.ms/deletenic.`,
    );
  },
};

/** A NAT rule with a backend port of its own serves one ip configuration, and no two of them the same backend port. */
function checkNatRule(rule: Resource, configuration: Resource, store: ResourceStore): void {
  if (rule.properties.backendAddressPool) {
    throw networkError(
      400,
      'InboundNatRuleV2CannotBeReferencedByIpConfiguration',
      `Inbound NAT rule ${rule.id} targets a backend pool and cannot be referenced by ${configuration.id}.`,
    );
  }
  const holder = store
    .referrers(rule.id, 'loadBalancerInboundNatRules')
    .find(referrer => !sameId(referrer.id, configuration.id));
  if (holder) {
    throw networkError(400, 'InboundNatRuleInUse', `Inbound NAT rule ${rule.id} is already used by ${holder.id}.`);
  }
  for (const other of balancedTo(configuration, store)) {
    const same =
      !sameId(other.id, rule.id) &&
      rule.properties.backendPort !== undefined &&
      other.properties.backendPort === rule.properties.backendPort &&
      String(other.properties.protocol).toLowerCase() === String(rule.properties.protocol).toLowerCase() &&
      !other.properties.enableFloatingIP;
    if (!same) continue;
    const oneBalancer = sameId(parentId(other.id), parentId(rule.id));
    throw networkError(
      400,
      oneBalancer
        ? 'RulesUseSameBackendPortProtocolAndIPConfig'
        : 'RulesOfSameLoadBalancerTypeUseSameBackendPortProtocolAndIPConfig',
      `Load balancer rules ${rule.id} and ${other.id} with floating IP disabled use the same backend port ${rule.properties.backendPort} and protocol ${rule.properties.protocol}, and must not be used with the same backend IP ${configuration.id}.`,
    );
  }
}

/** The rules by which balancers send to an ip configuration: its inbound NAT rules, and those of its pools. */
function balancedTo(configuration: Resource, store: ResourceStore): Resource[] {
  const { loadBalancerInboundNatRules = [], loadBalancerBackendAddressPools = [] } = configuration.properties;
  const own = loadBalancerInboundNatRules.flatMap(({ id }: { id: string }) =>
    (store.get(parentId(id))?.properties.inboundNatRules ?? []).filter((item: Resource) => sameId(item.id, id)),
  );
  const ofPools = loadBalancerBackendAddressPools.flatMap(({ id }: { id: string }) =>
    (store.get(parentId(id))?.properties.loadBalancingRules ?? []).filter((item: Resource) =>
      (item.properties.backendAddressPools ?? []).some((pool: { id: string }) => sameId(pool.id, id)),
    ),
  );
  return [...own, ...ofPools];
}

/** All interfaces of an availability set's machines use one sku of load balancers and public addresses. */
function checkAvailabilitySet(nic: Resource, skus: ReadonlySet<string>, store: ResourceStore): void {
  if (skus.size === 0) return;
  const machineId = store.referrers(nic.id, 'networkInterfaces')[0]?.id;
  const set = machineId === undefined ? undefined : store.get(machineId)?.properties.availabilitySet?.id;
  if (!set) return;
  for (const { id: other } of store.referrers(set, 'availabilitySet')) {
    for (const reference of store.get(other)?.properties.networkProfile?.networkInterfaces ?? []) {
      if (sameId(reference.id, nic.id)) continue;
      for (const configuration of store.get(reference.id)?.properties.ipConfigurations ?? []) {
        const address = store.get(configuration.properties.publicIPAddress?.id ?? '');
        const sku = address ? (address.sku?.name ?? 'Basic') : undefined;
        if (sku !== undefined && !skus.has(sku)) {
          throw networkError(
            400,
            'DifferentSkuLoadBalancersAndPublicIPAddressNotAllowed',
            `Different basic sku and standard sku load balancer or public Ip resources in availability set is not allowed ${nic.id} and ${address!.id}.`,
          );
        }
      }
    }
  }
}

function nextPrivateAddress(
  subnetId: string | undefined,
  version: string,
  store: ResourceStore,
  own: readonly Resource[],
): string | undefined {
  if (!subnetId) return undefined;
  const subnet = (store.get(parentId(subnetId))?.properties.subnets ?? []).find((item: Resource) =>
    sameId(item.id, subnetId),
  );
  const prefixes: string[] =
    subnet?.properties.addressPrefixes ?? (subnet?.properties.addressPrefix ? [subnet.properties.addressPrefix] : []);
  const used = new Set(own.map(configuration => configuration.properties.privateIPAddress));
  for (const referrer of store.referrers(subnetId, 'subnet')) {
    const holder = store.get(parentId(referrer.id));
    for (const configuration of holder?.properties.ipConfigurations ?? [])
      used.add(configuration.properties.privateIPAddress);
  }
  if (version === 'IPv6') {
    const prefix = prefixes.find(candidate => candidate.includes(':'))?.split('/')[0] ?? 'fd00::';
    for (let host = 4; ; host++) if (!used.has(`${prefix}${host.toString(16)}`)) return `${prefix}${host.toString(16)}`;
  }
  const base = (prefixes.find(candidate => candidate.includes('.'))?.split('/')[0] ?? '10.0.0.0')
    .split('.')
    .map(Number);
  const start = ((base[0]! * 256 + base[1]!) * 256 + base[2]!) * 256 + base[3]!;
  for (let host = 4; ; host++) {
    const number = start + host;
    const text = [24, 16, 8, 0].map(shift => Math.floor(number / 2 ** shift) % 256).join('.');
    if (!used.has(text)) return text;
  }
}
