import assert from 'node:assert/strict';
import type { TextRange } from '../../../../src/network/origin.ts';
import { parseBicep } from '../../../../src/templates/bicep/parser.ts';
import type { PropertyChange, TextEdit } from '../../../../src/templates/source-editor.ts';
import { language } from './judging.ts';

const { editor } = language;

function document(text: string) {
  return { path: 'main.bicep', text };
}

function rangeOf(text: string, part: string): TextRange {
  const start = text.indexOf(part);
  assert.ok(start >= 0, part);
  return { start, end: start + part.length };
}

/** The text with edits applied; they must not overlap, and what comes out must be as readable as what went in. */
function applied(text: string, edits: readonly TextEdit[] | undefined): string {
  assert.ok(edits, 'no edit');
  let result = '';
  let at = 0;
  for (const { file, range, newText } of [...edits].sort((a, b) => a.range.start - b.range.start)) {
    assert.equal(file, 'main.bicep');
    assert.ok(range.start >= at, 'edits overlap');
    result += text.slice(at, range.start) + newText;
    at = range.end;
  }
  result += text.slice(at);
  assert.deepEqual(parseBicep(result).errors, [], result);
  return result;
}

const item = `{
        name: 'ssh' // why
        properties: {
          access: 'Allow'
          sourceAddressPrefix: '*'
          destinationPortRange: '22'
        }
      }`;
const group = `param name string

resource nsg 'Microsoft.Network/networkSecurityGroups@2024-05-01' = {
  name: name
  properties: {
    securityRules: [
      ${item}
    ]
  }
}
`;
const child = `resource rule 'Microsoft.Network/networkSecurityGroups/securityRules@2024-05-01' = {
  parent: nsg
  name: 'ssh'
  properties: {
    access: 'Allow'
  }
}
`;

