import fc from 'fast-check';
import {
  type Json,
  loadBalancer,
  machineId,
  networkId,
  part,
  publicFrontend,
  publicIp,
  resource,
  rule,
  subnetId,
} from '../network/azure-resources.ts';
import { type EstateShape, estate } from './estates.ts';

const sources = fc.constantFrom(
  ...['*', '*', 'Internet', '0.0.0.0/0', '0.0.0.0/1', '128.0.0.0/1', '203.0.113.0/24', '203.0.113.0/28', '::/0'],
  ...['VirtualNetwork', '10.0.0.0/8', '198.51.0.0/16', 'AzureCloud', '203.0.113.0/24,198.51.0.0/16,2001:db8::/32'],
);
const ports = fc.constantFrom('22', '22', '*', '20-25', '22,443', '443', '3389', '22,3389', '80,443', '1-65535');

const anything = fc
  .uniqueArray(
    fc.record({
      priority: fc.oneof(fc.integer({ min: 100, max: 108 }), fc.integer({ min: 4090, max: 4096 })),
      access: fc.constantFrom('Allow', 'Allow', 'Deny'),
      protocol: fc.constantFrom('Tcp', '*', 'Udp'),
      source: sources,
      ports,
      destination: fc.constantFrom('*', '*', '*', '10.0.0.4', '10.0.0.0/24', 'VirtualNetwork'),
      sourcePort: fc.constantFrom('*', '*', '*', '1024-65535'),
      outbound: fc.constantFrom(false, false, false, false, true),
      justInTime: fc.constantFrom(false, false, false, false, false, false, true),
    }),
    { selector: one => `${one.priority} ${one.outbound}`, maxLength: 8 },
  )
  .map(list =>
    list.map((one, i): Json => {
      const text = `${one.priority} ${one.access} ${one.protocol} ${one.source} ${one.ports}`;
      const more = { destinationAddressPrefix: one.destination, sourcePortRange: one.sourcePort };
      const name = one.justInTime
        ? `MicrosoftDefenderForCloud-JITRule${one.access === 'Deny' ? '_' : '-'}${i}`
        : `r${i}`;
      return rule(name, text, one.outbound ? { ...more, direction: 'Outbound' } : more);
    }),
  );

/**
 * Rules of a group, crowded at both ends of the priorities, as Azure takes them; of most groups one rule opens SSH,
 * alone or among other ports.
 */
export const randomRules = fc
  .tuple(
    anything,
    fc.constantFrom('22', '22,443', '*', '20-25', undefined),
    fc.constantFrom('*', 'Internet', '0.0.0.0/0'),
  )
  .map(([rules, open, source]): readonly Json[] => {
    if (open === undefined) return rules;
    const inbound = rules.findLastIndex(
      one =>
        (one.properties as { direction: string }).direction === 'Inbound' && !String(one.name).startsWith('Microsoft'),
    );
    return rules.map((one, i) => {
      const { priority } = one.properties as { priority: number };
      return i === inbound ? rule(String(one.name), `${priority} Allow Tcp ${source} ${open}`) : one;
    });
  });

const dnatRule = fc.record({
  sources: fc.constantFrom(
    ['*'],
    ['0.0.0.0/0'],
    ['203.0.113.0/24'],
    ['203.0.113.0/24', '198.51.0.0/16'],
    ['10.0.0.0/8'],
  ),
  frontend: fc.integer({ min: 2000, max: 2005 }),
  port: fc.constantFrom('22', '22', '3389', '443'),
  host: fc.integer({ min: 4, max: 6 }),
});

/** A load-balancing rule to all of the pool. */
const balancedPort = fc.option(fc.constantFrom(22, 443), { nil: undefined });

const natRule = fc.record({ frontend: fc.integer({ min: 50_000, max: 50_004 }), port: fc.constantFrom(22, 3389, 443) });

export const randomEstates = fc
  .record(
    {
      rules: randomRules,
      subnetRules: fc.option(randomRules, { nil: undefined }),
      machines: fc.integer({ min: 1, max: 3 }),
      shared: fc.boolean(),
      nat: fc.option(fc.uniqueArray(natRule, { selector: one => one.frontend, maxLength: 3 }), { nil: undefined }),
      dnat: fc.option(fc.uniqueArray(dnatRule, { selector: one => one.frontend, minLength: 1, maxLength: 4 }), {
        nil: undefined,
      }),
      balanced: balancedPort,
      policy: fc.boolean(),
    },
    { requiredKeys: ['rules', 'machines', 'shared', 'policy'] },
  )
  .map(({ nat, balanced, dnat, policy, ...shape }): Json[] => [
    ...withBalancer(estate(shape as EstateShape), nat, balanced),
    ...firewall(dnat, policy),
  ]);

