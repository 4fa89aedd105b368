import assert from 'node:assert/strict';
import { hasAddress } from '../../../src/network/address-set.ts';
import { Admission } from '../../../src/network/admission.ts';
import type { Reach, SecurityGroup } from '../../../src/network/model.ts';
import { compileGroup } from '../../../src/network/rule-layer.ts';
import { evaluateGroup } from '../../../src/network/security-group.ts';
import type { SourceSet } from '../../../src/network/source-set.ts';
import type { UnknownValue, Value } from '../../../src/network/value.ts';
import { declare, declareRule, toValue } from './declared-rules.ts';
import {
  type Address,
  type AddressItem,
  type Family,
  isPublic,
  letsIn,
  type PortItem,
  privateSpans,
  type Rule,
  rulesFor,
} from './first-match.ts';
import { groupNames, Random, randomAddresses, randomPorts, randomRules } from './random-rules.ts';

const full = process.env.PORTCULLIS_FULL !== undefined;
const count = full ? 100_000 : 3_000;
// Each of these is judged for up to 27 assignments.
const unknownCount = full ? 20_000 : 1_500;
const port = 22;

interface Sender {
  readonly family: Family;
  readonly address: Address;
  readonly tag: string | undefined;
}

/** Addresses at and around every edge of some items. */
function edges(items: Iterable<AddressItem>, family: Family): Address[] {
  const top = family === 4 ? 2 ** 32 - 1 : (1n << 128n) - 1n;
  const out = new Set<Address>([family === 4 ? 0 : 0n, top]);
  for (const item of items) {
    for (const { family: own, low, high } of item.spans) {
      if (own !== family) continue;
      for (const edge of [low, high, next(low, -1), next(high, 1)]) if (edge >= 0 && edge <= top) out.add(edge);
    }
  }
  return [...out];
}

function next(address: Address, step: 1 | -1): Address {
  return typeof address === 'number' ? address + step : address + BigInt(step);
}

/** Every source port, destination and destination group that some rules tell apart. */
class Targets {
  readonly #ports: readonly number[];
  readonly #addresses: ReadonlyMap<Family, readonly Address[]>;
  readonly #groups: readonly (string | undefined)[];

  constructor(rules: readonly Rule[]) {
    const ports = new Set<number>([0, 65535]);
    for (const item of rules.flatMap(rule => rule.sourcePorts)) {
      for (const edge of [item.low, item.high, item.low - 1, item.high + 1])
        if (edge >= 0 && edge <= 65535) ports.add(edge);
    }
    this.#ports = rules.every(rule => rule.sourcePorts.every(item => item.text === '*')) ? [1024] : [...ports];
    const destinations = rules.flatMap(rule => rule.destinations);
    const simple = destinations.every(item => item.text === '*');
    this.#addresses = new Map<Family, readonly Address[]>([
      [4, simple ? [1] : edges(destinations, 4)],
      [6, simple ? [1n] : edges(destinations, 6)],
    ]);
    this.#groups = rules.some(rule => rule.destinationGroups.length > 0) ? [undefined, ...groupNames] : [undefined];
  }

  /** Whether a sender gets in to the port at any of them. */
  admit(sorted: readonly Rule[], sender: Sender): boolean {
    for (const destination of this.#addresses.get(sender.family)!) {
      for (const destinationGroup of this.#groups) {
        for (const sourcePort of this.#ports) {
          const packet = {
            family: sender.family,
            source: sender.address,
            tag: sender.tag,
            sourcePort,
            destination,
            destinationGroup,
          };
          if (letsIn(sorted, packet)) return true;
        }
      }
    }
    return false;
  }
}

function inSet(set: SourceSet, sender: Sender): boolean {
  const { address } = sender;
  if (hasAddress(set.addresses, address)) return true;
  for (const [tag, region] of set.tags) {
    const own = sender.tag?.toLowerCase();
    if (
      own !== undefined &&
      (own === tag.toLowerCase() || own.startsWith(`${tag.toLowerCase()}.`)) &&
      hasAddress(region, address)
    ) {
      return true;
    }
  }
  return false;
}

