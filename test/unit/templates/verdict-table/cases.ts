import {
  Choice,
  type Estate,
  Field,
  Id,
  Item,
  Joined,
  Lists,
  Loop,
  Output,
  Parameter,
  type ParameterDeclaration,
  type Resource,
  type Term,
  Variable,
} from './estate.ts';

/** One question with one answer, whichever language it is asked in. */
export interface VerdictCase {
  readonly title: string;
  readonly estate: Estate;
  /** Groups as `name: 22 internet, 3389 wide..none`, machines as `name (machine): …`, in order; `?` leaves it out. */
  readonly expected: readonly string[];
}

const groupType = 'Microsoft.Network/networkSecurityGroups';
type Properties = { readonly [name: string]: Term };

/** An inbound rule that lets everybody in to SSH, with changes; `undefined` leaves a property out. */
function properties(changes: { readonly [name: string]: Term | undefined } = {}): Properties {
  const all: { readonly [name: string]: Term | undefined } = {
    priority: 100,
    direction: 'Inbound',
    access: 'Allow',
    protocol: 'Tcp',
    sourceAddressPrefix: '*',
    sourcePortRange: '*',
    destinationAddressPrefix: '*',
    destinationPortRange: '22',
    ...changes,
  };
  return Object.fromEntries(Object.entries(all).filter((entry): entry is [string, Term] => entry[1] !== undefined));
}

type Changes = { readonly [name: string]: Term | undefined };

function rule(name: Term, changes: Changes = {}): Properties {
  return { name, properties: properties(changes) };
}

function from(sources: Term, more: Changes = {}): Changes {
  return { sourceAddressPrefix: undefined, sourceAddressPrefixes: sources, ...more };
}

function to(ports: readonly Term[], more: Changes = {}): Changes {
  return { destinationPortRange: undefined, destinationPortRanges: ports, ...more };
}

function group(securityRules: Term, more: Partial<Resource> = {}): Resource {
  return { symbol: 'nsg', type: groupType, name: 'nsg', properties: { securityRules }, ...more };
}

function standing(symbol: string, changes: Changes = {}, more: Partial<Resource> = {}): Resource {
  return {
    symbol,
    type: `${groupType}/securityRules`,
    name: symbol,
    parent: 'nsg',
    properties: properties(changes),
    ...more,
  };
}

const empty = group([]);

/** Questions about one group. */
function ofRules(title: string, rules: readonly Term[], open: string, more: Partial<Estate> = {}): VerdictCase {
  return { title, estate: { resources: [group(rules)], ...more }, expected: [`nsg: ${open}`] };
}

function ofParameter(
  title: string,
  declaration: ParameterDeclaration,
  changes: Changes,
  open: string,
  more: Partial<Estate> = {},
): VerdictCase {
  return ofRules(title, [rule('mgmt', changes)], open, { parameters: { value: declaration }, ...more });
}

const value = new Parameter('value');

const network = (subnets: readonly Term[]): Resource => ({
  symbol: 'vnet',
  type: 'Microsoft.Network/virtualNetworks',
  name: 'vnet',
  properties: { addressSpace: { addressPrefixes: ['10.0.0.0/16'] }, subnets },
});

const subnet = (name: string, groupSymbol?: string): Term => ({
  name,
  properties: {
    addressPrefix: '10.0.1.0/24',
    ...(groupSymbol === undefined ? {} : { networkSecurityGroup: { id: new Id(groupSymbol) } }),
  },
});

const address = (sku: string, symbol = 'pip'): Resource => ({
  symbol,
  type: 'Microsoft.Network/publicIPAddresses',
  name: symbol,
  sku,
  properties: { publicIPAllocationMethod: 'Static' },
});

function card(configuration: Properties, behind?: string | Output, symbol = 'nic'): Resource {
  const groupId = typeof behind === 'string' ? new Id(behind) : behind;
  return {
    symbol,
    type: 'Microsoft.Network/networkInterfaces',
    name: symbol,
    properties: {
      ipConfigurations: [
        {
          name: 'ipconfig',
          properties: {
            privateIPAllocationMethod: 'Dynamic',
            subnet: { id: new Id('vnet', ['subnets', 'web']) },
            ...configuration,
          },
        },
      ],
      ...(groupId === undefined ? {} : { networkSecurityGroup: { id: groupId } }),
    },
  };
}

const machine: Resource = {
  symbol: 'vm',
  type: 'Microsoft.Compute/virtualMachines',
  name: 'vm',
  properties: { networkProfile: { networkInterfaces: [{ id: new Id('nic') }] } },
};

