import assert from 'node:assert/strict';
import { declarationsOf } from '../../../../src/network/rest/live-resources.ts';
import { readResources } from '../../../../src/network/rest/read-resources.ts';

const group = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Network';
const network = `${group}/virtualNetworks/net`;
const configuration = `${group}/networkManagers/nm/securityAdminConfigurations/guard`;

const snapshot = (collection: string, name: string, number: number, access: string) => ({
  id: `${configuration}/ruleCollections/${collection}/rules/${name}/snapshots/${number}`,
  type: 'microsoft.network/networkmanagers/securityadminconfigurations/rulecollections/rules/snapshots',
  name: String(number),
  properties: {
    access,
    direction: 'Inbound',
    priority: 10,
    protocol: 'Tcp',
    sources: [{ addressPrefix: '*' }],
    destinationPortRanges: ['3389'],
  },
});

const effective = {
  id: `${network}/providers/Microsoft.Network/effectiveSecurityAdminRules/default`,
  type: 'microsoft.network/effectivesecurityadminrules',
  location: 'westeurope',
  properties: { EffectiveSecurityAdminConfigurations: [{ Id: `${configuration}/snapshots/7` }] },
};

const goal = (...ids: string[]) => ({
  id: `${group}/networkManagers/nm/securityAdminRegionalGoalStates/1`,
  type: 'microsoft.network/networkmanagers/securityadminregionalgoalstates',
  location: 'westeurope',
  properties: { securityAdminRules: ids.map(id => ({ id })) },
});

function rulesOf(...resources: object[]) {
  const rules = readResources(declarationsOf(resources)).securityAdminRules.get(network.toLowerCase()) ?? [];
  return rules.map(rule => `${rule.name} ${rule.access.known ? rule.access.value : `? ${rule.access.dependsOn}`}`);
}

describe('security admin rules as Resource Graph shows them', () => {
  it('takes the newest snapshot of each rule of the configuration in effect', () => {
    const other = {
      ...snapshot('all', 'x', 1, 'Allow'),
      id: `${configuration}-2/ruleCollections/all/rules/x/snapshots/1`,
    };
    assert.deepEqual(
      rulesOf(
        effective,
        snapshot('all', 'rdp', 1, 'Allow'),
        snapshot('all', 'rdp', 10, 'Deny'),
        snapshot('all', 'rdp', 9, 'Allow'),
        other,
      ),
      ['rdp Deny'],
    );
  });

  it('follows the goal state of the region when there is one', () => {
    const kept = snapshot('all', 'rdp', 1, 'Deny');
    assert.deepEqual(rulesOf(effective, kept, snapshot('all', 'gone', 3, 'Deny'), goal(kept.id)), ['rdp Deny']);
  });

  it('does not guess which of several collections applies to the network', () => {
    const found = rulesOf(effective, snapshot('one', 'rdp', 1, 'Deny'), snapshot('two', 'ssh', 1, 'Allow'));
    assert.deepEqual(found, [
      'rdp ? which rule collections apply to network net',
      'ssh ? which rule collections apply to network net',
    ]);
  });

  it('leaves it open what applies when the rules may not be read', () => {
    assert.match(rulesOf(effective).join(), /\? the access of security admin rule/);
  });
});
