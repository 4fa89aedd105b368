import { managementPortsAssessments } from './defender.ts';
import { EstateBuilder } from './estate-builder.ts';
import { guidOf } from './operations.ts';
import type { AzureServer } from './server.ts';

export const demoTenants = {
  contoso: { tenantId: guidOf('tenant contoso'), displayName: 'Contoso', defaultDomain: 'contoso.example' },
  fabrikam: { tenantId: guidOf('tenant fabrikam'), displayName: 'Fabrikam', defaultDomain: 'fabrikam.example' },
} as const;

export const demoSubscriptions = {
  production: guidOf('subscription production'),
  shared: guidOf('subscription shared'),
  development: guidOf('subscription development'),
} as const;

export const demoAccount = 'demo@contoso.example';

const office = '198.51.100.16/28';

/** Three subscriptions with about forty machines: every kind of path, and what makes each of them hard to judge. */
export function layDemoEstate(azure: AzureServer): void {
  azure.addTenant(demoTenants.contoso);
  azure.addTenant(demoTenants.fabrikam);
  const { contoso, fabrikam } = demoTenants;
  azure.addSubscription({
    subscriptionId: demoSubscriptions.production,
    displayName: 'Production',
    tenantId: contoso.tenantId,
  });
  azure.addSubscription({
    subscriptionId: demoSubscriptions.shared,
    displayName: 'Shared services',
    tenantId: contoso.tenantId,
  });
  azure.addSubscription({
    subscriptionId: demoSubscriptions.development,
    displayName: 'Development',
    tenantId: fabrikam.tenantId,
  });
  azure.defender.setPlan(demoSubscriptions.production, 'P2');
  azure.defender.setPlan(demoSubscriptions.shared, 'P1');
  layProduction(azure);
  layShared(azure);
  layDevelopment(azure);
}

