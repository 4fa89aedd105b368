import assert from 'node:assert/strict';
import { analyse, groupWith, ruleBlock, verdictLines } from './terraform-files.ts';

const group = 'azurerm_network_security_group.web';

function plan(extra: object = {}): string {
  const rule = {
    name: 'ssh',
    priority: 100,
    direction: 'Inbound',
    access: 'Allow',
    protocol: 'Tcp',
    source_port_range: '*',
    source_port_ranges: [],
    destination_port_range: '22',
    destination_port_ranges: [],
    source_address_prefix: '*',
    source_address_prefixes: [],
    destination_address_prefix: '*',
  };
  return JSON.stringify({
    format_version: '1.2',
    terraform_version: '1.9.0',
    planned_values: {
      root_module: {
        resources: [
          {
            address: group,
            mode: 'managed',
            type: 'azurerm_network_security_group',
            name: 'web',
            values: { name: 'web-nsg', resource_group_name: 'rg', security_rule: [rule] },
          },
          {
            address: 'azurerm_network_security_rule.r',
            mode: 'managed',
            type: 'azurerm_network_security_rule',
            name: 'r',
            values: {
              ...rule,
              name: 'r',
              priority: 200,
              destination_port_range: '3389',
              source_address_prefix: null,
              network_security_group_name: 'web-nsg',
            },
          },
        ],
      },
    },
    resource_changes: [
      { address: group, change: { after_unknown: { id: true } } },
      { address: 'azurerm_network_security_rule.r', change: { after_unknown: { source_address_prefix: true } } },
    ],
    ...extra,
  });
}

describe('Terraform plans', () => {
  it('judges planned values, with what is known after the apply as unknown', async () => {
    const analysis = await analyse({ 'plan.json': plan() }, 'plan.json');
    assert.deepEqual(verdictLines(analysis), [
      `${group} 22=internet 3389=internet/none(azurerm_network_security_rule.r.source_address_prefix (known after apply))`,
    ]);
  });

  it('points into the configuration beside it', async () => {
    const analysis = await analyse({ 'plan.json': plan(), 'main.tf': groupWith(ruleBlock('22', '"*"')) }, 'plan.json');
    const place = analysis.groups[0]?.group.declaration.place;
    assert.equal(place?.kind === 'text' && place.file, 'main.tf');
  });

  it('finds the block of a rule by its name, since a set has an order of its own', async () => {
    const text = groupWith(`${ruleBlock('443', '"*"', '200', '"a web"')}\n  ${ruleBlock('22', '"*"')}`);
    const values = (name: string, port: string) => ({ name, destination_port_range: port, source_address_prefix: '*' });
    const planned = JSON.stringify({
      format_version: '1.2',
      planned_values: {
        root_module: {
          resources: [
            {
              address: group,
              mode: 'managed',
              type: 'azurerm_network_security_group',
              name: 'web',
              values: { name: 'web', security_rule: [values('ssh', '22'), values('a web', '443')] },
            },
          ],
        },
      },
    });
    const analysis = await analyse({ 'plan.json': planned, 'main.tf': text }, 'plan.json');
    const places = analysis.groups[0]?.group.rules.map(rule => {
      const place = rule.destinationPortRanges.items[0]?.origin[0]?.place;
      return place?.kind === 'text' ? text.slice(place.range.start, place.range.end) : undefined;
    });
    assert.deepEqual(places, ['22', '443']);
  });

  it('says what is wrong with a plan that it cannot use', async () => {
    const text = '{"format_version":"1.2","terraform_version":"1.9.0"}';
    const { reading } = await analyse({ 'plan.json': text }, 'plan.json');
    assert.match(reading.problems[0]?.message ?? '', /neither planned values nor resource changes/);
  });
});
