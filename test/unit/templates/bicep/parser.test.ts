import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { tokenize } from '../../../../src/templates/bicep/lexer.ts';
import { parseBicep } from '../../../../src/templates/bicep/parser.ts';
import type { ArrayNode, BicepTree, ObjectNode } from '../../../../src/templates/bicep/syntax.ts';
import { referencesOf } from '../../../../src/templates/bicep/syntax-walk.ts';
import { Token } from '../../../../src/templates/bicep/token.ts';

/** A tree without what a test of shapes does not ask for: kinds, names and texts. */
function shape(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(shape);
  if (typeof node !== 'object' || node === null) return node;
  const { kind, ...rest } = node as Record<string, unknown>;
  const parts = Object.entries(kind === 'object' || kind === 'array' ? contents(node as ObjectNode | ArrayNode) : rest)
    .filter(([key]) => !['start', 'end', 'keyword', 'decorators', 'damaged'].includes(key))
    .map(([, value]) => shape(value))
    .filter(value => value !== undefined && value !== false && !(Array.isArray(value) && value.length === 0));
  return kind === undefined ? (parts.length === 1 ? parts[0] : parts) : [kind, ...parts];
}

/** What stands in brackets is read when somebody asks for it. */
function contents(node: ObjectNode | ArrayNode): Record<string, unknown> {
  return node.kind === 'array' ? { items: node.items } : { properties: node.properties, resources: node.resources };
}

function expression(text: string): unknown {
  const tree = parseBicep(`var x = ${text}\n`);
  assert.deepEqual(tree.errors, [], text);
  const declaration = tree.declarations[0];
  assert.equal(declaration?.kind, 'variable');
  return declaration?.kind === 'variable' ? shape(declaration.value) : undefined;
}

function kinds(tree: BicepTree): string[] {
  return tree.declarations.map(declaration =>
    'name' in declaration && declaration.name ? `${declaration.kind} ${declaration.name.text}` : declaration.kind,
  );
}

const expressions: readonly (readonly [string, unknown])[] = [
  ['1 + 2 * 3', ['binary', '+', ['number', 1], ['binary', '*', ['number', 2], ['number', 3]]]],
  ['!a && b ?? c', null],
  ["a ? 'b' : 'c'", ['ternary', ['reference', 'a'], ['text', 'b'], ['text', 'c']]],
  ["a\n  ? 'b'\n  : 'c'", ['ternary', ['reference', 'a'], ['text', 'b'], ['text', 'c']]],
  [
    "'a${b}c${d}e'",
    [
      'interpolation',
      ['a', 'c', 'e'],
      [
        ['reference', 'b'],
        ['reference', 'd'],
      ],
    ],
  ],
  ["'a${{b: '}'}.b}c'", null],
  ["'\\'\\\\\\n\\$\\u{1f600}'", ['text', "'\\\n$\u{1f600}"]],
  ["'''\nit''s\n'''", ['text', "it''s\n"]],
  ["''''quoted''''", ['text', "'quoted'"]],
  ["$'''a ${b} $ '''", ['interpolation', ['a ', ' $ '], [['reference', 'b']]]],
  ["$$'''a ${b} $${c}'''", ['interpolation', ['a ${b} ', ''], [['reference', 'c']]]],
  ['a.?b[?0][^1]!.c', null],
  ['a::b.id', ['member', ['nested', ['reference', 'a'], 'b'], 'id']],
  [
    'sys.range(0, 3)',
    [
      'call',
      ['reference', 'sys'],
      'range',
      [
        ['number', 0],
        ['number', 3],
      ],
    ],
  ],
  ['map(a, (x, i) => { n: x, i: i })', null],
  ['filter(a, x =>\n  x.b == 1)', null],
  ['[for (x, i) in a: {\n  n: x\n}]', null],
  ['[\n  for x in range(0, 3): x\n]', null],
  [
    '[1, 2\n 3]',
    [
      'array',
      [
        ['number', 1],
        ['number', 2],
        ['number', 3],
      ],
    ],
  ],
  ["{\n  a: 1\n  'b-c': 2, '${d}': 3\n  ...e\n}", null],
  [
    '[...a, ...b]',
    [
      'array',
      [
        ['spread', ['reference', 'a']],
        ['spread', ['reference', 'b']],
      ],
    ],
  ],
  ["a =~ 'B' || a !~ 'C'", null],
  [
    'foo(\n  a,\n  b\n)',
    [
      'call',
      'foo',
      [
        ['reference', 'a'],
        ['reference', 'b'],
      ],
    ],
  ],
  ['(a || b)\n  && c', null],
  ['-5', ['unary', '-', ['number', 5]]],
];

