import assert from 'node:assert/strict';
import type { Json, Value } from '../../../../src/network/value.ts';
import { Budget, limits } from '../../../../src/templates/functions/budget.ts';
import type { Argument, CallContext } from '../../../../src/templates/functions/call.ts';
import { accessMember, interpolate } from '../../../../src/templates/functions/interpolation.ts';
import { callFunction } from '../../../../src/templates/functions/library.ts';
import { deploymentScope } from '../../../../src/templates/functions/scope.ts';
import {
  arrayValue,
  fromPlain,
  objectValue,
  textValue,
  toJson,
  unknownValue,
} from '../../../../src/templates/functions/values.ts';

function context(): CallContext {
  return { origin: [], text: 'the call', budget: new Budget(), scope: deploymentScope('resourceGroup') };
}

function value(json: Json): Value {
  return fromPlain(json, [], new Budget());
}

function call(name: string, ...args: (Json | Value | Argument)[]): Value {
  const result = callFunction(name, args.map(asArgument), context());
  assert.ok(result, `${name} is not in the library`);
  return result;
}

function asArgument(arg: Json | Value | Argument): Argument {
  if (arg !== null && typeof arg === 'object') {
    if ('invoke' in arg) return arg as Argument;
    if ('kind' in arg && 'origin' in arg) return { value: arg as Value };
    if (Object.getOwnPropertyDescriptor(arg, 'value')?.get) return arg as Argument;
  }
  return { value: value(arg as Json) };
}

function json(result: Value): Json {
  return toJson(result, new Budget());
}

function parameter(name: string, ...alternatives: Json[]): Value {
  return unknownValue([`parameter ${name}`], [], {
    symbol: `{parameters('${name}')}`,
    alternatives: alternatives.length > 0 ? alternatives.map(value) : undefined,
  });
}

function fn(arity: number, invoke: (...args: Value[]) => Value): Argument {
  return { arity, invoke: args => invoke(...args) };
}

const sub = '{subscription().subscriptionId}';
const group = '{resourceGroup().name}';