function natCollection(source: string): Term {
  const rule: Term = {
    name: 'ssh',
    protocols: ['TCP'],
    sourceAddresses: [source],
    destinationAddresses: ['20.1.2.3'],
    destinationPorts: ['50022'],
    translatedAddress: '10.0.1.4',
    translatedPort: '22',
  };
  return { name: 'dnat', properties: { priority: 100, action: { type: 'Dnat' }, rules: [rule] } };
}

function firewall(more: Properties): Resource {
  return {
    symbol: 'firewall',
    type: 'Microsoft.Network/azureFirewalls',
    name: 'firewall',
    properties: {
      sku: { name: 'AZFW_VNet', tier: 'Standard' },
      ipConfigurations: [
        {
          name: 'ipconfig',
          properties: {
            subnet: { id: new Id('vnet', ['subnets', 'AzureFirewallSubnet']) },
            publicIPAddress: { id: new Id('pip') },
          },
        },
      ],
      ...more,
    },
  };
}

function scaleSet(groupId: Term): Resource {
  return {
    symbol: 'vmss',
    type: 'Microsoft.Compute/virtualMachineScaleSets',
    name: 'vmss',
    sku: 'Standard_B1s',
    properties: {
      virtualMachineProfile: {
        networkProfile: {
          networkInterfaceConfigurations: [
            {
              name: 'nic',
              properties: {
                primary: true,
                networkSecurityGroup: { id: groupId },
                ipConfigurations: [
                  {
                    name: 'ipconfig',
                    properties: {
                      subnet: { id: new Id('vnet', ['subnets', 'web']) },
                      publicIPAddressConfiguration: { name: 'pip' },
                    },
                  },
                ],
              },
            },
          ],
        },
      },
    },
  };
}

const direct = { publicIPAddress: { id: new Id('pip') } };
const named = (symbol: string, securityRules: readonly Term[]): Resource =>
  group(securityRules, { symbol, name: symbol });

const frontend: Term = {
  name: 'front',
  properties: { publicIPAddress: { id: new Id('pip') } },
};
const frontendId = { id: new Id('lb', ['frontendIPConfigurations', 'front']) };

function balancer(sku: string, parts: Properties): Resource {
  return {
    symbol: 'lb',
    type: 'Microsoft.Network/loadBalancers',
    name: 'lb',
    sku,
    properties: { frontendIPConfigurations: [frontend], ...parts },
  };
}

const natRule: Term = {
  name: 'ssh-in',
  properties: {
    frontendIPConfiguration: frontendId,
    protocol: 'Tcp',
    frontendPort: 50022,
    backendPort: 22,
  },
};
const behindNat = { loadBalancerInboundNatRules: [{ id: new Id('lb', ['inboundNatRules', 'ssh-in']) }] };
const pool = { id: new Id('lb', ['backendAddressPools', 'pool']) };
const behindPool = { loadBalancerBackendAddressPools: [pool] };
const pools = { backendAddressPools: [{ name: 'pool' }] };

const admins = '203.0.113.0/28';
const rulesData: Term = [
  { name: 'ssh', priority: 100, port: '22', source: '*' },
  { name: 'rdp', priority: 110, port: '3389', source: '203.0.113.7' },
];
const looped = (over: Parameter | Variable): Loop =>
  new Loop(over, {
    name: new Item('name'),
    properties: properties({
      priority: new Item('priority'),
      sourceAddressPrefix: new Item('source'),
      destinationPortRange: new Item('port'),
    }),
  });