const wholeLanguage = `
metadata description = 'x'
targetScope = 'subscription'
import { a, b as c, 'd-e' as f } from 'shared.bicep'
import * as shared from 'shared.bicep'
extension microsoftGraph
extension kubernetes with {
  namespace: 'default'
} as k8s
extension 'br:example.azurecr.io/ext:1' as ext
@export()
@description('A rule.')
type rule = {
  @minLength(1)
  name: string
  priority: int?
  access: 'Allow' | 'Deny'
  *: string
}
type rules = rule[]
type choice =
  | 'a'
  | 'b'
type tuple = [
  string
  int?
]
type input = resourceInput<'Microsoft.Storage/storageAccounts@2024-01-01'>.properties.sku
@secure()
param password string
param p1 'a' | 'b' = 'a'
param p2 shared.rule?
param p3 resource 'Microsoft.Storage/storageAccounts@2024-01-01'
@allowed([
  'x'
  'y'
])
param p4 string = 'x'
param p5 (string | int)[] = []
var plain = 1
var typed string = 'x'
var shaped { a: int } = { a: 1 }
@export()
func greet(name string, n int) string => '\${name}\${n}'
#disable-next-line no-unused-vars
resource group 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: 'rg' // comment
  location: 'x' /* another */
}
resource existingOne 'Microsoft.Network/virtualNetworks@2024-05-01' existing = {
  name: 'v'
  scope: resourceGroup('x')
  @batchSize(1)
  resource subnet 'subnets' existing = [for s in ['a']: {
    name: s
  }]
}
resource maybe 'a/b@1' = if (plain == 1) {
  name: 'm'
}
resource many 'a/b@1' = [for (item, index) in items({}): if (item.value) {
  name: '\${index}'
}]
module local 'x.bicep' = {
  name: 'x'
  params: {
    a: 1
  }
}
module remote 'br/public:avm/res/network/network-security-group:0.5.0' =
  if (true) {
  name: 'y'
}
output o string = greet('a', 1)
output r resource 'a/b@1' = group
output l array = [for i in range(0, 2): i]
assert positive = plain > 0
`;

