import { wideManagementSource } from '../../../../src/findings/rules/wide-management-source.ts';
import { group, rule } from '../resources.ts';
import { ruleCases } from '../rule-cases.ts';

ruleCases(
  wideManagementSource,
  [
    { name: 'everybody', resources: [group('web-nsg', [rule('ssh')])] },
    { name: '256 addresses', resources: [group('web-nsg', [rule('ssh', { sourceAddressPrefix: '203.0.113.0/24' })])] },
    { name: 'private addresses', resources: [group('web-nsg', [rule('ssh', { sourceAddressPrefix: '10.0.0.0/8' })])] },
    {
      name: "a service's own tag",
      resources: [group('web-nsg', [rule('ssh', { sourceAddressPrefix: 'AzureDevOps' })])],
    },
  ],
  [
    {
      name: '512 addresses',
      resources: [group('web-nsg', [rule('ssh', { sourceAddressPrefix: '203.0.112.0/23' })])],
      findings: [
        {
          message: "SSH (22) is open to a wide range of addresses: rule 'ssh' in 'web-nsg' admits 203.0.112.0/23.",
          at: '"203.0.112.0/23"',
          port: 22,
        },
      ],
    },
    {
      name: "every customer's machines",
      resources: [group('web-nsg', [rule('rdp', { sourceAddressPrefix: 'AzureCloud', destinationPortRange: '3389' })])],
      findings: [
        {
          message:
            "RDP (3389) is open to a wide range of addresses: rule 'rdp' in 'web-nsg' admits AzureCloud, which is the machines of every Azure customer.",
        },
      ],
    },
    {
      name: 'wide beside a rule that is open to all',
      resources: [
        group('web-nsg', [
          rule('cloud', { priority: 100, sourceAddressPrefix: '20.0.0.0/8' }),
          rule('all', { priority: 110 }),
        ]),
      ],
      findings: [
        { message: "SSH (22) is open to a wide range of addresses: rule 'cloud' in 'web-nsg' admits 20.0.0.0/8." },
      ],
    },
  ],
);
