import assert from 'node:assert/strict';
import { evaluateGroup } from '../../../src/network/security-group.ts';
import { declare } from './declared-rules.ts';
import type { AddressItem, Rule } from './first-match.ts';

const port = 22;

describe('groups made to be slow', () => {
  const everybody: AddressItem = { text: '*', spans: [] };
  const slow: readonly [string, number, (i: number) => Partial<Rule>][] = [
    ['a destination in every rule', 1000, i => ({ destinations: [single(i)] })],
    ['a source port in every rule', 1000, i => ({ sourcePorts: [{ text: i, low: i, high: i }] })],
    ['both in every rule', 1000, i => ({ destinations: [single(i)], sourcePorts: [{ text: i, low: i, high: i }] })],
    [
      'a few sources and a source port in every rule',
      1000,
      i => ({ sources: [single(i), single(i + 1)], sourcePorts: [{ text: `${i}-${i + 500}`, low: i, high: i + 500 }] }),
    ],
    ['one priority for all', 1000, i => ({ priority: 100, sources: [single(i)] })],
    ['more rules than Azure takes', 20_000, i => ({ sources: [single(i)] })],
    [
      'long lists of sources in every rule',
      50,
      i => ({ sources: Array.from({ length: 4000 }, (_, k) => single(4000 * i + k)) }),
    ],
    ['a long list of sources', 1, () => ({ sources: Array.from({ length: 50_000 }, (_, i) => single(i)) })],
  ];
  for (const [what, size, more] of slow) {
    it(`are judged in bounded time: ${what}`, function () {
      this.timeout(10_000);
      const plain: Rule = {
        direction: 'Inbound',
        access: 'Allow',
        priority: 100,
        protocol: 'Tcp',
        sources: [everybody],
        sourcePorts: [{ text: '*', low: 0, high: 65535 }],
        destinations: [everybody],
        destinationGroups: [],
        destinationPorts: [{ text: '22', low: 22, high: 22 }],
        exists: true,
      };
      const access = ['Allow', 'Deny'] as const;
      const rules = Array.from({ length: size }, (_, i) => ({
        ...plain,
        priority: 100 + i,
        access: access[i % 2]!,
        ...more(i),
      }));
      const verdict = evaluateGroup(declare(rules), { ports: [port] })[0]!;
      assert.notEqual(verdict.reach, 'none');
      assert.ok(verdict.proof.length > 0);
      assert.ok(verdict.sources.length > 0);
    });
  }

  function single(i: number): AddressItem {
    return { text: `20.${(i >> 14) & 255}.${(i >> 6) & 255}.${(i & 63) * 4}`, spans: [] };
  }
});
