import assert from 'node:assert/strict';
import { FixFinder } from '../../../src/findings/fixes/fix-finder.ts';
import { managementPorts } from '../../../src/network/verdict.ts';
import { bedOf } from './fixes/fix-bed.ts';

/** A template with one security group, once or for each instance of a loop. */
function template(rules: readonly unknown[], copies = 1): string {
  return JSON.stringify({
    $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
    contentVersion: '1.0.0.0',
    resources: [
      {
        type: 'Microsoft.Network/networkSecurityGroups',
        apiVersion: '2024-05-01',
        name: "[concat('nsg', copyIndex('groups'))]",
        copy: { name: 'groups', count: copies },
        properties: { securityRules: rules },
      },
    ],
  });
}

function rule(at: number, more: object = {}): unknown {
  return {
    name: `rule${at}`,
    properties: {
      priority: 100 + at,
      direction: 'Inbound',
      access: at % 3 ? 'Allow' : 'Deny',
      protocol: 'Tcp',
      sourceAddressPrefix: '*',
      sourcePortRange: '*',
      destinationAddressPrefix: '*',
      destinationPortRange: '22',
      ...more,
    },
  };
}

function numbered(count: number, make: (at: number) => unknown): unknown[] {
  return Array.from({ length: count }, (_, at) => make(at));
}

describe('templates made to be slow', () => {
  const slow: readonly [string, string][] = [
    [
      'lists of addresses in every rule',
      template(
        numbered(20, at =>
          rule(at, {
            sourceAddressPrefix: undefined,
            sourceAddressPrefixes: numbered(2000, i => `20.${Number(i) % 199}.${Number(i) % 251}.${at}`),
          }),
        ),
      ),
    ],
    [
      'a source, source port and destination in every rule',
      template(
        numbered(1000, at =>
          rule(at, {
            sourceAddressPrefix: `${(at % 200) + 20}.${at % 255}.0.0/16`,
            sourcePortRange: String(at),
            destinationAddressPrefix: `10.${at % 255}.${at % 200}.0/24`,
          }),
        ),
      ),
    ],
    ['a loop of as many groups as Azure takes', template([rule(1)], 800)],
  ];
  for (const [what, text] of slow) {
    it(`have findings and fixes in bounded time: ${what}`, async function () {
      this.timeout(30_000);
      const { analyses, files, findings } = await bedOf({ 'azuredeploy.json': text });
      assert.ok(findings.length > 0);
      const finder = new FixFinder({
        analyses,
        files,
        ports: managementPorts,
        trustedSources: [],
        mostJudged: 5000,
      });
      for (const finding of findings) finder.fixesOf(finding);
    });
  }

  it('get no fix whose proof would judge more than is allowed', async () => {
    const { analyses, files, findings } = await bedOf({ 'azuredeploy.json': template([rule(1)], 10) });
    const [finding] = findings;
    const fixesWithin = (mostJudged: number): number =>
      new FixFinder({ analyses, files, ports: managementPorts, trustedSources: [], mostJudged }).fixesOf(finding!)
        .length;
    assert.equal(fixesWithin(19), 0);
    assert.ok(fixesWithin(1000) > 1);
  });

  it('have no rules compared one with another where Azure would refuse them for their number', async () => {
    for (const [count, found] of [
      [900, true],
      [6000, false],
    ] as const) {
      const { analyses, findings } = await bedOf({ 'azuredeploy.json': template(numbered(count, rule)) });
      assert.equal(analyses[0]?.groups[0]?.group.rules.length, count);
      assert.equal(
        findings.some(finding => finding.id === 'unreachable-rule'),
        found,
        `${count} rules`,
      );
    }
  });

  it('have as many copies read as there is time for, and say so of the rest', async () => {
    const securityRules = { name: 'securityRules', count: 800, input: rule(1) };
    const groups = (count: number): string =>
      template([], count).replace('"securityRules":[]', `"copy":[${JSON.stringify(securityRules)}]`);
    for (const [count, unread] of [
      [2, 0],
      [153, 3],
    ] as const) {
      const { analyses } = await bedOf({ 'azuredeploy.json': groups(count) });
      const ssh = analyses[0]!.groups.map(({ verdicts }) => verdicts[0]!);
      assert.equal(ssh.length, count);
      assert.equal(
        ssh.filter(({ certainty, atLeast }) => certainty === 'definite' && atLeast === 'internet').length,
        count - unread,
      );
      const told = analyses[0]!.reading.problems.filter(problem => /more than 120000 copies/.test(problem.message));
      assert.equal(told.length, unread > 0 ? 1 : 0);
    }
  });
});
