import { Admission, type Question } from '../admission.ts';
import type { Certainty, ProofStep, Reach } from '../model.ts';
import type { IpConfiguration, NetworkInterface } from '../network-model.ts';
import { describeSources, exampleAddress, reachOf } from '../reach.ts';
import type { RuleLayer } from '../rule-layer.ts';
import { everySource, hasSources, limitSources, noSources, type SourceSet } from '../source-set.ts';
import { AdmissionVerdict } from '../verdict.ts';
import type { PathKind, PathVerdict } from './machine-verdict.ts';
import { familyAddresses, type Way } from './way.ts';

/** What the security groups on a way say: nothing when there are none. */
export interface GroupsAnswer {
  readonly layers: readonly RuleLayer[];
  readonly verdict?: AdmissionVerdict;
}

/** The verdict on one way; its details are worked out when somebody looks at them. */
export class WayVerdict implements PathVerdict {
  readonly kind: PathKind;
  readonly frontend: string;
  readonly reach: Reach;
  readonly atLeast: Reach;
  readonly certainty: Certainty;
  readonly possible: SourceSet;
  readonly certain: SourceSet;
  readonly #way: Way;
  readonly #answer: GroupsAnswer;

  constructor(way: Way, answer: GroupsAnswer) {
    this.#way = way;
    this.#answer = answer;
    this.kind = way.kind;
    this.frontend = way.frontend;
    const { possible, certain } = judged(way, answer);
    this.possible = possible;
    this.certain = way.level === 2 ? certain : noSources;
    this.reach = reachOf(this.possible);
    this.atLeast = reachOf(this.certain);
    this.certainty = this.reach === this.atLeast ? 'definite' : 'conditional';
  }

  get interface(): NetworkInterface {
    return this.#way.interface;
  }

  get ipConfiguration(): IpConfiguration {
    return this.#way.ipConfiguration;
  }

  get groups(): readonly RuleLayer[] {
    return this.#answer.layers;
  }

  get through(): { readonly id: string; readonly rule: string } | undefined {
    return this.#way.through;
  }

  get unread(): boolean {
    return this.#way.unread === true;
  }

  get dependsOn(): readonly string[] {
    if (this.certainty === 'definite') return [];
    const out = new Set<string>();
    const { level, dependsOn, relay, openWithoutGroups } = this.#way;
    if (level < 2) for (const text of dependsOn) out.add(text);
    if (relay) for (const text of relay.dependsOn) out.add(text);
    if (this.#answer.verdict) for (const text of this.#answer.verdict.dependsOnAnyway) out.add(text);
    else if (!openWithoutGroups.known) for (const text of openWithoutGroups.dependsOn) out.add(text);
    // Everything of the rules is known, and whether the machine is where they lead is not.
    if (out.size === 0) out.add(`the private address of interface ${this.interface.name}`);
    return [...out];
  }

  /** How "everybody" is written where it is decided. */
  get whole(): string | undefined {
    if (this.#way.relay) return this.#way.relay.whole;
    return this.#answer.verdict ? this.#answer.verdict.whole : 'Internet';
  }

  get sources(): readonly string[] {
    if (this.reach === 'none') return [];
    return describeSources(this.possible, this.whole, familyAddresses(this.#way.family));
  }

  get decidedBy(): readonly string[] {
    if (!hasSources(this.possible)) return [];
    return [...(this.#way.relay?.decidedBy ?? []), ...(this.#answer.verdict?.decidedByInGroups ?? [])];
  }

  get proof(): readonly ProofStep[] {
    return this.#answer.verdict?.proof ?? [];
  }

  get exampleClient(): string | undefined {
    return exampleAddress(this.certain) ?? exampleAddress(this.possible);
  }
}

function judged(way: Way, { verdict }: GroupsAnswer): { possible: SourceSet; certain: SourceSet } {
  const family = familyAddresses(way.family);
  if (!verdict) {
    const { openWithoutGroups: open, relay } = way;
    const all = relay ? relay.sources : { must: everySource, may: everySource };
    return {
      possible: !open.known || open.value ? limitSources(all.may, family) : noSources,
      certain: open.known && open.value ? limitSources(all.must, family) : noSources,
    };
  }
  if (!way.relay) return { possible: verdict.possible, certain: verdict.certain };
  const { sources } = way.relay;
  return {
    possible: hasSources(verdict.possible) ? limitSources(sources.may, family) : noSources,
    certain: hasSources(verdict.certain) ? limitSources(sources.must, family) : noSources,
  };
}

/** Answers of security groups, kept where they are the same for every machine behind the same groups. */
export class GroupAnswers {
  readonly #numbers = new Map<RuleLayer, number>();
  readonly #answers = new Map<string, AdmissionVerdict>();

  ask(question: Question): AdmissionVerdict {
    const { groups, admin, destination } = question;
    if (admin || question.inside || destination === 'any' || !groups.every(isSenderOnly)) return answerTo(question);
    let key = `${destination.family} ${question.protocol} ${question.port}`;
    for (const layer of groups) key += ` ${this.#number(layer)}`;
    const known = this.#answers.get(key);
    if (known) return known;
    const answer = answerTo(question);
    this.#answers.set(key, answer);
    return answer;
  }

  #number(layer: RuleLayer): number {
    const known = this.#numbers.get(layer);
    if (known !== undefined) return known;
    const number = this.#numbers.size;
    this.#numbers.set(layer, number);
    return number;
  }
}

function isSenderOnly(layer: RuleLayer): boolean {
  return layer.senderOnly;
}

function answerTo(question: Question): AdmissionVerdict {
  const { destination } = question;
  const within = destination === 'any' ? undefined : familyAddresses(destination.family);
  return new AdmissionVerdict(question, new Admission(question), within);
}