describe('Bicep parser', () => {
  for (const [text, expected] of expressions) {
    it(`reads ${JSON.stringify(text)}`, () => {
      const actual = expression(text);
      if (expected) assert.deepEqual(actual, expected);
    });
  }

  it('reads every kind of declaration', () => {
    const tree = parseBicep(wholeLanguage);
    assert.deepEqual(tree.errors, []);
    assert.equal(tree.declarations.length, 32);
    assert.equal(tree.declarations.filter(declaration => declaration.kind === 'other').length, 1);
  });

  it('reads parameter files', () => {
    const tree = parseBicep(
      "using 'main.bicep'\nextends 'base.bicepparam'\nimport { a } from 'x.bicep'\nvar b = a\nparam c = readEnvironmentVariable('C', b)\n",
    );
    assert.deepEqual(tree.errors, []);
    assert.deepEqual(kinds(tree), ['using', 'extends', 'import', 'variable b', 'parameter c']);
    assert.deepEqual(kinds(parseBicep('using none\nparam a = 1')), ['using', 'parameter a']);
  });

  it('keeps offsets in UTF-16, a byte order mark counted', () => {
    const text = "\ufeffvar smile = '😀'\nvar next = 1\n";
    const [first, second] = parseBicep(text).declarations;
    assert.equal(text.slice(first!.start, first!.end), "var smile = '😀'");
    assert.equal(text.slice(second!.start, second!.end), 'var next = 1');
  });

  it('knows what a declaration refers to, without its own names', () => {
    const [declaration] = parseBicep('var a = map(b, c => [for d in c: concat(d, e)])').declarations;
    assert.deepEqual([...referencesOf(declaration!)].sort(), ['b', 'concat', 'e', 'map']);
  });

  const groups = `param source string = '*'

resource first 'Microsoft.Network/networkSecurityGroups@2024-05-01' = {
  name: 'first'
  properties: {
    securityRules: [
      {
        name: 'ssh'
        properties: { access: 'Allow', sourceAddressPrefix: source }
      }
    ]
  }
}

var text = '''
a
'''

/* a comment */
@description('The \${second} group')
resource second 'Microsoft.Network/networkSecurityGroups@2024-05-01' = {
  name: 'b\${toLower('B')}'
  properties: {
    securityRules: [for n in [1, 2]: {
      name: 'r\${n}'
    }]
  }
  resource nested 'securityRules' = {
    name: 'x'
  }
}

output last string = first.id
`;

  it('loses one declaration, not the file, to a lost delimiter', () => {
    const delimiters = /[{}[\]()'"]|\$\{/g;
    const whole = kinds(parseBicep(groups));
    for (const match of groups.matchAll(delimiters)) {
      const broken = groups.slice(0, match.index) + groups.slice(match.index + match[0].length);
      const left = new Set(kinds(parseBicep(broken)));
      const lost = whole.filter(declaration => !left.has(declaration));
      assert.ok(lost.length <= 1, `without ${match[0]} at ${match.index}: ${lost.join(', ')} are lost`);
    }
  });

  it('reads the rest of a declaration that is still being typed', () => {
    const tree = parseBicep(
      "resource a 'x/y@1' = {\n  name: \n  properties: {\n    b: 'c'\n  }\n}\nvar d = \nvar e = 1\n",
    );
    assert.deepEqual(kinds(tree), ['resource a', 'variable d', 'variable e']);
    assert.equal(tree.errors.length, 2);
  });

  it('bounds nesting', () => {
    for (const open of ['[', '{ a: ', '(', '!', '-', 'f(', "'${", 'a ? b : ', 'x => ', '[for a in b: ', 'a[']) {
      const started = process.cpuUsage();
      const tree = parseBicep(`var deep = ${open.repeat(20_000)}\nvar next = 1\n`);
      assert.ok(tree.errors.length > 0, open);
      assert.ok(process.cpuUsage(started).user < 2_000_000, `${open} took too long`);
    }
    const types = parseBicep(`type deep = ${'{ a: '.repeat(20_000)}\nvar next = 1\n`);
    assert.ok(types.errors.length > 0);
  });

  const endless: readonly (readonly [string, string])[] = [
    ['comments', '/*\n'.repeat(100_000)],
    ['comments before the only end', `!\n${'/*\n'.repeat(100_000)}*/`],
    ['dollar signs', '$'.repeat(100_000)],
    ['multi-line strings', "'''\n".repeat(100_000)],
    ['multi-line strings with holes', "$'''".repeat(100_000)],
    ['multi-line strings whose holes need two dollar signs', "$$'''x".repeat(100_000)],
    ['holes', '${'.repeat(100_000)],
    ['holes of a string', "'${".repeat(100_000)],
    ['a name that may begin a declaration', `!\n'''\nparam ${'a'.repeat(100_000)}!\n'''\n`],
  ];
  for (const [what, text] of endless) {
    it(`reads very many beginnings without an end in time: ${what}`, () => {
      const started = process.cpuUsage();
      assert.ok(parseBicep(text).errors.length > 0);
      const milliseconds = process.cpuUsage(started).user / 1000;
      assert.ok(milliseconds < 2000, `${milliseconds} ms`);
    });
  }

  it('reads any text without an exception, and covers it with tokens in order', () => {
    const pieces = fc.constantFrom(
      ...[
        'resource',
        ' a ',
        "'",
        "'''",
        '${',
        '}',
        '{',
        '[',
        ']',
        '(',
        ')',
        '\n',
        ':',
        '=',
        'for',
        ' in ',
        'if',
        '@',
        '//',
      ],
      ...[
        '/*',
        '*/',
        '.',
        '?',
        '??',
        '=>',
        '$',
        '\\',
        '1',
        '\ud83d',
        '#',
        'param',
        'var',
        'module',
        'type',
        '|',
        '<',
        '>',
      ],
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 60 }), parts => {
        const text = parts.join('');
        const tree = parseBicep(text);
        for (const declaration of tree.declarations) {
          assert.ok(declaration.start >= 0 && declaration.end <= text.length && declaration.start <= declaration.end);
        }
        const tokens = tokenize(text);
        let end = 0;
        for (let at = 0; at < tokens.count; at++) {
          assert.ok(tokens.starts[at]! >= end);
          end = tokens.ends[at]!;
        }
        assert.equal(tokens.kinds[tokens.count - 1], Token.EndOfFile);
      }),
      { numRuns: process.env.PORTCULLIS_FULL ? 20_000 : 2000 },
    );
  });

  it('reads every real file that is valid, in time', function () {
    const corpus = resolve(import.meta.dirname, '../../../../../shared/corpus');
    if (!existsSync(corpus)) this.skip();
    const unreadable: string[] = [];
    for (const file of readdirSync(corpus, { recursive: true, encoding: 'utf8' })) {
      if (!/\.bicep(param)?$/.test(file)) continue;
      const text = readFileSync(join(corpus, file), 'utf8');
      // Pages of documentation write `<symbolic-name>` where a name belongs.
      if (/<[a-z]+-[a-z-]+>/.test(text)) continue;
      const tree = parseBicep(text);
      if (tree.errors.length > 0) unreadable.push(`${file}: ${tree.errors[0]?.message}`);
    }
    assert.deepEqual(unreadable, []);
  });
});
