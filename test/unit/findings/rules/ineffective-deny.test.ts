import { ineffectiveDeny } from '../../../../src/findings/rules/ineffective-deny.ts';
import { group, rule } from '../resources.ts';
import { ruleCases } from '../rule-cases.ts';

const deny = (name: string, properties: object) => rule(name, { access: 'Deny', priority: 200, ...properties });

ruleCases(
  ineffectiveDeny,
  [
    { name: 'a Deny in front', resources: [group('web-nsg', [rule('a', { priority: 300 }), deny('d', {})])] },
    {
      name: 'the usual Deny at the end',
      resources: [group('web-nsg', [rule('a'), deny('d', { destinationPortRange: '*', protocol: '*' })])],
    },
    {
      name: 'an office before a Deny for everybody',
      resources: [group('web-nsg', [rule('a', { sourceAddressPrefix: '203.0.113.0/28' }), deny('d', {})])],
    },
    {
      name: 'half of the internet before it',
      resources: [group('web-nsg', [rule('a', { sourceAddressPrefix: '0.0.0.0/1' }), deny('d', {})])],
    },
    {
      name: 'a range that is closed but for one port',
      resources: [group('web-nsg', [rule('a'), deny('d', { destinationPortRange: '20-30' })])],
    },
    { name: 'UDP', resources: [group('web-nsg', [rule('a'), deny('d', { protocol: 'Udp' })])] },
  ],
  [
    {
      name: 'the same port',
      resources: [group('web-nsg', [rule('a'), deny('d', { sourceAddressPrefix: 'Internet' })])],
      findings: [
        {
          message:
            "Rule 'd' (priority 200) in 'web-nsg' does not close SSH (22): rule 'a' (priority 100) lets it in first.",
          at: '200',
          rule: 'd',
          port: 22,
          related: ["Rule 'a' (priority 100) is matched first."],
        },
      ],
    },
    {
      name: 'one of the ports that it names',
      resources: [group('web-nsg', [rule('a'), deny('d', { destinationPortRanges: ['22', '445', '3389'] })])],
      findings: [
        {
          message:
            "Rule 'd' (priority 200) in 'web-nsg' does not close SSH (22): rule 'a' (priority 100) lets it in first.",
          port: 22,
        },
      ],
    },
    {
      name: 'everything',
      resources: [
        group('web-nsg', [
          rule('a', { destinationPortRange: '*', protocol: '*' }),
          deny('d', { destinationPortRange: '*', protocol: '*' }),
        ]),
      ],
      findings: [
        {
          message:
            "Rule 'd' (priority 200) in 'web-nsg' does not close anything: rule 'a' (priority 100) lets that in first.",
        },
      ],
    },
  ],
);
