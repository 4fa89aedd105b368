import type { AddressSet } from './address-set.ts';
import { type Cell, cellsOf, type Destination } from './cells.ts';
import { addressLevel, type CompiledRule, type Dependency, memberLevel, portLevel } from './compiled-rule.ts';
import { publicSources } from './reach.ts';
import {
  type Admitted,
  admitsAll,
  admittedAtMost,
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
    const rules = this.#layers.map(layer => layer.rules);
    const base = rules.map(list => list.map(rule => portLevel(rule, question.protocol, question.port)));
    this.#cells = cellsOf({ rules, base }, question.destination);
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

  /** Whether some layer's rules are not known. */
  get isUnreadable(): boolean {
    return this.#layers.some(layer => layer.unreadable !== undefined);
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
    const admitted = cell.coarse ? admittedAtMost : admittedBy;
    return admitted(layer, cell.levels[at]!, this.#sourcesOf, listenerOf?.(layer));
  }

  /** Who decided, layer by layer; a rule that decides for several destinations has one step of each effect. */
  steps(): Step[] {
    const steps = new Map<RuleLayer, Map<string, Step>>();
    const order = new Map<RuleLayer, Map<CompiledRule, number>>();
    for (const layer of this.#layers) {
      steps.set(layer, new Map());
      order.set(layer, new Map(layer.rules.map((rule, i) => [rule, i])));
    }
    for (const cell of this.#cells) {
      this.#admittedIn(cell, layer => {
        const ofLayer = steps.get(layer)!;
        const add = (effect: Step['effect']) => (rule: CompiledRule, all: SourceSet, surely?: SourceSet) => {
          const sources = limitSources(all, cell.within);
          if (!hasSources(publicOrInside(sources, this.#question))) return;
          const certain = surely && !cell.coarse ? limitSources(surely, cell.within) : noSources;
          const key = `${effect} ${order.get(layer)!.get(rule)}`;
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
        .sort((a, b) => order.get(layer)!.get(a.rule)! - order.get(layer)!.get(b.rule)!),
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
      if (cell.coarse) out.add('more rules, source ports or destinations than are told apart');
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
