import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { ExpressionParser } from '../../../../src/templates/bicep/expression-parser.ts';
import { tokenize } from '../../../../src/templates/bicep/lexer.ts';
import { parseBicep } from '../../../../src/templates/bicep/parser.ts';
import { Skimmer } from '../../../../src/templates/bicep/skimmer.ts';
import type { ParseError } from '../../../../src/templates/bicep/syntax.ts';
import { TokenReader } from '../../../../src/templates/bicep/token-reader.ts';

const corpus = resolve(import.meta.dirname, '../../../../../shared/corpus');

/** The brackets that a text begins with, when they are passed over; undefined when they are left to the parser. */
function skimmed(text: string): string | undefined {
  const tokens = tokenize(text);
  const behind = tokens.errors.length > 0 ? -1 : new Skimmer(text, tokens).brackets(0);
  return behind < 0 ? undefined : text.slice(0, tokens.ends[behind - 1]);
}

/** What the parser leaves of brackets that it reads at once, and the faults that it finds. */
function parsed(text: string): { readonly left: string; readonly faults: readonly ParseError[] } {
  const reader = new TokenReader(text, tokenize(text), false);
  const parser = new ExpressionParser(reader, () => undefined);
  if (text.startsWith('{')) parser.object(true);
  else parser.expression();
  return { left: text.slice(reader.start), faults: reader.errors };
}

function assertAlike(text: string): void {
  const brackets = skimmed(text);
  if (brackets !== undefined) assert.deepEqual(parsed(brackets), { left: '', faults: [] }, brackets);
}

const wellFormed = [
  '{}',
  '[]',
  "{ a: 1, 'b': [true, null]\n 'c${d}': -e }",
  '[\n  {\n    a: b.c.?d[0][?1][^2]::e!\n  }\n  ...f\n]',
  '[for x in y: { z: x }]',
  '[for (x, i) in a ? b : c: if (i > 0) {\n z: x\n}]',
  '[\nfor x in range(0, 2):\n  concat(x, \n y\n)\n]',
  "{ a: b\n  ? 'c${d ? e : f}g'\n  : c\n && d\n || !e ?? 1 + 2 * 3 }",
  '{ a: map(b, c => c.d), b: reduce(c, 0, (d, e) => d + e), c: (d), d: f(() => 1) }',
  "{ a: '''\nb\n''', ...c, d: (e ? f : g).h(i, ) }",
];

const faulty = [
  '{',
  '[',
  '{ a }',
  '{ a: }',
  '{ a: 1 b: 2 }',
  '{ a:\n 1 }',
  '[1 2]',
  '[(1, 2)]',
  '[()]',
  '[a.]',
  '[a b]',
  '[true(1)]',
  '[null => 1]',
  '[a ? b]',
  '[for x in y]',
  '[for x of y: z]',
  '[for (x, ) in y: z]',
  '[f(1]',
  '[f(1\n2)]',
  "['a${}b']",
  '[\nimport * 2\n]',
  '[-\n1]',
  "{ resource a 'b' = {} }",
  '{ @a()\n b: 1 }',
  `${'['.repeat(200)}${']'.repeat(200)}`,
  `[${'!'.repeat(300)}a]`,
  `[${'a ? b : '.repeat(300)}c]`,
];

const parts = fc.constantFrom(
  ...[
    '{',
    '}',
    '[',
    ']',
    '(',
    ')',
    ':',
    ',',
    '\n',
    '\n',
    '.',
    '.?',
    '::',
    '!',
    '?',
    '=>',
    '...',
    '^',
    '??',
    '+',
    '-',
    '*',
    '@',
  ],
  ...[
    'a',
    'b',
    'for',
    'in',
    'if',
    'true',
    'import',
    'resource',
    '1',
    "'s'",
    "'s${",
    "}'",
    "'''m'''",
    "$'''m${",
    "}'''",
    '==',
  ],
);

describe('Bicep skimmer', () => {
  it('passes over what is well-formed', () => {
    for (const text of wellFormed) {
      assert.equal(skimmed(text), text);
      assertAlike(text);
    }
  });

  it('leaves to the parser what has a fault or nests deep', () => {
    for (const text of faulty) assert.equal(skimmed(text), undefined, text);
  });

  it('passes over nothing that the parser finds fault with', () => {
    const pieces = fc.oneof(parts, fc.constantFrom(...wellFormed));
    const text = fc.tuple(
      fc.constantFrom('{ a: ', '[', '{'),
      fc.array(pieces, { maxLength: 8 }),
      fc.constantFrom('}', ']'),
    );
    fc.assert(
      fc.property(text, ([open, inner, close]) => assertAlike(`${open}${inner.join(' ')}${close}`)),
      { numRuns: 20_000 },
    );
  });

  it('agrees with the parser about well-formed text with a part taken out or put in', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...wellFormed),
        fc.nat(),
        fc.nat(3),
        fc.option(parts),
        (text, place, length, part) => {
          const at = 1 + (place % text.length);
          assertAlike(text.slice(0, at) + (part ?? '') + text.slice(at + length));
        },
      ),
      { numRuns: 10_000 },
    );
  });

  it('gives what stands in brackets as the parser reads it at once', function () {
    if (!existsSync(corpus)) this.skip();
    let brackets = 0;
    for (const file of readdirSync(corpus, { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.bicep')) continue;
      for (const declaration of parseBicep(readFileSync(join(corpus, file), 'utf8')).declarations) {
        const value = 'value' in declaration ? declaration.value : undefined;
        if (value?.kind !== 'object' && value?.kind !== 'array') continue;
        const text = readFileSync(join(corpus, file), 'utf8').slice(value.start, value.end);
        assertAlike(text);
        brackets++;
      }
    }
    assert.ok(brackets > 500);
  });
});