describe('Bicep editor', () => {
  it('replaces a value, and nothing but a value', () => {
    const edits = editor.replaceValue(document(group), rangeOf(group, "'*'"), { json: "it's ${x}" });
    assert.equal(
      applied(group, edits),
      group.replace("'*'", () => "'it\\'s \\${x}'"),
    );
    const list = editor.replaceValue(document(group), rangeOf(group, "'*'"), { json: ['a', 'b'] });
    assert.equal(applied(group, list), group.replace("'*'", "[\n            'a'\n            'b'\n          ]"));
    const short = `${group}var ports = [22, 80]\n`;
    const inLine = editor.replaceValue(document(short), rangeOf(short, "'*'"), { json: ['a', 'b'] });
    assert.equal(applied(short, inLine), short.replace("'*'", "['a', 'b']"));
    assert.equal(editor.replaceValue(document(group), rangeOf(group, "access: 'Allow'"), { json: 1 }), undefined);
    assert.equal(editor.replaceValue(document(group), rangeOf(group, 'Allow'), { json: 1 }), undefined);
  });

  const changes: readonly (readonly [string, readonly PropertyChange[], (text: string) => string])[] = [
    ['sets a property', [{ name: 'access', value: { json: 'Deny' } }], text => text.replace("'Allow'", "'Deny'")],
    ['sets the name', [{ name: 'name', value: { json: 'x' } }], text => text.replace("'ssh'", "'x'")],
    [
      'adds a property behind the last one',
      [{ name: 'priority', value: { json: 100 } }],
      text => text.replace("'22'\n", "'22'\n          priority: 100\n"),
    ],
    [
      'removes a property with its line',
      [{ name: 'access', value: undefined }],
      text => text.replace("          access: 'Allow'\n", ''),
    ],
    [
      'puts a new property in the place of one that goes',
      [
        { name: 'sourceAddressPrefix', value: undefined },
        { name: 'sourceAddressPrefixes', value: { json: ['1.2.3.4'] } },
      ],
      text => text.replace("sourceAddressPrefix: '*'", "sourceAddressPrefixes: [\n            '1.2.3.4'\n          ]"),
    ],
    ['refers to an expression', [{ name: 'access', value: { expression: 'x' } }], text => text.replace("'Allow'", 'x')],
    ['removes what is not there', [{ name: 'nothing', value: undefined }], text => text],
  ];
  for (const [title, change, expected] of changes) {
    it(title, () => {
      assert.equal(applied(group, editor.changeRule(document(group), rangeOf(group, item), change)), expected(group));
    });
  }

  it('changes a rule on one line, an empty one, and one without a level of properties', () => {
    const line = "var rules = [{ name: 'a', access: 'Allow' }, {}]\n";
    const change: PropertyChange[] = [{ name: 'priority', value: { json: 1 } }];
    const edits = editor.changeRule(document(line), rangeOf(line, "{ name: 'a', access: 'Allow' }"), change);
    assert.equal(applied(line, edits), line.replace("'Allow' }", "'Allow', priority: 1 }"));
    const removal = editor.changeRule(document(line), rangeOf(line, "{ name: 'a', access: 'Allow' }"), [
      { name: 'access', value: undefined },
    ]);
    assert.equal(applied(line, removal), line.replace(", access: 'Allow'", ''));
    const empty = editor.changeRule(document(line), rangeOf(line, '{}'), change);
    assert.equal(applied(line, empty), line.replace('{}', '{\n  priority: 1\n}'));
  });

  it('changes a rule that is a resource, named by its extent, its body or its first line', () => {
    const change: PropertyChange[] = [{ name: 'access', value: { json: 'Deny' } }];
    const whole = rangeOf(child, child.trimEnd());
    const first = rangeOf(child, child.slice(0, child.indexOf('\n')));
    const body = rangeOf(child, child.slice(child.indexOf('{')).trimEnd());
    for (const range of [whole, first, body]) {
      assert.equal(applied(child, editor.changeRule(document(child), range, change)), child.replace('Allow', 'Deny'));
    }
  });

  it('changes no rule that an expression makes', () => {
    const text = 'var rules = map(a, b => b)\n';
    assert.equal(editor.changeRule(document(text), rangeOf(text, 'map(a, b => b)'), []), undefined);
    const made = "var rule = { name: 'a', properties: other }\n";
    const range = rangeOf(made, "{ name: 'a', properties: other }");
    assert.equal(editor.changeRule(document(made), range, [{ name: 'access', value: { json: 'Deny' } }]), undefined);
  });

  it('copies a rule behind itself', () => {
    const change: PropertyChange[] = [
      { name: 'name', value: { json: 'copy' } },
      { name: 'access', value: { json: 'Deny' } },
    ];
    const copy = item.replace("'ssh'", "'copy'").replace("'Allow'", "'Deny'");
    assert.equal(
      applied(group, editor.copyRule(document(group), rangeOf(group, item), change)),
      group.replace(item, `${item}\n      ${copy}`),
    );
    const line = "var rules = [{ name: 'a' }, { name: 'b' }]\n";
    assert.equal(
      applied(line, editor.copyRule(document(line), rangeOf(line, "{ name: 'a' }"), change.slice(0, 1))),
      line.replace("{ name: 'a' }", "{ name: 'a' }, { name: 'copy' }"),
    );
    const declared = applied(child, editor.copyRule(document(child), rangeOf(child, child.trimEnd()), change));
    assert.equal(
      declared,
      `${child.trimEnd()}\n\n${child.replace('rule ', 'rule2 ').replace("'ssh'", "'copy'").replace('Allow', 'Deny')}`,
    );
  });

  it('removes a rule with its lines', () => {
    assert.equal(
      applied(group, editor.remove(document(group), rangeOf(group, item))),
      group.replace(/\[\n[^\]]*\]/, '[]'),
    );
    const line = "var rules = [{ name: 'a' }, { name: 'b' }]\n";
    for (const [part, left] of [
      ["{ name: 'a' }", "[{ name: 'b' }]"],
      ["{ name: 'b' }", "[{ name: 'a' }]"],
    ] as const) {
      assert.equal(applied(line, editor.remove(document(line), rangeOf(line, part))), `var rules = ${left}\n`);
    }
    const both = `${group}\n${child}`;
    assert.equal(applied(both, editor.remove(document(both), rangeOf(both, child.trimEnd()))), `${group}\n`);
    const referred = `${child}\noutput o string = rule.id\n`;
    assert.equal(editor.remove(document(referred), rangeOf(referred, child.trimEnd())), undefined);
  });

  it('declares a parameter under a name that is free, and says how to refer to it', () => {
    const declared = editor.declareParameter(
      document(group),
      { name: 'name', description: "Who's in.", type: 'array' },
      rangeOf(group, "'*'"),
    );
    assert.equal(declared?.expression, 'name2');
    assert.equal(
      applied(group, declared.edits),
      group.replace('param name string\n', "param name string\n\n@description('Who\\'s in.')\nparam name2 array\n"),
    );
    const bare = `targetScope = 'resourceGroup'\n${child}`;
    const first = editor.declareParameter(
      document(bare),
      { name: 'source', description: 'x', type: 'string' },
      rangeOf(bare, "'Allow'"),
    );
    assert.equal(
      applied(bare, first?.edits),
      bare.replace('resource rule', "@description('x')\nparam source string\n\nresource rule"),
    );
    const exported = "@export()\nvar a = '*'\nfunc f() string => '*'\n";
    const parameter = { name: 's', description: '', type: 'string' } as const;
    assert.equal(editor.declareParameter(document(exported), parameter, rangeOf(exported, "'*'")), undefined);
    const used = { path: 'x.bicepparam', text: "using 'm.bicep'\nparam a = '*'\n" };
    assert.equal(editor.declareParameter(used, parameter, rangeOf(used.text, "'*'")), undefined);
  });

  it("takes a parameter's default away", () => {
    const text = "@description('x')\nparam source string = '*' // open\n";
    assert.equal(applied(text, editor.removeDefault(document(text), rangeOf(text, "'*'"))), text.replace(" = '*'", ''));
    const variable = "var source = '*'\n";
    assert.equal(editor.removeDefault(document(variable), rangeOf(variable, "'*'")), undefined);
  });

  it('writes the comment that suppresses, and reads it again', () => {
    const places: readonly (readonly [string, string, string])[] = [
      [
        group,
        "sourceAddressPrefix: '*'",
        "          // portcullis-ignore some-rule -- because\n          sourceAddressPrefix: '*'",
      ],
      [group, item, `      // portcullis-ignore some-rule -- because\n      ${item}`],
      [
        group,
        group.slice(group.indexOf('resource'), group.indexOf('\n', group.indexOf('resource'))),
        '\n// portcullis-ignore some-rule -- because\nresource nsg',
      ],
    ];
    for (const [text, part, expected] of places) {
      const edits = editor.suppress(document(text), rangeOf(text, part), 'some-rule', ' be\ncause '.replace('\n', ''));
      const result = applied(text, edits);
      assert.ok(result.includes(expected), result);
      const [comment] = language.suppressions('main.bicep', result);
      assert.deepEqual(comment?.ids, ['some-rule']);
      assert.equal(comment.reason, 'because');
      assert.ok(result.slice(comment.covers.start, comment.covers.end).startsWith(part.slice(0, 20)));
    }
  });

  it('keeps the line ends of the file', () => {
    const text = group.replaceAll('\n', '\r\n');
    const range = rangeOf(text, item.replaceAll('\n', '\r\n'));
    const result = applied(text, editor.changeRule(document(text), range, [{ name: 'a', value: { json: [1] } }]));
    assert.ok(!/[^\r]\n/.test(result));
  });
});

