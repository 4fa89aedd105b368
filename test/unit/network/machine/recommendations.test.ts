import assert from 'node:assert/strict';
import { scoreOf } from '../../../../src/network/machine/recommendations.ts';
import { type Json, machine, machineId, nic, publicIp, securityGroup, virtualNetwork } from '../azure-resources.ts';
import { judgeAll, openSsh } from './judging.ts';

describe('recommendations and score', () => {
  const around = [
    virtualNetwork('vnet', { default: null }),
    securityGroup('open', openSsh),
    securityGroup('closed'),
    publicIp('pip', 'Standard', '20.1.2.3'),
    publicIp('basic', 'Basic', '20.1.2.4'),
  ];
  const jit = {
    id: '/subscriptions/s1/resourceGroups/rg/providers/Microsoft.Security/locations/westeurope/jitNetworkAccessPolicies/default',
    type: 'Microsoft.Security/locations/jitNetworkAccessPolicies',
    properties: { virtualMachines: [{ id: machineId('VM').toUpperCase(), ports: [{ number: 22, protocol: 'TCP' }] }] },
  };
  const cases: readonly [string, readonly Json[], readonly string[], number][] = [
    ['open', [nic('nic', { publicIp: 'pip', nsg: 'open' })], ['Healthy', 'Unhealthy', 'Unhealthy'], 0],
    [
      'open with just-in-time access',
      [nic('nic', { publicIp: 'pip', nsg: 'open' }), jit],
      ['Healthy', 'Unhealthy', 'Healthy'],
      0,
    ],
    ['closed', [nic('nic', { publicIp: 'pip', nsg: 'closed' })], ['Healthy', 'Healthy', 'Healthy'], 8],
    ['without a group', [nic('nic', { publicIp: 'basic' })], ['Unhealthy', 'Unhealthy', 'NotApplicable'], 0],
    ['not facing the internet', [nic('nic', {})], ['NotApplicable', 'Healthy', 'NotApplicable'], 8],
  ];
  for (const [what, resources, health, points] of cases) {
    it(`of a machine ${what}`, () => {
      const verdicts = judgeAll(machine('vm', 'nic'), ...resources, ...around);
      const { nsg, closedPorts, jit: justInTime } = verdicts[0]!.recommendations;
      assert.deepEqual([nsg, closedPorts, justInTime], health);
      assert.equal(scoreOf(verdicts).current, points);
    });
  }

  it('count machines alike', () => {
    const verdicts = judgeAll(
      machine('a', 'nic1'),
      machine('b', 'nic2'),
      machine('c', 'nic3'),
      nic('nic1', { publicIp: 'pip', nsg: 'open' }),
      nic('nic2', { nsg: 'closed' }),
      nic('nic3', { nsg: 'closed' }),
      ...around,
    );
    assert.deepEqual(scoreOf(verdicts), { current: 5.33, max: 8, healthy: 2, unhealthy: 1, notApplicable: 0 });
  });
});
