import { invalidRule } from '../../../../src/findings/rules/invalid-rule.ts';
import { group, rule } from '../resources.ts';
import { ruleCases } from '../rule-cases.ts';

ruleCases(
  invalidRule,
  [
    { name: 'a plain rule', resources: [group('web-nsg', [rule('a')])] },
    {
      name: 'host bits and letter case',
      resources: [
        group('web-nsg', [rule('a', { sourceAddressPrefix: '10.0.0.1/8', protocol: 'TCP', access: 'allow' })]),
      ],
    },
    { name: 'a number for a port', resources: [group('web-nsg', [rule('a', { destinationPortRange: 22 })])] },
    { name: 'an unknown tag', resources: [group('web-nsg', [rule('a', { sourceAddressPrefix: 'SomeNewService' })])] },
    {
      name: 'the same priority in both directions',
      resources: [group('web-nsg', [rule('a'), rule('b', { direction: 'Outbound' })])],
    },
    {
      name: 'a priority from a parameter',
      resources: [group('web-nsg', [rule('a', { priority: { $parameter: 'p' } })])],
    },
  ],
  [
    {
      name: 'ports in one string',
      resources: [group('web-nsg', [rule('a', { destinationPortRange: '22,3389' })])],
      findings: [
        {
          message:
            "Rule 'a' in 'web-nsg': '22,3389' is a list in one string, which Azure rejects: use the plural property.",
          at: '"22,3389"',
          rule: 'a',
        },
      ],
    },
    {
      name: 'a priority out of range',
      resources: [group('web-nsg', [rule('a', { priority: 5000 })])],
      findings: [{ message: "Rule 'a' in 'web-nsg': Priority 5000 is not between 100 and 4096.", at: '5000' }],
    },
    {
      name: 'a priority twice',
      resources: [group('web-nsg', [rule('a'), rule('b', { access: 'Deny' })])],
      findings: [
        {
          message:
            "Rule 'b' in 'web-nsg': priority 100 is also that of rule 'a', and Azure takes each once for inbound rules.",
          at: '100',
          rule: 'b',
          related: ["Rule 'a' has the same priority."],
        },
      ],
    },
  ],
);