describe('standard functions over known values', () => {
  const table: [name: string, args: (Json | Argument)[], result: Json][] = [
    ['add', [1, 2], 3],
    ['sub', [1, 2], -1],
    ['mul', [3, 2], 6],
    ['div', [8, 3], 2],
    ['div', [-8, 3], -2],
    ['mod', [7, 3], 1],
    ['min', [3, 1, 2], 1],
    ['max', [[3, 1, 2]], 3],
    ['int', ['42'], 42],
    ['float', ['1.5'], 1.5],
    ['range', [1, 3], [1, 2, 3]],
    ['string', [true], 'True'],
    ['string', [{ a: [1, 'x'] }], '{"a":[1,"x"]}'],
    ['bool', ['TRUE'], true],
    ['bool', [0], false],
    ['concat', ['a', 1, 'b'], 'a1b'],
    ['concat', [[1], [2, 3]], [1, 2, 3]],
    ['CONCAT', ['any', ' case'], 'any case'],
    [
      'union',
      [
        [1, 2],
        [2, 3],
      ],
      [1, 2, 3],
    ],
    ['union', [{ a: { b: 1, c: 1 } }, { A: { b: 2 } }], { A: { b: 2, c: 1 } }],
    ['shallowMerge', [[{ a: { b: 1, c: 1 } }, { a: { b: 2 } }]], { a: { b: 2 } }],
    [
      'intersection',
      [
        [1, 2, 3],
        [3, 2],
      ],
      [2, 3],
    ],
    [
      'intersection',
      [
        { a: 1, b: 2 },
        { a: 1, b: 3 },
      ],
      { a: 1 },
    ],
    ['contains', ['Hello', 'ell'], true],
    ['contains', ['Hello', 'ELL'], false],
    ['contains', [{ Key: 1 }, 'key'], true],
    ['contains', [[22, 80], 22], true],
    ['empty', [''], true],
    ['empty', [null], true],
    ['empty', [{ a: 1 }], false],
    ['length', [{ a: 1, b: 2 }], 2],
    ['first', [['x', 'y']], 'x'],
    ['first', ['xy'], 'x'],
    ['last', [['x', 'y']], 'y'],
    ['first', [[]], null],
    ['take', [[1, 2, 3], 2], [1, 2]],
    ['skip', ['abc', 1], 'bc'],
    ['flatten', [[[1], [2, 3]]], [1, 2, 3]],
    ['indexOf', ['Hello', 'L'], 2],
    ['lastIndexOf', ['Hello', 'L'], 3],
    ['indexOf', [['a', 'b'], 'b'], 1],
    ['createArray', [1, 'a'], [1, 'a']],
    ['createArray', [], []],
    ['array', ['a'], ['a']],
    ['createObject', ['a', 1, 'b', [2]], { a: 1, b: [2] }],
    ['tryGet', [{ a: { b: 1 } }, 'a', 'b'], 1],
    ['tryGet', [{ a: 1 }, 'x', 'y'], null],
    ['indexFromEnd', [[1, 2, 3], 1], 3],
    [
      'items',
      [{ b: 1, a: 2 }],
      [
        { key: 'a', value: 2 },
        { key: 'b', value: 1 },
      ],
    ],
    ['objectKeys', [{ a: 1 }], ['a']],
    ['join', [['a', 'b'], ','], 'a,b'],
    ['split', ['a,b;c', [',', ';']], ['a', 'b', 'c']],
    ['replace', ['a-b-c', '-', '.'], 'a.b.c'],
    ['substring', ['abcdef', 2, 3], 'cde'],
    ['trim', ['  a '], 'a'],
    ['padLeft', [7, 3, '0'], '007'],
    ['startsWith', ['Hello', 'HE'], true],
    ['endsWith', ['Hello', 'LO'], true],
    ['toLower', ['AB'], 'ab'],
    ['format', ['{0}-{1:D3} {{x}} {2}', 'a', 7, true], 'a-007 {x} True'],
    ['format', ['{0:N0}', 1234567], '1,234,567'],
    ['json', ['{"a":[1,null,true]}'], { a: [1, null, true] }],
    ['json', ['null'], null],
    ['base64', ['one, two – three'], 'b25lLCB0d28g4oCTIHRocmVl'],
    ['base64ToString', ['b25lLCB0d28g4oCTIHRocmVl'], 'one, two – three'],
    ['base64ToJson', ['eyJhIjoxfQ=='], { a: 1 }],
    ['dataUri', ['Hello'], 'data:text/plain;charset=utf8;base64,SGVsbG8='],
    ['dataUriToString', ['data:;base64,SGVsbG8='], 'Hello'],
    ['uri', ['http://contoso.com/resources/', 'nested/a.json'], 'http://contoso.com/resources/nested/a.json'],
    ['uri', ['http://contoso.com/resources/main.json', 'a.json'], 'http://contoso.com/resources/a.json'],
    ['uriComponent', ['a b/c'], 'a%20b%2Fc'],
    ['uriComponentToString', ['a%20b'], 'a b'],
    ['cidrSubnet', ['10.144.0.0/20', 24, 1], '10.144.1.0/24'],
    ['cidrSubnet', ['fd00::/48', 64, 5], 'fd00:0:0:5::/64'],
    ['cidrHost', ['10.144.3.0/24', 0], '10.144.3.1'],
    [
      'parseCidr',
      ['10.144.0.0/20'],
      {
        network: '10.144.0.0',
        netmask: '255.255.240.0',
        broadcast: '10.144.15.255',
        firstUsable: '10.144.0.1',
        lastUsable: '10.144.15.254',
        cidr: 20,
      },
    ],
    ['dateTimeAdd', ['2020-04-07 14:53:14Z', 'P3Y'], '2023-04-07 14:53:14Z'],
    ['dateTimeAdd', ['2020-04-07 14:53:14Z', '-P9D', 'yyyyMMdd'], '20200329'],
    ['dateTimeToEpoch', ['1970-01-01T00:01:00Z'], 60],
    ['if', [true, 'a', 'b'], 'a'],
    ['and', [true, false], false],
    ['or', [false, true], true],
    ['not', [true], false],
    ['coalesce', [null, 'a', 'b'], 'a'],
    ['equals', ['a', 'A'], false],
    ['equals', [{ a: [1] }, { A: [1] }], true],
    ['equals', [1, '1'], false],
    ['less', [1, 2], true],
    ['greaterOrEquals', ['b', 'a'], true],
    ['map', [[1, 2], fn(1, item => call('mul', item, 2))], [2, 4]],
    ['map', [['a', 'b'], fn(2, (item, index) => call('concat', item, index))], ['a0', 'b1']],
    ['filter', [[1, 2, 3], fn(1, item => call('greater', item, 1))], [2, 3]],
    ['reduce', [[1, 2, 3], 10, fn(2, (sum, item) => call('add', sum, item))], 16],
    ['toObject', [['a'], fn(1, key => key), fn(1, () => value(1))], { a: 1 }],
    ['mapValues', [{ a: 1 }, fn(1, item => call('add', item, 1))], { a: 2 }],
    ['groupBy', [['ab', 'b', 'ac'], fn(1, item => call('first', item))], { a: ['ab', 'ac'], b: ['b'] }],
    ['sort', [[3, 1, 2], fn(2, (a, b) => call('less', a, b))], [1, 2, 3]],
    [
      'resourceId',
      ['00000000-0000-0000-0000-000000000001', 'rg', 'Microsoft.Network/virtualNetworks/subnets', 'v', 's'],
      '/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/v/subnets/s',
    ],
    ['tenantResourceId', ['A.B/c', 'n'], '/providers/A.B/c/n'],
    ['extensionResourceId', ['/x/y', 'A.B/c', 'n'], '/x/y/providers/A.B/c/n'],
  ];
  for (const [name, args, expected] of table) {
    const shown = args.map(arg =>
      arg !== null && typeof arg === 'object' && 'invoke' in arg ? 'λ' : JSON.stringify(arg),
    );
    it(`${name}(${shown.join(', ')})`, () => assert.deepEqual(json(call(name, ...args)), expected));
  }
});

