import assert from 'node:assert/strict';
import fc from 'fast-check';
import { differences, differenceText, merge, sameBody, shows } from '../../../src/remediation/merge.ts';
import type { JsonObject } from '../../../src/remediation/plan-json.ts';

const item = (name: string, more: JsonObject = {}): JsonObject => ({ name, properties: { port: 22, ...more } });
const nic = (configuration: JsonObject, more: JsonObject = {}): JsonObject => ({
  location: 'westeurope',
  ...more,
  properties: { enableIPForwarding: false, ipConfigurations: [{ name: 'one', properties: configuration }] },
});

describe('putting bodies together', () => {
  const base = nic({ subnet: { id: '/s' }, publicIPAddress: { id: '/ip' } });
  const joined = nic({
    subnet: { id: '/s' },
    publicIPAddress: { id: '/ip' },
    loadBalancerInboundNatRules: [{ id: '/n' }],
  });

  const cases: readonly [string, JsonObject | null, JsonObject | null, JsonObject | null, JsonObject | null][] = [
    ['nobody else wrote', base, joined, base, joined],
    [
      'others added tags and a pool',
      base,
      joined,
      nic(
        { subnet: { id: '/s' }, publicIPAddress: { id: '/ip' }, loadBalancerBackendAddressPools: [{ id: '/p' }] },
        { tags: { a: 'b' } },
      ),
      nic(
        {
          subnet: { id: '/s' },
          publicIPAddress: { id: '/ip' },
          loadBalancerBackendAddressPools: [{ id: '/p' }],
          loadBalancerInboundNatRules: [{ id: '/n' }],
        },
        { tags: { a: 'b' } },
      ),
    ],
    [
      'an item of a list by each',
      { list: [item('a')] },
      { list: [item('a'), item('b')] },
      { list: [item('a'), item('c')] },
      { list: [item('a'), item('c'), item('b')] },
    ],
    [
      'an item deleted by us, another changed',
      { list: [item('a'), item('b')] },
      { list: [item('b')] },
      { list: [item('a'), item('b', { port: 23 })] },
      { list: [item('b', { port: 23 })] },
    ],
    ['both did the same', { a: 1 }, { a: 2 }, { a: 2 }, { a: 2 }],
    [
      'letter case of names and values',
      { Properties: { Access: 'allow' } },
      { properties: { access: 'Deny' } },
      { properties: { access: 'Allow' } },
      { properties: { access: 'Deny' } },
    ],
    ['a field that only the inventory has', { a: 1, newer: true }, { a: 2, newer: true }, { a: 1 }, { a: 2 }],
    ['it is to be made, and is not there', null, { a: 1 }, null, { a: 1 }],
    ['it is to be deleted, and is as it was', { a: 1 }, null, { a: 1 }, null],
    [
      'a name that is none of the object prototype',
      { list: [] },
      JSON.parse('{"list": [{"name": "__proto__", "x": 1}]}'),
      { list: [] },
      JSON.parse('{"list": [{"name": "__proto__", "x": 1}]}'),
    ],
  ];

  for (const [title, before, ours, theirs, expected] of cases) {
    it(`takes over what each has changed: ${title}`, () => {
      const merged = merge(before, ours, theirs);
      assert.deepEqual(merged.conflicts, []);
      assert.ok(sameBody(merged.body, expected, 'any'), JSON.stringify(merged.body));
    });
  }

  const conflicts: readonly [string, JsonObject | null, JsonObject | null, JsonObject | null, string[]][] = [
    ['the same field', { a: 1 }, { a: 2 }, { a: 3 }, ['a']],
    ['a list without names', { a: ['22'] }, { a: ['443'] }, { a: ['22', '8080'] }, ['a']],
    ['an item that we delete', { list: [item('a')] }, { list: [] }, { list: [item('a', { port: 23 })] }, ['list[a]']],
    [
      'another field of the same rule',
      { rules: [{ name: 'r', sourceAddresses: ['*'], translatedPort: '22' }] },
      { rules: [{ name: 'r', sourceAddresses: ['1.2.3.4'], translatedPort: '22' }] },
      { rules: [{ name: 'r', sourceAddresses: ['*'], translatedPort: '3389' }] },
      ['rules[r].translatedPort'],
    ],
  ];

  for (const [title, before, ours, theirs, paths] of conflicts)
    it(`says where both have changed it: ${title}`, () => {
      assert.deepEqual(
        merge(before, ours, theirs).conflicts.map(one => one.path),
        paths,
      );
    });

  it('takes a rule as a whole, and a description for none of what it does', () => {
    const rule = (more: JsonObject): JsonObject => ({ properties: { access: 'Allow', priority: 100, ...more } });
    const ours = rule({ access: 'Deny' });
    assert.deepEqual(merge(rule({}), ours, rule({ sourceAddressPrefix: '*' }), 'rule').conflicts.map(differenceText), [
      'properties.sourceAddressPrefix: was not there, is *',
    ]);
    const described = merge(
      rule({ flow: 1 }),
      { properties: { ...(ours.properties as object), flow: 1 } },
      rule({ description: 'new' }),
      'rule',
    );
    assert.deepEqual([described.conflicts, described.body], [[], rule({ access: 'Deny', description: 'new' })]);
    assert.equal(merge(rule({}), null, rule({ description: 'new' }), 'none').conflicts.length, 1);
  });

  const json = fc.letrec(tie => ({
    value: fc.oneof({ depthSize: 'small' }, fc.constantFrom('a', 'b', 1, 2, true), tie('object'), tie('list')),
    object: fc.dictionary(fc.constantFrom('x', 'y', 'Z', 'properties'), tie('value'), { maxKeys: 3 }),
    list: fc
      .uniqueArray(fc.tuple(fc.constantFrom('p', 'q', 'r'), fc.integer({ max: 2 })), { selector: ([name]) => name })
      .map(list => list.map(([name, port]) => item(name, { port }))),
  }));
  const body = json.object as fc.Arbitrary<JsonObject>;

  it('gives ours where nobody else wrote, theirs where we change nothing, and never loses what one side alone made', () => {
    fc.assert(
      fc.property(body, body, body, (a, b, c) => {
        const alone = merge(a, b, a);
        assert.deepEqual(alone.conflicts, []);
        assert.ok(sameBody(alone.body, b, 'any'));
        const idle = merge(a, a, c);
        assert.deepEqual(idle.conflicts, []);
        assert.ok(sameBody(idle.body, c, 'any'));
        const both = merge(a, b, c);
        if (both.conflicts.length > 0) return;
        // Everything that ours changes is so in what is sent, and everything of theirs that ours does not change.
        assert.ok(shows(a, b, both.body), JSON.stringify([a, b, c, both.body]));
        assert.ok(shows(a, c, both.body), JSON.stringify([a, b, c, both.body]));
      }),
      { numRuns: 2000, seed: 3 },
    );
  });

  it('finds a difference exactly where bodies differ', () => {
    fc.assert(
      fc.property(body, body, (a, b) => {
        assert.equal(differences(a, b, 'exact').length === 0, sameBody(a, b, 'exact'));
        assert.deepEqual(differences(a, structuredClone(a), 'exact'), []);
      }),
      { numRuns: 1000, seed: 3 },
    );
  });

  it('stays within bounds on bodies that have no end', () => {
    let deep: unknown = 1;
    for (let i = 0; i < 5000; i++) deep = { properties: deep };
    assert.doesNotThrow(() => merge({}, deep as JsonObject, { a: 1 }));
    assert.doesNotThrow(() => differences({ a: 1 }, deep, 'exact'));
    const wide = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`f${i}`, i]));
    assert.equal(differences({}, wide, 'exact').length, 50);
  });
});