function layProduction(azure: AzureServer): void {
  const e = new EstateBuilder(azure, demoSubscriptions.production, 'westeurope', '20.50');
  watcher(e);
  // A group that six machines share; its first rule carries a web port beside SSH.
  const web = e.securityGroup('web', 'web-nsg', {
    'allow-web-and-ssh': '200 allow tcp 22,443 from Internet',
    'allow-http': '210 allow tcp 80 from *',
  });
  const data = e.securityGroup('data', 'data-nsg', { 'deny-from-web': '100 deny * * from 10.10.0.0/24' });
  const subnets = e.network('web', 'prod-net', '10.10.0.0', {
    web: {},
    data: { networkSecurityGroup: { id: data } },
    guarded: {
      networkSecurityGroup: {
        id: e.securityGroup('web', 'guarded-subnet-nsg', { 'only-office': `100 allow tcp 22 from ${office}` }),
      },
    },
    sets: {},
  });
  const s = (name: string) => subnets[name]!;
  const tags = { env: 'production', team: 'web' };
  for (let index = 1; index <= 6; index++) {
    assess(
      azure,
      e.machine('web', `web-0${index}`, { subnet: s('web'), securityGroup: web, publicIp: 'Standard', tags }),
      'Unhealthy',
    );
  }
  assess(
    azure,
    e.machine('web', 'jump-office', {
      subnet: s('web'),
      securityGroup: e.securityGroup('web', 'jump-office-nsg', {
        'ssh-from-office': `100 allow tcp 22 from ${office}`,
      }),
      publicIp: 'Standard',
    }),
    'Healthy',
  );
  // The subnet's group lets only the office in; the interface's would let everybody.
  e.machine('web', 'two-groups', {
    subnet: s('guarded'),
    securityGroup: e.securityGroup('web', 'two-groups-nic-nsg', { 'allow-all': '1000 allow * * from *' }),
    publicIp: 'Standard',
  });
  for (let index = 1; index <= 3; index++) {
    assess(
      azure,
      e.machine('data', `db-0${index}`, { subnet: s('data'), tags: { env: 'production', team: 'data' } }),
      'Healthy',
    );
  }
  e.machine('data', 'no-group-standard', { subnet: s('web'), publicIp: 'Standard' });
  e.machine('data', 'no-group-basic', { subnet: s('web'), publicIp: 'Basic', os: 'Windows' });
  // A deny that comes too late, and one that is in time.
  e.machine('web', 'late-deny', {
    subnet: s('web'),
    securityGroup: e.securityGroup('web', 'late-deny-nsg', {
      'allow-rdp': '300 allow tcp 3389 from 0.0.0.0/0',
      'deny-rdp': '400 deny tcp 3389 from *',
    }),
    publicIp: 'Standard',
    os: 'Windows',
  });
  e.machine('web', 'early-deny', {
    subnet: s('web'),
    securityGroup: e.securityGroup('web', 'early-deny-nsg', {
      'deny-management': '100 deny * 22,3389,5985-5986 from Internet',
      'allow-all': '4000 allow * * from *',
    }),
    publicIp: 'Standard',
  });
  e.machine('web', 'halves', {
    subnet: s('web'),
    securityGroup: e.securityGroup('web', 'halves-nsg', { both: '100 allow tcp 22 from 0.0.0.0/1,128.0.0.0/1' }),
    publicIp: 'Standard',
  });
  e.machine('web', 'dual-stack', {
    subnet: s('web'),
    securityGroup: e.securityGroup('web', 'dual-stack-nsg', { 'ssh-v6': '100 allow tcp 22 from ::/0' }),
    publicIpV6: true,
  });
  e.machine('web', 'winrm', {
    subnet: s('web'),
    securityGroup: e.securityGroup('web', 'winrm-nsg', { winrm: '100 allow tcp 5985-5986 from AzureCloud.westeurope' }),
    publicIp: 'Standard',
    os: 'Windows',
  });
  const admins = e.add('web', 'Microsoft.Network/applicationSecurityGroups', 'admin-hosts');
  const asgGroup = e.securityGroup('web', 'asg-nsg', {
    'ssh-to-admins': `100 allow tcp 22 from Internet to asg:${admins}`,
  });
  e.machine('web', 'asg-member', {
    subnet: s('web'),
    securityGroup: asgGroup,
    publicIp: 'Standard',
    applicationSecurityGroups: [admins],
  });
  e.machine('web', 'asg-outsider', { subnet: s('web'), securityGroup: asgGroup, publicIp: 'Standard' });
  e.machine('web', 'stopped', { subnet: s('web'), securityGroup: web, publicIp: 'Standard', power: 'deallocated' });
  layBalanced(e, s('web'));
  laySets(e, s('sets'));
  layJustInTime(azure, e, s('web'));
}

/** Machines behind load balancers: NAT rules of both kinds, a load-balancing rule, and a NAT rule that the group blocks. */
function layBalanced(e: EstateBuilder, subnet: string): void {
  const open = e.securityGroup('balanced', 'backend-nsg', {
    'ssh-backend': '100 allow tcp 22 from Internet',
    rdp: '110 allow tcp 3389 from Internet',
  });
  const v1 = e.loadBalancer('balanced', 'nat-lb', 'Standard', {
    natRules: [
      { name: 'ssh-lb-01', frontendPort: 50001, backendPort: 22 },
      { name: 'ssh-lb-02', frontendPort: 50002, backendPort: 22 },
    ],
  });
  e.machine('balanced', 'lb-01', { subnet, securityGroup: open, natRules: [v1.natRule('ssh-lb-01')] });
  // Port 50002 is allowed, but the group sees the backend port: blocked.
  e.machine('balanced', 'lb-02', {
    subnet,
    securityGroup: e.securityGroup('balanced', 'frontend-port-nsg', {
      'wrong-port': '100 allow tcp 50002 from Internet',
    }),
    natRules: [v1.natRule('ssh-lb-02')],
  });
  const v2Id = e.id('balanced', 'Microsoft.Network/loadBalancers', 'pool-lb');
  const v2 = e.loadBalancer('balanced', 'pool-lb', 'Standard', {
    natRules: [
      {
        name: 'ssh-pool',
        backendAddressPool: { id: `${v2Id}/backendAddressPools/pool` },
        frontendPortRangeStart: 51000,
        frontendPortRangeEnd: 51099,
        backendPort: 22,
      },
    ],
  });
  for (let index = 1; index <= 2; index++)
    e.machine('balanced', `pool-0${index}`, { subnet, securityGroup: open, pools: [v2.pool] });
  const rule = e.loadBalancer('balanced', 'rdp-lb', 'Standard', {
    rules: [{ name: 'rdp', frontendPort: 33890, backendPort: 3389 }],
  });
  e.machine('balanced', 'farm-01', { subnet, securityGroup: open, pools: [rule.pool], os: 'Windows' });
}

