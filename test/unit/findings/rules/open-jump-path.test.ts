import { openJumpPath } from '../../../../src/findings/rules/open-jump-path.ts';
import { idOf, type PlainResource } from '../plain-template.ts';
import { group, machine, rule } from '../resources.ts';
import { ruleCases } from '../rule-cases.ts';

const balancer = (backendPort: number): PlainResource[] => [
  {
    type: 'Microsoft.Network/publicIPAddresses',
    name: 'lb-ip',
    sku: { name: 'Standard' },
    properties: {},
  },
  {
    type: 'Microsoft.Network/loadBalancers',
    name: 'lb',
    sku: { name: 'Standard' },
    properties: {
      frontendIPConfigurations: [
        {
          name: 'front',
          properties: { publicIPAddress: { id: idOf('Microsoft.Network/publicIPAddresses', 'lb-ip') } },
        },
      ],
      inboundNatRules: [
        {
          name: 'jump',
          properties: {
            frontendIPConfiguration: {
              id: idOf('Microsoft.Network/loadBalancers/frontendIPConfigurations', 'lb/front'),
            },
            protocol: 'Tcp',
            frontendPort: 50001,
            backendPort,
          },
        },
      ],
    },
  },
];

const behind = (backendPort: number, source: unknown): PlainResource[] => [
  group('web-nsg', [rule('ssh', { sourceAddressPrefix: source })]),
  ...balancer(backendPort),
  ...machine({ publicIp: false, nicGroup: 'web-nsg', natRules: ['jump'] }),
];

const behindFirewall: PlainResource[] = [
  group('web-nsg', []),
  ...machine({ publicIp: false, nicGroup: 'web-nsg' }),
  { type: 'Microsoft.Network/publicIPAddresses', name: 'fw-ip', sku: { name: 'Standard' }, properties: {} },
  {
    type: 'Microsoft.Network/azureFirewalls',
    name: 'fw',
    properties: {
      ipConfigurations: [
        {
          name: 'ip',
          properties: {
            subnet: { id: idOf('Microsoft.Network/virtualNetworks/subnets', 'vnet/AzureFirewallSubnet') },
            publicIPAddress: { id: idOf('Microsoft.Network/publicIPAddresses', 'fw-ip') },
          },
        },
      ],
      natRuleCollections: [
        {
          name: 'nat',
          properties: {
            priority: 100,
            action: { type: 'Dnat' },
            rules: [
              {
                name: 'ssh-in',
                protocols: ['TCP'],
                sourceAddresses: ['*'],
                destinationAddresses: ['20.7.7.7'],
                destinationPorts: ['2222'],
                translatedAddress: '10.0.1.4',
                translatedPort: '22',
              },
            ],
          },
        },
      ],
    },
  },
].map(one =>
  JSON.parse(JSON.stringify(one).replace('"name":"primary","properties":{', '$&"privateIPAddress":"10.0.1.4",')),
);

ruleCases(
  openJumpPath,
  [
    { name: 'an office only', resources: behind(22, '203.0.113.0/28') },
    { name: 'another port', resources: behind(443, '*') },
    { name: 'unknown: the rule has a finding', resources: behind(22, { $parameter: 'source' }) },
    {
      name: "the machine's own address",
      resources: [group('web-nsg', [rule('ssh')]), ...machine({ nicGroup: 'web-nsg' })],
    },
  ],
  [
    {
      name: 'an inbound NAT rule for everybody',
      resources: behind(22, '*'),
      findings: [
        {
          level: 'warning',
          message:
            "SSH (22) of machine 'vm' is open to the internet through inbound NAT rule 'jump' at 'lb-ip:50001'; 'web-nsg/ssh' admits any source.",
          at: '"jump"',
          port: 22,
          related: ["Rule 'ssh' admits any source."],
        },
      ],
    },
    {
      name: 'a DNAT rule, which hides the client from the groups behind it',
      resources: behindFirewall,
      findings: [
        {
          level: 'error',
          message:
            "SSH (22) of machine 'vm' is open to the internet through DNAT rule 'ssh-in' at '20.7.7.7:2222'; 'fw/ssh-in' admits any source, and 'web-nsg/AllowVnetInBound' admits the firewall.",
          at: '"ssh-in"',
          port: 22,
          related: [],
        },
      ],
    },
  ],
);
