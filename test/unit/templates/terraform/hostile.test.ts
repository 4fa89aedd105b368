import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { analyseUnit } from '../../../../src/findings/analysis.ts';
import { Scanner } from '../../../../src/findings/scan.ts';
import { TemplateLanguages } from '../../../../src/templates/languages.ts';
import { loadAsset } from '../../../assets.ts';
import { analyse, filesOf, groupWith, ports, ruleBlock, terraform, verdictLines } from './terraform-files.ts';

const group = 'azurerm_network_security_group.web';
const open = groupWith(ruleBlock('22', '"*"'));
const corpus = resolve(import.meta.dirname, '../../../../../shared/corpus');

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

  const endless: readonly (readonly [string, string, RegExp])[] = [
    ['blank space within an expression', `locals {\n a = 1 +${' '.repeat(100_000)}2\n}\n`, /takes too long/],
    ['line ends within an expression', `locals {\n a = (1 +${'\n'.repeat(100_000)}2)\n}\n`, /takes too long/],
    ['quotes', '"\n'.repeat(100_000), /takes too long/],
    ['settings without a value', 'a =\n'.repeat(100_000), /takes too long|cannot be read/],
  ];
  // Each takes all the time that a text is given.
  for (const [what, text, message] of process.env.PORTCULLIS_FULL ? endless : endless.slice(0, 1))
    it(`gives up a file of very much ${what}, says so, and reads the others`, async () => {
      const analysis = await analyse({ 'main.tf': open, 'x.tf': text });
      assert.deepEqual(verdictLines(analysis), [`${group} 22=internet`]);
      assert.match(analysis.reading.problems[0]?.message ?? '', message);
    }).timeout(60_000);

  it('bounds texts whose escapes double', async () => {
    const source = `locals {\nl0 = "a"\n${doubled(at => `jsonencode([${at}, ${at}])`)}\n}`;
    const analysis = await analyse(`${source}\n${groupWith(ruleBlock('22', 'local.l60'))}`);
    assert.match(verdictLines(analysis).join(), /22=internet\/none\(.*too large/);
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

  it('takes what stands in a damaged variable file as unknown, and says so', async () => {
    const texts = {
      'main.tf': `variable "s" { default = "10.0.0.0/8" }\n${groupWith(ruleBlock('22', 'var.s'))}`,
      'terraform.tfvars': 's = "10.0.0.0/8\n',
    };
    const analysis = await analyse(texts);
    assert.deepEqual(verdictLines(analysis), [`${group} 22=internet/none(text that cannot be read)`]);
    const scanned = await new Scanner(new TemplateLanguages(loadAsset), filesOf(texts)).scan({
      paths: Object.keys(texts),
      ports: [22],
    });
    assert.match(scanned.files.find(file => file.path === 'terraform.tfvars')?.reason ?? '', /cannot be read/);
  });

  it('takes what is too much to work out as unknown, also inside try', async () => {
    const pattern = `try(regex("^(a+)+$", "${'a'.repeat(40)}b"), "10.0.0.0/8")`;
    const analysis = await analyse(groupWith(ruleBlock('22', pattern)));
    assert.deepEqual(verdictLines(analysis), [
      `${group} 22=internet/none(a regular expression with nested repetitions)`,
    ]);
  });

  it('does not read files that are too long, and says so', async () => {
    const texts = { 'main.tf': open, 'x.tf': `locals { x = "${'a'.repeat(3_000_000)}" }` };
    const analysis = await analyse(texts);
    assert.deepEqual(verdictLines(analysis), [`${group} 22=internet`]);
    assert.match(analysis.reading.problems[0]?.message ?? '', /x\.tf: is not read: it is longer than/);
  });

  it('keeps the verdicts of real files when characters go that they do not hang on', async function () {
    if (!existsSync(corpus)) return this.skip();
    this.timeout(600_000);
    const files = realFiles(corpus).slice(0, process.env.PORTCULLIS_FULL ? 200 : 10);
    const language = await terraform();
    let seed = 7;
    const random = () => {
      seed = (seed * 1103515245 + 12345) & 0x7fffffff;
      return seed / 0x7fffffff;
    };
    let whole = 0;
    let broken = 0;
    for (const text of files) {
      const judge = (source: string) => {
        const started = process.cpuUsage();
        const analysis = analyseUnit(
          { unit: '', format: 'terraform', language },
          filesOf({ 'main.tf': source }),
          ports,
        );
        const lines = new Map(verdictLines(analysis).map(line => [line.split(' ')[0] ?? '', line]));
        return { analysis, lines, time: process.cpuUsage(started).user };
      };
      const before = judge(text);
      whole += before.time;
      for (let turn = 0; turn < 50; turn++) {
        const at = Math.floor(random() * text.length);
        const after = judge(text.slice(0, at) + text.slice(at + 1));
        broken += after.time / 50;
        const block = blockAround(text, at);
        if (/^\s*(?:locals|variable|module)\b/.test(block)) continue;
        for (const [address, line] of before.lines) {
          const name = address.slice(address.lastIndexOf('.') + 1).replace(/\[.*/, '');
          if (block.includes(name) || /azurerm_network_security_rule/.test(block)) continue;
          assert.equal(
            after.lines.get(address),
            line,
            `${address}, without ${JSON.stringify(text.slice(at - 20, at + 20))}`,
          );
        }
      }
    }
    // A damaged text is read as a whole and in pieces.
    assert.ok(broken < 6 * whole, `${broken / whole} times the time of the texts without damage`);
  });
});

/** The top-level block that a place is in, with what stands between the blocks around it. */
function blockAround(text: string, at: number): string {
  const start = text.lastIndexOf('\n}', at - 2);
  const end = text.indexOf('\n}', at);
  return text.slice(Math.max(0, start), end < 0 ? text.length : end + 3);
}

function realFiles(folder: string): string[] {
  const found: string[] = [];
  for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) found.push(...realFiles(path));
    else if (entry.name.endsWith('.tf')) found.push(readFileSync(path, 'utf8'));
  }
  return found;
}
