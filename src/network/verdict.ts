import type { AddressSet } from './address-set.ts';
import { Admission, type Question, type Step } from './admission.ts';
import type { Certainty, PortVerdict, ProofStep, Reach } from './model.ts';
import { describeSources, exampleAddress, hasPublicSources, publicAddresses, reachOf } from './reach.ts';
import { hasSources, intersectSources, type SourceSet, subtractSources, uniteAllSources } from './source-set.ts';

/** The ports that are judged when nothing else is asked for: SSH, RDP, WinRM over HTTP and HTTPS. */
export const managementPorts: readonly number[] = [22, 3389, 5985, 5986];

/** The last default rule of every security group. */
const denyAllInBound = 'DenyAllInBound';

/** A verdict whose details are worked out when somebody looks at them: an estate has many that nobody opens. */
export class AdmissionVerdict implements PortVerdict {
  readonly port: number;
  readonly protocol: 'Tcp' | 'Udp';
  readonly reach: Reach;
  readonly atLeast: Reach;
  readonly certainty: Certainty;
  readonly #admission: Admission;
  readonly #within: AddressSet;
  #steps: readonly Step[] | undefined;
  #dependsOn: readonly string[] | undefined;
  #proof: readonly ProofStep[] | undefined;

  /** `within`: the family that senders on this way have. */
  constructor(
    question: Question,
    admission: Admission = new Admission(question),
    within: AddressSet = publicAddresses,
  ) {
    this.#admission = admission;
    this.#within = within;
    this.port = question.port;
    this.protocol = question.protocol;
    this.reach = reachOf(admission.possible);
    this.atLeast = reachOf(admission.certain);
    this.certainty = this.reach === this.atLeast ? 'definite' : 'conditional';
  }

  /** The sources that possibly, and that surely get through. */
  get possible(): SourceSet {
    return this.#admission.possible;
  }

  get certain(): SourceSet {
    return this.#admission.certain;
  }

  get steps(): readonly Step[] {
    this.#steps ??= this.#admission.steps();
    return this.#steps;
  }

  get dependsOn(): readonly string[] {
    return this.certainty === 'definite' ? [] : this.dependsOnAnyway;
  }

  /** What the difference of the two bounds hangs on, also where their classes are the same. */
  get dependsOnAnyway(): readonly string[] {
    this.#dependsOn ??= this.#admission.dependsOn();
    return this.#dependsOn;
  }

  /** How "everybody" is written in the first rule that lets somebody in and has a word for it. */
  get whole(): string | undefined {
    const word = this.#admitting().find(step => step.rule.whole !== undefined)?.rule.whole;
    return word ?? (this.#admission.isUnreadable ? 'Internet' : undefined);
  }

  get sources(): readonly string[] {
    return this.reach === 'none' ? [] : describeSources(this.possible, this.whole, this.#within);
  }

  get decidedBy(): readonly string[] {
    return [...new Set(this.#admitting().map(step => step.rule.name))];
  }

  /** The same with the group's name in front: `web-nsg/AllowSsh`. */
  get decidedByInGroups(): readonly string[] {
    return [...new Set(this.#admitting().map(step => `${step.layer.name}/${step.rule.name}`))];
  }

  get exampleClient(): string | undefined {
    return exampleAddress(this.certain) ?? exampleAddress(this.possible);
  }

  get proof(): readonly ProofStep[] {
    this.#proof ??= this.#prove();
    return this.#proof;
  }

  #prove(): readonly ProofStep[] {
    const out: ProofStep[] = this.steps.map(step => proofStep(step, this.#within));
    const decided = this.steps.filter(step => step.effect !== 'too-late').map(step => step.sources);
    const everybody: SourceSet = { addresses: this.#within, tags: new Map() };
    const left = subtractSources(everybody, uniteAllSources(decided));
    if (hasPublicSources(left)) {
      const facts = { effect: 'denies', reach: reachOf(left), atLeast: 'none', ruleName: denyAllInBound } as const;
      out.push(lazySources({ ...facts, priority: 65500 }, () => describeSources(left, '*', this.#within)));
    }
    return out;
  }

  #admitting(): Step[] {
    return this.steps.filter(
      step => step.effect === 'admits' && hasSources(intersectSources(step.sources, this.#admission.possible)),
    );
  }
}

function proofStep({ effect, rule, layer, sources, certain }: Step, within: AddressSet): ProofStep {
  const facts = {
    effect,
    reach: reachOf(sources),
    atLeast: effect === 'admits' ? reachOf(certain) : 'none',
    ...(rule.rule ? { rule: rule.rule } : {}),
    ruleName: rule.name,
    securityGroup: layer.name,
    ...(rule.priorityKnown ? { priority: rule.from } : {}),
  };
  return lazySources(facts, () => describeSources(sources, rule.whole ?? '*', within));
}

/** A step whose sources are put into words when somebody reads them: they may be thousands, and few steps are shown. */
function lazySources(facts: Omit<ProofStep, 'sources'>, describe: () => readonly string[]): ProofStep {
  let sources: readonly string[] | undefined;
  return {
    ...facts,
    get sources() {
      sources ??= describe();
      return sources;
    },
  };
}
