import { parsePrefix } from '../../network/address-prefix.ts';
import { intervalsContain } from '../../network/intervals.ts';
import type { SecurityGroup, SecurityRule } from '../../network/model.ts';
import type { OriginChain, TextPlace } from '../../network/origin.ts';
import { parsePorts } from '../../network/port-set.ts';
import { isWide, reachOf } from '../../network/reach.ts';
import { evaluateGroup } from '../../network/security-group.ts';
import { sourcesOf } from '../../network/source-set.ts';
import type { Json } from '../../network/value.ts';
import type { PropertyChange } from '../../templates/source-editor.ts';
import { coveredBy, knownInboundRules } from '../coverage.ts';
import { joined, portLabels, quoted, shown } from '../message-text.ts';
import { hasSecretSource } from '../places.ts';
import type { FixPromise } from './proof.ts';
import {
  freePriorityAfter,
  freePriorityBefore,
  freeRuleName,
  portItemsWithout,
  portsCarried,
  rawList,
  rawProperty,
  ruleSites,
  sitesOf,
} from './rule-text.ts';
import { type Edits, type Texts, together } from './texts.ts';

/** A fix that may be offered when one of its ways is proved. */
export interface Candidate {
  readonly title: string;
  readonly outcome: FixPromise['outcome'];
  /** TCP ports that it closes. */
  readonly ports: readonly number[];
  /** The rule whose text changes, when it is not the finding's. */
  readonly rule?: SecurityRule;
  /** Never part of fix-all. */
  readonly review?: true;
  /** The ways to write it, the one at the place that decides first. */
  readonly ways: Iterable<Edits>;
}

/** A rule in each reading that has the finding: the ways to its values can differ. */
export interface Subject {
  readonly group: SecurityGroup;
  readonly rule: SecurityRule;
  readonly instances: readonly SecurityRule[];
  readonly texts: Texts;
  /** All ports that are judged. */
  readonly judged: readonly number[];
}

/** Fixes for a rule that exposes a management port, the one that keeps most first. */
export function* exposureFixes(subject: Subject, trusted: readonly string[]): Generator<Candidate> {
  const carried = portsCarried(subject.rule, subject.judged);
  if (trusted.length > 0) yield tighten(subject, trusted);
  if (!carried.others) yield tighten(subject, ['VirtualNetwork']);
  if (carried.others) yield split(subject);
  if (!carried.others) yield deny(subject);
  yield denyInFront(subject);
  yield* moveLateDenies(subject);
  if (!carried.others) yield remove(subject, 'narrow', carried.judged);
  if (!carried.others) yield askForSource(subject);
}

/** Only these sources instead of the wide ones; a rule that carries other ports is split. */
export function tighten(subject: Subject, sources: readonly string[]): Candidate {
  const { rule, texts, judged } = subject;
  const carried = portsCarried(rule, judged);
  const kept = hasSecretSource(rule) ? [] : narrowSources(rule);
  const isTag = sources.some(source => parsePrefix(source).tags.length > 0);
  const all = [...new Set([...kept, ...sources])];
  const only = joined(
    all.map(source => shown(source, 45)),
    3,
  );
  const title = carried.others
    ? `Let only ${only} reach ${portLabels(carried.judged)} in rule ${nameOf(rule)}`
    : `Let only ${only} in by rule ${nameOf(rule)}`;
  // What a secure parameter holds is not written into a text or a title.
  const able = !(isTag && all.length > 1) && !hasSecretSource(rule);
  return {
    title,
    outcome: 'narrow',
    ports: carried.judged,
    ways: able ? (carried.others ? splitWays(subject, all) : tightenWays(subject, all)) : [],
  };

  function* tightenWays({ instances }: Subject, values: readonly string[]): Generator<Edits> {
    const singular = rawProperty(rule, 'sourceAddressPrefix');
    const list = rawList(rule, 'sourceAddressPrefixes');
    const origins = (name: string): OriginChain[] => instances.map(one => rawProperty(one, name)?.origin ?? []);
    if (list && !isTag) {
      for (const sites of depths(origins('sourceAddressPrefixes'))) yield texts.replace(sites, { json: values });
    } else if (singular && !list && values.length === 1) {
      for (const sites of depths(origins('sourceAddressPrefix'))) yield texts.replace(sites, { json: values[0]! });
    }
    yield* atRule(subject, sites => texts.change(sites, sourceChanges(rule, values)));
  }

  function* splitWays({ group }: Subject, values: readonly string[]): Generator<Edits> {
    const left = portItemsWithout(rule, carried.judged);
    if (!left || left.length === 0 || !rule.priority.known) return;
    for (const priority of [
      freePriorityBefore(group, rule.priority.value),
      freePriorityAfter(group, rule.priority.value),
    ]) {
      if (priority === undefined) continue;
      const changes = [
        ...newRule(subject, 'management', priority),
        ...portChanges(rule, carried.judged.map(String)),
        ...sourceChanges(rule, values),
      ];
      yield* atRule(subject, sites =>
        together(texts.copy(sites, changes), texts.change(sites, portChanges(rule, left))),
      );
    }
  }
}

