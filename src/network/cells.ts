import { type AddressSet, everyAddress, everyV4, everyV6 } from './address-set.ts';
import {
  addressLevel,
  type Bounds,
  type CompiledRule,
  dependsOnSenderOnly,
  type Level,
  maxLevel,
  minLevel,
} from './compiled-rule.ts';
import type { Intervals } from './intervals.ts';
import { everyPort } from './port-set.ts';

/** Where a packet goes: one interface address, known or not, with the application security groups it belongs to. */
export interface Destination {
  readonly family: 'v4' | 'v6';
  /** Where the address surely lies; undefined when nothing is known of it. */
  readonly where?: AddressSet;
  /** Identities of its application security groups, in lower case. */
  readonly groups: ReadonlySet<string>;
  /** Whether it may belong to further ones. */
  readonly moreGroups: boolean;
  /** The key of the interface itself, when it is the first address of it. */
  readonly interface?: string;
}

/** A part of source ports × destination addresses in which every rule matches alike, whoever sends. */
export interface Cell {
  /** Sources have the destination's family. */
  readonly within: AddressSet;
  /** One level for each rule of each layer. */
  readonly levels: readonly (readonly Level[])[];
  /** Set when it stands for many cells, with bounds for all of them. */
  readonly coarse?: true;
}

/** Rules, layer by layer, with how surely they match a protocol and port: in `base`, one level for each. */
export interface RulesInQuestion {
  readonly rules: readonly (readonly CompiledRule[])[];
  readonly base: readonly (readonly Level[])[];
}

/** Beyond these, bounds are taken for all cells together: a group that is made to be slow stays quick. */
const mostRules = 5_000;
const mostCombinations = 100_000;
const mostWork = 4_000_000;
/** Azure takes 4,000 addresses and blocks in a group. */
const mostSources = 100_000;
/** Sets of sources are put together for each rule of each cell: what that costs grows with their length. */
const mostIntervals = 400_000_000;

/** Every part of source ports × destinations that the rules tell apart. */
export function cellsOf(question: RulesInQuestion, destination: Destination | 'any'): Cell[] {
  const { rules, base } = question;
  const within = destination === 'any' ? everyAddress : destination.family === 'v4' ? everyV4 : everyV6;
  const matching: CompiledRule[] = [];
  for (let at = 0; at < rules.length; at++) {
    for (let i = 0; i < rules[at]!.length; i++) if (base[at]![i]! > 0) matching.push(rules[at]![i]!);
  }
  const sources = sizeOf(matching);
  if (matching.length > mostRules || sources > mostSources) return [coarseCell(base, within)];
  if (matching.every(dependsOnSenderOnly)) return [{ within, levels: base }];

  const atPorts = matching.filter(rule => rule.sourcePorts.must !== everyPort);
  const atAddresses = matching.filter(rule => rule.destination.must !== everyAddress);
  const ports = sourcePortClasses(atPorts);
  const targets = destination === 'any' ? destinationClasses(atAddresses) : [oneDestination(atAddresses, destination)];
  if (ports.length * targets.length > mostCombinations) return [coarseCell(base, within)];

  const numbers = new Map<CompiledRule, number>();
  for (const rule of [...atPorts, ...atAddresses]) if (!numbers.has(rule)) numbers.set(rule, numbers.size);
  const both = new Set(atPorts.filter(rule => rule.destination.must !== everyAddress));
  const found = new Map<string, { readonly within: AddressSet; readonly levels: Levels }>();
  for (const target of targets) {
    for (const port of ports) {
      const levels = new Map<CompiledRule, Level>();
      for (const [rule, level] of target.levels) {
        const other = both.has(rule) ? port.get(rule) : 2;
        if (other !== undefined) levels.set(rule, minLevel(level, other));
      }
      for (const [rule, level] of port) if (!both.has(rule)) levels.set(rule, level);
      const key = `${target.within === everyV6 ? 6 : target.within === everyV4 ? 4 : 0} ${keyOf(levels, numbers)}`;
      if (!found.has(key)) found.set(key, { within: target.within, levels });
    }
  }
  const work = found.size * matching.length;
  if (work > mostWork || (found.size > 1 && work * sources > mostIntervals)) return [coarseCell(base, within)];
  return [...found.values()].map(cell => ({
    within: cell.within,
    levels: rules.map((list, at) =>
      list.map((rule, i) => {
        const level = base[at]![i]!;
        return level === 0 || !numbers.has(rule) ? level : minLevel(level, cell.levels.get(rule) ?? 0);
      }),
    ),
  }));
}

/** How many intervals of source addresses some rules have. */
function sizeOf(rules: readonly CompiledRule[]): number {
  let size = 0;
  for (const { sources } of rules) size += (sources.may.addresses.v4.length + sources.may.addresses.v6.length) / 2;
  return size;
}

function coarseCell(base: RulesInQuestion['base'], within: AddressSet): Cell {
  return { within, levels: base.map(levels => levels.map(level => minLevel(level, 1))), coarse: true };
}

/** Levels of some rules; those that are not in it do not match. */
type Levels = ReadonlyMap<CompiledRule, Level>;

