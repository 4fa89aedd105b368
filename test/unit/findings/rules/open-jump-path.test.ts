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
  ],
);