/** Takes the management ports out of a rule, or denies them in front of it; the other ports stay as they are. */
function split(subject: Subject): Candidate {
  const { rule, judged, texts } = subject;
  const { judged: ports } = portsCarried(rule, judged);
  return {
    title: `Close ${portLabels(ports)} in rule ${nameOf(rule)} and keep its other ports`,
    outcome: 'narrow',
    ports,
    ways: ways(),
  };

  function* ways(): Generator<Edits> {
    const broad = rule.destinationPortRanges.items.some(item => {
      const set = item.known ? parsePorts(item.value).ports : [];
      return set.length > 0 && set[set.length - 1]! - set[0]! > 100;
    });
    if (broad) yield* denyInFrontWays(subject, ports);
    const left = portItemsWithout(rule, ports);
    if (left && left.length > 0) {
      if (rawList(rule, 'destinationPortRanges')) {
        const origins = subject.instances.map(one => rawProperty(one, 'destinationPortRanges')?.origin ?? []);
        for (const sites of depths(origins)) yield texts.replace(sites, { json: left });
      }
      yield* atRule(subject, sites => texts.change(sites, portChanges(rule, left)));
    }
    if (!broad) yield* denyInFrontWays(subject, ports);
  }
}

function deny(subject: Subject): Candidate {
  const { rule, judged, texts, instances } = subject;
  const { judged: ports } = portsCarried(rule, judged);
  return { title: `Deny instead of allow in rule ${nameOf(rule)}`, outcome: 'narrow', ports, ways: ways() };

  function* ways(): Generator<Edits> {
    for (const sites of depths(instances.map(one => one.access.origin))) yield texts.replace(sites, { json: 'Deny' });
    yield* atRule(subject, sites => texts.change(sites, [change('access', 'Deny')]));
  }
}

function denyInFront(subject: Subject): Candidate {
  const { rule, judged } = subject;
  const { judged: ports } = portsCarried(rule, judged);
  return {
    title: `Deny ${portLabels(ports)} from the internet in front of rule ${nameOf(rule)}`,
    outcome: 'narrow',
    ports,
    ways: denyInFrontWays(subject, ports),
  };
}

function* denyInFrontWays(subject: Subject, ports: readonly number[]): Generator<Edits> {
  const { rule, group, texts } = subject;
  if (!rule.priority.known || ports.length === 0) return;
  // Other rules may let the rest of the internet in before.
  const before = [rule.priority.value, firstAdmitting(subject, ports)];
  const priorities = new Set(before.map(one => (one === undefined ? undefined : freePriorityBefore(group, one))));
  for (const priority of priorities) {
    if (priority === undefined) continue;
    const changes = [
      ...newRule(subject, 'deny', priority),
      change('access', 'Deny'),
      ...(rule.protocol.known && rule.protocol.value === '*' ? [change('protocol', 'Tcp')] : []),
      ...portChanges(rule, ports.map(String)),
      ...sourceChanges(rule, ['Internet']),
    ];
    yield* atRule(subject, sites => texts.copy(sites, changes));
  }
}

