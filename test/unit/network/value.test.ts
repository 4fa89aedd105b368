import assert from 'node:assert/strict';
import { fromJson, identity } from '../../../src/network/value.ts';

describe('values over plain JSON', () => {
  const value = fromJson({ Properties: { list: [{ name: 'a' }], __proto__x: null } }, '/subscriptions/s');

  it('finds properties in any letter case and gives their place', () => {
    assert.equal(value.kind, 'object');
    const list = value.kind === 'object' ? value.get('properties') : undefined;
    const items = list?.kind === 'object' ? list.get('LIST') : undefined;
    const first = items?.kind === 'array' ? items.items[0] : undefined;
    const name = first?.kind === 'object' ? first.get('name') : undefined;
    assert.equal(identity(name), 'a');
    assert.deepEqual(name?.origin[0]?.place, {
      kind: 'resource',
      id: '/subscriptions/s',
      path: 'Properties.list[0].name',
    });
  });

  it('does not answer for names of the object prototype', () => {
    assert.equal(value.kind === 'object' ? value.get('constructor') : null, undefined);
  });
});
