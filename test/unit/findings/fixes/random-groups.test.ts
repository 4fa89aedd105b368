import assert from 'node:assert/strict';
import fc from 'fast-check';
import { bedOf, checkFix, configurationOf } from './fix-bed.ts';

const sources = [
  '*',
  'Internet',
  '0.0.0.0/0',
  '0.0.0.0/1',
  '128.0.0.0/1',
  '20.0.0.0/8',
  '203.0.113.0/28',
  '10.0.0.0/8',
  'VirtualNetwork',
  '::/0',
];
const ports = ['*', '22', '3389', '443', '20-25', '22-22', '3000-6000', '0-65535', '5985-5986', '80'];

const rule = fc.record({
  access: fc.constantFrom('Allow', 'Allow', 'Allow', 'Deny'),
  protocol: fc.constantFrom('Tcp', '*', 'Udp'),
  source: fc.constantFrom(...sources),
  ports: fc.uniqueArray(fc.constantFrom(...ports), { minLength: 1, maxLength: 3 }),
  priority: fc.integer({ min: 100, max: 112 }),
  destination: fc.constantFrom('*', '*', '*', '10.0.1.0/24', 'VirtualNetwork'),
});

const group = fc.uniqueArray(rule, { minLength: 1, maxLength: 6, selector: one => one.priority });

type Rule = typeof rule extends fc.Arbitrary<infer T> ? T : never;

function template(groups: readonly (readonly Rule[])[]): string {
  return JSON.stringify(
    {
      $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
      contentVersion: '1.0.0.0',
      resources: groups.map((rules, g) => ({
        type: 'Microsoft.Network/networkSecurityGroups',
        apiVersion: '2024-05-01',
        name: `nsg${g}`,
        properties: {
          securityRules: rules.map((one, i) => ({
            name: `rule${i}`,
            properties: {
              priority: one.priority,
              direction: 'Inbound',
              access: one.access,
              protocol: one.protocol,
              sourceAddressPrefix: one.source,
              sourcePortRange: '*',
              destinationAddressPrefix: one.destination,
              // `*` cannot stand in a list.
              ...(one.ports.length === 1 || one.ports.includes('*')
                ? { destinationPortRange: one.ports.includes('*') ? '*' : one.ports[0] }
                : { destinationPortRanges: one.ports }),
            },
          })),
        },
      })),
    },
    null,
    2,
  );
}

describe('fixes of random security groups', () => {
  const runs = process.env.PORTCULLIS_FULL ? 300 : 12;

  it(`close what they promise and keep everything else, ${runs} times`, async () => {
    let fixes = 0;
    let safe = 0;
    let open = 0;
    const trusted = configurationOf({ trustedSources: ['198.51.100.0/29'] });
    await fc.assert(
      fc.asyncProperty(fc.array(group, { minLength: 1, maxLength: 2 }), async groups => {
        const bed = await bedOf({ 'azuredeploy.json': template(groups) }, trusted);
        for (const finding of bed.findings) {
          const offered = bed.finder.fixesOf(finding);
          for (const fix of offered) checkFix(bed, finding, fix);
          fixes += offered.length;
          if (finding.id !== 'open-management-port') continue;
          open++;
          if (offered.some(fix => fix.disposition === 'safe')) safe++;
        }
      }),
      { numRuns: runs },
    );
    assert.ok(fixes > 0 && safe > open / 8, `${fixes} fixes, safe ones for ${safe} of ${open}`);
  });
});
