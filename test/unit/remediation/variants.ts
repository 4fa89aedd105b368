import type { Plan, PlanAction, PlanRequest } from '../../../src/remediation/plan.ts';
import { EstateBuilder } from '../../azure-server/estate-builder.ts';
import { type LiveEstate, subscriptionId } from './live-estate.ts';

const location = 'westeurope';

export interface Variant {
  readonly title: string;
  readonly action: PlanAction;
  /** Names of machines. */
  readonly machines: readonly string[];
  readonly request: Partial<PlanRequest>;
}

const base = `/subscriptions/${subscriptionId}/resourceGroups`;
export const idOf = (group: string, type: string, name: string): string => `${base}/${group}/providers/${type}/${name}`;
export const webGroup = idOf('web', 'Microsoft.Network/networkSecurityGroups', 'web-nsg');
export const fullGroup = idOf('web', 'Microsoft.Network/networkSecurityGroups', 'full-nsg');
const admins = idOf('web', 'Microsoft.Network/applicationSecurityGroups', 'admins');
const office = ['203.0.113.7', '198.51.100.0/28'];

/** Every action with what it can be asked for, each on a machine of the estate below. */
export const variants: readonly Variant[] = [
  variant('deny: a split, and one Deny', 'deny', ['web1'], {}),
  variant('deny: no free priority, in place', 'deny', ['full1'], {}),
  variant('deny: no free priority, renumbered', 'deny', ['full1'], { whenFull: 'renumber' }),
  variant('delete', 'delete', ['web1'], {}),
  variant('deny management ports', 'deny-management-ports', ['web1'], {}),
  variant('deny management ports, renumbered', 'deny-management-ports', ['full1'], {}),
  variant('tighten to an address', 'tighten', ['web1'], { sources: ['203.0.113.7'] }),
  variant('tighten to several, IPv6 among them', 'tighten', ['web1'], { sources: [...office, '2001:db8:1::/64'] }),
  variant('tighten to the network and an address', 'tighten', ['web1'], { sources: ['VirtualNetwork', '203.0.113.7'] }),
  variant('tighten to an application group', 'tighten', ['web1'], { sources: [admins] }),
  variant('tighten in a full group', 'tighten', ['full1'], { sources: office }),
  variant('tighten RDP', 'tighten', ['rdp1'], { port: 3389, sources: office }),
  variant('jump path: new load balancer', 'jump-path', ['web1'], { sources: office }),
  variant('jump path: label, and the direct way closed', 'jump-path', ['web1'], {
    sources: ['203.0.113.7'],
    closeDirect: true,
    dnsLabel: 'jump-web1',
  }),
  variant('jump path: several machines', 'jump-path', ['web1', 'web2'], { sources: office, closeDirect: true }),
  variant('jump path: existing load balancer', 'jump-path', ['app1'], { sources: office }),
  variant('jump path: a machine without a group', 'jump-path', ['bare1'], { sources: office }),
  variant('jump path: existing load balancer, its address named', 'jump-path', ['app1'], {
    sources: office,
    dnsLabel: 'jump-app1',
    dnsScope: 'TenantReuse',
  }),
  variant('jump path: denied, and the address left', 'jump-path', ['web1'], { sources: office, closing: ['deny'] }),
  variant('jump path: a NAT gateway instead of the addresses', 'jump-path', ['web1', 'web2'], {
    sources: office,
    closing: ['deny', 'dissociate'],
    wayOut: 'nat-gateway',
  }),
  variant('jump path: an outbound rule instead of the address', 'jump-path', ['rdp1'], {
    port: 3389,
    sources: office,
    closing: ['dissociate'],
    wayOut: 'outbound-rule',
  }),
  variant('jump path: nobody admitted', 'jump-path', ['web1'], {}),
  variant('just-in-time: new policy', 'just-in-time', ['app1'], { sources: office, hours: 2 }),
  variant('just-in-time: merged into the policy', 'just-in-time', ['web1'], {}),
  variant('request access', 'request-access', ['web2'], {
    sources: ['203.0.113.7'],
    hours: 1,
    justification: 'repair',
  }),
  variant('firewall DNAT: tighten, classic', 'firewall-dnat', ['inner1'], { sources: office }),
  variant('firewall DNAT: remove, classic', 'firewall-dnat', ['inner1'], {}),
  variant('firewall DNAT: tighten, policy', 'firewall-dnat', ['inner2'], { sources: office }),
  variant('firewall DNAT: remove, policy', 'firewall-dnat', ['inner2'], {}),
  variant('firewall DNAT: create, classic', 'firewall-dnat', ['inner3'], {
    sources: office,
    firewall: idOf('hub', 'Microsoft.Network/azureFirewalls', 'hub-fw'),
  }),
  variant('firewall DNAT: create, policy', 'firewall-dnat', ['inner3'], {
    sources: office,
    firewall: idOf('hub', 'Microsoft.Network/azureFirewalls', 'policy-fw'),
  }),
  variant('Bastion for developers', 'bastion-developer', ['web1'], {}),
  variant('Bastion for developers, the direct way closed', 'bastion-developer', ['web1'], { closeDirect: true }),
  variant('prevent', 'prevent', ['web1'], {}),
  variant('prevent: a subscription, enforced, with exclusions', 'prevent', [], {
    scope: `/subscriptions/${subscriptionId}`,
    exclusions: [`${base}/hub`],
    enforced: true,
  }),
  variant('fix all', 'fix-all', [], {}),
];

