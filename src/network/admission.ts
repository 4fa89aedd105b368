import { type AddressSet, everyAddress, everyV4, everyV6, hasAddress } from './address-set.ts';
import {
  addressLevel,
  type CompiledRule,
  type Dependency,
  dependsOnSenderOnly,
  type Level,
  maxLevel,
  memberLevel,
  minLevel,
  portLevel,
} from './compiled-rule.ts';
import { everyPort } from './port-set.ts';
import { publicSources } from './reach.ts';
import {
  type Admitted,
  admitsAll,
  admittedBy,
  orderDependencies,
  publicSide,
  type RuleLayer,
  type RuleListener,
  type SourcesOf,
} from './rule-layer.ts';
import {
  everySource,
  hasSources,
  intersectSources,
  limitSources,
  noSources,
  type SourceSet,
  subtractSources,
  uniteSources,
} from './source-set.ts';

/** Where a packet goes: one interface address, known or not, with the application security groups it belongs to. */
export interface Destination {
  readonly family: 'v4' | 'v6';
  /** Where the address surely lies; undefined when nothing is known of it. */
  readonly where?: AddressSet;
  /** Identities of its application security groups, in lower case. */
  readonly groups: ReadonlySet<string>;
  /** Whether it may belong to further ones. */
  readonly moreGroups: boolean;
}

/** Who gets through some layers to a port, at one destination or at any (a security group judged alone). */
export interface Question {
  /** All of them must let a packet through. None: everything gets through. */
  readonly groups: readonly RuleLayer[];
  /** Security admin rules that come first: who is not denied by them, and who skips the groups. */
  readonly admin?: { readonly pass: RuleLayer; readonly skip: RuleLayer };
  readonly protocol: 'Tcp' | 'Udp';
  readonly port: number;
  readonly destination: Destination | 'any';
  /** Set when the sender is not on the internet but inside the network, somewhere in these addresses. */
  readonly inside?: AddressSet;
}

/** A part of source ports × destination addresses in which every rule matches alike, whoever sends. */
interface Cell {
  /** Sources have the destination's family. */
  readonly within: AddressSet;
  /** One level for each rule of each layer. */
  readonly levels: readonly (readonly Level[])[];
  /** Set when it stands for many cells, with bounds for all of them. */
  readonly coarse?: true;
}

/** Beyond this many cells × rules, bounds are taken for all of them together: a group made to be slow stays quick. */
const mostWork = 2_000_000;

/** What a rule did to the packets in question; steps of one layer come in the order of priority. */
export interface Step {
  readonly layer: RuleLayer;
  readonly rule: CompiledRule;
  readonly effect: 'admits' | 'denies' | 'too-late';
  readonly sources: SourceSet;
  /** Of an `admits`: those of the sources that it surely lets through its layer. */
  readonly certain: SourceSet;
}

/** The answer to a {@link Question}: exact sets, and on demand who decided. */
export class Admission implements Admitted {
  readonly certain: SourceSet;
  readonly possible: SourceSet;
  readonly #question: Question;
  readonly #sourcesOf: SourcesOf;
  readonly #layers: readonly RuleLayer[];
  readonly #cells: readonly Cell[];

  constructor(question: Question) {
    this.#question = question;
    this.#sourcesOf = question.inside ? insideSources(question.inside) : publicSide;
    const { admin } = question;
    this.#layers = admin ? [...question.groups, admin.pass, admin.skip] : question.groups;
    this.#cells = cellsOf(question, this.#layers);
    let certain = noSources;
    let possible = noSources;
    for (const cell of this.#cells) {
      const admitted = this.#admittedIn(cell);
      certain = uniteSources(certain, limitSources(admitted.certain, cell.within));
      possible = uniteSources(possible, limitSources(admitted.possible, cell.within));
    }
    this.certain = certain;
    this.possible = possible;
  }

