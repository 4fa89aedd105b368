import {
  allowVnetInBound,
  type CompiledRule,
  compileRule,
  dependsOnSenderOnly,
  type Level,
  minLevel,
  possibleRules,
} from './compiled-rule.ts';
import type { SecurityGroup } from './model.ts';
import {
  everySource,
  hasSources,
  intersectSources,
  noSources,
  type SourceSet,
  subtractSources,
  uniteAllSources,
  uniteSources,
} from './source-set.ts';

/** One security group on the way of a packet, compiled; or one of which nothing is known but that it may be there. */
export interface RuleLayer {
  /** The group's name as shown. */
  readonly name: string;
  readonly group?: SecurityGroup;
  /** Inbound rules by priority. */
  readonly rules: readonly CompiledRule[];
  /** Whether all priorities are known and different: then the order of {@link rules} is Azure's. */
  readonly ordered: boolean;
  /** Whether no rule looks at the source port or the destination: the answer is then the same at every machine. */
  readonly senderOnly: boolean;
  /** Set when the group's rules cannot be read, or it cannot be told whether there is a group: in words. */
  readonly unreadable?: readonly string[];
}

/** A group's name as written, or what stands for it. */
export function groupName(group: SecurityGroup): string {
  if (group.name.known) return group.name.value;
  return group.name.alternatives?.join(' or ') ?? `(name from ${group.name.dependsOn.join(', ')})`;
}

/** A group is judged alone, and on the way to each machine behind it. */
const layers = new WeakMap<SecurityGroup, RuleLayer>();

/** A group's inbound rules with the default rules, compiled once when somebody asks for them. */
export function compileGroup(group: SecurityGroup): RuleLayer {
  let layer = layers.get(group);
  if (!layer) {
    layer = new GroupLayer(group);
    layers.set(group, layer);
  }
  return layer;
}

class GroupLayer implements RuleLayer {
  #sorted: Sorted | undefined;

  constructor(readonly group: SecurityGroup) {}

  get name(): string {
    return groupName(this.group);
  }

  get rules(): readonly CompiledRule[] {
    return this.#compiled().rules;
  }

  get ordered(): boolean {
    return this.#compiled().ordered;
  }

  get senderOnly(): boolean {
    return this.#compiled().senderOnly;
  }

  #compiled(): Sorted {
    if (this.#sorted) return this.#sorted;
    const rules: CompiledRule[] = [];
    for (const rule of this.group.rules) {
      const compiled = compileRule(rule);
      if (compiled) rules.push(compiled);
    }
    if (this.group.furtherRules) rules.push(possibleRules(this.group.furtherRules));
    rules.push(allowVnetInBound);
    this.#sorted = sort(rules);
    return this.#sorted;
  }
}

/** Rules as a layer of their own. */
export function layerOf(name: string, rules: readonly CompiledRule[]): RuleLayer {
  return { name, ...sort([...rules]) };
}

type Sorted = Pick<RuleLayer, 'rules' | 'ordered' | 'senderOnly'>;

function sort(rules: CompiledRule[]): Sorted {
  rules.sort(byPriority);
  let ordered = true;
  let senderOnly = true;
  for (let i = 0; i < rules.length; i++) {
    const rule = rules[i]!;
    if (!rule.priorityKnown || rules[i - 1]?.from === rule.from) ordered = false;
    senderOnly &&= dependsOnSenderOnly(rule);
  }
  return { rules, ordered, senderOnly };
}

function byPriority(a: CompiledRule, b: CompiledRule): number {
  return a.from - b.from || a.to - b.to;
}

export function unreadableLayer(name: string, because: readonly string[]): RuleLayer {
  return { name, rules: [], ordered: true, senderOnly: true, unreadable: because };
}

/** Whose packets get through one layer, as a lower and an upper bound. */
export interface Admitted {
  readonly certain: SourceSet;
  readonly possible: SourceSet;
}

export const admitsAll: Admitted = { certain: everySource, possible: everySource };
export const admitsNone: Admitted = { certain: noSources, possible: noSources };

/** The sources of a rule that are asked about: public ones, or those inside the network. */
export type SourcesOf = (rule: CompiledRule) => { readonly must: SourceSet; readonly may: SourceSet };

