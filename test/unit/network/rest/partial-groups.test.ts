import assert from 'node:assert/strict';
import { declarationsOf } from '../../../../src/network/rest/live-resources.ts';
import { readResources } from '../../../../src/network/rest/read-resources.ts';
import { evaluateGroup } from '../../../../src/network/security-group.ts';

const group = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/networkSecurityGroups/elsewhere';

function rule(name: string, access: string, priority: number, port: string) {
  return {
    type: 'Microsoft.Network/networkSecurityGroups/securityRules',
    id: `${group}/securityRules/${name}`,
    name,
    properties: {
      access,
      priority,
      direction: 'Inbound',
      protocol: 'Tcp',
      sourceAddressPrefix: '*',
      sourcePortRange: '*',
      destinationAddressPrefix: '*',
      destinationPortRange: port,
    },
  };
}

describe('rules whose group is declared elsewhere', () => {
  const judge = (...rules: ReturnType<typeof rule>[]) =>
    readResources(declarationsOf(rules)).securityGroups.map(judged => ({
      address: judged.declaration.address.split('/').at(-1),
      partial: judged.partial,
      open: evaluateGroup(judged, { ports: [22, 3389] })
        .filter(verdict => verdict.reach === 'internet')
        .map(verdict => verdict.port),
    }));

  it('are judged each as if it were alone in the group', () => {
    assert.deepEqual(judge(rule('ssh', 'Allow', 100, '22'), rule('rdp', 'Allow', 100, '3389')), [
      { address: 'ssh', partial: true, open: [22] },
      { address: 'rdp', partial: true, open: [3389] },
    ]);
  });

  it('are not called open where a Deny read with them closes them', () => {
    assert.deepEqual(judge(rule('ssh', 'Allow', 200, '22'), rule('none', 'Deny', 100, '*')), [
      { address: 'ssh', partial: true, open: [] },
      { address: 'none', partial: true, open: [] },
    ]);
  });
});