function variant(
  title: string,
  action: PlanAction,
  machines: readonly string[],
  request: Partial<PlanRequest>,
): Variant {
  return { title, action, machines, request };
}

export function planOf(live: LiveEstate, resources: readonly unknown[], one: Variant): Plan {
  return live.plan(resources, one.action, { machines: one.machines, ...one.request });
}

/** Machines on every kind of way in: shared groups, full groups, a load balancer, two firewalls, none at all. */
export function layVariants(live: LiveEstate): void {
  live.clear();
  const { azure } = live;
  const e = new EstateBuilder(azure, subscriptionId, location, '20.50');
  e.add('web', 'Microsoft.Network/applicationSecurityGroups', 'admins');
  e.securityGroup('web', 'web-nsg', {
    'allow-web': '300 allow tcp 22,443 from Internet',
    'allow-ssh': '310 allow tcp 22 from *',
    'allow-out': '320 allow tcp 8080 from 10.0.0.0/8',
  });
  e.securityGroup('web', 'full-nsg', {
    first: '100 allow tcp 80 from Internet',
    second: '101 allow tcp 22,8080 from Internet',
    third: '102 allow tcp 443 from Internet',
  });
  const rdp = e.securityGroup('web', 'rdp-nsg', { 'allow-rdp': '200 allow tcp 3389 from Internet' });
  const app = e.securityGroup('app', 'app-nsg', { 'allow-https': '200 allow tcp 443 from Internet' });
  const web = e.network('web', 'web-net', '10.1', {
    front: { networkSecurityGroup: { id: webGroup } },
    full: { networkSecurityGroup: { id: fullGroup } },
    plain: {},
  });
  e.machine('web', 'web1', { subnet: web.front!, publicIp: 'Standard' });
  e.machine('web', 'web2', { subnet: web.front!, publicIp: 'Standard' });
  e.machine('web', 'full1', { subnet: web.full!, publicIp: 'Standard' });
  e.machine('web', 'rdp1', { subnet: web.plain!, securityGroup: rdp, publicIp: 'Standard', os: 'Windows' });
  e.machine('web', 'bare1', { subnet: web.plain!, publicIp: 'Standard' });
  const balancer = e.loadBalancer('app', 'app-lb', 'Standard', {
    natRules: [{ name: 'other', frontendPort: 50_000, backendPort: 8443 }],
    rules: [{ name: 'https', frontendPort: 443, backendPort: 443 }],
  });
  e.machine('app', 'app1', { subnet: web.plain!, securityGroup: app, pools: [balancer.pool] });

  const hub = e.network('hub', 'hub-net', '10.2', { AzureFirewallSubnet: {}, inner: {} });
  for (const name of ['inner1', 'inner2', 'inner3']) e.machine('hub', name, { subnet: hub.inner! });
  const configuration = (address: string) => [
    {
      name: 'front',
      properties: { publicIPAddress: { id: address }, subnet: { id: hub.AzureFirewallSubnet } },
    },
  ];
  const classic = e.publicIp('hub', 'hub-fw-ip', 'Standard');
  e.add('hub', 'Microsoft.Network/azureFirewalls', 'hub-fw', {
    zones: ['1'],
    properties: {
      sku: { name: 'AZFW_VNet', tier: 'Standard' },
      ipConfigurations: configuration(classic),
      networkRuleCollections: [
        {
          name: 'out',
          properties: {
            priority: 300,
            action: { type: 'Allow' },
            rules: [
              {
                name: 'web',
                protocols: ['TCP'],
                sourceAddresses: ['10.2.0.0/16'],
                destinationAddresses: ['*'],
                destinationPorts: ['443'],
              },
            ],
          },
        },
      ],
      natRuleCollections: [
        {
          name: 'in',
          properties: {
            priority: 200,
            action: { type: 'Dnat' },
            rules: [
              dnat('ssh', live.azure.store.get(classic)!.properties.ipAddress, '2222', '10.2.1.4', '22'),
              dnat('web', live.azure.store.get(classic)!.properties.ipAddress, '443', '10.2.1.4', '443'),
            ],
          },
        },
      ],
    },
  });
  const policy = e.add('hub', 'Microsoft.Network/firewallPolicies', 'hub-policy', {
    properties: { sku: { tier: 'Standard' } },
  });
  const guarded = e.publicIp('hub', 'policy-fw-ip', 'Standard');
  e.add('hub', 'Microsoft.Network/azureFirewalls', 'policy-fw', {
    properties: {
      sku: { name: 'AZFW_VNet', tier: 'Standard' },
      ipConfigurations: configuration(guarded),
      firewallPolicy: { id: policy },
    },
  });
  const address = live.azure.store.get(guarded)!.properties.ipAddress;
  azure.seed({
    id: `${policy}/ruleCollectionGroups/inbound`,
    properties: {
      priority: 100,
      ruleCollections: [
        {
          ruleCollectionType: 'FirewallPolicyNatRuleCollection',
          name: 'in',
          priority: 100,
          action: { type: 'DNAT' },
          rules: [
            { ruleType: 'NatRule', ipProtocols: ['TCP'], ...bare(dnat('ssh', address, '2222', '10.2.1.5', '22')) },
            { ruleType: 'NatRule', ipProtocols: ['TCP'], ...bare(dnat('rdp', address, '3390', '10.2.1.5', '3389')) },
          ],
        },
      ],
    },
  });
  azure.request(
    'PUT',
    `${idOf('web', 'Microsoft.Security/locations/westeurope', 'jitNetworkAccessPolicies/default')}?api-version=2020-01-01`,
    {
      kind: 'Basic',
      properties: {
        virtualMachines: [
          {
            id: idOf('web', 'Microsoft.Compute/virtualMachines', 'web2'),
            ports: [{ number: 22, protocol: '*', allowedSourceAddressPrefix: '*', maxRequestAccessDuration: 'PT3H' }],
          },
        ],
      },
    },
  );
  azure.operations.settle(true);
}

function dnat(name: string, address: string, port: string, target: string, targetPort: string) {
  return {
    name,
    protocols: ['TCP'],
    sourceAddresses: ['*'],
    destinationAddresses: [address],
    destinationPorts: [port],
    translatedAddress: target,
    translatedPort: targetPort,
  };
}

function bare({ protocols: _, ...rule }: ReturnType<typeof dnat>) {
  return rule;
}
