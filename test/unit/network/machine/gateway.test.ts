import assert from 'node:assert/strict';
import {
  type Json,
  machine,
  networkId,
  nic,
  publicIp,
  resource,
  rule,
  securityGroup,
  subnetId,
  virtualNetwork,
} from '../azure-resources.ts';
import { judge, pathOf } from './judging.ts';

describe('an application gateway', () => {
  const gateway = (protocol: string): Json =>
    resource('applicationGateways', 'agw', {
      gatewayIPConfigurations: [{ name: 'g', properties: { subnet: { id: subnetId('agw') } } }],
      frontendIPConfigurations: [
        { name: 'fe', properties: { publicIPAddress: { id: networkId('publicIPAddresses', 'agwpip') } } },
      ],
      frontendPorts: [{ name: 'p', properties: { port: 2222 } }],
      listeners: [
        {
          name: 'l',
          properties: {
            protocol,
            frontendIPConfiguration: { id: `${networkId('applicationGateways', 'agw')}/frontendIPConfigurations/fe` },
            frontendPort: { id: `${networkId('applicationGateways', 'agw')}/frontendPorts/p` },
          },
        },
      ],
      backendSettingsCollection: [{ name: 's', properties: { port: 22, protocol } }],
      backendAddressPools: [{ name: 'b', properties: { backendAddresses: [{ ipAddress: '10.0.0.4' }] } }],
      routingRules: [
        {
          name: 'r',
          properties: {
            listener: { id: `${networkId('applicationGateways', 'agw')}/listeners/l` },
            backendSettings: { id: `${networkId('applicationGateways', 'agw')}/backendSettingsCollection/s` },
            backendAddressPool: { id: `${networkId('applicationGateways', 'agw')}/backendAddressPools/b` },
          },
        },
      ],
    });
  const around = (subnetGroup: string | null): readonly Json[] => [
    machine('vm', 'nic'),
    nic('nic'),
    publicIp('agwpip', 'Standard', '20.8.8.8'),
    virtualNetwork('vnet', { default: null, agw: ['10.0.1.0/24', subnetGroup] }),
  ];

  it('publishes a port through a TCP listener, to whom the group of its subnet admits', () => {
    assert.deepEqual(pathOf(judge(22, ...around(null), gateway('Tcp'))), [
      ['app-gateway', '20.8.8.8:2222', 'internet', []],
    ]);
    const office = securityGroup('agw', rule('office', '100 Allow Tcp 203.0.113.0/24 2222'));
    const verdict = judge(22, ...around('agw'), office, gateway('Tcp'));
    assert.deepEqual(pathOf(verdict), [['app-gateway', '20.8.8.8:2222', 'restricted', ['agw/office']]]);
  });
});