  #admittedIn(cell: Cell, listenerOf?: (layer: RuleLayer) => RuleListener): Admitted {
    const { admin, groups } = this.#question;
    let through = admitsAll;
    for (let i = 0; i < groups.length; i++) {
      const admitted = this.#ask(cell, i, listenerOf);
      through = i === 0 ? admitted : both(through, admitted);
    }
    if (!admin) return through;
    const pass = this.#ask(cell, groups.length, listenerOf);
    const skip = this.#ask(cell, groups.length + 1, listenerOf);
    const passed = both(pass, through);
    return {
      certain: uniteSources(skip.certain, passed.certain),
      possible: uniteSources(skip.possible, passed.possible),
    };
  }

  #ask(cell: Cell, at: number, listenerOf: ((layer: RuleLayer) => RuleListener) | undefined): Admitted {
    const layer = this.#layers[at]!;
    return admittedBy(layer, cell.levels[at]!, this.#sourcesOf, listenerOf?.(layer));
  }

  /** Who decided, layer by layer; a rule that decides for several destinations has one step of each effect. */
  steps(): Step[] {
    const steps = new Map<RuleLayer, Map<string, Step>>();
    for (const layer of this.#layers) steps.set(layer, new Map());
    for (const cell of this.#cells) {
      this.#admittedIn(cell, layer => {
        const ofLayer = steps.get(layer)!;
        const add = (effect: Step['effect']) => (rule: CompiledRule, all: SourceSet, surely?: SourceSet) => {
          const sources = limitSources(all, cell.within);
          if (!hasSources(publicOrInside(sources, this.#question))) return;
          const certain = surely && !cell.coarse ? limitSources(surely, cell.within) : noSources;
          const key = `${effect} ${layer.rules.indexOf(rule)}`;
          const known = ofLayer.get(key);
          ofLayer.set(key, {
            layer,
            rule,
            effect,
            sources: known ? uniteSources(known.sources, sources) : sources,
            certain: known ? uniteSources(known.certain, certain) : certain,
          });
        };
        return { admits: add('admits'), denies: add('denies'), tooLate: add('too-late') };
      });
    }
    const { admin } = this.#question;
    // What security admin rules pass on to the groups is not let in by them.
    const counts = (step: Step): boolean =>
      !admin ||
      (step.layer === admin.pass ? step.effect === 'denies' : step.layer !== admin.skip || step.effect === 'admits');
    return [...(admin ? [admin.pass, admin.skip] : []), ...this.#question.groups].flatMap(layer =>
      [...steps.get(layer)!.values()]
        .filter(counts)
        .sort((a, b) => layer.rules.indexOf(a.rule) - layer.rules.indexOf(b.rule)),
    );
  }

  /** The names that decide between the two bounds; empty when they are equal. */
  dependsOn(): string[] {
    const out = new Set<string>();
    const every = new Set<string>();
    const { protocol, port } = this.#question;
    const sourcesOf = this.#sourcesOf;
    for (const cell of this.#cells) {
      const admitted = this.#admittedIn(cell);
      const gap = publicOrInside(
        limitSources(subtractSources(admitted.possible, admitted.certain), cell.within),
        this.#question,
      );
      if (!hasSources(gap)) continue;
      if (cell.coarse) out.add('more source ports and destinations in its rules than are told apart');
      for (const [at, layer] of this.#layers.entries()) {
        for (const text of layer.unreadable ?? []) out.add(text);
        if (!layer.ordered) for (const text of orderDependencies(layer.rules)) out.add(text);
        for (const [i, rule] of layer.rules.entries()) {
          const level = cell.levels[at]![i]!;
          if (level === 0 || rule.dependsOn.length === 0) continue;
          for (const { on } of rule.dependsOn) every.add(on);
          if (!hasSources(intersectSources(sourcesOf(rule).may, gap))) continue;
          for (const dependency of rule.dependsOn) {
            if (isOpen(rule, dependency, protocol, port, sourcesOf)) out.add(dependency.on);
          }
        }
      }
    }
    return [...(out.size > 0 ? out : every)];
  }
}

/** Whether the part that a dependency is about is undecided for the port in question. */
function isOpen(
  rule: CompiledRule,
  { part }: Dependency,
  protocol: 'Tcp' | 'Udp',
  port: number,
  sourcesOf: SourcesOf,
): boolean {
  switch (part) {
    case 'protocol':
      return (protocol === 'Tcp' ? rule.tcp : rule.udp) === 1;
    case 'port':
      return memberLevel(rule.ports, port) === 1;
    case 'source': {
      const { must, may } = sourcesOf(rule);
      return hasSources(subtractSources(may, must));
    }
    default:
      return true;
  }
}

function both(a: Admitted, b: Admitted): Admitted {
  return { certain: intersectSources(a.certain, b.certain), possible: intersectSources(a.possible, b.possible) };
}

/** For public sources only what is public counts; sources inside the network count as they are. */
function publicOrInside(sources: SourceSet, question: Question): SourceSet {
  return question.inside ? sources : publicSources(sources);
}

/** Senders inside the network, of whom it is known that they lie somewhere in `where`: all of them match, or none. */
function insideSources(where: AddressSet): SourcesOf {
  return rule => {
    const level = addressLevel(rule.inside, where);
    return { must: level === 2 ? everySource : noSources, may: level > 0 ? everySource : noSources };
  };
}

function cellsOf(question: Question, layers: readonly RuleLayer[]): Cell[] {
  const { protocol, port, destination } = question;
  const base: Level[][] = [];
  const matching: CompiledRule[] = [];
  for (const layer of layers) {
    const levels: Level[] = [];
    for (const rule of layer.rules) {
      const level = portLevel(rule, protocol, port);
      levels.push(level);
      if (level > 0) matching.push(rule);
    }
    base.push(levels);
  }
  const within = destination === 'any' ? everyAddress : destination.family === 'v4' ? everyV4 : everyV6;
  if (matching.every(dependsOnSenderOnly)) return [{ within, levels: base }];

  const bySourcePort = sourcePortClasses(matching);
  const byDestination = destination === 'any' ? destinationClasses(matching) : [oneDestination(matching, destination)];
  if (bySourcePort.length * byDestination.length * matching.length > mostWork) {
    return [{ within, levels: base.map(levels => levels.map(level => minLevel(level, 1))), coarse: true }];
  }
  const cells = new Map<string, Cell>();
  for (const target of byDestination) {
    for (const ports of bySourcePort) {
      const levels = layers.map((layer, at) =>
        layer.rules.map((rule, i) => {
          const level = base[at]![i]!;
          if (level === 0) return 0;
          return minLevel(level, minLevel(target.levels.get(rule) ?? 2, ports.get(rule) ?? 2));
        }),
      );
      const key = `${target.within === everyV6 ? 6 : target.within === everyV4 ? 4 : 0} ${levels.map(l => l.join('')).join(' ')}`;
      if (!cells.has(key)) cells.set(key, { within: target.within, levels });
    }
  }
  return [...cells.values()];
}

type Levels = ReadonlyMap<CompiledRule, Level>;

/** Levels of the rules that look at the source port, for every class of source ports that they tell apart. */
function sourcePortClasses(rules: readonly CompiledRule[]): Levels[] {
  const looking = rules.filter(rule => rule.sourcePorts.must !== everyPort);
  if (looking.length === 0) return [new Map()];
  const starts = new Set<number>([0]);
  for (const rule of looking) for (const edge of [...rule.sourcePorts.must, ...rule.sourcePorts.may]) starts.add(edge);
  starts.delete(65536);
  return distinctLevels(starts, looking, (rule, start) => memberLevel(rule.sourcePorts, start));
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
    if (rule.destination.must === everyAddress) continue;
    levels.set(rule, maxLevel(addressLevel(rule.destination, where), groupLevel(rule, destination)));
  }
  return { within, levels };
}

