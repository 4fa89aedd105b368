import { sentence } from '../findings/message-text.ts';
import { isObject, pick } from '../remediation/plan-json.ts';
import { comparable, parseId } from '../remediation/plan-resource-id.ts';
import type { PlanStep } from '../remediation/plan-steps.ts';
import { blockingLocks, type Lock, lockOf } from '../remediation/preflight-locks.ts';
import {
  isPermitted,
  type NeededAction,
  neededActions,
  type PermissionEntry,
  roleFor,
  scopesOf,
} from '../remediation/preflight-permissions.ts';
import { insufficientServersPlan } from '../remediation/servers-plan.ts';
import type { ArmReader } from './arm-client.ts';
import { explain } from './failure.ts';

/** What stands in the way of a plan, found before anything is written. Sentences for a person. */
export interface Preflight {
  /** Azure would refuse: each names the thing, the reason and the next step. */
  readonly stops: readonly string[];
  /** What could not be found out, or matters only later. */
  readonly notes: readonly string[];
}

export interface PreflightOptions {
  readonly readerOf: (subscriptionId: string) => Promise<ArmReader>;
  readonly subscriptionName: (id: string) => string;
  /** `Enabled`, `Disabled` … as Azure lists it. */
  readonly subscriptionState: (id: string) => string | undefined;
  readonly signal?: AbortSignal;
}

type Steps = { readonly steps: readonly PlanStep[]; readonly undo: readonly PlanStep[] };

/** Looks up permissions, locks and Defender's plan for the steps of a plan. Nothing is written, nothing switched on. */
export async function preflight(plan: Steps, options: PreflightOptions): Promise<Preflight> {
  const stops = new Set<string>();
  const notes = new Set<string>();
  const bySubscription = new Map<string, PlanStep[]>();
  for (const step of plan.steps) {
    const subscription = parseId(step.id).subscription.toLowerCase();
    bySubscription.set(subscription, [...(bySubscription.get(subscription) ?? []), step]);
  }
  for (const [subscription, steps] of bySubscription) {
    const state = options.subscriptionState(subscription);
    if (state === 'Disabled' || state === 'Expired') {
      stops.add(
        `Subscription ${options.subscriptionName(subscription)} is ${state.toLowerCase()}, so nothing in it can be changed: its owner can enable it again in the Azure portal.`,
      );
      continue;
    }
    const reader = await options.readerOf(subscription);
    const found = new SubscriptionPreflight(reader, subscription, options);
    const undo = plan.undo.filter(step => parseId(step.id).subscription.toLowerCase() === subscription);
    await found.permissions(neededActions(steps, undo), stops, notes);
    await found.locks(steps, undo, stops, notes);
    await found.serversPlan(steps, stops, notes);
  }
  return { stops: [...stops], notes: [...notes] };
}

class SubscriptionPreflight {
  readonly #entries = new Map<string, Promise<readonly PermissionEntry[] | string>>();

  constructor(
    private readonly reader: ArmReader,
    private readonly subscription: string,
    private readonly options: PreflightOptions,
  ) {}

  async permissions(needed: readonly NeededAction[], stops: Set<string>, notes: Set<string>): Promise<void> {
    const missing = new Map<string, ReadonlySet<string>>();
    for (const { action, id } of needed) {
      let unknown: string | undefined;
      let permitted = false;
      for (const scope of scopesOf(id)) {
        const entries = await this.#entriesAt(scope);
        if (typeof entries === 'string') unknown = entries;
        else if (isPermitted(entries, action)) permitted = true;
        if (permitted) break;
      }
      if (permitted) continue;
      if (unknown === undefined) {
        // Of a rule its group is named: that is where the right is given.
        const place = this.#place(scopesOf(id).at(-1)!);
        missing.set(action, new Set([...(missing.get(action) ?? []), place]));
      } else notes.add(`Whether you have ${action} could not be found out (${unknown}).`);
    }
    for (const [action, [first, ...others]] of missing) {
      const where = others.length === 0 ? first : `${first}, and ${others.length} more`;
      stops.add(`You need ${action} on ${where}: ask its owner for a role that has it, such as ${roleFor(action)}.`);
    }
  }

  async locks(
    steps: readonly PlanStep[],
    undo: readonly PlanStep[],
    stops: Set<string>,
    notes: Set<string>,
  ): Promise<void> {
    const locks = await this.#locks(steps, notes);
    const blocking = blockingLocks(steps, locks);
    for (const lock of blocking) stops.add(`${this.#lockText(lock)}: remove the lock, or ask its owner to.`);
    for (const lock of blockingLocks(undo, locks))
      if (!blocking.includes(lock))
        notes.add(`${this.#lockText(lock)}: this change cannot be undone from here while the lock stands.`);
  }