export const publicSide: SourcesOf = rule => rule.sources;

/** Told, in order of priority, what each rule does to the packets that no rule before it has decided. */
export interface RuleListener {
  /** Sources that the rule is possibly, and that it surely is the first to match, as Allow. */
  admits(rule: CompiledRule, sources: SourceSet, certain: SourceSet): void;
  denies(rule: CompiledRule, sources: SourceSet): void;
  /** A Deny's sources that an earlier Allow has surely or possibly let in. */
  tooLate(rule: CompiledRule, sources: SourceSet): void;
}

/**
 * Azure's first match with bounds: `certain` is what Allow rules surely match and no Deny possibly ordered before does,
 * `possible` what they possibly match and no Deny surely ordered before does. `levels` say, rule by rule, how surely it
 * matches the protocol, port, source port and destination in question.
 */
export function admittedBy(
  layer: RuleLayer,
  levels: readonly Level[],
  sourcesOf: SourcesOf,
  listener?: RuleListener,
): Admitted {
  if (layer.unreadable) return { certain: noSources, possible: everySource };
  return layer.ordered
    ? admittedInOrder(layer.rules, levels, sourcesOf, listener)
    : admittedByBounds(layer.rules, levels, sourcesOf, listener);
}

/** An upper bound that takes no Deny into account, for more rules than are worth telling apart. */
export function admittedAtMost(
  layer: RuleLayer,
  levels: readonly Level[],
  sourcesOf: SourcesOf,
  listener?: RuleListener,
): Admitted {
  if (layer.unreadable) return { certain: noSources, possible: everySource };
  const sets: SourceSet[] = [];
  for (const [i, rule] of layer.rules.entries()) {
    if (levels[i]! === 0 || rule.allows === 0) continue;
    const { may } = sourcesOf(rule);
    sets.push(may);
    listener?.admits(rule, may, noSources);
  }
  return { certain: noSources, possible: uniteAllSources(sets) };
}

function admittedInOrder(
  rules: readonly CompiledRule[],
  levels: readonly Level[],
  sourcesOf: SourcesOf,
  listener: RuleListener | undefined,
): Admitted {
  let certain = noSources;
  let possible = noSources;
  let deniedMust = noSources;
  let deniedMay = noSources;
  let allowedMust = noSources;
  for (let i = 0; i < rules.length; i++) {
    const rule = rules[i]!;
    const level = levels[i]!;
    if (level === 0) continue;
    const { must, may } = sourcesOf(rule);
    const allows = minLevel(rule.allows, level);
    const denies = minLevel(rule.denies, level);
    if (listener) {
      const surely = allows === 2 ? subtractSources(must, deniedMay) : noSources;
      report(rule, allows, denies, may, surely, deniedMust, allowedMust, possible, listener);
    }
    if (allows > 0) {
      possible = uniteSources(possible, subtractSources(may, deniedMust));
      if (allows === 2) {
        certain = uniteSources(certain, subtractSources(must, deniedMay));
        allowedMust = uniteSources(allowedMust, must);
      }
    }
    if (denies > 0) {
      deniedMay = uniteSources(deniedMay, may);
      if (denies === 2) deniedMust = uniteSources(deniedMust, must);
    }
  }
  return { certain, possible };
}

interface Matching {
  readonly rule: CompiledRule;
  readonly allows: Level;
  readonly denies: Level;
  readonly must: SourceSet;
  readonly may: SourceSet;
}

/** What stands before a rule: surely, and possibly. */
interface Before {
  deniedMust: SourceSet;
  deniedMay: SourceSet;
  allowedMust: SourceSet;
  allowedMay: SourceSet;
}

