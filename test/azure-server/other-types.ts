import { references, setBack, type TypeBehaviour, withDefaults } from './behaviours.ts';
import { invalidReference, networkError } from './errors.ts';
import type { Json } from './json.ts';
import { loadBalancers } from './load-balancers.ts';
import { networkInterfaces } from './network-interfaces.ts';
import { checkPublicIp, publicIpAddresses, publicIpPrefixes } from './public-ips.ts';
import { securityGroups } from './security-groups.ts';
import { virtualNetworks } from './virtual-networks.ts';

const network = (name: string, rest: Partial<TypeBehaviour> = {}): TypeBehaviour => ({
  type: `Microsoft.Network/${name}`,
  etag: 'weak',
  asynchronous: true,
  ...rest,
});

const firewallCollections = ['natRuleCollections', 'networkRuleCollections', 'applicationRuleCollections'];

const azureFirewalls = network('azureFirewalls', {
  children: [
    { property: 'ipConfigurations', type: 'Microsoft.Network/azureFirewalls/azureFirewallIpConfigurations' },
    ...firewallCollections.map(property => ({ property, type: `Microsoft.Network/azureFirewalls/${property}` })),
  ],
  complete(firewall, previous) {
    const { properties } = firewall;
    properties.sku = { name: 'AZFW_VNet', tier: 'Standard', ...properties.sku };
    withDefaults(properties, { threatIntelMode: 'Alert', ipConfigurations: [] });
    for (const list of firewallCollections) {
      properties[list] ??= [];
      if (list !== 'natRuleCollections') continue;
      for (const collection of properties[list]) {
        for (const rule of collection.properties?.rules ?? [])
          withDefaults(rule, { sourceAddresses: [], sourceIpGroups: [] });
      }
    }
    for (const [index, configuration] of properties.ipConfigurations.entries()) {
      const before = previous?.properties.ipConfigurations?.[index]?.properties.privateIPAddress;
      withDefaults(configuration.properties, { privateIPAllocationMethod: 'Dynamic' });
      if (configuration.properties.subnet) configuration.properties.privateIPAddress ??= before ?? '10.0.255.4';
    }
  },
  check(firewall, _previous, { store }) {
    for (const configuration of firewall.properties.ipConfigurations) {
      checkPublicIp(configuration.properties?.publicIPAddress, configuration.id, store);
    }
    if (firewall.properties.firewallPolicy && firewallCollections.some(list => firewall.properties[list].length > 0)) {
      throw networkError(
        400,
        'AzureFirewallPolicyAndRuleCollectionsConflict',
        `Azure Firewall ${firewall.id} has a policy and cannot have rule collections of its own.`,
      );
    }
  },
});

const firewallPolicies = network('FirewallPolicies', {
  etag: 'bare',
  complete(policy) {
    withDefaults(policy.properties, { threatIntelMode: 'Alert' });
  },
  render(policy, store) {
    policy.properties.childPolicies = references(store.referrers(policy.id, 'basePolicy').map(referrer => referrer.id));
    policy.properties.firewalls = references(store.referrers(policy.id, 'firewallPolicy').map(referrer => referrer.id));
    const groups = store.ofType('microsoft.network/firewallpolicies/rulecollectiongroups');
    const own = `${policy.id.toLowerCase()}/`;
    policy.properties.ruleCollectionGroups = references(
      groups.filter(group => group.id.toLowerCase().startsWith(own)).map(group => group.id),
    );
  },
  inUse(policy, store) {
    const user = store.referrers(policy.id, 'firewallPolicy')[0] ?? store.referrers(policy.id, 'basePolicy')[0];
    return (
      user && networkError(400, 'FirewallPolicyCannotBeDeleted', `Firewall policy ${policy.id} is used by ${user.id}.`)
    );
  },
});

const ruleCollectionGroups = network('FirewallPolicies/RuleCollectionGroups', {
  etag: 'bare',
  complete(group, _previous, { store }) {
    group.location ??= store.get(group.id.split('/').slice(0, -2).join('/'))?.location;
    group.properties.ruleCollections ??= [];
    for (const collection of group.properties.ruleCollections) {
      for (const rule of collection.rules ?? []) {
        if (rule.ruleType === 'ApplicationRule') continue;
        withDefaults(rule, { sourceIpGroups: [] });
        if (rule.ruleType === 'NetworkRule') withDefaults(rule, { destinationIpGroups: [], destinationFqdns: [] });
      }
    }
  },
  check(group) {
    const { priority } = group.properties;
    if (!Number.isInteger(priority) || priority < 100 || priority > 65000) {
      throw networkError(
        400,
        'FirewallPolicyRuleCollectionGroupInvalidPriority',
        `Priority ${priority} of ${group.id} is not between 100 and 65000.`,
      );
    }
  },
});