  /** Just-in-time access without plan 2 is refused by Azure; it is paid for, so it is never switched on from here. */
  async serversPlan(steps: readonly PlanStep[], stops: Set<string>, notes: Set<string>): Promise<void> {
    if (!steps.some(step => /\/jitNetworkAccessPolicies\//i.test(step.id))) return;
    const name = this.options.subscriptionName(this.subscription);
    try {
      const pricing = await this.reader.get(
        `/subscriptions/${encodeURIComponent(this.subscription)}/providers/Microsoft.Security/pricings/VirtualMachines?api-version=2024-01-01`,
        this.options.signal,
      );
      const plan = insufficientServersPlan(pricing);
      if (plan === undefined) return;
      stops.add(
        `Just-in-time access needs Defender for Servers plan 2, and subscription ${name} has ${plan}: somebody who answers for its costs can switch it on in Defender for Cloud. It is never switched on from here.`,
      );
    } catch (error) {
      this.options.signal?.throwIfAborted();
      notes.add(
        `Whether subscription ${name} has Defender for Servers plan 2 could not be found out (${explain(error)}).`,
      );
    }
  }

  #entriesAt(scope: string): Promise<readonly PermissionEntry[] | string> {
    const key = comparable(scope);
    const known = this.#entries.get(key);
    if (known) return known;
    const reading = this.reader
      .list(
        `${encodeURI(scope)}/providers/Microsoft.Authorization/permissions?api-version=2022-04-01`,
        this.options.signal,
      )
      .then(items => items.filter(isObject).map(entryOf))
      .catch((error: unknown) => {
        this.options.signal?.throwIfAborted();
        // A resource that the plan makes has no permissions of its own yet: those of its group count.
        return (error as { status?: unknown }).status === 404 ? [] : explain(error);
      });
    this.#entries.set(key, reading);
    return reading;
  }

  /** All locks of the subscription; where those may not be listed, of the resource groups. */
  async #locks(steps: readonly PlanStep[], notes: Set<string>): Promise<Lock[]> {
    const whole = `/subscriptions/${this.subscription}`;
    try {
      return await this.#locksAt(whole);
    } catch {
      this.options.signal?.throwIfAborted();
    }
    const groups = new Map<string, string>();
    for (const { id } of steps) {
      const [scope] = scopesOf(id);
      if (scope !== undefined && comparable(scope) !== comparable(whole)) groups.set(comparable(scope), scope);
    }
    const found: Lock[] = [];
    for (const scope of groups.values()) {
      try {
        found.push(...(await this.#locksAt(scope)));
      } catch (error) {
        this.options.signal?.throwIfAborted();
        notes.add(`Whether ${this.#place(scope)} is locked could not be found out (${explain(error)}).`);
      }
    }
    return found;
  }

  async #locksAt(scope: string): Promise<Lock[]> {
    const path = `${encodeURI(scope)}/providers/Microsoft.Authorization/locks?api-version=2020-05-01`;
    return (await this.reader.list(path, this.options.signal)).flatMap(lockOf);
  }

  #lockText({ name, level, scope, notes }: Lock): string {
    const place = this.#place(scope);
    return `${/\/providers\//i.test(scope) ? place : sentence(place)} is locked (${level} lock “${name}”${notes === undefined ? '' : `: ${notes}`})`;
  }

  /** `security rule web-nsg/allow-ssh in resource group web`. */
  #place(id: string): string {
    const { type, name, resourceGroup, subscription } = parseId(id);
    const inSubscription = `subscription ${this.options.subscriptionName(subscription)}`;
    const group = `resource group ${resourceGroup} (${inSubscription})`;
    if (!/\/providers\//i.test(id)) return resourceGroup === '' ? inSubscription : group;
    const path = id.split('/').slice(-2 * (type.split('/').length - 1));
    const names = type === '' ? name : path.filter((_, i) => i % 2 === 1).join('/');
    const scope = resourceGroup === '' ? inSubscription : group;
    return /^microsoft\.authorization\//i.test(type) ? scope : `${names} in ${scope}`;
  }
}

function entryOf(item: unknown): PermissionEntry {
  return { actions: textsOf(pick(item, 'actions')), notActions: textsOf(pick(item, 'notActions')) };
}

function textsOf(value: unknown): string[] {
  return (Array.isArray(value) ? value : []).filter(one => typeof one === 'string');
}
