import { directPublicIp } from '../../../../src/findings/rules/direct-public-ip.ts';
import { group, machine, rule } from '../resources.ts';
import { ruleCases } from '../rule-cases.ts';

ruleCases(
  directPublicIp,
  [
    {
      name: 'no public address',
      resources: [group('web-nsg', []), ...machine({ nicGroup: 'web-nsg', publicIp: false })],
    },
    { name: 'no group, which another finding tells', resources: machine() },
  ],
  [
    {
      name: 'closed',
      resources: [group('web-nsg', []), ...machine({ nicGroup: 'web-nsg' })],
      findings: [
        {
          message:
            "Machine 'vm' has its own public IP address 'vm-ip'; on its management ports nobody on the internet reaches it.",
          related: ["Interface 'vm-nic' carries the address."],
        },
      ],
    },
    {
      name: 'open to an office',
      resources: [
        group('web-nsg', [rule('ssh', { sourceAddressPrefix: '203.0.113.0/28' })]),
        ...machine({ nicGroup: 'web-nsg' }),
      ],
      findings: [
        {
          message:
            "Machine 'vm' has its own public IP address 'vm-ip'; on its management ports a few addresses reach it.",
        },
      ],
    },
    {
      name: 'open, depending on a parameter',
      resources: [
        group('web-nsg', [rule('ssh', { sourceAddressPrefix: { $parameter: 'source' } })]),
        ...machine({ nicGroup: 'web-nsg' }),
      ],
      findings: [
        {
          message:
            "Machine 'vm' has its own public IP address 'vm-ip'; on its management ports the internet may reach it.",
        },
      ],
    },
  ],
);