describe('standard functions over unknown values', () => {
  function unknown(result: Value): Extract<Value, { kind: 'unknown' }> {
    assert.equal(result.kind, 'unknown');
    return result as Extract<Value, { kind: 'unknown' }>;
  }

  it('names what the result hangs on, and composes its symbol', () => {
    const result = unknown(call('concat', parameter('a'), '-', parameter('b')));
    assert.deepEqual(result.dependsOn, ['parameter a', 'parameter b']);
    assert.equal(result.symbol, "{parameters('a')}-{parameters('b')}");
    assert.equal(unknown(call('format', '{0}-nsg', parameter('a'))).symbol, "{parameters('a')}-nsg");
    assert.equal(unknown(interpolate([parameter('a'), '-nsg'], context())).symbol, "{parameters('a')}-nsg");
    assert.equal(unknown(call('toLower', parameter('a'))).symbol, "{parameters('a')}");
    assert.equal(
      unknown(call('uniqueString', accessMember(call('resourceGroup'), value('id'), context()))).symbol,
      `{uniqueString(/subscriptions/${sub}/resourceGroups/${group})}`,
    );
  });

  it('gives an id whose unknown parts stand in braces', () => {
    const id = unknown(call('resourceId', 'Microsoft.Network/networkSecurityGroups', parameter('n')));
    assert.equal(
      id.symbol,
      `/subscriptions/${sub}/resourceGroups/${group}/providers/Microsoft.Network/networkSecurityGroups/{parameters('n')}`,
    );
    const elsewhere = unknown(call('resourceId', 'net-rg', 'Microsoft.Network/networkSecurityGroups', 'n'));
    assert.equal(
      elsewhere.symbol,
      `/subscriptions/${sub}/resourceGroups/net-rg/providers/Microsoft.Network/networkSecurityGroups/n`,
    );
    const own = accessMember(call('resourceGroup'), value('id'), context());
    assert.equal(unknown(own).symbol, `/subscriptions/${sub}/resourceGroups/${group}`);
  });

  it('knows the shape of JSON in which unknown values stand inside strings', () => {
    const id = call('resourceId', 'Microsoft.Network/virtualNetworks', parameter('vnet'));
    const subnet = call('json', call('concat', '{"id": "', id, '", "n": [1]}'));
    assert.ok(subnet.kind === 'object');
    assert.equal(unknown(subnet.get('id')!).symbol, unknown(id).symbol);
    assert.deepEqual(json(subnet.get('n')!), [1]);
    assert.equal(call('json', parameter('text')).kind, 'unknown');
    assert.equal(call('json', call('concat', '{"a": ', parameter('n'), '}')).kind, 'unknown');
  });

  it('carries alternatives through, and decides what they all agree on', () => {
    const os = parameter('os', 'Linux', 'Windows');
    const port = unknown(call('if', call('equals', os, 'Linux'), '22', '3389'));
    assert.deepEqual(port.alternatives?.map(json), ['22', '3389']);
    assert.deepEqual(unknown(call('concat', os, '-vm')).alternatives?.map(json), ['Linux-vm', 'Windows-vm']);
    assert.equal(json(call('equals', os, 'BSD')), false);
    assert.equal(json(call('contains', ['Linux', 'Windows'], os)), true);
    const ports = value({ Linux: '22', Windows: '3389' });
    assert.deepEqual(unknown(accessMember(ports, os, context())).alternatives?.map(json), ['22', '3389']);
    assert.deepEqual(unknown(accessMember(ports, parameter('any'), context())).alternatives?.map(json), ['22', '3389']);
  });

  it('keeps the known items of arrays, unknown ones as further items', () => {
    for (const name of ['concat', 'union']) {
      const result = call(name, [1, 2], parameter('more'));
      assert.ok(result.kind === 'array');
      assert.deepEqual(result.items.map(json), [1, 2]);
      assert.deepEqual(result.rest?.dependsOn, ['parameter more']);
    }
    const optional = call('if', parameter('flag'), [3], []);
    const joined = call('concat', [1], optional, call('if', parameter('other'), [4], []));
    assert.ok(joined.kind === 'array');
    assert.deepEqual(joined.rest?.alternatives?.map(json), [[3, 4], [3], [4], []]);
    assert.equal(json(call('contains', joined, 1)), true);
    assert.equal(call('contains', joined, 3).kind, 'unknown');
    assert.equal(json(call('empty', joined)), false);
  });

  it('leaves a filtered item open when its test is', () => {
    const result = call(
      'filter',
      [1, 2],
      fn(1, item => (item.kind === 'number' && item.value === 1 ? value(true) : parameter('p'))),
    );
    assert.ok(result.kind === 'array');
    assert.deepEqual(result.items.map(json), [1]);
    assert.deepEqual(result.rest?.alternatives?.map(json), [[], [2]]);
  });

  it('merges objects that are known in part', () => {
    const merged = call('union', { a: 1, b: 1 }, parameter('o'), { b: 2 });
    assert.ok(merged.kind === 'object');
    assert.equal(merged.get('a')?.kind, 'unknown');
    assert.equal(merged.get('b')?.kind, 'number');
    assert.deepEqual(merged.rest?.dependsOn, ['parameter o']);
  });

  it('decides by the operand that decides', () => {
    assert.equal(json(call('and', parameter('a'), false)), false);
    assert.equal(json(call('or', parameter('a'), true)), true);
    assert.equal(call('and', parameter('a'), true).kind, 'unknown');
    const never: Argument = {
      get value(): Value {
        throw new Error('evaluated');
      },
    };
    assert.equal(json(call('if', true, 1, never)), 1);
    assert.equal(json(call('coalesce', 1, never)), 1);
    assert.equal(json(call('or', true, never)), true);
    assert.equal(json(call('equals', parameter('a'), parameter('a'))), true);
  });

  it('names what only a deployment knows', () => {
    for (const name of ['utcNow', 'newGuid', 'deployment'])
      assert.deepEqual(unknown(call(name)).dependsOn, ['the call']);
    assert.equal(unknown(call('reference', 'nic')).symbol, "{reference('nic')}");
    assert.equal(unknown(call('listKeys', 'id', '2020-01-01')).secret, true);
    assert.equal(callFunction('noSuchFunction', [], context()), undefined);
  });

  it('keeps a secret secret', () => {
    const secret: Value = { ...textValue('hunter2', []), secret: true };
    for (const result of [
      call('concat', 'a', secret),
      call('toUpper', secret),
      call('format', '{0}', secret),
      call('base64', secret),
    ]) {
      assert.equal(result.secret, true);
    }
  });
});

