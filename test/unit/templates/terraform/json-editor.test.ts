import assert from 'node:assert/strict';
import { bedOf, checkFix } from '../../findings/fixes/fix-bed.ts';

const rule = {
  direction: 'Inbound',
  access: 'Allow',
  protocol: 'Tcp',
  source_port_range: '*',
  source_address_prefix: '*',
  destination_address_prefix: '*',
};

const configuration = {
  variable: { src: { type: 'string', default: 'Internet' } },
  locals: { ports: { ssh: '22' } },
  resource: {
    azurerm_network_security_group: {
      x: {
        name: 'x',
        security_rule: [
          { ...rule, name: 'ssh', priority: 100, destination_port_range: `\${local.ports.ssh}` },
          { ...rule, name: 'mixed', priority: 110, destination_port_ranges: ['443', '3389'] },
        ],
      },
    },
    azurerm_network_security_rule: {
      r: {
        ...rule,
        name: 'winrm',
        priority: 200,
        destination_port_range: '5986',
        source_address_prefix: `\${var.src}`,
        resource_group_name: 'rg',
        network_security_group_name: `\${azurerm_network_security_group.x.name}`,
      },
    },
  },
};

describe("Fixes in Terraform's JSON syntax", () => {
  for (const indentation of [2, 4, '\t'])
    it(`close what they promise and keep everything else, indented by ${JSON.stringify(indentation)}`, async () => {
      const bed = await bedOf({ 'main.tf.json': JSON.stringify(configuration, null, indentation) });
      const titles: string[] = [];
      for (const finding of bed.findings) {
        for (const fix of bed.finder.fixesOf(finding)) {
          checkFix(bed, finding, fix);
          titles.push(`${finding.port} ${fix.disposition} ${fix.title}`);
        }
      }
      assert.deepEqual(
        titles.map(title => title.split(' ').slice(0, 4).join(' ')),
        [
          '22 safe Let only',
          '22 review Deny instead',
          '22 review Remove rule',
          '22 review Make the',
          '3389 safe Close RDP',
          '3389 safe Deny RDP',
          '5986 safe Let only',
          '5986 safe Deny instead',
          '5986 review Remove rule',
          '5986 review Take the',
        ],
      );
    });
});