/** The priority of the first rule that lets more than a few addresses in at one of some ports. */
function firstAdmitting({ group }: Subject, ports: readonly number[]): number | undefined {
  const priorities = evaluateGroup(group, { ports }).flatMap(({ proof }) =>
    proof.flatMap(({ effect, reach, rule }) =>
      effect === 'admits' && isWide(reach) && rule?.priority.known ? [rule.priority.value] : [],
    ),
  );
  return priorities.length === 0 ? undefined : Math.min(...priorities);
}

/** Deny rules that come too late for a port of the rule, moved in front of it. */
function* moveLateDenies(subject: Subject): Generator<Candidate> {
  const { group, rule } = subject;
  const all = knownInboundRules(group);
  const mine = all.find(one => one.rule === rule);
  if (!mine) return;
  for (const late of all) {
    if (late.allows || late.priority <= mine.priority) continue;
    const ports = subject.judged.filter(
      port =>
        intervalsContain(late.ports, port) &&
        intervalsContain(mine.ports, port) &&
        late.protocols.includes('Tcp') &&
        coveredBy(late, [mine], port),
    );
    if (ports.length > 0) yield moveInFront(subject, late.rule, mine.priority, ports);
  }
}

/** A Deny moved in front of what overrules it. */
export function moveInFront(subject: Subject, late: SecurityRule, before: number, ports: readonly number[]): Candidate {
  const { group, texts } = subject;
  const priority = freePriorityBefore(group, before);
  return {
    title: `Move rule ${nameOf(late)} in front of what lets ${portLabels(ports)} in`,
    outcome: 'narrow',
    ports,
    rule: late,
    ways: priority === undefined ? [] : ways(priority),
  };

  function* ways(value: number): Generator<Edits> {
    for (const site of sitesOf(late.priority.origin)) yield texts.replace([site], { json: value });
    for (const site of ruleSites(late)) yield texts.change([site], [change('priority', value)]);
  }
}

export function remove(subject: Subject, outcome: 'narrow' | 'same', ports: readonly number[]): Candidate {
  const { rule, texts } = subject;
  const review = outcome === 'narrow' ? ({ review: true } as const) : {};
  return {
    title: `Remove rule ${nameOf(rule)}`,
    outcome,
    ports,
    ...review,
    ways: atRule(subject, sites => texts.remove(sites)),
  };
}

/** The source becomes a parameter that every deployment must give: one that is there loses its default. */
function askForSource(subject: Subject): Candidate {
  const { rule, judged, texts } = subject;
  const { judged: ports } = portsCarried(rule, judged);
  const value = rawList(rule, 'sourceAddressPrefixes') ?? rawProperty(rule, 'sourceAddressPrefix');
  const defaults = (value?.origin ?? []).filter(step => step.kind === 'parameter-default');
  const named = defaults.at(-1)?.name;
  return {
    title: named
      ? `Take the default of ${quoted(named)} away, so that each deployment says who gets in`
      : `Make the source of rule ${nameOf(rule)} a parameter without default`,
    outcome: 'undecided',
    ports,
    review: true,
    ways: ways(),
  };

  function* ways(): Generator<Edits> {
    if (!value) return;
    for (const { place } of [...defaults].reverse()) if (place.kind === 'text') yield texts.removeDefault([place]);
    const use = value.origin.find(step => step.place.kind === 'text')?.place;
    // A parameter that has no default is one already.
    const given = value.origin.some(step => step.kind === 'parameter' || step.kind === 'parameter-file');
    if (use?.kind !== 'text' || named || given) return;
    yield texts.parameter(use, {
      name: parameterName(rule),
      description: 'Addresses that may administer the machines.',
      type: value.kind === 'array' ? 'array' : 'string',
    });
  }
}

