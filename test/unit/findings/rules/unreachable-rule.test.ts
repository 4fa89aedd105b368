import { unreachableRule } from '../../../../src/findings/rules/unreachable-rule.ts';
import { group, rule } from '../resources.ts';
import { ruleCases } from '../rule-cases.ts';

ruleCases(
  unreachableRule,
  [
    { name: 'one rule', resources: [group('web-nsg', [rule('a')])] },
    {
      name: 'another port',
      resources: [group('web-nsg', [rule('a'), rule('b', { priority: 200, destinationPortRange: '80' })])],
    },
    {
      name: 'a wider protocol',
      resources: [group('web-nsg', [rule('a'), rule('b', { priority: 200, protocol: '*' })])],
    },
    {
      name: 'wider addresses: IPv6 is left',
      resources: [group('web-nsg', [rule('a', { sourceAddressPrefix: '0.0.0.0/0' }), rule('b', { priority: 200 })])],
    },
    {
      name: 'an earlier rule for one source port',
      resources: [group('web-nsg', [rule('a', { sourcePortRange: '1024' }), rule('b', { priority: 200 })])],
    },
    {
      name: 'an earlier rule for one destination',
      resources: [
        group('web-nsg', [rule('a', { destinationAddressPrefix: '10.0.0.4' }), rule('b', { priority: 200 })]),
      ],
    },
    {
      name: 'an office that need not be in the network',
      resources: [
        group('web-nsg', [
          rule('a', { sourceAddressPrefix: 'VirtualNetwork' }),
          rule('b', { priority: 200, sourceAddressPrefix: '10.1.0.0/16' }),
        ]),
      ],
    },
    {
      name: 'an earlier rule of unknown priority',
      resources: [group('web-nsg', [rule('a', { priority: { $parameter: 'p' } }), rule('b', { priority: 200 })])],
    },
    {
      name: 'outbound',
      resources: [group('web-nsg', [rule('a', { direction: 'Outbound' }), rule('b', { priority: 200 })])],
    },
    {
      name: 'a Deny after an Allow, which has a finding of its own',
      resources: [group('web-nsg', [rule('a'), rule('b', { priority: 200, access: 'Deny' })])],
    },
  ],
  [
    {
      name: 'everything before it',
      resources: [
        group('web-nsg', [rule('ssh', { priority: 200 }), rule('all', { destinationPortRange: '*', protocol: '*' })]),
      ],
      findings: [
        {
          message:
            "Rule 'ssh' (priority 200) in 'web-nsg' never decides anything: rule 'all' (priority 100) matches all of it first.",
          at: '"ssh"',
          rule: 'ssh',
          related: ["Rule 'all' (priority 100) is matched first."],
        },
      ],
    },
    {
      name: 'two rules that cover a range and a list of sources between them',
      resources: [
        group('web-nsg', [
          rule('a', { priority: 100, destinationPortRange: '20-22' }),
          rule('b', { priority: 110, destinationPortRange: '23-30', sourceAddressPrefix: '10.0.0.0/9' }),
          rule('c', {
            priority: 120,
            destinationPortRange: '22-40',
            sourceAddressPrefix: '10.128.0.0/9',
            access: 'Deny',
          }),
          rule('d', { priority: 130, destinationPortRange: '22-25', sourceAddressPrefix: '10.0.0.0/8' }),
        ]),
      ],
      findings: [
        {
          message:
            "Rule 'd' (priority 130) in 'web-nsg' never decides anything: rules 'a' (priority 100), 'b' (priority 110) and 'c' (priority 120) match all of it first.",
        },
      ],
    },
    {
      name: 'tags within tags',
      resources: [
        group('web-nsg', [
          rule('a', { sourceAddressPrefix: 'Internet' }),
          rule('b', { priority: 200, sourceAddressPrefix: 'AzureCloud.westeurope' }),
        ]),
      ],
      findings: [
        {
          message:
            "Rule 'b' (priority 200) in 'web-nsg' never decides anything: rule 'a' (priority 100) matches all of it first.",
        },
      ],
    },
  ],
);