type Nat = { readonly frontend: number; readonly port: number };
type Dnat = {
  readonly sources: readonly string[];
  readonly frontend: number;
  readonly port: string;
  readonly host: number;
};

/** The first machine's interface behind a public load balancer, and its inbound NAT rules. */
function withBalancer(resources: readonly Json[], rules: readonly Nat[] | undefined, balanced?: number): Json[] {
  if (!rules) return [...resources];
  const pool = part('lb', 'backendAddressPools', 'pool');
  // Two rules to one port of a machine is what Azure refuses.
  const own = rules.filter(
    (one, i) => one.port !== balanced && rules.findIndex(other => other.port === one.port) === i,
  );
  const balancing = {
    name: 'balanced',
    properties: {
      frontendIPConfiguration: part('lb', 'frontendIPConfigurations', 'fe'),
      backendAddressPools: [pool],
      protocol: 'Tcp',
      frontendPort: 8000,
      backendPort: balanced,
    },
  };
  const references = own.map(one => part('lb', 'inboundNatRules', `nat-${one.frontend}`));
  const joined = resources.map(one => {
    if (one.name !== 'nic1') return one;
    const { properties } = one as { properties: { ipConfigurations: { properties: Json }[] } };
    const configurations = properties.ipConfigurations.map(item => ({
      ...item,
      properties: {
        ...item.properties,
        loadBalancerBackendAddressPools: [pool],
        ...(references.length > 0 ? { loadBalancerInboundNatRules: references } : {}),
      },
    }));
    return { ...one, properties: { ...properties, ipConfigurations: configurations } };
  });
  const natRules = own.map(one => ({
    name: `nat-${one.frontend}`,
    ...part('lb', 'inboundNatRules', `nat-${one.frontend}`),
    properties: {
      frontendIPConfiguration: part('lb', 'frontendIPConfigurations', 'fe'),
      backendIPConfiguration: { id: `${networkId('networkInterfaces', 'nic1')}/ipConfigurations/ipconfig1` },
      protocol: 'Tcp',
      frontendPort: one.frontend,
      backendPort: one.port,
    },
  }));
  return [
    ...joined,
    publicIp('lb-ip', 'Standard', '20.0.1.1', { publicIPAllocationMethod: 'Static' }),
    loadBalancer('lb', 'Standard', {
      frontendIPConfigurations: [publicFrontend('lb', 'lb-ip')],
      backendAddressPools: [{ ...pool, name: 'pool', properties: {} }],
      inboundNatRules: natRules,
      loadBalancingRules: balanced === undefined ? [] : [balancing],
    }),
  ];
}

function firewall(rules: readonly Dnat[] | undefined, withPolicy: boolean): Json[] {
  if (!rules) return [];
  const translated = rules.map(one => ({
    name: `dnat-${one.frontend}`,
    sourceAddresses: one.sources,
    destinationAddresses: ['20.0.1.2'],
    destinationPorts: [String(one.frontend)],
    translatedAddress: `10.0.0.${one.host}`,
    translatedPort: one.port,
  }));
  const configuration = {
    name: 'fw',
    properties: {
      privateIPAddress: '10.0.9.4',
      subnet: { id: subnetId('AzureFirewallSubnet') },
      publicIPAddress: { id: networkId('publicIPAddresses', 'fw-ip') },
    },
  };
  const address = publicIp('fw-ip', 'Standard', '20.0.1.2', { publicIPAllocationMethod: 'Static' });
  const sku = { name: 'AZFW_VNet', tier: 'Standard' };
  if (!withPolicy) {
    const collection = {
      name: 'in',
      properties: {
        priority: 200,
        action: { type: 'Dnat' },
        rules: translated.map(one => ({ ...one, protocols: ['TCP'] })),
      },
    };
    const properties = { sku, ipConfigurations: [configuration], natRuleCollections: [collection] };
    return [address, resource('azureFirewalls', 'fw', properties)];
  }
  const policy = networkId('firewallPolicies', 'fw-policy');
  const properties = { sku, ipConfigurations: [configuration], firewallPolicy: { id: policy } };
  return [
    address,
    resource('firewallPolicies', 'fw-policy', { sku: { tier: 'Standard' } }),
    resource('azureFirewalls', 'fw', properties),
    {
      id: `${policy}/ruleCollectionGroups/inbound`,
      name: 'inbound',
      type: 'Microsoft.Network/firewallPolicies/ruleCollectionGroups',
      properties: {
        priority: 100,
        ruleCollections: [
          {
            ruleCollectionType: 'FirewallPolicyNatRuleCollection',
            name: 'in',
            priority: 100,
            action: { type: 'DNAT' },
            rules: translated.map(one => ({ ...one, ruleType: 'NatRule', ipProtocols: ['TCP'] })),
          },
        ],
      },
    },
  ];
}

export const firstMachine = machineId('vm1');