function laySets(e: EstateBuilder, subnet: string): void {
  const open = e.securityGroup('sets', 'set-nsg', { ssh: '100 allow tcp 22 from *' });
  const balancer = e.loadBalancer('sets', 'set-lb', 'Standard', {
    natPools: [{ name: 'ssh', frontendPortRangeStart: 50000, frontendPortRangeEnd: 50010, backendPort: 22 }],
  });
  e.uniformScaleSet('sets', 'uniform', 3, {
    subnet,
    securityGroup: open,
    natPools: [`${balancer.id}/inboundNatPools/ssh`],
  });
  const flexible = e.add('sets', 'Microsoft.Compute/virtualMachineScaleSets', 'flexible', {
    sku: { name: 'Standard_D2s_v5', capacity: 2 },
    properties: { orchestrationMode: 'Flexible' },
  });
  for (let index = 1; index <= 2; index++) {
    e.machine('sets', `flexible_${index}`, {
      subnet,
      securityGroup: open,
      scaleSet: flexible,
      ...(index === 1 ? { publicIp: 'Standard' as const } : {}),
    });
  }
}

function layJustInTime(azure: AzureServer, e: EstateBuilder, subnet: string): void {
  const nsg = e.securityGroup('jit', 'jit-nsg', { https: '300 allow tcp 443 from Internet' });
  const leaky = e.securityGroup('jit', 'jit-leaky-nsg', { 'old-ssh': '300 allow tcp 22 from Internet' });
  const closed = e.machine('jit', 'jit-closed', { subnet, securityGroup: nsg, publicIp: 'Standard' });
  // Just-in-time's Deny has the last priority: the old rule still lets everybody in.
  const open = e.machine('jit', 'jit-overruled', { subnet, securityGroup: leaky, publicIp: 'Standard' });
  const ports = [22, 3389].map(number => ({
    number,
    protocol: 'TCP',
    allowedSourceAddressPrefix: '*',
    maxRequestAccessDuration: 'PT3H',
  }));
  azure.request(
    'PUT',
    `${e.id('jit', 'Microsoft.Security/locations/westeurope/jitNetworkAccessPolicies', 'default')}?api-version=2020-01-01`,
    { kind: 'Basic', properties: { virtualMachines: [closed, open].map(id => ({ id, ports })) } },
  );
  assess(azure, closed, 'Healthy', 'Healthy');
  assess(azure, open, 'Unhealthy', 'Healthy');
}