export const verdictCases: readonly VerdictCase[] = [
  // Rules and their order.
  ofRules('no rules', [], 'closed'),
  ofRules('everybody to SSH', [rule('mgmt')], '22 internet'),
  ofRules('a Deny before', [rule('mgmt', { priority: 200 }), rule('no', { access: 'Deny' })], 'closed'),
  ofRules('a Deny too late', [rule('no', { access: 'Deny', priority: 300 }), rule('mgmt')], '22 internet'),
  ofRules(
    'a Deny for a half of the internet',
    [rule('no', { access: 'Deny', sourceAddressPrefix: '0.0.0.0/1' }), rule('mgmt', { priority: 110 })],
    '22 internet',
  ),
  ofRules(
    'a Deny for both halves and all of IPv6',
    [rule('no', { access: 'Deny', ...from(['0.0.0.0/1', '128.0.0.0/1', '::/0']) }), rule('mgmt', { priority: 110 })],
    'closed',
  ),
  ofRules(
    'a Deny for the tag Internet',
    [rule('no', { access: 'Deny', sourceAddressPrefix: 'Internet', protocol: '*' }), rule('mgmt', { priority: 110 })],
    'closed',
  ),
  ofRules(
    'a Deny for another protocol',
    [rule('no', { access: 'Deny', protocol: 'Udp' }), rule('mgmt', { priority: 110 })],
    '22 internet',
  ),
  ofRules('outbound', [rule('mgmt', { direction: 'Outbound' })], 'closed'),
  ofRules('any letter case', [rule('mgmt', { access: 'allow', direction: 'inbound', protocol: 'TCP' })], '22 internet'),
  ofRules('every protocol', [rule('mgmt', { protocol: '*' })], '22 internet'),
  ofRules('ICMP', [rule('mgmt', { protocol: 'Icmp' })], 'closed'),
  ofRules('UDP', [rule('mgmt', { protocol: 'Udp', destinationPortRange: '3389' })], 'closed'),

  // Ports.
  ofRules(
    'every port',
    [rule('mgmt', { destinationPortRange: '*' })],
    '22 internet, 3389 internet, 5985 internet, 5986 internet',
  ),
  ofRules('a range', [rule('mgmt', { destinationPortRange: '3000-5985' })], '3389 internet, 5985 internet'),
  ofRules(
    'a list of ports',
    [rule('mgmt', to(['443', '22', '5980-5990']))],
    '22 internet, 5985 internet, 5986 internet',
  ),
  ofRules('ports beside', [rule('mgmt', to(['21', '23', '3388', '3390-5984', '5987']))], 'closed'),
  ofRules('one source port', [rule('mgmt', { sourcePortRange: '22' })], '22 internet'),
  ofRules(
    'source ports that a Deny leaves',
    [
      rule('no', { access: 'Deny', sourcePortRange: '0-1023' }),
      rule('mgmt', { priority: 110, sourcePortRange: undefined, sourcePortRanges: ['80', '500-2000'] }),
    ],
    '22 internet',
  ),
  ofRules(
    'source ports that a Deny takes',
    [
      rule('no', { access: 'Deny', sourcePortRange: '0-1023' }),
      rule('mgmt', { priority: 110, sourcePortRange: undefined, sourcePortRanges: ['80', '500-600'] }),
    ],
    'closed',
  ),

  // Sources.
  ofRules('the tag Internet', [rule('mgmt', { sourceAddressPrefix: 'Internet' })], '22 internet'),
  ofRules('0.0.0.0/0', [rule('mgmt', { sourceAddressPrefix: '0.0.0.0/0' })], '22 internet'),
  ofRules('the halves of the internet', [rule('mgmt', from(['0.0.0.0/1', '128.0.0.0/1']))], '22 internet'),
  ofRules('one half of it', [rule('mgmt', { sourceAddressPrefix: '128.0.0.0/1' })], '22 internet'),
  ofRules('a /12', [rule('mgmt', { sourceAddressPrefix: '20.32.0.0/12' })], '22 wide'),
  ofRules('one address', [rule('mgmt', { sourceAddressPrefix: '203.0.113.7' })], '22 restricted'),
  ofRules('a few blocks', [rule('mgmt', from([admins, '198.51.100.0/28']))], '22 restricted'),
  ofRules('an address with host bits', [rule('mgmt', { sourceAddressPrefix: '203.0.113.7/28' })], '22 restricted'),
  ofRules('private addresses', [rule('mgmt', from(['10.0.0.0/8', '192.168.0.0/16']))], 'closed'),
  ofRules('IPv6', [rule('mgmt', { sourceAddressPrefix: '::/0' })], '22 internet'),
  ofRules('an IPv6 network', [rule('mgmt', { sourceAddressPrefix: '2001:db8::/48' })], '22 restricted'),
  ofRules('VirtualNetwork', [rule('mgmt', { sourceAddressPrefix: 'VirtualNetwork' })], 'closed'),
  ofRules('AzureLoadBalancer', [rule('mgmt', { sourceAddressPrefix: 'AzureLoadBalancer' })], 'closed'),
  ofRules('AzureCloud', [rule('mgmt', { sourceAddressPrefix: 'AzureCloud' })], '22 wide'),
  ofRules('AzureCloud of a region', [rule('mgmt', { sourceAddressPrefix: 'AzureCloud.WestEurope' })], '22 wide'),
  ofRules("a service's tag", [rule('mgmt', { sourceAddressPrefix: 'AzureDevOps' })], '?'),
  {
    title: 'application security groups as source and destination',
    estate: {
      resources: [
        { symbol: 'asg', type: 'Microsoft.Network/applicationSecurityGroups', name: 'asg', properties: {} },
        group([
          rule('inside', {
            sourceAddressPrefix: undefined,
            sourceApplicationSecurityGroups: [{ id: new Id('asg') }],
          }),
          rule('mgmt', {
            priority: 110,
            destinationPortRange: '3389',
            destinationAddressPrefix: undefined,
            destinationApplicationSecurityGroups: [{ id: new Id('asg') }],
          }),
        ]),
      ],
    },
    expected: ['nsg: 3389 internet'],
  },
  ofRules('a destination', [rule('mgmt', { destinationAddressPrefix: '10.0.1.4' })], '22 internet'),
  ofRules(
    'a Deny for another destination',
    [
      rule('no', { access: 'Deny', destinationAddressPrefix: '10.0.1.0/24' }),
      rule('mgmt', {
        priority: 110,
        destinationAddressPrefix: undefined,
        destinationAddressPrefixes: ['10.0.1.4', '10.0.2.4'],
      }),
    ],
    '22 internet',
  ),

  // Parameters and variables.
  ofParameter('a default', { type: 'string', default: '*' }, { sourceAddressPrefix: value }, '22 internet'),
  ofParameter('no default', { type: 'string' }, { sourceAddressPrefix: value }, '22 internet..none on value'),
  ofParameter('a narrow default', { type: 'string', default: admins }, { sourceAddressPrefix: value }, '22 restricted'),
  {
    ...ofParameter('a parameter file', { type: 'string' }, { sourceAddressPrefix: value }, ''),
    estate: {
      parameters: { value: { type: 'string' } },
      given: { value: 'Internet' },
      resources: [group([rule('mgmt', { sourceAddressPrefix: value })])],
    },
    expected: ['nsg: 22 internet..none on value', 'nsg with parameters: 22 internet'],
  },
  {
    title: 'a parameter file over a default',
    estate: {
      parameters: { value: { type: 'array', default: ['0.0.0.0/0'] } },
      given: { value: [admins] },
      resources: [group([rule('mgmt', { sourceAddressPrefix: undefined, sourceAddressPrefixes: value })])],
    },
    expected: ['nsg: 22 internet', 'nsg with parameters: 22 restricted'],
  },
  ofParameter('an unknown port', { type: 'string' }, { destinationPortRange: value }, '?'),
  ofParameter('an unknown access', { type: 'string' }, { access: value }, '22 internet..none on value'),
  ofParameter('a priority by default', { type: 'int', default: 200 }, { priority: value }, '22 internet'),
  ofParameter(
    'an unknown list of sources',
    { type: 'array' },
    {
      sourceAddressPrefix: undefined,
      sourceAddressPrefixes: value,
    },
    '22 internet..none on value',
  ),
  ofRules(
    'an unknown source behind a Deny',
    [
      rule('no', { access: 'Deny', sourceAddressPrefix: 'Internet' }),
      rule('mgmt', { priority: 110, sourceAddressPrefix: value }),
    ],
    'closed',
    { parameters: { value: { type: 'string' } } },
  ),
  ofRules(
    'an unknown Deny',
    [rule('no', { access: 'Deny', sourceAddressPrefix: value }), rule('mgmt', { priority: 110 })],
    '22 internet..none on value',
    { parameters: { value: { type: 'string' } } },
  ),
  ofRules('a variable', [rule('mgmt', { sourceAddressPrefix: new Variable('who') })], '22 internet', {
    variables: { who: '*' },
  }),
  ofRules(
    'a text put together',
    [rule('mgmt', { destinationPortRange: new Joined(['33', new Variable('end')]) })],
    '3389 internet',
    {
      variables: { end: '89' },
    },
  ),
  ofRules(
    'a choice by default',
    [rule('mgmt', { sourceAddressPrefix: new Choice(value, '*', admins) })],
    '22 restricted',
    { parameters: { value: { type: 'bool', default: false } } },
  ),
  ofRules(
    'an undecided choice',
    [rule('mgmt', { sourceAddressPrefix: new Choice(value, '*', admins) })],
    '22 internet..restricted on value',
    { parameters: { value: { type: 'bool' } } },
  ),
  ofRules(
    'an undecided access',
    [rule('mgmt', { access: new Choice(value, 'Allow', 'Deny') })],
    '22 internet..none on value',
    {
      parameters: { value: { type: 'bool' } },
    },
  ),

  {
    title: 'a field of a variable',
    estate: {
      variables: { settings: { ssh: { who: '*' }, port: '22' } },
      resources: [group([rule('mgmt', { destinationPortRange: new Field(new Variable('settings'), 'port') })])],
    },
    expected: ['nsg: 22 internet'],
  },
  {
    title: 'lists put together',
    estate: {
      parameters: { value: { type: 'array', default: ['203.0.113.0/28'] } },
      variables: { office: ['198.51.100.7'] },
      resources: [
        group([rule('mgmt', from(new Lists([value, new Variable('office'), ['0.0.0.0/1']])))]),
        named('narrow', [rule('mgmt', from(new Lists([value, new Variable('office')])))]),
      ],
    },
    expected: ['nsg: 22 internet', 'narrow: 22 restricted'],
  },
  {
    title: 'lists of which one is not known',
    estate: {
      parameters: { value: { type: 'array' } },
      resources: [group([rule('mgmt', from(new Lists([value, [admins]])))])],
    },
    expected: ['nsg: 22 internet..restricted on value'],
  },
  {
    title: 'a choice between lists',
    estate: {
      parameters: { value: { type: 'bool' } },
      resources: [group([rule('mgmt', from(new Choice(value, ['0.0.0.0/0', admins], [admins])))])],
    },
    expected: ['nsg: 22 internet..restricted on value'],
  },
  ofRules('an undecided text', [rule('mgmt', { destinationPortRange: new Joined(['33', value]) })], '?', {
    parameters: { value: { type: 'string' } },
  }),

  // Conditions and loops.
  {
    title: 'a group behind an undecided condition',
    estate: { parameters: { value: { type: 'bool' } }, resources: [group([rule('mgmt')], { when: value })] },
    expected: ['nsg if value: 22 internet'],
  },
  {
    title: 'a group that its default leaves out',
    estate: {
      parameters: { value: { type: 'bool', default: false } },
      resources: [group([rule('mgmt')], { when: value })],
    },
    expected: ['nsg if value: 22 internet'],
  },
  {
    title: 'a rule that its default leaves out',
    estate: {
      parameters: { value: { type: 'bool', default: false } },
      resources: [empty, standing('mgmt', {}, { when: value })],
    },
    expected: ['nsg: closed'],
  },
  {
    title: 'a rule that its default puts in',
    estate: {
      parameters: { value: { type: 'bool', default: true } },
      resources: [empty, standing('mgmt', {}, { when: value })],
    },
    expected: ['nsg: 22 internet'],
  },
  {
    title: 'an undecided rule',
    estate: {
      parameters: { value: { type: 'bool' } },
      resources: [empty, standing('mgmt', {}, { when: value })],
    },
    expected: ['nsg: 22 internet..none on value'],
  },
  {
    title: 'a loop over data',
    estate: { variables: { data: rulesData }, resources: [group(looped(new Variable('data')))] },
    expected: ['nsg: 22 internet, 3389 restricted'],
  },
  {
    title: "a loop over a parameter's default",
    estate: {
      parameters: { value: { type: 'array', default: rulesData } },
      resources: [group(looped(value))],
    },
    expected: ['nsg: 22 internet, 3389 restricted'],
  },
  {
    title: 'a loop over an unknown list',
    estate: { parameters: { value: { type: 'array' } }, resources: [group(looped(value))] },
    expected: [
      'nsg: 22 internet..none on value, 3389 internet..none on value, 5985 internet..none on value, 5986 internet..none on value',
    ],
  },
  {
    title: 'a loop over groups',
    estate: {
      variables: { names: ['one', 'two'] },
      resources: [group([rule('mgmt')], { name: new Joined(['nsg-', new Item()]), each: new Variable('names') })],
    },
    expected: ['nsg-one: 22 internet', 'nsg-two: 22 internet'],
  },
  {
    title: 'rules that stand alone, one for each item',
    estate: {
      variables: { data: rulesData },
      resources: [
        empty,
        standing(
          'mgmt',
          {
            priority: new Item('priority'),
            sourceAddressPrefix: new Item('source'),
            destinationPortRange: new Item('port'),
          },
          { name: new Item('name'), each: new Variable('data') },
        ),
      ],
    },
    expected: ['nsg: 22 internet, 3389 restricted'],
  },

  // Rules that stand alone.
  {
    title: 'rules that stand alone beside those of the group',
    estate: {
      resources: [
        group([rule('no', { access: 'Deny', priority: 200, destinationPortRange: '*' })]),
        standing('mgmt'),
        standing('late', { priority: 300, destinationPortRange: '3389' }),
      ],
    },
    expected: ['nsg: 22 internet'],
  },
  {
    title: 'a rule of a group that is elsewhere',
    estate: { resources: [group([], { existing: true }), standing('mgmt')] },
    expected: ['nsg (partial): 22 internet'],
  },

  // Modules.
  {
    title: 'a module, once for each call',
    estate: {
      modules: {
        open: {
          estate: {
            parameters: { value: { type: 'string' } },
            resources: [group([rule('mgmt', { sourceAddressPrefix: value })])],
          },
          args: { value: '*' },
        },
        narrow: {
          estate: {
            parameters: { value: { type: 'string', default: '*' } },
            resources: [group([rule('mgmt', { sourceAddressPrefix: value })], { name: 'other' })],
          },
          args: { value: admins },
        },
      },
    },
    expected: ['nsg: 22 internet', 'other: 22 restricted'],
  },
  {
    title: "a module that is given the caller's parameter",
    estate: {
      parameters: { admins: { type: 'string' } },
      modules: {
        inner: {
          estate: {
            parameters: { value: { type: 'string' } },
            resources: [group([rule('mgmt', { sourceAddressPrefix: value })])],
          },
          args: { value: new Parameter('admins') },
        },
      },
    },
    expected: ['nsg: 22 internet..none on admins'],
  },
  {
    title: 'a module with its own default, in a module',
    estate: {
      modules: {
        outer: {
          estate: {
            modules: {
              inner: {
                estate: {
                  parameters: { value: { type: 'array', default: ['0.0.0.0/0'] } },
                  resources: [group([rule('mgmt', { sourceAddressPrefix: undefined, sourceAddressPrefixes: value })])],
                },
                args: {},
              },
            },
          },
          args: {},
        },
      },
    },
    expected: ['nsg: 22 internet'],
  },

  {
    title: 'what a module gives back',
    estate: {
      parameters: { admins: { type: 'string', default: admins } },
      modules: {
        addresses: {
          estate: {
            parameters: { value: { type: 'string' } },
            outputs: { first: value, all: [value, '198.51.100.7'] },
          },
          args: { value: new Parameter('admins') },
        },
      },
      resources: [
        group([
          rule('mgmt', { sourceAddressPrefix: new Output('addresses', 'first') }),
          rule('rdp', { priority: 110, destinationPortRange: '3389', ...from(new Output('addresses', 'all')) }),
        ]),
      ],
    },
    expected: ['nsg: 22 restricted, 3389 restricted'],
  },
  {
    title: 'a group that a module gives back',
    estate: {
      modules: {
        groups: {
          estate: { resources: [group([rule('mgmt')])], outputs: { id: new Id('nsg') } },
          args: {},
        },
      },
      resources: [network([subnet('web')]), address('Basic'), card({ ...direct }, new Output('groups', 'id')), machine],
    },
    expected: ['nsg: 22 internet', 'vm (machine): 22 internet'],
  },

  // Machines.
  {
    title: 'a machine with a Standard address and no group',
    estate: { resources: [network([subnet('web')]), address('Standard'), card(direct), machine] },
    expected: ['vm (machine): closed'],
  },
  {
    title: 'a machine with a Basic address and no group',
    estate: { resources: [network([subnet('web')]), address('Basic'), card(direct), machine] },
    expected: ['vm (machine): 22 internet, 3389 internet, 5985 internet, 5986 internet'],
  },
  {
    title: "a machine behind its interface's group",
    estate: {
      resources: [empty, network([subnet('web')]), address('Basic'), card(direct, 'nsg'), machine],
    },
    expected: ['nsg: closed', 'vm (machine): closed'],
  },
  {
    title: "a machine behind its subnet's group",
    estate: {
      resources: [group([rule('mgmt')]), network([subnet('web', 'nsg')]), address('Standard'), card(direct), machine],
    },
    expected: ['nsg: 22 internet', 'vm (machine): 22 internet'],
  },
  {
    title: 'a machine whose address and group a default puts in',
    estate: {
      parameters: { value: { type: 'bool', default: true } },
      resources: [
        group([rule('mgmt')], { when: value }),
        network([subnet('web')]),
        { ...address('Standard'), when: value },
        card(direct, 'nsg'),
        { ...machine, when: value },
      ],
    },
    expected: ['nsg if value: 22 internet', 'vm (machine): 22 internet'],
  },
  {
    title: 'a machine behind two groups, both open',
    estate: {
      resources: [
        named('outer', [rule('mgmt', to(['22', '3389']))]),
        named('inner', [rule('mgmt', { sourceAddressPrefix: admins })]),
        network([subnet('web', 'outer')]),
        address('Standard'),
        card(direct, 'inner'),
        machine,
      ],
    },
    expected: ['outer: 22 internet, 3389 internet', 'inner: 22 restricted', 'vm (machine): 22 restricted'],
  },
  {
    title: 'a machine behind two groups, one closed',
    estate: {
      resources: [
        named('outer', []),
        named('inner', [rule('mgmt')]),
        network([subnet('web', 'outer')]),
        address('Standard'),
        card(direct, 'inner'),
        machine,
      ],
    },
    expected: ['outer: closed', 'inner: 22 internet', 'vm (machine): closed'],
  },
  {
    title: 'a machine without a public address',
    estate: { resources: [group([rule('mgmt')]), network([subnet('web', 'nsg')]), card({}), machine] },
    expected: ['nsg: 22 internet', 'vm (machine): closed'],
  },
  {
    title: 'a machine behind a NAT rule',
    estate: {
      resources: [
        group([rule('mgmt')]),
        network([subnet('web', 'nsg')]),
        address('Standard'),
        balancer('Standard', { inboundNatRules: [natRule] }),
        card(behindNat),
        machine,
      ],
    },
    expected: ['nsg: 22 internet', 'vm (machine): 22 internet'],
  },
  {
    title: 'a NAT rule and a group for its frontend port alone',
    estate: {
      resources: [
        group([rule('mgmt', { destinationPortRange: '50022' })]),
        network([subnet('web', 'nsg')]),
        address('Standard'),
        balancer('Standard', { inboundNatRules: [natRule] }),
        card(behindNat),
        machine,
      ],
    },
    expected: ['nsg: closed', 'vm (machine): closed'],
  },
  {
    title: 'a NAT rule of a Basic balancer without a group',
    estate: {
      resources: [
        network([subnet('web')]),
        address('Basic'),
        balancer('Basic', { inboundNatRules: [natRule] }),
        card(behindNat),
        machine,
      ],
    },
    expected: ['vm (machine): 22 internet'],
  },
  {
    title: 'a NAT rule for a pool',
    estate: {
      resources: [
        group([rule('mgmt')]),
        network([subnet('web', 'nsg')]),
        address('Standard'),
        balancer('Standard', {
          ...pools,
          inboundNatRules: [
            {
              name: 'pool-in',
              properties: {
                frontendIPConfiguration: frontendId,
                protocol: 'Tcp',
                frontendPortRangeStart: 50000,
                frontendPortRangeEnd: 50009,
                backendPort: 22,
                backendAddressPool: pool,
              },
            },
          ],
        }),
        card(behindPool),
        machine,
      ],
    },
    expected: ['nsg: 22 internet', 'vm (machine): 22 internet'],
  },
  {
    title: 'a load-balancing rule to a management port',
    estate: {
      resources: [
        group([rule('mgmt', { destinationPortRange: '3389', sourceAddressPrefix: admins })]),
        network([subnet('web', 'nsg')]),
        address('Standard'),
        balancer('Standard', {
          ...pools,
          loadBalancingRules: [
            {
              name: 'rdp',
              properties: {
                frontendIPConfiguration: frontendId,
                protocol: 'Tcp',
                frontendPort: 443,
                backendPort: 3389,
                backendAddressPool: pool,
              },
            },
          ],
        }),
        card(behindPool),
        machine,
      ],
    },
    expected: ['nsg: 3389 restricted', 'vm (machine): 3389 restricted'],
  },
  {
    title: 'application security groups on a machine',
    estate: {
      resources: [
        { symbol: 'asg', type: 'Microsoft.Network/applicationSecurityGroups', name: 'asg', properties: {} },
        { symbol: 'other', type: 'Microsoft.Network/applicationSecurityGroups', name: 'other', properties: {} },
        group([
          rule('elsewhere', {
            destinationPortRange: '3389',
            destinationAddressPrefix: undefined,
            destinationApplicationSecurityGroups: [{ id: new Id('other') }],
          }),
          rule('here', {
            priority: 110,
            destinationAddressPrefix: undefined,
            destinationApplicationSecurityGroups: [{ id: new Id('asg') }],
          }),
        ]),
        network([subnet('web', 'nsg')]),
        address('Standard'),
        card({ ...direct, applicationSecurityGroups: [{ id: new Id('asg') }] }),
        machine,
      ],
    },
    expected: ['nsg: 22 internet, 3389 internet', 'vm (machine): 22 internet'],
  },
  {
    title: 'a machine with two interfaces',
    estate: {
      resources: [
        named('outer', [rule('mgmt')]),
        named('inner', [rule('mgmt', { sourceAddressPrefix: admins, destinationPortRange: '3389' })]),
        network([subnet('web')]),
        address('Standard'),
        address('Standard', 'pip2'),
        card({ publicIPAddress: { id: new Id('pip') } }, 'outer'),
        card({ publicIPAddress: { id: new Id('pip2') } }, 'inner', 'nic2'),
        {
          ...machine,
          properties: { networkProfile: { networkInterfaces: [{ id: new Id('nic') }, { id: new Id('nic2') }] } },
        },
      ],
    },
    expected: ['outer: 22 internet', 'inner: 3389 restricted', 'vm (machine): 22 internet, 3389 restricted'],
  },
  {
    title: 'a firewall that publishes the machine, the group of which nobody opens',
    estate: {
      resources: [
        empty,
        network([subnet('web', 'nsg'), { name: 'AzureFirewallSubnet', properties: { addressPrefix: '10.0.0.0/26' } }]),
        address('Standard'),
        firewall({ natRuleCollections: [natCollection('*')] }),
        card({ privateIPAddress: '10.0.1.4', privateIPAllocationMethod: 'Static' }),
        machine,
      ],
    },
    expected: ['nsg: closed', 'vm (machine): 22 internet'],
  },
  {
    title: 'a firewall that publishes the machine to a few',
    estate: {
      resources: [
        network([subnet('web'), { name: 'AzureFirewallSubnet', properties: { addressPrefix: '10.0.0.0/26' } }]),
        address('Standard'),
        firewall({ natRuleCollections: [natCollection(admins)] }),
        card({ privateIPAddress: '10.0.1.4', privateIPAllocationMethod: 'Static' }),
        machine,
      ],
    },
    expected: ['vm (machine): 22 restricted'],
  },
  {
    title: "a firewall's policy that publishes the machine",
    estate: {
      resources: [
        network([subnet('web'), { name: 'AzureFirewallSubnet', properties: { addressPrefix: '10.0.0.0/26' } }]),
        address('Standard'),
        { symbol: 'policy', type: 'Microsoft.Network/firewallPolicies', name: 'policy', properties: {} },
        {
          symbol: 'collections',
          type: 'Microsoft.Network/firewallPolicies/ruleCollectionGroups',
          name: 'collections',
          parent: 'policy',
          properties: {
            priority: 100,
            ruleCollections: [
              {
                ruleCollectionType: 'FirewallPolicyNatRuleCollection',
                name: 'dnat',
                priority: 100,
                action: { type: 'DNAT' },
                rules: [
                  {
                    ruleType: 'NatRule',
                    name: 'ssh',
                    ipProtocols: ['TCP'],
                    sourceAddresses: ['*'],
                    destinationAddresses: ['20.1.2.3'],
                    destinationPorts: ['50022'],
                    translatedAddress: '10.0.1.4',
                    translatedPort: '22',
                  },
                ],
              },
            ],
          },
        },
        firewall({ firewallPolicy: { id: new Id('policy') } }),
        card({ privateIPAddress: '10.0.1.4', privateIPAllocationMethod: 'Static' }),
        machine,
      ],
    },
    expected: ['vm (machine): 22 internet'],
  },
  {
    title: 'a scale set whose instances have addresses of their own',
    estate: {
      resources: [group([rule('mgmt')]), network([subnet('web')]), scaleSet(new Id('nsg'))],
    },
    expected: ['nsg: 22 internet', 'vmss (machine): 22 internet'],
  },
  {
    title: 'a machine behind an unknown source',
    estate: {
      parameters: { value: { type: 'string' } },
      resources: [
        group([rule('mgmt', { sourceAddressPrefix: value })]),
        network([subnet('web', 'nsg')]),
        address('Standard'),
        card(direct),
        machine,
      ],
    },
    expected: ['nsg: 22 internet..none on value', 'vm (machine): 22 internet..none on value'],
  },
];
