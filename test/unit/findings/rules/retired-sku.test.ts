import { retiredSku } from '../../../../src/findings/rules/retired-sku.ts';
import { ruleCases } from '../rule-cases.ts';

const address = { type: 'Microsoft.Network/publicIPAddresses', name: 'ip', properties: {} };

ruleCases(
  retiredSku,
  [
    { name: 'Standard', resources: [{ ...address, sku: { name: 'Standard' } }] },
    { name: 'unknown', resources: [{ ...address, sku: { name: { $parameter: 'sku' } } }] },
    { name: 'Gateway', resources: [{ ...address, type: 'Microsoft.Network/loadBalancers', sku: { name: 'Gateway' } }] },
  ],
  [
    {
      name: 'a Basic address',
      resources: [{ ...address, sku: { name: 'Basic' } }],
      findings: [
        {
          message:
            "Public IP address 'ip' has the Basic SKU: retired on 30 September 2025, and open without a network security group.",
          at: '"Basic"',
        },
      ],
    },
    {
      name: 'a load balancer without SKU',
      resources: [{ ...address, type: 'Microsoft.Network/loadBalancers', name: 'lb' }],
      findings: [
        {
          message:
            "Load balancer 'lb' gives no SKU, which Azure's REST API takes for Basic: retired on 30 September 2025, and open without a network security group.",
        },
      ],
    },
  ],
);