const bastionHosts = network('bastionHosts', {
  children: [{ property: 'ipConfigurations', type: 'Microsoft.Network/bastionHosts/bastionHostIpConfigurations' }],
  complete(bastion) {
    bastion.sku = { name: 'Basic', ...bastion.sku };
    for (const configuration of bastion.properties.ipConfigurations ?? []) {
      withDefaults(configuration.properties, { privateIPAllocationMethod: 'Dynamic' });
    }
  },
  check(bastion, _previous, { store }) {
    const developer = bastion.sku.name === 'Developer';
    const target = developer
      ? bastion.properties.virtualNetwork?.id
      : bastion.properties.ipConfigurations?.[0]?.properties?.subnet?.id;
    if (!target)
      throw networkError(
        400,
        'BastionHostConfigurationMissing',
        `Bastion host ${bastion.id} names neither a subnet nor a virtual network.`,
      );
    if (developer && !store.get(target)) throw invalidReference(target, bastion.id);
    if (!developer && !/\/subnets\/azurebastionsubnet$/i.test(target)) {
      throw networkError(
        400,
        'BastionHostSubnetNameInvalid',
        `Subnet ${target} of ${bastion.id} must be named AzureBastionSubnet.`,
      );
    }
  },
});

const natGateways = network('natGateways', {
  resourceGuid: true,
  complete(gateway) {
    gateway.sku = { name: 'Standard', ...gateway.sku, tier: 'Regional' };
  },
  render(gateway, store) {
    setBack(
      gateway.properties,
      'subnets',
      store.referrers(gateway.id, 'natGateway').map(referrer => referrer.id),
    );
  },
  inUse(gateway, store) {
    const user = store.referrers(gateway.id, 'natGateway')[0];
    return (
      user && networkError(400, 'InUseNatGatewayCannotBeDeleted', `NAT gateway ${gateway.id} is in use by ${user.id}.`)
    );
  },
});

const dnsZones = network('dnsZones', {
  etag: 'bare',
  asynchronous: false,
  complete(zone) {
    withDefaults(zone.properties, {
      zoneType: 'Public',
      maxNumberOfRecordSets: 10000,
      nameServers: [1, 2, 3, 4].map(number => `ns${number}-01.azure-dns.example.`),
    });
  },
  render(zone, store) {
    const own = `${zone.id.toLowerCase()}/`;
    const sets = store.ofTypes(['microsoft.network/dnszones/cname', 'microsoft.network/dnszones/a']);
    // Every zone has its SOA and NS records.
    zone.properties.numberOfRecordSets = 2 + sets.filter(set => set.id.toLowerCase().startsWith(own)).length;
  },
});

const recordSet = (kind: 'CNAME' | 'A'): TypeBehaviour =>
  network(`dnsZones/${kind}`, {
    etag: 'bare',
    asynchronous: false,
    global: true,
    complete(set) {
      const [zone, , name] = set.id.split('/').slice(-3);
      set.properties.fqdn = `${name === '@' ? '' : `${name}.`}${zone}.`;
      delete set.properties.provisioningState;
    },
    check(set, _previous, { store }) {
      const [zoneId, name] = [set.id.split('/').slice(0, -2).join('/'), set.id.split('/').pop()];
      if (!store.get(zoneId)) throw networkError(404, 'ParentResourceNotFound', `The zone of ${set.id} was not found.`);
      const { TTL, CNAMERecord } = set.properties;
      if (!Number.isInteger(TTL) || TTL < 1)
        throw networkError(400, 'BadRequest', 'The TTL of a record set must be at least 1.');
      if (kind === 'CNAME' && (name === '@' || typeof CNAMERecord?.cname !== 'string')) {
        throw networkError(400, 'BadRequest', `The CNAME record set '${name}' is not valid.`);
      }
      const other = `${zoneId}/${kind === 'CNAME' ? 'A' : 'CNAME'}/${name}`;
      if (store.get(other)) {
        throw networkError(
          400,
          'BadRequest',
          `A CNAME record set and another record set cannot both be named '${name}'.`,
        );
      }
    },
  });

const compute = (name: string): TypeBehaviour => ({
  type: `Microsoft.Compute/${name}`,
  etag: 'none',
  asynchronous: true,
  // Unlike the network provider's, a PUT of a machine keeps what it does not name.
  complete(resource, previous) {
    if (previous) resource.properties = merged(previous.properties, resource.properties);
  },
});

function merged(before: Json, after: Json): Json {
  if (before === null || typeof before !== 'object' || Array.isArray(before)) return after ?? before;
  if (after === null || typeof after !== 'object' || Array.isArray(after)) return after ?? before;
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return Object.fromEntries(names.map(name => [name, merged(before[name], after[name])]));
}

/** All types that the local Azure can hold, by type in lower case. */
export const behaviours: ReadonlyMap<string, TypeBehaviour> = new Map(
  [
    securityGroups,
    virtualNetworks,
    publicIpAddresses,
    publicIpPrefixes,
    networkInterfaces,
    loadBalancers,
    azureFirewalls,
    firewallPolicies,
    ruleCollectionGroups,
    bastionHosts,
    natGateways,
    network('applicationSecurityGroups', { asynchronous: true }),
    network('ipGroups'),
    network('routeTables'),
    network('applicationGateways', { resourceGuid: true }),
    network('networkWatchers', { asynchronous: false, putState: 'Succeeded' }),
    network('networkManagers'),
    dnsZones,
    recordSet('CNAME'),
    recordSet('A'),
    compute('virtualMachines'),
    compute('virtualMachineScaleSets'),
    compute('virtualMachineScaleSets/virtualMachines'),
    compute('virtualMachineScaleSets/virtualMachines/networkInterfaces'),
    compute('virtualMachineScaleSets/virtualMachines/networkInterfaces/ipConfigurations/publicIPAddresses'),
    compute('availabilitySets'),
  ].map(behaviour => [behaviour.type.toLowerCase(), behaviour]),
);