describe('origins of what functions give', () => {
  const origin = [{ kind: 'literal', place: { kind: 'text', file: 'f', range: { start: 5, end: 6 } } }] as const;
  const kept: Value = textValue('kept', origin);

  it('keeps the chain of a value that is passed on', () => {
    for (const result of [
      call('if', true, kept, 'other'),
      call('coalesce', null, kept),
      call('first', arrayValue([kept], [])),
      call('concat', kept),
      accessMember(objectValue([['a', kept]], []), value('A'), context()),
    ]) {
      assert.deepEqual(result.origin, origin);
    }
  });
});

describe('functions on hostile input', () => {
  it('stops at the bounds and says so', () => {
    const long = 'x'.repeat(limits.characters - 1);
    for (const result of [
      call('range', 0, 1e9),
      call('padLeft', 'a', 1e9),
      call('concat', long, long),
      call('replace', long, 'x', long),
      call('createObject', 'a'),
      call('substring', 'abc', 2, 5),
      call('json', '{'),
      call('div', 1, 0),
      call('int', 'x'),
      call('dateTimeAdd', '2020-01-01', 'P999999999Y'),
    ]) {
      assert.equal(result.kind, 'unknown');
    }
  });

  it('reads a name like __proto__ as any other', () => {
    const object = call('json', '{"__proto__": 1, "constructor": 2}');
    assert.equal(json(accessMember(object, value('__proto__'), context())), 1);
    assert.equal(accessMember(value({}), value('__proto__'), context()).kind, 'unknown');
    assert.equal(json(call('contains', {}, 'constructor')), false);
    assert.equal(callFunction('__proto__', [], context()), undefined);
  });

  it('copies as many values as are held in memory without harm', () => {
    const one = arrayValue(
      Array.from({ length: 1000 }, () => textValue('x', [])),
      [],
    );
    const many = (count: number) =>
      arrayValue(
        Array.from({ length: count }, () => one),
        [],
      );
    assert.equal(call('length', call('string', many(100))).kind, 'number');
    const beyond = call('string', many(700));
    assert.ok(beyond.kind === 'unknown' && /too large/.test(beyond.dependsOn.join()));
  });

  it('does not look at nested values without end', () => {
    let nested = value(1);
    for (let depth = 0; depth < 5000; depth++) nested = arrayValue([nested], []);
    assert.equal(call('string', nested).kind, 'unknown');
    let wide = value(1);
    for (let depth = 0; depth < 60; depth++) wide = arrayValue([wide, wide], []);
    assert.equal(call('string', wide).kind, 'unknown');
  });
});