function sendersFor(rules: readonly Rule[]): Sender[] {
  const sources = rules.flatMap(rule => rule.sources);
  const out: Sender[] = [];
  for (const family of [4, 6] as const) {
    for (const address of edges(sources, family)) {
      if (isPublic(address)) out.push({ family, address, tag: undefined });
    }
  }
  const tagged = [...new Set(sources.flatMap(item => (item.tag === undefined ? [] : [item.tag])))];
  const admittedByAddress = rules
    .filter(rule => rule.access === 'Allow')
    .flatMap(rule => rule.sources)
    .filter(item => item.text !== '*')
    .flatMap(item => item.spans);
  for (const tag of tagged.flatMap(one => [one, `${one}.northeurope`])) {
    for (const sender of out.slice(0, 6)) {
      // Whether an address given as such lies in a tag is not known, so only the others are compared.
      const given = admittedByAddress.some(
        span => span.family === sender.family && sender.address >= span.low && sender.address <= span.high,
      );
      if (!given && sender.tag === undefined) out.push({ ...sender, tag });
    }
  }
  return out;
}

const order: readonly Reach[] = ['none', 'restricted', 'wide', 'internet'];

/** The class of who gets in, by counting the addresses between one edge and the next. */
function countedReach(rules: readonly Rule[], sorted: readonly Rule[], targets: Targets): Reach {
  const sources = rules.flatMap(rule => rule.sources);
  let reach: Reach = 'none';
  for (const family of [4, 6] as const) {
    const end = 1n << (family === 4 ? 32n : 128n);
    const bounds: AddressItem = {
      text: '',
      spans: family === 4 ? privateSpans : [{ family: 6, low: 1n << 125n, high: (1n << 126n) - 1n }],
    };
    const starts = edges([...sources, bounds], family).sort((a, b) => (a < b ? -1 : 1));
    let total = 0n;
    starts.forEach((start, i) => {
      const size = BigInt(starts[i + 1] ?? end) - BigInt(start);
      if (isPublic(start) && targets.admit(sorted, { family, address: start, tag: undefined })) total += size;
    });
    const limits = family === 4 ? [256n, (1n << 28n) - 1n] : [1n << 80n, (1n << 116n) - 1n];
    const own: Reach =
      total === 0n ? 'none' : total <= limits[0]! ? 'restricted' : total <= limits[1]! ? 'wide' : 'internet';
    if (order.indexOf(own) > order.indexOf(reach)) reach = own;
  }
  return reach;
}

function admissionOf(group: SecurityGroup): Admission {
  return new Admission({ groups: [compileGroup(group)], protocol: 'Tcp', port, destination: 'any' });
}

describe('first match against brute force', () => {
  it(`agrees on ${count} random rule sets, packet by packet`, function () {
    this.timeout(400_000);
    for (let seed = 1; seed <= count; seed++) {
      const rules = randomRules(new Random(seed), 7);
      const group = declare(rules);
      const admission = admissionOf(group);
      const sorted = rulesFor(rules, 'Tcp', port);
      const targets = new Targets(sorted);
      for (const sender of sendersFor(rules)) {
        // Whether an address that gets in as such lies in a tag that is denied is not known.
        const byAddress = sender.tag !== undefined && inSet(admission.possible, { ...sender, tag: undefined });
        if (byAddress) continue;
        const expected = targets.admit(sorted, sender);
        // Nor is what a denied region leaves of a tag.
        if (
          !expected &&
          sender.tag?.includes('.') &&
          inSet(admission.possible, { ...sender, tag: sender.tag.split('.')[0] })
        ) {
          continue;
        }
        if (inSet(admission.possible, sender) !== expected || inSet(admission.certain, sender) !== expected) {
          assert.fail(
            `seed ${seed}: ${sender.family} ${sender.address.toString(16)} ${sender.tag} ${expected}\n${text(rules)}`,
          );
        }
      }
      if (rules.some(rule => rule.sources.some(item => item.tag !== undefined))) continue;
      const verdict = evaluateGroup(group, { ports: [port] })[0]!;
      const reach = countedReach(rules, sorted, targets);
      assert.equal(verdict.reach, reach, `seed ${seed}\n${text(rules)}`);
      assert.equal(verdict.atLeast, reach, `seed ${seed}`);
      assert.equal(verdict.certainty, 'definite');
      assert.equal(verdict.exampleClient !== undefined, reach !== 'none');
      assert.equal(verdict.decidedBy.length > 0, reach !== 'none', `seed ${seed}\n${text(rules)}`);
    }
  });

  it(`holds the bounds for unknown values in ${unknownCount} random rule sets`, function () {
    this.timeout(400_000);
    for (let seed = 1; seed <= unknownCount; seed++) {
      const random = new Random(-seed);
      const rules = randomRules(random, 5);
      const { unknowns, assignments } = hide(random, rules);
      const admission = admissionOf(declare(rules, unknowns));
      const senders = sendersFor(assignments.flat());
      for (const assignment of assignments) {
        const sorted = rulesFor(assignment, 'Tcp', port);
        const targets = new Targets(sorted);
        for (const sender of senders) {
          if (sender.tag !== undefined) continue;
          const really = targets.admit(sorted, sender);
          const complaint = (what: string): string =>
            `seed ${seed} ${what}: ${sender.family} ${sender.address.toString(16)}\n${text(rules)}\n${text(assignment)}`;
          if (really && !inSet(admission.possible, sender)) assert.fail(complaint('not possible'));
          if (!really && inSet(admission.certain, sender)) assert.fail(complaint('not certain'));
        }
      }
      const verdict = evaluateGroup(declare(rules, unknowns), { ports: [port] })[0]!;
      assert.ok(order.indexOf(verdict.atLeast) <= order.indexOf(verdict.reach));
      assert.equal(verdict.dependsOn.length > 0, verdict.certainty === 'conditional', `seed ${seed}\n${text(rules)}`);
    }
  });
});

