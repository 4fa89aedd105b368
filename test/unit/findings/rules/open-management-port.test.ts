import { openManagementPort } from '../../../../src/findings/rules/open-management-port.ts';
import { group, rule } from '../resources.ts';
import { ruleCases } from '../rule-cases.ts';

ruleCases(
  openManagementPort,
  [
    { name: 'no rules', resources: [group('web-nsg', [])] },
    { name: 'HTTPS for everybody', resources: [group('web-nsg', [rule('https', { destinationPortRange: '443' })])] },
    {
      name: 'an office',
      resources: [group('web-nsg', [rule('ssh', { sourceAddressPrefix: '203.0.113.0/28' })])],
    },
    { name: 'outbound', resources: [group('web-nsg', [rule('ssh', { direction: 'Outbound' })])] },
    { name: 'UDP', resources: [group('web-nsg', [rule('ssh', { protocol: 'Udp' })])] },
    {
      name: 'ICMP on all ports',
      resources: [group('web-nsg', [rule('ping', { protocol: 'Icmp', destinationPortRange: '*' })])],
    },
    {
      name: 'the probes of load balancers',
      resources: [group('web-nsg', [rule('p', { sourceAddressPrefix: 'AzureLoadBalancer' })])],
    },
    {
      name: 'an earlier Deny',
      resources: [
        group('web-nsg', [
          rule('ssh', { priority: 300 }),
          rule('deny', { priority: 200, access: 'Deny', sourceAddressPrefix: 'Internet' }),
        ]),
      ],
    },
    {
      name: 'unknown source',
      resources: [group('web-nsg', [rule('ssh', { sourceAddressPrefix: { $parameter: 'source' } })])],
    },
  ],
  [
    {
      name: 'any source',
      resources: [group('web-nsg', [rule('allow-ssh')])],
      findings: [
        {
          message: "SSH (22) is open to the internet: rule 'allow-ssh' in 'web-nsg' admits any source.",
          at: '"*"',
          rule: 'allow-ssh',
          port: 22,
          related: [],
        },
      ],
    },
    {
      name: 'several ports of one rule, and a Deny that comes too late',
      resources: [
        group('web-nsg', [
          rule('mgmt', { destinationPortRanges: ['443', '3380-3390', '5986'], sourceAddressPrefix: 'Internet' }),
          rule('deny-rdp', { priority: 200, access: 'Deny', destinationPortRange: '3389' }),
        ]),
      ],
      findings: [
        {
          message: "RDP (3389) is open to the internet: rule 'mgmt' in 'web-nsg' admits any source on the internet.",
          at: '"Internet"',
          port: 3389,
          related: ["Rule 'deny-rdp' (priority 200) comes too late: rule 'mgmt' (priority 100) is matched first."],
        },
        {
          message: "WinRM (5986) is open to the internet: rule 'mgmt' in 'web-nsg' admits any source on the internet.",
          port: 5986,
          related: [],
        },
      ],
    },
    {
      name: 'the halves of the internet in two rules, beside an office',
      resources: [
        group('web-nsg', [
          rule('office', { priority: 100, sourceAddressPrefix: '203.0.113.7' }),
          rule('low', { priority: 110, sourceAddressPrefix: '0.0.0.0/1' }),
          rule('high', { priority: 120, sourceAddressPrefix: '128.0.0.0/1' }),
        ]),
      ],
      findings: [
        { message: "SSH (22) is open to the internet: rule 'low' in 'web-nsg' admits 0.0.0.0/1.", rule: 'low' },
        {
          message: "SSH (22) is open to the internet: rule 'high' in 'web-nsg' admits 128.0.0.0/1.",
          rule: 'high',
        },
      ],
    },
    {
      name: 'four parts that are wide alone and the internet together',
      resources: [
        group(
          'web-nsg',
          [0, 1, 2, 3]
            .map(i => rule(`part${i}`, { priority: 100 + i, sourceAddressPrefix: `16.${i * 64}.0.0/10` }))
            .concat(
              Array.from({ length: 15 }, (_, i) =>
                rule(`r${i}`, { priority: 200 + i, sourceAddressPrefix: `${17 + i}.0.0.0/8` }),
              ),
            ),
        ),
      ],
      findings: Array.from({ length: 19 }, (_, i) => ({
        message: `SSH (22) is open to the internet: rule '${i < 4 ? `part${i}` : `r${i - 4}`}' in 'web-nsg' admits ${i < 4 ? `16.${i * 64}.0.0/10` : `${13 + i}.0.0.0/8`}.`,
      })),
    },
    {
      name: 'a parameter whose default opens it',
      parameters: { source: '*' },
      resources: [group('web-nsg', [rule('ssh', { sourceAddressPrefix: { $parameter: 'source' } })])],
      findings: [
        {
          message: "SSH (22) is open to the internet: rule 'ssh' in 'web-nsg' admits any source.",
          at: '{',
          related: ["The source comes from this default of 'source'."],
        },
      ],
    },
    {
      name: 'the widest of several sources',
      resources: [group('web-nsg', [rule('ssh', { sourceAddressPrefixes: ['203.0.113.7', '0.0.0.0/0'] })])],
      findings: [
        {
          message: "SSH (22) is open to the internet: rule 'ssh' in 'web-nsg' admits any IPv4 source.",
          at: '"0.0.0.0/0"',
        },
      ],
    },
    {
      name: 'a name that tries to be more than text',
      resources: [group('web\n\u202ensg', [rule(`a${'b'.repeat(200)}`)])],
      findings: [
        {
          message: `SSH (22) is open to the internet: rule 'a${'b'.repeat(58)}…' in 'web nsg' admits any source.`,
        },
      ],
    },
    {
      name: 'a port of the settings',
      ports: [2222],
      resources: [group('web-nsg', [rule('ssh', { destinationPortRange: '2222' })])],
      findings: [{ message: "Port 2222 is open to the internet: rule 'ssh' in 'web-nsg' admits any source." }],
    },
  ],
);