function layShared(azure: AzureServer): void {
  const e = new EstateBuilder(azure, demoSubscriptions.shared, 'northeurope', '20.60');
  watcher(e);
  const hub = e.network('hub', 'hub-net', '10.20.0.0', {
    apps: {},
    AzureFirewallSubnet: {},
    AzureBastionSubnet: {},
    guarded: {},
  });
  e.add('hub', 'Microsoft.Network/dnsZones', 'contoso.example', { location: 'global' });
  const nsg = e.securityGroup('hub', 'apps-nsg', { https: '100 allow tcp 443 from Internet' });
  const classic = e.machine('hub', 'app-classic', { subnet: hub.apps!, securityGroup: nsg, os: 'Windows' });
  const policied = e.machine('hub', 'app-policy', { subnet: hub.apps!, securityGroup: nsg });
  e.machine('hub', 'app-bastion', { subnet: hub.apps!, securityGroup: nsg, os: 'Windows' });
  layFirewalls(azure, e, hub.AzureFirewallSubnet!, classic, policied);
  e.add('hub', 'Microsoft.Network/bastionHosts', 'hub-bastion', {
    sku: { name: 'Standard' },
    properties: {
      ipConfigurations: [
        {
          name: 'bastion',
          properties: {
            subnet: { id: hub.AzureBastionSubnet },
            publicIPAddress: { id: e.publicIp('hub', 'hub-bastion-ip', 'Standard') },
          },
        },
      ],
    },
  });
  // The network manager denies RDP everywhere in this network and always allows SSH for the scanners.
  const managed = e.network('managed', 'managed-net', '10.21.0.0', { apps: {} });
  e.machine('managed', 'admin-denied', {
    subnet: managed.apps!,
    securityGroup: e.securityGroup('managed', 'managed-nsg', { rdp: '100 allow tcp 3389 from Internet' }),
    publicIp: 'Standard',
    os: 'Windows',
  });
  e.adminRules(
    'managed',
    'manager',
    [e.id('managed', 'Microsoft.Network/virtualNetworks', 'managed-net')],
    [
      {
        name: 'deny-rdp',
        access: 'Deny',
        priority: 10,
        sources: [{ addressPrefix: '*', addressPrefixType: 'IPPrefix' }],
        destinations: [{ addressPrefix: '*', addressPrefixType: 'IPPrefix' }],
        destinationPortRanges: ['3389'],
      },
    ],
  );
}

/** DNAT of a classic firewall for one machine, of a policy with an IP group for another. */
function layFirewalls(azure: AzureServer, e: EstateBuilder, subnet: string, classic: string, policied: string): void {
  const address = (machine: string) => {
    const nic = azure.store.get(azure.store.get(machine)!.properties.networkProfile.networkInterfaces[0].id)!;
    return nic.properties.ipConfigurations[0].properties.privateIPAddress as string;
  };
  const front = (name: string) => {
    const id = e.publicIp('hub', name, 'Standard');
    return { id, ipAddress: azure.store.get(id)!.properties.ipAddress as string };
  };
  const one = front('classic-fw-ip');
  e.add('hub', 'Microsoft.Network/azureFirewalls', 'classic-fw', {
    properties: {
      ipConfigurations: [{ name: 'fw', properties: { subnet: { id: subnet }, publicIPAddress: { id: one.id } } }],
      natRuleCollections: [
        {
          name: 'dnat',
          properties: {
            priority: 200,
            action: { type: 'Dnat' },
            rules: [
              {
                name: 'rdp-in',
                protocols: ['TCP'],
                sourceAddresses: ['*'],
                destinationAddresses: [one.ipAddress],
                destinationPorts: ['33389'],
                translatedAddress: address(classic),
                translatedPort: '3389',
              },
            ],
          },
        },
      ],
    },
  });
  const group = e.add('hub', 'Microsoft.Network/ipGroups', 'partners', {
    properties: { ipAddresses: ['198.51.100.0/25', '192.0.2.0/24'] },
  });
  const parent = e.add('hub', 'Microsoft.Network/firewallPolicies', 'base-policy', { properties: {} });
  const policy = e.add('hub', 'Microsoft.Network/firewallPolicies', 'hub-policy', {
    properties: { basePolicy: { id: parent } },
  });
  const two = front('policy-fw-ip');
  e.add('hub', 'Microsoft.Network/azureFirewalls', 'policy-fw', {
    properties: {
      firewallPolicy: { id: policy },
      ipConfigurations: [{ name: 'fw', properties: { subnet: { id: subnet }, publicIPAddress: { id: two.id } } }],
    },
  });
  azure.seed({
    id: `${policy}/ruleCollectionGroups/dnat`,
    location: 'northeurope',
    properties: {
      priority: 100,
      ruleCollections: [
        {
          ruleCollectionType: 'FirewallPolicyNatRuleCollection',
          name: 'partners',
          priority: 100,
          action: { type: 'DNAT' },
          rules: [
            {
              ruleType: 'NatRule',
              name: 'ssh-from-partners',
              ipProtocols: ['TCP'],
              sourceAddresses: [],
              sourceIpGroups: [group],
              destinationAddresses: [two.ipAddress],
              destinationPorts: ['2222'],
              translatedAddress: address(policied),
              translatedPort: '22',
            },
          ],
        },
      ],
    },
  });
}