function parameterName(rule: SecurityRule): string {
  const words = (rule.name.known ? rule.name.value : 'management')
    .split(/[^a-z0-9]+/i)
    .filter(Boolean)
    .slice(0, 6);
  const name = words.map(
    (word, i) => (i === 0 ? word.charAt(0).toLowerCase() : word.charAt(0).toUpperCase()) + word.slice(1),
  );
  return `${/^[a-z]/i.test(name[0] ?? '') ? name.join('') : 'management'}Source`;
}

/** Ways that edit the rule itself, at each place that can make it. */
export function* atRule(
  { instances }: Pick<Subject, 'instances'>,
  make: (sites: readonly TextPlace[]) => Edits,
): Generator<Edits> {
  for (const sites of merged(instances.map(ruleSites))) yield make(sites);
}

/** The places of a value by how near they are to what decides it, those of all readings together. */
export function depths(origins: readonly OriginChain[]): TextPlace[][] {
  return merged(origins.map(sitesOf));
}

function merged(lists: readonly (readonly TextPlace[])[]): TextPlace[][] {
  const out: TextPlace[][] = [];
  const deepest = Math.max(0, ...lists.map(list => list.length));
  for (let depth = 0; depth < deepest; depth++) {
    const places = new Map<string, TextPlace>();
    for (const list of lists) {
      const place = list[Math.min(depth, list.length - 1)];
      if (place) places.set(`${place.file} ${place.range.start} ${place.range.end}`, place);
    }
    out.push([...places.values()]);
  }
  return out;
}

function change(name: string, value: Json | undefined): PropertyChange {
  return { name, value: value === undefined ? undefined : { json: value } };
}

function newRule({ group, rule }: Subject, suffix: string, priority: number): PropertyChange[] {
  const base = rule.name.known ? rule.name.value : 'rule';
  return [change('name', freeRuleName(group, `${base}-${suffix}`)), change('priority', priority)];
}

/** Changes that leave the rule with these ports, in the form it has where that serves. */
function portChanges(rule: SecurityRule, ports: readonly string[]): PropertyChange[] {
  return listChanges(rule, 'destinationPortRange', ports, ports.length > 1 || hasList(rule, 'destinationPortRange'));
}

function sourceChanges(rule: SecurityRule, sources: readonly string[]): PropertyChange[] {
  // A service tag cannot stand in the plural form.
  const tag = sources.some(source => parsePrefix(source).tags.length > 0);
  const plural = !tag && (sources.length > 1 || hasList(rule, 'sourceAddressPrefix'));
  return listChanges(rule, 'sourceAddressPrefix', sources, plural, 'sourceAddressPrefixes');
}

function hasList(rule: SecurityRule, singular: string): boolean {
  return rawList(rule, singular === 'sourceAddressPrefix' ? 'sourceAddressPrefixes' : `${singular}s`) !== undefined;
}

function listChanges(
  rule: SecurityRule,
  singular: string,
  values: readonly string[],
  plural: boolean,
  pluralName = `${singular}s`,
): PropertyChange[] {
  const [used, unused] = plural ? [pluralName, singular] : [singular, pluralName];
  const out = [change(used, plural ? values : values[0])];
  if (rawProperty(rule, unused)) out.unshift(change(unused, undefined));
  return out;
}

/** The sources of a rule that are narrow as they stand. */
function narrowSources(rule: SecurityRule): string[] {
  return rule.sourceAddressPrefixes.items.flatMap(item => {
    if (!item.known) return [];
    const parsed = parsePrefix(item.value);
    const publicTag = parsed.tags.some(tag => tag.toLowerCase() === 'internet');
    const reach = reachOf(sourcesOf(parsed.addresses, parsed.tags));
    return !publicTag && (reach === 'restricted' || reach === 'none') ? [item.value] : [];
  });
}

function nameOf(rule: SecurityRule): string {
  return rule.name.known ? quoted(rule.name.value) : 'without a known name';
}
