import assert from 'node:assert/strict';
import {
  type Json,
  loadBalancer,
  machineId,
  networkId,
  part,
  publicFrontend,
  publicIp,
  securityGroup,
  subnetId,
  virtualNetwork,
} from '../azure-resources.ts';
import { judge, judgeAll, openSsh, pathOf } from './judging.ts';

describe('a scale set', () => {
  const pool = part('lb', 'inboundNatPools', 'ssh');
  const scaleSet = (properties: Json, nicProperties: Json = {}): Json => ({
    id: machineId('vmss').replace('virtualMachines', 'virtualMachineScaleSets'),
    name: 'vmss',
    type: 'Microsoft.Compute/virtualMachineScaleSets',
    properties: {
      virtualMachineProfile: {
        networkProfile: {
          networkInterfaceConfigurations: [
            {
              name: 'nic',
              properties: {
                ipConfigurations: [{ name: 'ip', properties: { subnet: { id: subnetId('default') }, ...properties } }],
                ...nicProperties,
              },
            },
          ],
        },
      },
    },
  });
  const natPool = loadBalancer('lb', 'Standard', {
    frontendIPConfigurations: [publicFrontend('lb', 'lbpip')],
    inboundNatPools: [
      {
        ...pool,
        name: 'ssh',
        properties: {
          frontendIPConfiguration: part('lb', 'frontendIPConfigurations', 'fe'),
          protocol: 'Tcp',
          frontendPortRangeStart: 50000,
          frontendPortRangeEnd: 50099,
          backendPort: 22,
        },
      },
    ],
  });
  const around = [
    virtualNetwork('vnet', { default: null }),
    publicIp('lbpip', 'Standard', '20.9.9.9'),
    securityGroup('open', openSsh),
  ];
  const group = { networkSecurityGroup: { id: networkId('networkSecurityGroups', 'open') } };

  it('is reached through a NAT pool', () => {
    const verdict = judge(22, scaleSet({ loadBalancerInboundNatPools: [pool] }, group), natPool, ...around);
    assert.deepEqual(pathOf(verdict), [['lb-nat-rule', '20.9.9.9:50000-50099', 'internet', ['open/ssh']]]);
    assert.equal(judge(22, scaleSet({ loadBalancerInboundNatPools: [pool] }), natPool, ...around).reach, 'none');
  });

  it('is reached at the public addresses that it gives its instances', () => {
    const own = (sku?: Json): Json => ({ publicIPAddressConfiguration: { name: 'pip', ...sku, properties: {} } });
    assert.deepEqual(pathOf(judge(22, scaleSet(own({ sku: { name: 'Standard' } }), group), ...around)), [
      ['public-ip', 'pip:22', 'internet', ['open/ssh']],
    ]);
    assert.equal(judge(22, scaleSet(own({ sku: { name: 'Standard' } })), ...around).reach, 'none');
    assert.equal(judge(22, scaleSet(own()), ...around).reach, 'internet');
  });
});

describe('an instance of a scale set', () => {
  const set = machineId('vmss').replace('virtualMachines', 'virtualMachineScaleSets');
  const nicOfInstance = `${set}/virtualMachines/0/networkInterfaces/nic`;
  const instance = {
    id: `${set}/virtualMachines/0`,
    name: 'vmss_0',
    type: 'Microsoft.Compute/virtualMachineScaleSets/virtualMachines',
    properties: { networkProfile: { networkInterfaces: [{ id: nicOfInstance }] } },
  };
  const around = [virtualNetwork('vnet', { default: null }), securityGroup('open', openSsh)];
  const group = { networkSecurityGroup: { id: networkId('networkSecurityGroups', 'open') } };

  it('has interfaces and addresses of its own', () => {
    const address = `${nicOfInstance}/ipConfigurations/ip/publicIPAddresses/pip`;
    const own = {
      id: nicOfInstance,
      type: 'Microsoft.Compute/virtualMachineScaleSets/virtualMachines/networkInterfaces',
      properties: {
        ...group,
        ipConfigurations: [
          { name: 'ip', properties: { subnet: { id: subnetId('default') }, publicIPAddress: { id: address } } },
        ],
      },
    };
    const pip = {
      id: address,
      type: 'Microsoft.Compute/virtualMachineScaleSets/virtualMachines/networkInterfaces/ipConfigurations/publicIPAddresses',
      sku: { name: 'Standard' },
      properties: { ipAddress: '20.4.4.4' },
    };
    assert.deepEqual(pathOf(judge(22, instance, own, pip, ...around)), [
      ['public-ip', '20.4.4.4:22', 'internet', ['open/ssh']],
    ]);
  });

  it('is told from the profile of its set when its interfaces cannot be read', () => {
    const profile = {
      id: set,
      name: 'vmss',
      type: 'Microsoft.Compute/virtualMachineScaleSets',
      properties: {
        virtualMachineProfile: {
          networkProfile: {
            networkInterfaceConfigurations: [
              {
                name: 'nic',
                properties: {
                  ...group,
                  ipConfigurations: [{ name: 'ip', properties: { subnet: { id: subnetId('default') } } }],
                },
              },
            ],
          },
        },
      },
    };
    const verdicts = judgeAll(instance, profile, ...around);
    const own = verdicts.find(one => one.machine.kind === 'scale-set-instance')!;
    assert.deepEqual([own.ports[0]!.reach, own.ports[0]!.certainty], ['none', 'definite']);
    const alone = judgeAll(instance, ...around)[0]!;
    assert.deepEqual([alone.ports[0]!.reach, alone.ports[0]!.atLeast], ['internet', 'none']);
  });
});
