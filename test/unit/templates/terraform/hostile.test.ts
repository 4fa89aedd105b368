import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { analyse, filesOf, groupWith, ruleBlock, terraform, verdictLines } from './terraform-files.ts';

const group = 'azurerm_network_security_group.web';
const open = groupWith(ruleBlock('22', '"*"'));
const corpus = resolve(import.meta.dirname, '../../../../../shared/corpus/azterraform');

const doubled = (step: (before: string) => string) =>
  Array.from({ length: 60 }, (_, at) => `l${at + 1} = ${step(`local.l${at}`)}`).join('\n');

const texts: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'locals in a circle': { 'main.tf': `locals {\n a = local.b\n b = local.a\n}\n${open}` },
  'modules in a circle': {
    'main.tf': `module "a" { source = "./a" }\n${open}`,
    'a/main.tf': 'module "b" { source = "../b" }',
    'b/main.tf': 'module "a" { source = "../a" }',
  },
  'a module outside the working directory': { 'main.tf': `module "a" { source = "../../x" }\n${open}` },
  'a module that is not there': { 'main.tf': `module "a" { source = "./x" }\n${open}` },
  'for_each over a million': {
    'main.tf': `locals {
      l = range(1000)
      p = setproduct(local.l, local.l)
    }
    resource "azurerm_subnet" "many" { for_each = toset(local.p) }
    ${open}`,
  },
  'deep brackets': { 'main.tf': `locals { a = ${'['.repeat(3000)}1${']'.repeat(3000)} }\n${open}` },
  'deep interpolation': {
    'main.tf': `locals {\n a = ${'"$'.concat('{').repeat(500)}1${'}"'.repeat(500)}\n}\n${open}`,
  },
  'texts that double': { 'main.tf': `locals {\nl0 = "xxxx"\n${doubled(at => `"$\{${at}}$\{${at}}"`)}\n}\n${open}` },
  'lists that hold themselves twice': {
    'main.tf': `locals {\nl0 = ["x"]\n${doubled(at => `[${at}, ${at}]`)}\nj = jsonencode(local.l60)\n}\n${open}`,
  },
  'a value of the wrong type': {
    'main.tf': `variable "s" { type = list(string) }\n${open}`,
    'terraform.tfvars': 's = { a = 1 }',
  },
  'a regular expression that repeats repetitions': {
    'main.tf': `locals { x = regex("^(([a-z])+.)+[A-Z]$", "${'a'.repeat(60)}") }\n${open}`,
  },
};

describe('Hostile Terraform', () => {
  for (const [name, files] of Object.entries(texts))
    it(`reads past ${name}`, async () => {
      const started = performance.now();
      const analysis = await analyse(files);
      assert.deepEqual(verdictLines(analysis), [`${group} 22=internet`]);
      assert.ok(performance.now() - started < 10_000);
    });

  it('says what is in a circle', async () => {
    const source = 'local.a';
    const { reading } = await analyse(`locals {\n a = local.b\n b = local.a\n}\n${groupWith(ruleBlock('22', source))}`);
    assert.deepEqual(
      reading.problems.map(problem => problem.message),
      ['local a refers to itself; break the cycle'],
    );
  });

  it('keeps damage in the block that it is in', async () => {
    const language = await terraform();
    const text = `${groupWith(ruleBlock('22', '"*"'), 'first')}\n# A comment about the second\n${groupWith(ruleBlock('3389', '"*"'), 'second')}\n${groupWith('', 'third')}`;
    for (let at = 0; at < text.length; at++) {
      const files = filesOf({ 'main.tf': text.slice(0, at) + text.slice(at + 1) });
      const addresses = language.read('', files).declarations.map(declaration => declaration.address);
      const second = text.indexOf('resource "', text.indexOf('# A comment'));
      const third = text.lastIndexOf('resource "');
      if (at >= second + 1) assert.ok(addresses.includes(`${group.replace('web', 'first')}`), `first, without ${at}`);
      if (at < second - 2 || at > third)
        assert.ok(addresses.includes(group.replace('web', 'second')), `second, without ${at}`);
      if (at < third - 2) assert.ok(addresses.includes(group.replace('web', 'third')), `third, without ${at}`);
    }
  });

  it('keeps the groups of real files when characters go', async function () {
    if (!existsSync(corpus)) return this.skip();
    const language = await terraform();
    const count = process.env.PORTCULLIS_FULL ? 200 : 5;
    let seed = 7;
    const random = () => {
      seed = (seed * 1103515245 + 12345) & 0x7fffffff;
      return seed / 0x7fffffff;
    };
    for (const text of realFiles(corpus).slice(0, count)) {
      const read = (source: string) => language.read('', filesOf({ 'main.tf': source })).declarations;
      const groups = read(text).filter(one => /networkSecurityGroups$/.test(one.type));
      for (let turn = 0; turn < 50; turn++) {
        const at = Math.floor(random() * text.length);
        const left = new Set(read(text.slice(0, at) + text.slice(at + 1)).map(one => one.address));
        for (const { address, extent } of groups) {
          if (extent.kind !== 'text' || (at >= extent.range.start - 80 && at <= extent.range.end + 80)) continue;
          assert.ok(left.has(address), `${address} is lost without character ${at}`);
        }
      }
    }
  });
});

function realFiles(folder: string): string[] {
  const found: string[] = [];
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) found.push(...realFiles(path));
    else if (entry.name === 'main.tf') found.push(readFileSync(path, 'utf8'));
  }
  return found;
}
