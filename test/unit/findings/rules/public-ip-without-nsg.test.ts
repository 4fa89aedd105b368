import { publicIpWithoutNsg } from '../../../../src/findings/rules/public-ip-without-nsg.ts';
import { group, machine } from '../resources.ts';
import { ruleCases } from '../rule-cases.ts';

ruleCases(
  publicIpWithoutNsg,
  [
    { name: 'a group on the interface', resources: [group('web-nsg', []), ...machine({ nicGroup: 'web-nsg' })] },
    {
      name: 'a group on the subnet',
      resources: [group('web-nsg', []), ...machine({ subnetGroup: 'web-nsg', sku: 'Basic' })],
    },
    { name: 'a group that is not in the template', resources: machine({ nicGroup: 'other-nsg' }) },
    { name: 'no public address', resources: machine({ publicIp: false }) },
    {
      name: 'a subnet that is not in the template',
      resources: machine().filter(one => !one.type.endsWith('virtualNetworks')),
    },
  ],
  [
    {
      name: 'a Standard address',
      resources: machine(),
      findings: [
        {
          level: 'note',
          message:
            "Machine 'vm' has no network security group behind public address 'vm-ip': a Standard address stays closed only until the first security group with an open rule.",
        },
      ],
    },
    {
      name: 'a Basic address',
      resources: machine({ sku: 'Basic' }),
      findings: [
        {
          message:
            "Machine 'vm' has no network security group behind public address 'vm-ip': a Basic address lets the internet reach every port.",
        },
      ],
    },
  ],
);