/** Makes up to three fields unknown, and gives the rules for every value that they could have. */
function hide(
  random: Random,
  rules: readonly Rule[],
): { unknowns: Map<Rule, Map<string, UnknownValue>>; assignments: readonly (readonly Rule[])[] } {
  const unknowns = new Map<Rule, Map<string, UnknownValue>>();
  let assignments: (readonly Rule[])[] = [rules];
  const indexes = new Set(Array.from({ length: 1 + random.below(3) }, () => random.below(rules.length)));
  for (const index of indexes) {
    const rule = rules[index]!;
    const fields = new Map<string, UnknownValue>();
    unknowns.set(rule, fields);
    const [name, variants] = hideOne(random, rule);
    const listed = name !== 'rule' && random.chance(50);
    const texts = variants.map(variant => variant[1]);
    fields.set(name, {
      kind: 'unknown',
      dependsOn: [`parameter p${index}`],
      origin: [],
      ...(listed ? { alternatives: texts } : {}),
      ...(name === 'rule' ? { alternatives: texts } : {}),
    });
    assignments = assignments.flatMap(one =>
      variants.map(([variant]) => one.map((old, i) => (i === index ? variant : old))),
    );
  }
  return { unknowns, assignments };
}

type Variant = readonly [Rule, Value];

function hideOne(random: Random, rule: Rule): readonly [string, readonly Variant[]] {
  const address = (): AddressItem => randomAddresses(random);
  const ports = (): PortItem => randomPorts(random);
  switch (random.below(8)) {
    case 0: {
      const items = [rule.sources[0]!, address(), address()];
      return ['sourceAddressPrefix', items.map(item => [{ ...rule, sources: [item] }, toValue(item.text)])];
    }
    case 1: {
      const items = [rule.destinationPorts[0]!, ports(), ports()];
      return ['destinationPortRange', items.map(item => [{ ...rule, destinationPorts: [item] }, toValue(item.text)])];
    }
    case 2: {
      const items = [address(), address()];
      return [
        'destinationAddressPrefix',
        items.map(item => [
          { ...rule, destinations: [item], destinationGroups: rule.destinationGroups },
          toValue(item.text),
        ]),
      ];
    }
    case 3:
      return ['access', (['Allow', 'Deny'] as const).map(access => [{ ...rule, access }, toValue(access)])];
    case 4:
      return [
        'direction',
        (['Inbound', 'Outbound'] as const).map(direction => [{ ...rule, direction }, toValue(direction)]),
      ];
    case 5:
      return ['protocol', (['Tcp', 'Udp', '*'] as const).map(protocol => [{ ...rule, protocol }, toValue(protocol)])];
    case 6: {
      // Odd ones, so that no other rule has them already.
      const priorities = [100.5, 250.5, 4095.5];
      return ['priority', priorities.map(priority => [{ ...rule, priority }, toValue(priority)])];
    }
    default: {
      const there = declareRule(rule, 0);
      return [
        'rule',
        [
          [rule, there],
          [
            { ...rule, exists: false },
            { kind: 'null', origin: [] },
          ],
        ],
      ];
    }
  }
}

function text(rules: readonly Rule[]): string {
  return rules
    .map(
      rule =>
        `${rule.exists ? '' : '(absent) '}${rule.priority} ${rule.direction} ${rule.access} ${rule.protocol} ` +
        `${rule.sources.map(item => item.text)} :${rule.sourcePorts.map(item => item.text)} -> ` +
        `${rule.destinations.map(item => item.text)}${rule.destinationGroups} :${rule.destinationPorts.map(item => item.text)}`,
    )
    .join('\n');
}
