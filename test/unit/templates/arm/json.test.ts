import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parse } from 'jsonc-parser';
import type { Json } from '../../../../src/network/value.ts';
import { type JsonNode, JsonText } from '../../../../src/templates/arm/json.ts';

/** What a text holds as far as it is read, plain. Later properties of a name win. */
function plain(json: JsonText, node: JsonNode | undefined = json.root): Json | undefined {
  if (node === undefined) return undefined;
  switch (json.kind(node)) {
    case 'object': {
      const entries = new Map<string, Json>();
      json.eachProperty(node, (name, value) => {
        const member = plain(json, value);
        if (member !== undefined) entries.set(json.string(name), member);
      });
      return Object.fromEntries(entries);
    }
    case 'array':
      return [...json.items(node)].map(item => plain(json, item)).filter(item => item !== undefined);
    case 'string':
      return json.string(node);
    case 'number':
      return json.number(node);
    case 'boolean':
      return json.boolean(node);
    case 'null':
      return null;
    case 'missing':
      return undefined;
  }
}

const read = (text: string): Json | undefined => plain(new JsonText(text));

describe('JSON as Azure Resource Manager takes it', () => {
  const table: readonly (readonly [text: string, expected: Json | undefined, errors: number])[] = [
    ['{"a": [1, -2.5e3, true, false, null, "x"]}', { a: [1, -2500, true, false, null, 'x'] }, 0],
    ['\uFEFF{ /* c */ "a": 1, // d\n "b": 2, }', { a: 1, b: 2 }, 0],
    ['{"a": "one\ntwo"}', { a: 'one\ntwo' }, 0],
    ['{"a": "\\u0041\\n\\"\\\\\\/"}', { a: 'A\n"\\/' }, 0],
    ["{'a': 'it''s'}", { a: 'it' }, 1],
    ["{'a': 'b', c: 1}", { a: 'b', c: 1 }, 0],
    ['{"a": 1, "a": 2}', { a: 2 }, 0],
    ['[1, 2,]', [1, 2], 0],
    ['', undefined, 1],
    ['{"a": ', {}, 2],
    ['{"a": , "b": 1}', { b: 1 }, 1],
    ['{"a", "b": 1}', { b: 1 }, 1],
    ['{"a": "b": 1}', { b: 1 }, 1],
    ['{"a" "b": 1}', { b: 1 }, 1],
    ['{"a": 1 "b": 2}', { a: 1, b: 2 }, 0],
    ['{"a": "open\n  "b": 2}', { a: 'open', b: 2 }, 1],
    ['{"a": "open\r\n  "b": 2}', { a: 'open', b: 2 }, 1],
    ['{"a": [1, 2, "b": 3}', { a: [1, 2, 'b', 3] }, 2],
    ['{"a": {"b": 1, "c": [1}', { a: { b: 1, c: [1] } }, 2],
    ['{"a": nope, "b": 1}', { b: 1 }, 1],
    ['{"a" {"b": 1}, "c": 2}', { a: { b: 1 }, c: 2 }, 1],
    ['{"a" 1, "b": 2}', { a: 1, b: 2 }, 1],
    ['{"a: {\n  "b": 1\n}, "c": 2}', { a: { b: 1 }, c: 2 }, 1],
    ['{"a: "b", "c": 2}', { a: 'b', c: 2 }, 1],
    ['{a": "b", "c": 2}', { a: 'b', c: 2 }, 1],
    ['{"a": "b, "c": 2}', { a: 'b', c: 2 }, 1],
    ['{"a": "b,\n"c": 2}', { a: 'b', c: 2 }, 1],
    ['{"a"b": {"c": 1}}', { 'a"b': { c: 1 } }, 1],
    ['{"a": "b"c", "d": 1}', { a: 'b"c', d: 1 }, 1],
    ['{"a":: [1], "b": 2}', { a: [1], b: 2 }, 1],
    ['{"a"): [1], "b": 2}', { a: [1], b: 2 }, 1],
    ['{"a": ][1], "b": 2}', { a: [1], b: 2 }, 1],
    ['{"a": 1, /* open\n"b": 2}', { a: 1, b: 2 }, 1],
    ['{\n  "a": \n    "b": 1\n  },\n  "c": 2\n}', { a: { b: 1 }, c: 2 }, 1],
    ['{\n  "a": {\n    "b": 1\n  ,\n  "c": 2\n}', { a: { b: 1 }, c: 2 }, 1],
    ['{\n  "a": {\n    "b": 1\n  }},\n  "c": 2\n}', { a: { b: 1 }, c: 2 }, 1],
    ['{\n  "a": [\n    {\n      "b": 1\n    },\n      "c": 2\n    }\n  ]\n}', { a: [{ b: 1 }, { c: 2 }] }, 1],
    ['{"a": 1} trailing', { a: 1 }, 1],
    ['{"a": 1 /* open', { a: 1 }, 2],
    ['{"__proto__": {"x": 1}}', Object.fromEntries([['__proto__', { x: 1 }]]), 0],
  ];
  for (const [text, expected, errors] of table) {
    it(JSON.stringify(text), () => {
      const json = new JsonText(text);
      assert.deepEqual(plain(json), expected);
      assert.equal(json.errors.length, errors, JSON.stringify(json.errors));
    });
  }

  it('agrees with a second parser on any JSON, however it is laid out', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), fc.constantFrom(undefined, 2, '\t'), (value, space) => {
        const text = JSON.stringify(value, null, space);
        assert.deepEqual(read(text), JSON.parse(text));
        // The other parser loses properties of this name.
        if (!text.includes('"__proto__"')) assert.deepEqual(read(text), parse(text));
        assert.deepEqual(new JsonText(text).errors, []);
      }),
      { numRuns: 2000 },
    );
  });

  it('gives each string the place at which it is written', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { maxLength: 8 }), strings => {
        const text = JSON.stringify(strings, null, 1);
        const json = new JsonText(text);
        const nodes = [...json.items(0)];
        assert.deepEqual(
          nodes.map(node => JSON.parse(text.slice(json.start(node), json.end(node))) as string),
          strings,
        );
        for (const [index, node] of nodes.entries()) {
          const string = strings[index]!;
          for (let at = 0; at < string.length; at++) {
            const offset = json.offsetOf(node, at);
            const next = json.offsetOf(node, at + 1);
            assert.equal(JSON.parse(`"${text.slice(offset, next)}"`), string[at]);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it('reads the same with any stretch taken out, without failing and in order', () => {
    const text = JSON.stringify({ a: [{ b: 'c', d: [1, true] }, 'e\n"f"'], g: { h: null } }, null, 2);
    for (let start = 0; start < text.length; start++) {
      for (const length of [1, 2, 5, 17]) {
        const json = new JsonText(text.slice(0, start) + text.slice(start + length));
        let position = -1;
        for (let node = 0; json.root !== undefined && node < json.after(json.root); node++) {
          assert.ok(json.start(node) >= position && json.end(node) >= json.start(node));
          position = json.start(node);
        }
      }
    }
  });

  it('takes ten thousand brackets and more in bounded time', () => {
    for (const text of ['['.repeat(100_000), '{"a":'.repeat(100_000), ']'.repeat(100_000), '"\n'.repeat(20_000)]) {
      assert.ok(new JsonText(text).errors.length > 0);
    }
    const closed = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
    assert.deepEqual(new JsonText(closed).errors, []);
  });

  it('finds properties by name in any letter case, however they are written', () => {
    const name = fc.constantFrom('a', 'A', 'name', 'Name', 'nam\u212a', '"name', 'na\\u006de', 'copy', '[x]', 'x', '');
    const written = fc.tuple(name, fc.constantFrom('"', "'", '')).map(([text, quote]) => `${quote}${text}${quote}`);
    fc.assert(
      fc.property(fc.array(written, { maxLength: 6 }), name, (names, wanted) => {
        const json = new JsonText(`{${names.map((one, index) => `${one}: ${index}`).join(', ')}}`);
        const root = json.root!;
        let expected: JsonNode | undefined;
        json.eachProperty(root, (node, value) => {
          const is = json.string(node).toLowerCase() === wanted.toLowerCase();
          if (is && json.kind(value) !== 'missing') expected = value;
        });
        assert.equal(json.find(root, wanted), expected);
      }),
      { numRuns: 500 },
    );
  });

  it('tells objects whose names are not all as they are written', () => {
    const isPlain = (text: string): boolean => {
      const json = new JsonText(text);
      return json.isPlain(json.root!);
    };
    for (const text of ['{}', '{"a": {"[b]": 1}}', '{"copy": {"name": "x"}}', '{"copies": []}'])
      assert.ok(isPlain(text));
    for (const text of ['{"[a]": 1}', '{"a": 1, "COPY": [{}]}', "{'copy': []}", '{copy: []}'])
      assert.ok(!isPlain(text));
  });

  it('finds names among few and among many alike', () => {
    for (const count of [10, 1000]) {
      const names = Array.from({ length: count }, (_, at) => `"Name${at}": ${at}`);
      const json = new JsonText(
        `{ "twice": 1, ${names.join(', ')}, "\\u0041bc": 2, "TWICE": 3, "twice": , "last": 4 }`,
      );
      const found = (name: string): Json | undefined => {
        const node = json.find(json.root!, name);
        return node === undefined ? undefined : plain(json, node);
      };
      const wanted = ['name0', 'NAME9', 'abc', 'twice', 'last', 'name', 'name00', '__proto__'];
      assert.deepEqual(wanted.map(found), [0, 9, 2, 3, 4, undefined, undefined, undefined], `${count} names`);
      assert.equal(json.findProperty(json.root!, 'Last')?.name, json.find(json.root!, 'last')! - 1);
    }
  });
});
