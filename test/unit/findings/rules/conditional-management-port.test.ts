import { conditionalManagementPort } from '../../../../src/findings/rules/conditional-management-port.ts';
import { group, rule } from '../resources.ts';
import { ruleCases } from '../rule-cases.ts';

const source = { $parameter: 'source' };

ruleCases(
  conditionalManagementPort,
  [
    { name: 'surely open', resources: [group('web-nsg', [rule('ssh')])] },
    {
      name: 'a default',
      parameters: { source: '10.0.0.0/8' },
      resources: [group('web-nsg', [rule('ssh', { sourceAddressPrefix: source })])],
    },
    {
      name: 'unknown, but behind a Deny',
      resources: [
        group('web-nsg', [
          rule('deny', { access: 'Deny', destinationPortRange: '*' }),
          rule('ssh', { priority: 200, sourceAddressPrefix: source }),
        ]),
      ],
    },
    {
      name: 'unknown for a port that is open anyway',
      resources: [
        group('web-nsg', [
          rule('ssh', { priority: 90 + 10 }),
          rule('more', { priority: 200, sourceAddressPrefix: source }),
        ]),
      ],
    },
    {
      name: 'an unknown name',
      resources: [group('web-nsg', [rule('ssh', { destinationPortRange: '443', description: source })])],
    },
  ],
  [
    {
      name: 'an unknown source',
      resources: [group('web-nsg', [rule('ssh', { sourceAddressPrefix: source })])],
      findings: [
        {
          message:
            "SSH (22) may be open to the internet: for rule 'ssh' in 'web-nsg' that depends on parameter source.",
          at: '{\n',
          rule: 'ssh',
          port: 22,
        },
      ],
    },
    {
      name: 'an unknown port',
      resources: [group('web-nsg', [rule('any', { destinationPortRange: { $parameter: 'port' } })])],
      findings: [22, 3389, 5985, 5986].map(port => ({
        message: `${port === 22 ? 'SSH' : port === 3389 ? 'RDP' : 'WinRM'} (${port}) may be open to the internet: for rule 'any' in 'web-nsg' that depends on parameter port.`,
        port,
        at: '{\n',
      })),
    },
    {
      name: 'rules from a parameter',
      ports: [22],
      resources: [group('web-nsg', { $parameter: 'rules' })],
      findings: [
        {
          message:
            "SSH (22) may be open to the internet: for rules from parameter rules in 'web-nsg' that depends on parameter rules.",
        },
      ],
    },
  ],
);
