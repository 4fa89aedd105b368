import assert from 'node:assert/strict';
import { armLanguage } from '../../../../src/templates/arm/language.ts';
import type { TextEdit } from '../../../../src/templates/source-editor.ts';
import { applyEdits } from '../../../../src/templates/text-lines.ts';

const arm = armLanguage();

const path = 'main.json';
const rules = `{
  "contentVersion": "1.0.0.0",
  "parameters": {
    "source": { "type": "string", "defaultValue": "*" } // who
  },
  "resources": [
    {
      "type": "Microsoft.Network/networkSecurityGroups",
      "name": "nsg",
      "properties": {
        "securityRules": [
          {
            "name": "ssh",
            "properties": { "priority": 100, "access": "Allow", "sourceAddressPrefix": "[if(true(), '*', '10.0.0.0/8')]" }
          },
          {
            "name": "rdp",
            "properties": {
              "access": "Allow",
              // the port
              "destinationPortRange": "3389"
            }
          }
        ]
      }
    }
  ]
}
`;

function rangeOf(text: string, part: string, from = 0) {
  const start = text.indexOf(part, from);
  assert.ok(start >= 0, part);
  return { start, end: start + part.length };
}

function objectFrom(text: string, opening: string) {
  const start = text.lastIndexOf('{', text.indexOf(opening));
  return { start, end: start + 1 };
}

const change = (edits: readonly TextEdit[] | undefined): string => {
  assert.ok(edits, 'no edit was offered');
  return applyEdits(rules, edits);
};
const document = { path, text: rules };
const { editor } = arm;

describe('changes to ARM templates', () => {
  it('replace a literal, also one inside an expression', () => {
    const whole = change(editor.replaceValue(document, rangeOf(rules, '"3389"'), { json: ['80', '443'] }));
    assert.match(whole, /"destinationPortRange": \["80", "443"\]\n/);
    const inside = change(editor.replaceValue(document, rangeOf(rules, "'*'"), { json: "it's" }));
    assert.match(inside, /"\[if\(true\(\), 'it''s', '10\.0\.0\.0\/8'\)\]"/);
    const called = change(editor.replaceValue(document, rangeOf(rules, '"3389"'), { expression: "parameters('p')" }));
    assert.match(called, /"destinationPortRange": "\[parameters\('p'\)\]"/);
  });

  it('change, add and remove properties of a rule where they stand', () => {
    const text = change(
      editor.changeRule(document, objectFrom(rules, '"name": "rdp"'), [
        { name: 'access', value: { json: 'Deny' } },
        { name: 'priority', value: { json: 5 } },
      ]),
    );
    assert.match(
      text,
      /"access": "Deny",\n {14}\/\/ the port\n {14}"destinationPortRange": "3389",\n {14}"priority": 5\n/,
    );
    const shorter = change(
      editor.changeRule(document, objectFrom(rules, '"name": "ssh"'), [{ name: 'access', value: undefined }]),
    );
    assert.match(shorter, /"priority": 100, "sourceAddressPrefix"/);
    const last = change(
      editor.changeRule(document, objectFrom(rules, '"name": "rdp"'), [
        { name: 'destinationPortRange', value: undefined },
      ]),
    );
    assert.deepEqual(JSON.parse(last.replaceAll(/\/\/.*/g, '')).resources[0].properties.securityRules[1].properties, {
      access: 'Allow',
    });
  });

  it('copy a rule behind itself', () => {
    const text = change(
      editor.copyRule(document, objectFrom(rules, '"name": "rdp"'), [{ name: 'name', value: { json: 'rdp-2' } }]),
    );
    const names = JSON.parse(text.replaceAll(/\/\/.*/g, '')).resources[0].properties.securityRules;
    assert.deepEqual(
      names.map((rule: { name: string }) => rule.name),
      ['ssh', 'rdp', 'rdp-2'],
    );
    assert.equal(text.split('// the port').length, 3, 'the comment inside is copied too');
  });

  for (const name of ['ssh', 'rdp'])
    it(`removes the rule ${name} with its comma and its lines`, () => {
      const start = rules.lastIndexOf('          {', rules.indexOf(`"name": "${name}"`)) + 10;
      const end = rules.indexOf('\n          }', start) + 12;
      const text = change(editor.remove(document, { start, end }));
      const left = JSON.parse(text.replaceAll(/\/\/.*/g, '')).resources[0].properties.securityRules;
      assert.equal(left.length, 1);
      assert.notEqual(left[0].name, name);
      assert.doesNotMatch(text, /\n\s*\n/);
    });

  it('removes the only rule and closes the brackets again', () => {
    const item = '{\n      "name": "ssh"\n    }';
    for (const [text, expected] of [
      [`{\n  "securityRules": [\n    ${item}\n  ]\n}\n`, '{\n  "securityRules": []\n}\n'],
      [`{ "securityRules": [ ${item} ] }`, '{ "securityRules": [] }'],
      [`{ "securityRules": [\n // why\n ${item}\n ] }`, '{ "securityRules": [\n // why\n \n ] }'],
    ] as const) {
      const edits = editor.remove({ path, text }, rangeOf(text, item));
      assert.equal(edits && applyEdits(text, edits), expected);
    }
  });

  it('declare a parameter that nothing else is called, and take a default away', () => {
    const declared = editor.declareParameter(
      document,
      { name: 'Source', description: 'Who may come in.', type: 'array' },
      rangeOf(rules, '"3389"'),
    );
    assert.equal(declared?.expression, "parameters('Source2')");
    const parsed = JSON.parse(change(declared?.edits).replaceAll(/\/\/.*/g, ''));
    assert.deepEqual(parsed.parameters.Source2, { type: 'array', metadata: { description: 'Who may come in.' } });
    const without = change(editor.removeDefault(document, rangeOf(rules, '"*"')));
    assert.match(without, /"source": \{ "type": "string" \} \/\/ who/);
  });

  it('write a suppression that is read back and covers the property', () => {
    const text = change(editor.suppress(document, rangeOf(rules, '"3389"'), 'open-management-port', 'a\nreason'));
    const [found] = arm.suppressions(path, text);
    assert.deepEqual(found?.ids, ['open-management-port']);
    assert.equal(found?.reason, 'a reason');
    assert.equal(text.slice(found?.covers.start, found?.covers.end), '"destinationPortRange": "3389"');
  });
});

describe('suppressions in JSON', () => {
  const cases: readonly [string, string, string | undefined][] = [
    ['[\n// portcullis-ignore a -- why\n{"x": 1}]', '{"x": 1}', 'why'],
    ['{\n"a": 1, // portcullis-ignore a -- why\n"b": 2}', '"a": 1, ', 'why'],
    ['{"a": {"_comment": "portcullis-ignore a -- why"}}', '{"_comment": "portcullis-ignore a -- why"}', 'why'],
    [
      '[{"metadata": {"note": "portcullis-ignore a -- why"}}]',
      '{"metadata": {"note": "portcullis-ignore a -- why"}}',
      'why',
    ],
    ['[\n/* portcullis-ignore a */\n1]', '1', undefined],
  ];
  for (const [text, covered, reason] of cases)
    it(JSON.stringify(text), () => {
      const [found, ...more] = arm.suppressions(path, text);
      assert.equal(more.length, 0);
      assert.deepEqual(found?.ids, ['a']);
      assert.equal(found?.reason, reason);
      assert.equal(text.slice(found?.covers.start, found?.covers.end), covered);
    });

  it('are not found in other strings', () => {
    assert.deepEqual(arm.suppressions(path, '{"a": "// portcullis-ignore a -- why"}'), []);
  });
});
