import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Program, readProgram } from '../../../../src/templates/bicep/program.ts';
import type { Declaration } from '../../../../src/templates/bicep/syntax.ts';
import { referencesOf } from '../../../../src/templates/bicep/syntax-walk.ts';
import { groupText, language, ruleText, TextFiles, verdictsOf } from './judging.ts';

const corpus = resolve(import.meta.dirname, '../../../../../shared/corpus');

/** Numbers that look random and are the same in every run. */
function* numbers(seed: number): Generator<number> {
  let state = seed;
  for (;;) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state / 2 ** 32;
  }
}

/** Names that a declaration hangs on, directly or through others. */
function closure({ symbols }: Program, start: Declaration): Set<Declaration> {
  const found = new Set<Declaration>([start]);
  const open = [start];
  for (let one = open.pop(); one; one = open.pop()) {
    for (const name of referencesOf(one)) {
      const symbol = symbols.get(name);
      if (symbol && !found.has(symbol)) {
        found.add(symbol);
        open.push(symbol);
      }
    }
  }
  return found;
}

/** Verdicts of the file's own groups by symbolic name, for those that the deletion is away from. */
function awayFrom(text: string, at: number): Set<string> {
  const program = readProgram(text);
  const { declarations } = program.tree;
  const touched = declarations.filter(each => each.start - 2 <= at && at <= each.end + 1);
  const away = new Set<string>();
  for (const each of declarations) {
    if (each.kind !== 'resource' || touched.length === 0) continue;
    // Children reach into a group by its name.
    const reaching = declarations.filter(one => one === each || referencesOf(one).has(each.name.text));
    const needed = new Set(reaching.flatMap(one => [...closure(program, one)]));
    if (!touched.some(one => needed.has(one))) away.add(each.name.text);
  }
  return away;
}

function verdictsByName(path: string, texts: ReadonlyMap<string, string>): Map<string, string> {
  const reading = language.read(path, new TextFiles(texts));
  return new Map(verdictsOf(reading).map(line => [line.slice(0, line.search(/[:[ ]/)), line]));
}

describe('Bicep, broken', () => {
  const several = [
    "param source string = '*'",
    groupText('first', `[${ruleText({ sourceAddressPrefix: 'source' })}]`),
    `var text = '''\nsome 'text'\n'''\n`,
    '/* about the second */',
    groupText('second', `[for p in ['22', '3389']: ${ruleText({ destinationPortRange: 'p' })}]`),
    "var name = '${first.name}-${toUpper('x')}'",
    groupText('third', `[${ruleText({ name: 'name', destinationPortRange: "'5985'" })}]`),
  ].join('\n');

  it('keeps the verdicts of groups away from every single deleted character', () => {
    const whole = verdictsByName('main.bicep', new Map([['main.bicep', several]]));
    assert.equal(whole.size, 3);
    for (let at = 0; at < several.length; at += process.env.PORTCULLIS_FULL ? 1 : 3) {
      const broken = several.slice(0, at) + several.slice(at + 1);
      const left = verdictsByName('main.bicep', new Map([['main.bicep', broken]]));
      for (const name of awayFrom(several, at)) {
        const context = JSON.stringify(several.slice(Math.max(0, at - 10), at + 10));
        assert.equal(left.get(name), whole.get(name), `${name} without character ${at}: ${context}`);
      }
    }
  });

  const halfTyped: readonly (readonly [string, string])[] = [
    [
      'an object in an object',
      "resource b 'Microsoft.Network/virtualNetworks@2024-05-01' = {\n  name: 'b'\n  properties: {\n",
    ],
    ['an object in a list', 'var b = [\n  1\n  {\n'],
    ['a call', "var b = concat('a',\n"],
    ['a hole', "var b = 'a${\n"],
    ['a long text', "var b = '''\na\n"],
    ['a comment', '/* a\n'],
    ['a type', "resource b 'Microsoft.Network/\n"],
  ];
  for (const [what, text] of halfTyped) {
    it(`keeps the verdicts of groups before and after ${what} that has not ended`, () => {
      const group = (name: string): string => groupText(name, `[${ruleText()}]`);
      const left = verdictsByName(
        'main.bicep',
        new Map([['main.bicep', `${group('first')}${text}\n${group('last')}`]]),
      );
      assert.deepEqual([...left.values()], ['first: 22 internet', 'last: 22 internet']);
    });
  }

  it('answers for real files with a character deleted, in time and away from the damage as before', function () {
    if (!existsSync(corpus)) this.skip();
    this.timeout(600_000);
    const full = process.env.PORTCULLIS_FULL !== undefined;
    const texts = new Map<string, string>();
    for (const file of readdirSync(corpus, { recursive: true, encoding: 'utf8' })) {
      if (/\.bicep$/.test(file)) texts.set(file.replaceAll('\\', '/'), readFileSync(join(corpus, file), 'utf8'));
    }
    const random = numbers(7);
    const next = (below: number): number => Math.floor((random.next().value ?? 0) * below);
    const paths = [...texts.keys()]
      .sort()
      .filter((_, index) => full || index % 8 === 0)
      .slice(0, 200);
    const turns = full ? 50 : 5;
    const time = { whole: 0, broken: 0, most: 0 };
    const measured = (path: string, files: ReadonlyMap<string, string>) => {
      const started = process.cpuUsage();
      const verdicts = verdictsByName(path, files);
      return { verdicts, time: process.cpuUsage(started).user };
    };
    for (const path of paths) {
      const text = texts.get(path)!;
      if (text.length === 0) continue;
      const whole = measured(path, texts);
      time.whole += whole.time;
      for (let turn = 0; turn < turns; turn++) {
        const at = next(text.length);
        const broken = measured(path, new Map(texts).set(path, text.slice(0, at) + text.slice(at + 1)));
        time.broken += broken.time / turns;
        time.most = Math.max(time.most, broken.time / 1000);
        for (const name of awayFrom(text, at)) {
          const context = `${path} without character ${at}: ${name}`;
          assert.equal(broken.verdicts.get(name), whole.verdicts.get(name), context);
        }
      }
    }
    // Against the whole texts in the same run: how fast the machine is says nothing about us.
    assert.ok(time.broken < 6 * time.whole, `${time.broken / time.whole} times the time of the whole texts`);
    if (full) console.log(`      at most ${time.most.toFixed(1)} ms of processor time for an answer`);
  });
});
