import {
  bothExistences,
  certainExistence,
  dependingOn,
  type Existence,
  type ResourceDeclaration,
} from '../network/resource.ts';
import { identity, type Value } from '../network/value.ts';

/** Whether something is there: as whoever deploys may decide, and as the values at hand decide. */
export interface Presence {
  /** Hangs on every name that the deployer may decide it by, whatever the defaults are. */
  readonly existence: Existence;
  /** Hangs only on what the values at hand leave open: a default counts as its value. */
  readonly doubt: Existence;
  /** The values at hand leave it out: it is judged as if it existed, but a rule is left out. */
  readonly leftOut: boolean;
}

/** Of what nothing decides on. */
export const present: Presence = { existence: certainExistence, doubt: certainExistence, leftOut: false };

/** A condition or count over something. */
export interface Decision {
  /** Names that it hangs on when the deployer's values are left open. */
  readonly open: readonly string[];
  /** Names that it hangs on with the values at hand. */
  readonly now: readonly string[];
  readonly leftOut: boolean;
}

export const noDecision: Decision = { open: [], now: [], leftOut: false };

/** The presence of something that stands in something else and has a decision of its own. */
export function decided(around: Presence, { open, now, leftOut }: Decision): Presence {
  return {
    existence: bothExistences(around.existence, dependingOn(open)),
    doubt: bothExistences(around.doubt, dependingOn(now)),
    leftOut: around.leftOut || leftOut,
  };
}

/** What is judged names everything that its existence hangs on; of other resources a default decides. */
export function existenceOf(type: string, { existence, doubt, leftOut }: Presence): Existence {
  return leftOut || isJudged(type) ? existence : doubt;
}

/** Security groups and machines have verdicts of their own, as if they existed. */
export function isJudged(type: string): boolean {
  return isSecurityGroup(type) || /^microsoft\.compute\/virtualmachine(?:s|scalesets)$/i.test(type);
}

function isSecurityGroup(type: string): boolean {
  return /^microsoft\.network\/networksecuritygroups$/i.test(type);
}

/** A rule declared apart from its group, before it is known whether it counts. */
interface StandingRule {
  readonly id: Value;
  readonly presence: Presence;
  readonly declare: (existence: Existence) => ResourceDeclaration;
}

/**
 * What templates declare, in their order. Rules declared apart from their groups are held until the groups are known:
 * what a default leaves out does not count, unless it leaves out the group as well, which is judged as if it existed
 * with all that comes with it.
 */
export class DeclaredResources {
  readonly #groups = new Map<string, Presence>();
  readonly #entries: (ResourceDeclaration | StandingRule)[] = [];
  #settled: readonly ResourceDeclaration[] | undefined;

  get size(): number {
    return this.#entries.length;
  }

  /** Adds a resource; `declare` makes its declaration with what its existence hangs on. */
  add(type: string, id: Value, presence: Presence, declare: StandingRule['declare']): void {
    if (/^microsoft\.network\/networksecuritygroups\/securityrules$/i.test(type)) {
      this.#entries.push({ id, presence, declare });
      return;
    }
    const key = isSecurityGroup(type) ? identity(id) : undefined;
    if (key !== undefined) this.#groups.set(key, presence);
    this.#entries.push(declare(existenceOf(type, presence)));
  }

  /** Adds a resource as somebody else has declared it. */
  addDeclared(declaration: ResourceDeclaration): void {
    this.#entries.push(declaration);
  }

  /** The declarations that count, once all have been added. */
  settled(): readonly ResourceDeclaration[] {
    this.#settled ??= this.#settleAll();
    return this.#settled;
  }

  #settleAll(): ResourceDeclaration[] {
    const out: ResourceDeclaration[] = [];
    for (const entry of this.#entries) {
      const settled = 'declare' in entry ? this.#settle(entry) : entry;
      if (settled) out.push(settled);
    }
    return out;
  }

  #settle({ id, presence, declare }: StandingRule): ResourceDeclaration | undefined {
    const key = identity(id);
    const group = key === undefined ? undefined : this.#groups.get(key.slice(0, key.lastIndexOf('/securityrules/')));
    if (!presence.leftOut) return declare(besides(presence.doubt, group));
    return group?.leftOut ? declare(certainExistence) : undefined;
  }
}

/** What a rule hangs on besides what its group does. */
function besides(doubt: Existence, group: Presence | undefined): Existence {
  if (doubt.kind === 'certain' || group?.existence.kind !== 'depends') return doubt;
  const { on } = group.existence;
  return dependingOn(doubt.on.filter(name => !on.includes(name)));
}