describe('Bicep suppression comments', () => {
  it('cover what stands behind them, or the line that they end', () => {
    const text = [
      '// portcullis-ignore a, b -- for now',
      '// a further word',
      "@description('x')",
      "resource r 'a/b@1' = {",
      "  name: 'x' // portcullis-ignore c -- known",
      '  /* portcullis-ignore d -- all of it */',
      '  properties: {',
      '    e: 1',
      '  }',
      '}',
      '// portcullis-ignore f',
      'var g = 1',
      '',
    ].join('\n');
    const found = language.suppressions('main.bicep', text).map(({ ids, reason, covers }) => ({
      ids: ids.join(' '),
      reason,
      covers: text.slice(covers.start, covers.end),
    }));
    assert.deepEqual(
      found.map(({ ids, reason }) => [ids, reason]),
      [
        ['a b', 'for now'],
        ['c', 'known'],
        ['d', 'all of it'],
        ['f', undefined],
      ],
    );
    assert.ok(found[0]!.covers.startsWith('@description') && found[0]!.covers.endsWith('}'));
    assert.equal(found[1]!.covers.trim(), "name: 'x'");
    assert.ok(found[2]!.covers.startsWith('properties: {'));
    assert.equal(found[3]!.covers, 'var g = 1');
  });

  it('are none inside strings', () => {
    assert.deepEqual(language.suppressions('main.bicep', "var a = '// portcullis-ignore b -- c'\n"), []);
  });
});
