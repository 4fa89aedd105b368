import assert from 'node:assert/strict';
import { decidingText } from '../../../../src/network/origin.ts';
import type { TextEdit } from '../../../../src/templates/source-editor.ts';
import { analyse, groupWith, ruleBlock, terraform, verdictLines } from './terraform-files.ts';

const group = 'azurerm_network_security_group.web';

function applied(text: string, edits: readonly TextEdit[] | undefined): string {
  let result = text;
  for (const { range, newText } of [...(edits ?? [])].sort((a, b) => b.range.start - a.range.start))
    result = result.slice(0, range.start) + newText + result.slice(range.end);
  return result;
}

async function firstRule(texts: Readonly<Record<string, string>>) {
  const rule = (await analyse(texts)).groups[0]?.group.rules[0];
  assert.ok(rule);
  return rule;
}

describe('Terraform edits', () => {
  it('closes a rule of for_each in the local map that makes it', async () => {
    const text = `locals {
      rules = { ssh = { source = "*" } }
    }
    ${groupWith(`dynamic "security_rule" {
      for_each = local.rules
      content ${ruleBlock('22', 'security_rule.value.source').replace('security_rule ', '')}
    }`)}`;
    const rule = await firstRule({ 'main.tf': text });
    const source = rule.sourceAddressPrefixes.items[0];
    const place = source && decidingText(source.origin);
    assert.equal(place && text.slice(place.range.start, place.range.end), '"*"');
    const { editor } = await terraform();
    const edits = place && editor.replaceValue({ path: 'main.tf', text }, place.range, { json: '10.0.0.0/8' });
    assert.deepEqual(verdictLines(await analyse(applied(text, edits))), [group]);
  });

  it('decides at the argument of the call that opens a port', async () => {
    const texts = {
      'main.tf': 'module "a" {\n  source = "./m"\n  cidr   = "*"\n}\n',
      'm/main.tf': `variable "cidr" {}\n${groupWith(ruleBlock('22', 'var.cidr'))}`,
    };
    const rule = await firstRule(texts);
    const origin = rule.sourceAddressPrefixes.items[0]?.origin ?? [];
    assert.deepEqual(
      origin.map(step => step.kind),
      ['property', 'parameter', 'argument'],
    );
    assert.equal(decidingText(origin)?.file, 'main.tf');
  });

  it('changes, copies and removes a rule block', async () => {
    const text = groupWith(ruleBlock('22', '"*"'));
    const rule = await firstRule({ 'main.tf': text });
    assert.equal(rule.place.kind, 'text');
    const range = rule.place.kind === 'text' ? rule.place.range : { start: 0, end: 0 };
    const { editor } = await terraform();
    const document = { path: 'main.tf', text };
    const changed = editor.changeRule(document, range, [
      { name: 'destinationPortRange', value: undefined },
      { name: 'destinationPortRanges', value: { json: ['443', '3389'] } },
    ]);
    assert.deepEqual(verdictLines(await analyse(applied(text, changed))), [`${group} 3389=internet`]);
    const copied = editor.copyRule(document, range, [
      { name: 'name', value: { json: 'rdp' } },
      { name: 'priority', value: { json: 101 } },
      { name: 'destinationPortRange', value: { json: '3389' } },
    ]);
    assert.deepEqual(verdictLines(await analyse(applied(text, copied))), [`${group} 22=internet 3389=internet`]);
    assert.deepEqual(verdictLines(await analyse(applied(text, editor.remove(document, range)))), [group]);
  });

  it('keeps equals signs under each other', async () => {
    const text = groupWith(ruleBlock('22', '"*"'));
    const rule = await firstRule({ 'main.tf': text });
    const range = rule.place.kind === 'text' ? rule.place.range : { start: 0, end: 0 };
    const { editor } = await terraform();
    const changed = editor.changeRule({ path: 'main.tf', text }, range, [
      { name: 'destinationPortRange', value: undefined },
      { name: 'destinationPortRanges', value: { json: ['443'] } },
      { name: 'description', value: { json: 'web' } },
    ]);
    const lines = applied(text, changed).split('\n');
    assert.deepEqual(
      lines.filter(line => /_port_ranges|description/.test(line)),
      ['    destination_port_ranges    = ["443"]', '    description                = "web"'],
    );
  });

  it('decides in the override that opens a port', async () => {
    const texts = {
      'main.tf':
        'variable "cidr" {\n  default = "10.0.0.0/8"\n}\nresource "azurerm_network_security_group" "web" {\n}\n',
      'main_override.tf': `# An override.\n${groupWith(ruleBlock('22', 'var.cidr'))}variable "cidr" {\n  default = "*"\n}\n`,
    };
    const rule = await firstRule(texts);
    const text = texts['main_override.tf'];
    const places = (rule.sourceAddressPrefixes.items[0]?.origin ?? []).flatMap(({ kind, place }) =>
      place.kind === 'text' && place.file === 'main_override.tf'
        ? [`${kind} ${text.slice(place.range.start, place.range.end)}`]
        : [],
    );
    assert.deepEqual(places, ['property var.cidr', 'parameter-default "*"']);
  });
});