function layDevelopment(azure: AzureServer): void {
  const e = new EstateBuilder(azure, demoSubscriptions.development, 'westeurope', '20.70');
  watcher(e);
  const open = e.securityGroup('dev', 'dev-nsg', { 'allow-everything': '100 allow * * from *' });
  const net = e.network('dev', 'dev-net', '10.30.0.0', { dev: {}, back: {} });
  for (let index = 1; index <= 3; index++) {
    e.machine('dev', `dev-0${index}`, {
      subnet: net.dev!,
      securityGroup: open,
      publicIp: 'Standard',
      os: 'Windows',
      tags: { env: 'dev' },
    });
  }
  e.machine('dev', 'two-cards', {
    subnet: net.dev!,
    securityGroup: open,
    publicIp: 'Standard',
    second: { subnet: net.back! },
  });
  const basic = e.loadBalancer('dev', 'old-lb', 'Basic', {
    natRules: [{ name: 'rdp', frontendPort: 50000, backendPort: 3389 }],
  });
  const set = e.add('dev', 'Microsoft.Compute/availabilitySets', 'old-set', { sku: { name: 'Aligned' } });
  e.machine('dev', 'behind-basic', {
    subnet: net.dev!,
    natRules: [basic.natRule('rdp')],
    os: 'Windows',
    availabilitySet: set,
  });
  const frozen = e.securityGroup('frozen', 'frozen-nsg', { ssh: '100 allow tcp 22 from Internet' });
  e.machine('frozen', 'locked-01', { subnet: net.dev!, securityGroup: frozen, publicIp: 'Standard' });
  azure.request(
    'PUT',
    `/subscriptions/${e.subscriptionId}/resourceGroups/frozen/providers/Microsoft.Authorization/locks/prod-freeze?api-version=2016-09-01`,
    { properties: { level: 'ReadOnly', notes: 'Change freeze' } },
  );
  // Everybody may look at this machine, and nobody change its group: their role stops at the resource group's edge.
  const audited = e.securityGroup('audited', 'audited-nsg', { ssh: '100 allow tcp 22 from Internet' });
  e.machine('audited', 'read-only-01', { subnet: net.dev!, securityGroup: audited, publicIp: 'Standard' });
  const within = (name: string) => ({
    scope: `/subscriptions/${e.subscriptionId}/resourceGroups/${name}`,
    actions: ['*'],
  });
  azure.authorization.permissions = [
    { scope: '/', actions: ['*/read', 'Microsoft.Network/networkWatchers/*'] },
    ...[demoSubscriptions.production, demoSubscriptions.shared].map(id => ({
      scope: `/subscriptions/${id}`,
      actions: ['*'],
    })),
    ...['dev', 'frozen', 'secret', 'NetworkWatcherRG'].map(within),
  ];
  // The account may see this machine but not the group on its interface.
  const secret = e.securityGroup('secret', 'secret-nsg', { unknown: '100 allow tcp 22 from Internet' });
  e.machine('dev', 'unreadable-group', { subnet: net.dev!, securityGroup: secret, publicIp: 'Standard' });
  azure.authorization.exclusions.push({
    scope: `/subscriptions/${e.subscriptionId}/resourceGroups/secret`,
    account: demoAccount,
  });
}

function watcher(e: EstateBuilder): void {
  for (const region of ['westeurope', 'northeurope']) {
    e.add('NetworkWatcherRG', 'Microsoft.Network/networkWatchers', `NetworkWatcher_${region}`, { location: region });
  }
}

function assess(
  azure: AzureServer,
  machine: string,
  closed: 'Healthy' | 'Unhealthy',
  jit: 'Healthy' | 'Unhealthy' = 'Unhealthy',
): void {
  azure.defender.assess(machine, managementPortsAssessments.closedPorts, closed);
  azure.defender.assess(machine, managementPortsAssessments.securityGroup, 'Healthy');
  azure.defender.assess(machine, managementPortsAssessments.justInTime, jit);
}