function groupLevel(rule: CompiledRule, destination: Destination): Level {
  if (rule.destinationGroups.size === 0 && rule.otherDestinationGroups === 0) return 0;
  let level: Level = destination.moreGroups ? 1 : 0;
  if (destination.groups.size > 0) level = maxLevel(level, rule.otherDestinationGroups);
  for (const id of destination.groups) level = maxLevel(level, rule.destinationGroups.get(id) ?? 0);
  return level;
}

/**
 * Every class of destinations that the rules tell apart: by address, and by membership in one application security
 * group (a member of two matches more rules, but an Allow needs only one of them and a Deny is then no less ordered).
 */
function destinationClasses(rules: readonly CompiledRule[]): DestinationClass[] {
  const looking = rules.filter(rule => rule.destination.must !== everyAddress);
  if (looking.length === 0) return [{ within: everyAddress, levels: new Map() }];
  const groups = new Set<string | undefined>([undefined]);
  for (const rule of looking) for (const id of rule.destinationGroups.keys()) groups.add(id);
  if (looking.some(rule => rule.otherDestinationGroups > 0)) groups.add('');
  const v4Starts = new Set<number>([0]);
  const v6Starts = new Set<bigint>([0n]);
  for (const { destination } of looking) {
    for (const edge of [...destination.must.v4, ...destination.may.v4]) v4Starts.add(edge);
    for (const edge of [...destination.must.v6, ...destination.may.v6]) v6Starts.add(edge);
  }
  v4Starts.delete(2 ** 32);
  v6Starts.delete(1n << 128n);
  const v4 = distinctLevels(v4Starts, looking, addressLevelAt);
  const v6 = distinctLevels(v6Starts, looking, addressLevelAt);
  const out: DestinationClass[] = [];
  for (const group of groups) {
    for (const [within, classes] of [
      [everyV4, v4],
      [everyV6, v6],
    ] as const) {
      for (const levels of classes) {
        if (group === undefined) {
          out.push({ within, levels });
          continue;
        }
        const member = new Map(levels);
        for (const rule of looking) {
          const level = group === '' ? rule.otherDestinationGroups : (rule.destinationGroups.get(group) ?? 0);
          member.set(rule, maxLevel(maxLevel(member.get(rule)!, level), minLevel(rule.otherDestinationGroups, 1)));
        }
        out.push({ within, levels: member });
      }
    }
  }
  return out;
}

function addressLevelAt(rule: CompiledRule, address: number | bigint): Level {
  if (hasAddress(rule.destination.must, address)) return 2;
  return hasAddress(rule.destination.may, address) ? 1 : 0;
}

/** The different levels that some rules have at some places. */
function distinctLevels<T>(
  starts: Iterable<T>,
  rules: readonly CompiledRule[],
  levelAt: (rule: CompiledRule, start: T) => Level,
): Levels[] {
  const out = new Map<string, Levels>();
  for (const start of starts) {
    const levels = rules.map(rule => levelAt(rule, start));
    const key = levels.join('');
    if (!out.has(key)) out.set(key, new Map(rules.map((rule, i) => [rule, levels[i]!])));
  }
  return [...out.values()];
}
