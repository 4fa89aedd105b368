import { jitNotEnabled } from '../../../../src/findings/rules/jit-not-enabled.ts';
import { idOf } from '../plain-template.ts';
import { group, machine, rule } from '../resources.ts';
import { ruleCases } from '../rule-cases.ts';

const exposed = [group('web-nsg', [rule('ssh')]), ...machine({ nicGroup: 'web-nsg' })];

ruleCases(
  jitNotEnabled,
  [
    { name: 'a template', resources: exposed },
    {
      name: 'a closed machine',
      source: 'live',
      resources: [group('web-nsg', []), ...machine({ nicGroup: 'web-nsg' })],
    },
    {
      name: 'a machine with a policy',
      source: 'live',
      resources: [
        ...exposed,
        {
          type: 'Microsoft.Security/locations/jitNetworkAccessPolicies',
          name: 'westeurope/default',
          properties: {
            virtualMachines: [
              { id: idOf('Microsoft.Compute/virtualMachines', 'vm'), ports: [{ number: 22, protocol: 'TCP' }] },
            ],
          },
        },
      ],
    },
  ],
  [
    {
      name: 'an open machine without a policy',
      source: 'live',
      resources: exposed,
      findings: [{ message: "Machine 'vm' has open management ports and no just-in-time policy." }],
    },
  ],
);