function keyOf(levels: Levels, numbers: ReadonlyMap<CompiledRule, number>): string {
  const parts: string[] = [];
  for (const [rule, level] of levels) parts.push(`${numbers.get(rule)}:${level}`);
  return parts.sort().join();
}

/** Levels of rules that look at the source port, for every class of source ports that they tell apart. */
function sourcePortClasses(rules: readonly CompiledRule[]): Levels[] {
  return classesOf(rules, rule => rule.sourcePorts, 0, 65536);
}

interface DestinationClass {
  readonly within: AddressSet;
  readonly levels: Levels;
}

function oneDestination(rules: readonly CompiledRule[], destination: Destination): DestinationClass {
  const within = destination.family === 'v4' ? everyV4 : everyV6;
  const where = destination.where ?? within;
  const levels = new Map<CompiledRule, Level>();
  for (const rule of rules) {
    const level = maxLevel(addressLevel(rule.destination, where), groupLevel(rule, destination));
    if (level > 0) levels.set(rule, level);
  }
  return { within, levels };
}

function groupLevel(rule: CompiledRule, destination: Destination): Level {
  if (rule.destinationGroups.size === 0 && rule.otherDestinationGroups === 0) return 0;
  let level: Level = destination.moreGroups ? 1 : 0;
  if (destination.groups.size > 0) level = maxLevel(level, rule.otherDestinationGroups);
  for (const id of destination.groups) level = maxLevel(level, rule.destinationGroups.get(id) ?? 0);
  if (destination.interface === undefined) return level;
  return maxLevel(level, rule.destinationGroups.get(destination.interface) ?? 0);
}

/**
 * Every class of destinations that the rules tell apart: by address, and by membership in one application security
 * group (a member of two matches more rules, but an Allow needs only one of them and a Deny is then no less ordered).
 */
function destinationClasses(rules: readonly CompiledRule[]): DestinationClass[] {
  if (rules.length === 0) return [{ within: everyAddress, levels: new Map() }];
  const groups = new Map<string, CompiledRule[]>();
  const unclear = rules.filter(rule => rule.otherDestinationGroups > 0);
  for (const rule of rules) {
    for (const id of rule.destinationGroups.keys()) {
      const list = groups.get(id);
      if (list) list.push(rule);
      else groups.set(id, [rule]);
    }
  }
  const classes: DestinationClass[] = [
    ...classesOf(rules, v4Of, 0, 2 ** 32).map(levels => ({ within: everyV4, levels })),
    ...classesOf(rules, v6Of, 0n, 1n << 128n).map(levels => ({ within: everyV6, levels })),
  ];
  const out = [...classes];
  const addMembers = (levelOf: (rule: CompiledRule) => Level, members: readonly CompiledRule[]): void => {
    for (const { within, levels } of classes) {
      const member = new Map(levels);
      for (const rule of members) member.set(rule, maxLevel(member.get(rule) ?? 0, levelOf(rule)));
      out.push({ within, levels: member });
      if (out.length > mostCombinations) return;
    }
  };
  for (const [id, members] of groups) {
    addMembers(
      rule => maxLevel(rule.destinationGroups.get(id) ?? 0, rule.otherDestinationGroups),
      [...members, ...unclear],
    );
  }
  if (unclear.length > 0) addMembers(rule => rule.otherDestinationGroups, unclear);
  return out;
}

function v4Of({ destination }: CompiledRule): Bounds<Intervals<number>> {
  return { must: destination.must.v4, may: destination.may.v4 };
}

function v6Of({ destination }: CompiledRule): Bounds<Intervals<bigint>> {
  return { must: destination.must.v6, may: destination.may.v6 };
}

/** The different levels that some rules have from one edge of their sets to the next. */
function classesOf<T extends number | bigint>(
  rules: readonly CompiledRule[],
  boundsOf: (rule: CompiledRule) => Bounds<Intervals<T>>,
  first: T,
  end: T,
): Levels[] {
  const edges = new Set<T>([first]);
  for (const rule of rules) {
    const { must, may } = boundsOf(rule);
    for (const edge of must) edges.add(edge);
    for (const edge of may) edges.add(edge);
  }
  edges.delete(end);
  const starts = [...edges].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const places = new Map(starts.map((start, i) => [start, i] as const));
  const parts = starts.map(() => new Map<number, Level>());
  rules.forEach((rule, number) => {
    const bounds = boundsOf(rule);
    mark(bounds.may, 1);
    mark(bounds.must, 2);
    function mark(intervals: Intervals<T>, level: Level): void {
      for (let i = 0; i < intervals.length; i += 2) {
        const last = places.get(intervals[i + 1]!) ?? starts.length;
        for (let at = places.get(intervals[i]!)!; at < last; at++) parts[at]!.set(number, level);
      }
    }
  });
  const out = new Map<string, Levels>();
  for (const part of parts) {
    const key = [...part].map(([number, level]) => `${number}:${level}`).join();
    if (!out.has(key)) out.set(key, new Map([...part].map(([number, level]) => [rules[number]!, level] as const)));
  }
  return [...out.values()];
}
