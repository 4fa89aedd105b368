import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parsePrefix } from '../../../src/network/address-prefix.ts';
import {
  type AddressSet,
  block,
  countV4,
  formatAddress,
  hasAddress,
  includesAddresses,
  intersectAddresses,
  noAddresses,
  parseV6,
  subtractAddresses,
  toCidrs,
  uniteAddresses,
} from '../../../src/network/address-set.ts';

const cidrsOf = (text: string): string[] => toCidrs(parsePrefix(text).addresses);

describe('address prefixes', () => {
  const spellings: readonly [string, readonly string[], boolean][] = [
    ['*', ['0.0.0.0/0', '::/0'], false],
    ['0.0.0.0/0', ['0.0.0.0/0'], false],
    ['::/0', ['::/0'], false],
    ['10.1.2.3', ['10.1.2.3/32'], false],
    ['10.1.2.3/8', ['10.0.0.0/8'], false],
    ['203.0.113.7/255.255.255.0', ['203.0.113.0/24'], false],
    ['1.2.3.4-1.2.3.7', ['1.2.3.4/30'], false],
    ['1.2.3.4 - 1.2.3.6', ['1.2.3.4/31', '1.2.3.6/32'], false],
    ['2001:DB8::1/32', ['2001:db8::/32'], false],
    ['::ffff:1.2.3.4', ['::ffff:102:304/128'], false],
    ['0.0.0.0', ['0.0.0.0/32'], false],
    ['any', ['0.0.0.0/0', '::/0'], true],
    ['/0', ['0.0.0.0/0'], true],
    ['0/0', ['0.0.0.0/0'], true],
    ['1.1.1.1,8.8.8.8', ['1.1.1.1/32', '8.8.8.8/32'], true],
    [' 8.8.8.8 ', ['8.8.8.8/32'], true],
    ['/1', [], true],
    ['789', [], true],
    ['010.0.0.1', [], true],
    ['1.2.3.4/33', [], true],
    ['1.2.3', [], true],
    ['1::2::3', [], true],
    ['1.2.3.9-1.2.3.4', [], true],
    ['not an address', [], true],
    ['fe80::1%eth0', [], true],
  ];
  for (const [text, cidrs, problem] of spellings) {
    it(`reads ${JSON.stringify(text)}`, () => {
      assert.deepEqual(cidrsOf(text), cidrs);
      assert.equal(parsePrefix(text).problem !== undefined, problem);
    });
  }

  it('takes words for service tags, as written', () => {
    assert.deepEqual(parsePrefix('Storage.WestEurope').tags, ['Storage.WestEurope']);
    assert.deepEqual(parsePrefix('INTERNET').tags, ['INTERNET']);
  });
});

describe('address sets', () => {
  it('joins halves of the internet', () => {
    const halves = uniteAddresses(parsePrefix('128.0.0.0/1').addresses, parsePrefix('0.0.0.0/1').addresses);
    assert.deepEqual(toCidrs(halves), ['0.0.0.0/0']);
    assert.equal(countV4(halves), 2 ** 32);
  });

  it('writes IPv6 in its short form', () => {
    for (const text of ['::', '::1', '2001:db8::1:0:0:1', 'fe80::', '1:2:3:4:5:6:7:8']) {
      assert.equal(formatAddress(parseV6(text)!), text);
    }
  });

  const blocks = fc.array(
    fc.oneof(
      fc.record({ address: fc.integer({ min: 0, max: 255 }), length: fc.integer({ min: 24, max: 32 }) }),
      fc.record({ address: fc.bigInt({ min: 0n, max: 255n }), length: fc.integer({ min: 120, max: 128 }) }),
    ),
    { maxLength: 6 },
  );
  const setOf = (list: readonly { address: number | bigint; length: number }[]): AddressSet =>
    list.reduce((set, one) => uniteAddresses(set, block(one.address, one.length)), noAddresses);
  const samples = [...Array(256).keys()].flatMap(n => [n, BigInt(n)]);

  it('agrees with membership, address by address', () => {
    fc.assert(
      fc.property(blocks, blocks, (left, right) => {
        const a = setOf(left);
        const b = setOf(right);
        const union = uniteAddresses(a, b);
        const common = intersectAddresses(a, b);
        const rest = subtractAddresses(a, b);
        const rewritten = toCidrs(union).reduce(
          (set, cidr) => uniteAddresses(set, parsePrefix(cidr).addresses),
          noAddresses,
        );
        for (const address of samples) {
          const [inA, inB] = [hasAddress(a, address), hasAddress(b, address)];
          assert.equal(hasAddress(union, address), inA || inB);
          assert.equal(hasAddress(common, address), inA && inB);
          assert.equal(hasAddress(rest, address), inA && !inB);
          assert.equal(hasAddress(rewritten, address), inA || inB);
        }
        assert.equal(
          includesAddresses(a, b),
          samples.every(n => !hasAddress(b, n) || hasAddress(a, n)),
        );
      }),
      { numRuns: 500 },
    );
  });
});
