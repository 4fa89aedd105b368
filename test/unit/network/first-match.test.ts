import assert from 'node:assert/strict';
import { hasAddress } from '../../../src/network/address-set.ts';
import { Admission } from '../../../src/network/admission.ts';
import type { Reach, SecurityGroup } from '../../../src/network/model.ts';
import { reachOf } from '../../../src/network/reach.ts';
import { certainExistence, type ResourceDeclaration } from '../../../src/network/resource.ts';
import { readResources } from '../../../src/network/rest/read-resources.ts';
import { compileGroup } from '../../../src/network/rule-layer.ts';
import { evaluateGroup } from '../../../src/network/security-group.ts';
import type { SourceSet } from '../../../src/network/source-set.ts';
import { MapObject, type UnknownValue, type Value } from '../../../src/network/value.ts';
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

/** A rule as the template reader gives it, some fields replaced by unknown values. */
function declare(
  rules: readonly Rule[],
  unknowns: ReadonlyMap<Rule, ReadonlyMap<string, UnknownValue>> = new Map(),
): SecurityGroup {
  const declaration: ResourceDeclaration = {
    type: 'Microsoft.Network/networkSecurityGroups',
    id: toValue('/nsg'),
    name: toValue('nsg'),
    body: object({
      properties: object({
        securityRules: {
          kind: 'array',
          origin: [],
          items: rules.map((rule, i) => declareRule(rule, i, unknowns.get(rule))),
        },
      }),
    }),
    existence: certainExistence,
    existing: false,
    address: 'nsg',
    place: nowhere,
    extent: nowhere,
    via: [],
  };
  return readResources([declaration]).securityGroups[0]!;
}

const nowhere = { kind: 'text', file: 'f', range: { start: 0, end: 0 } } as const;

function declareRule(rule: Rule, index: number, unknowns?: ReadonlyMap<string, UnknownValue>): Value {
  const whole = unknowns?.get('rule');
  if (whole) return whole;
  const properties = new Map<string, Value>();
  properties.set('direction', toValue(rule.direction));
  properties.set('access', toValue(rule.access));
  properties.set('priority', toValue(rule.priority));
  properties.set('protocol', toValue(rule.protocol));
  put(
    properties,
    'sourceAddressPrefix',
    rule.sources.map(item => item.text),
    'es',
    index,
  );
  put(
    properties,
    'sourcePortRange',
    rule.sourcePorts.map(item => item.text),
    's',
    index,
  );
  put(
    properties,
    'destinationAddressPrefix',
    rule.destinations.map(item => item.text),
    'es',
    index,
  );
  put(
    properties,
    'destinationPortRange',
    rule.destinationPorts.map(item => item.text),
    's',
    index,
  );
  if (rule.destinationGroups.length > 0) {
    properties.set('destinationApplicationSecurityGroups', {
      kind: 'array',
      origin: [],
      items: rule.destinationGroups.map(id => object({ id: toValue(id) })),
    });
  }
  for (const [name, value] of unknowns ?? []) {
    for (const twin of [name, `${name}s`, `${name}es`]) properties.delete(twin);
    properties.set(name, value);
  }
  return object({ name: toValue(`rule${index}`), properties: object(Object.fromEntries(properties)) });
}

/** One text in the singular property, several in the plural one, and now and then both. */
function put(
  properties: Map<string, Value>,
  name: string,
  texts: readonly (string | number)[],
  plural: string,
  index: number,
): void {
  if (texts.length === 0) return;
  if (texts.length === 1 && index % 2 === 0) {
    properties.set(name, toValue(texts[0]!));
    return;
  }
  const single = index % 3 === 0 ? 1 : 0;
  if (single) properties.set(name, toValue(texts[0]!));
  else properties.set(name, toValue(''));
  properties.set(`${name}${plural}`, { kind: 'array', origin: [], items: texts.slice(single).map(toValue) });
}

function toValue(value: string | number): Value {
  return typeof value === 'number' ? { kind: 'number', value, origin: [] } : { kind: 'string', value, origin: [] };
}

function object(properties: Readonly<Record<string, Value>>): MapObject {
  return new MapObject(
    Object.entries(properties).map(([name, value]) => ({ name, value })),
    [],
  );
}

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
  it(`agrees on ${count} random rule sets, packet by packet`, () => {
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

  it(`holds the bounds for unknown values in ${unknownCount} random rule sets`, () => {
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

describe('groups made to be slow', () => {
  const everybody: AddressItem = { text: '*', spans: [] };
  const slow: readonly [string, number, (i: number) => Partial<Rule>][] = [
    ['a destination in every rule', 1000, i => ({ destinations: [single(i)] })],
    ['a source port in every rule', 1000, i => ({ sourcePorts: [{ text: i, low: i, high: i }] })],
    ['both in every rule', 1000, i => ({ destinations: [single(i)], sourcePorts: [{ text: i, low: i, high: i }] })],
    ['one priority for all', 1000, i => ({ priority: 100, sources: [single(i)] })],
    ['more rules than Azure takes', 20_000, i => ({ sources: [single(i)] })],
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

describe('reach classes', () => {
  it('has its limits where the design draws them', () => {
    const of = (...prefixes: readonly string[]): Reach => {
      const items = prefixes.map(toValue);
      const rule = object({
        name: toValue('r'),
        properties: object({
          direction: toValue('Inbound'),
          access: toValue('Allow'),
          priority: toValue(100),
          protocol: toValue('Tcp'),
          sourceAddressPrefixes: { kind: 'array', items, origin: [] },
          sourcePortRange: toValue('*'),
          destinationAddressPrefix: toValue('*'),
          destinationPortRange: toValue('22'),
        }),
      });
      const declaration = declare([]).declaration;
      const body = object({ properties: object({ securityRules: { kind: 'array', items: [rule], origin: [] } }) });
      const group = readResources([{ ...declaration, body }]).securityGroups[0]!;
      return reachOf(admissionOf(group).possible);
    };
    assert.equal(of('32.0.0.0/4'), 'internet');
    assert.equal(of('32.0.0.0/5'), 'wide');
    assert.equal(of('0.0.0.0/4'), 'wide');
    assert.equal(of('203.0.113.0/24'), 'restricted');
    assert.equal(of('203.0.112.0/23'), 'wide');
    assert.equal(of('203.0.113.0/24', '8.8.8.8'), 'wide');
    assert.equal(of('10.0.0.0/8', '168.63.129.16'), 'none');
    assert.equal(of('2000::/12'), 'internet');
    assert.equal(of('2000::/13'), 'wide');
    assert.equal(of('2001:db8::/48'), 'restricted');
    assert.equal(of('2001:db8::/47'), 'wide');
    assert.equal(of('fc00::/7'), 'none');
    assert.equal(of('AzureCloud.westeurope'), 'wide');
    assert.equal(of('AzureDevOps'), 'restricted');
    assert.equal(of('VirtualNetwork', 'AzureLoadBalancer'), 'none');
    assert.equal(of('0.0.0.0/1', '128.0.0.0/1'), 'internet');
  });
});