/** The same when the order of rules is not known for all of them. */
function admittedByBounds(
  rules: readonly CompiledRule[],
  levels: readonly Level[],
  sourcesOf: SourcesOf,
  listener: RuleListener | undefined,
): Admitted {
  const matching: Matching[] = [];
  rules.forEach((rule, i) => {
    const level = levels[i]!;
    if (level === 0) return;
    const { must, may } = sourcesOf(rule);
    matching.push({ rule, allows: minLevel(rule.allows, level), denies: minLevel(rule.denies, level), must, may });
  });
  const before = standingBefore(matching);
  let certain = noSources;
  let possible = noSources;
  for (const one of matching) {
    const { deniedMust, deniedMay, allowedMust, allowedMay } = before.get(one)!;
    const surely = one.allows === 2 ? subtractSources(one.must, deniedMay) : noSources;
    if (listener) {
      // A rule that may be either comes after no Allow of its own.
      const late = one.allows > 0 ? noSources : allowedMay;
      report(one.rule, one.allows, one.denies, one.may, surely, deniedMust, allowedMust, late, listener);
    }
    if (one.allows > 0) {
      possible = uniteSources(possible, subtractSources(one.may, deniedMust));
      certain = uniteSources(certain, surely);
    }
  }
  return { certain, possible };
}

/**
 * For each rule what stands before it. One sweep gathers rules in the order of their highest priority, for rules in the
 * order of their lowest one: those stand surely before. The other sweep gathers what possibly does.
 */
function standingBefore(matching: readonly Matching[]): Map<Matching, Before> {
  const out = new Map<Matching, Before>();
  // At one priority the rules that surely have it come first: one of unknown priority cannot have it too.
  const byLowest = [...matching].sort(
    (a, b) => a.rule.from - b.rule.from || Number(b.rule.priorityKnown) - Number(a.rule.priorityKnown),
  );
  const byHighest = [...matching].sort((a, b) => a.rule.to - b.rule.to);
  let deniedMust = noSources;
  let allowedMust = noSources;
  let next = 0;
  for (const one of byLowest) {
    while (next < byHighest.length && surelyBefore(byHighest[next]!.rule, one.rule)) {
      const { allows, denies, must } = byHighest[next++]!;
      if (denies === 2) deniedMust = uniteSources(deniedMust, must);
      if (allows === 2) allowedMust = uniteSources(allowedMust, must);
    }
    out.set(one, { deniedMust, allowedMust, deniedMay: noSources, allowedMay: noSources });
  }
  let deniedMay = noSources;
  let allowedMay = noSources;
  next = 0;
  for (const one of byHighest) {
    while (next < byLowest.length && possiblyBefore(byLowest[next]!.rule, one.rule)) {
      const { allows, denies, may } = byLowest[next++]!;
      if (denies > 0) deniedMay = uniteSources(deniedMay, may);
      if (allows > 0) allowedMay = uniteSources(allowedMay, may);
    }
    Object.assign(out.get(one)!, { deniedMay, allowedMay });
  }
  return out;
}

function report(
  rule: CompiledRule,
  allows: Level,
  denies: Level,
  may: SourceSet,
  surely: SourceSet,
  deniedMust: SourceSet,
  allowedMust: SourceSet,
  allowedMay: SourceSet,
  listener: RuleListener,
): void {
  const first = subtractSources(subtractSources(may, deniedMust), allowedMust);
  if (allows > 0 && hasSources(first)) listener.admits(rule, first, subtractSources(surely, allowedMust));
  if (denies > 0) {
    if (hasSources(first)) listener.denies(rule, first);
    const late = intersectSources(may, allowedMay);
    if (hasSources(late)) listener.tooLate(rule, late);
  }
}

/** Two rules of one priority, which Azure would reject, can stand in either order. */
function possiblyBefore(a: CompiledRule, b: CompiledRule): boolean {
  return a.from < b.to || (a.from === b.to && a.priorityKnown && b.priorityKnown);
}

/** A rule of unknown priority cannot have one that another rule has already. */
function surelyBefore(a: CompiledRule, b: CompiledRule): boolean {
  return a.to < b.from || (a.to === b.from && a.priorityKnown && !b.priorityKnown);
}

/** Words for rules whose order Azure would not accept. */
export function orderDependencies(rules: readonly CompiledRule[]): string[] {
  const out: string[] = [];
  for (let i = 1; i < rules.length; i++) {
    const a = rules[i - 1]!;
    const b = rules[i]!;
    if (a.rule && b.rule && a.priorityKnown && b.priorityKnown && a.from === b.from && a.allows !== b.allows) {
      out.push(`the order of rules ${a.name} and ${b.name}, which share priority ${a.from}`);
    }
  }
  return out;
}
