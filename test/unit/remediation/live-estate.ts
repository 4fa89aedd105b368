import assert from 'node:assert/strict';
import type { HttpClient } from '@azure/core-rest-pipeline';
import { explain } from '../../../src/azure/failure.ts';
import { readInventory } from '../../../src/azure/inventory.ts';
import { createArmWriter } from '../../../src/azure/write.ts';
import { inventoryReport } from '../../../src/cli/inventory.ts';
import { managementPorts } from '../../../src/network/verdict.ts';
import { type Change, newChange } from '../../../src/remediation/change.ts';
import { type Plan, type PlanAction, type PlanRequest, planChange } from '../../../src/remediation/plan.ts';
import type { ApplyOptions } from '../../../src/remediation/write-step.ts';
import { inProcessClient } from '../../azure-server/in-process.ts';
import type { Resource } from '../../azure-server/json.ts';
import { render } from '../../azure-server/resources.ts';
import { AzureServer } from '../../azure-server/server.ts';
import { cloudOf, credentialFor, FakeClock, readerFor } from '../azure/local-azure.ts';

export const subscriptionId = '0f000000-0000-4000-8000-000000000001';
export const tenantId = '0f000000-0000-4000-8000-0000000000aa';
export const watchedPorts = [22, 80, 443, 3389, 5985, 5986];

/** What an estate is made of, to be put back as it was. */
export interface EstateState {
  readonly resources: readonly Resource[];
  readonly policies: readonly Resource[];
  readonly extensions: readonly Resource[];
}

/** The local Azure with one tenant, and what applies changes to it without a network. */
export class LiveEstate {
  readonly clock = new FakeClock();
  readonly #texts = new WeakMap<Resource, string>();

  private constructor(readonly azure: AzureServer) {}

  static async start(more: { readonly operationMilliseconds?: number } = {}): Promise<LiveEstate> {
    const clocks: FakeClock[] = [];
    const azure = await AzureServer.start({ ...more, now: () => clocks[0]?.now() ?? 0 });
    const live = new LiveEstate(azure);
    clocks.push(live.clock);
    live.azure.addTenant({ tenantId, displayName: 'Contoso', defaultDomain: 'contoso.example' });
    live.azure.addSubscription({ subscriptionId, displayName: 'Production', tenantId });
    live.azure.defender.setPlan(subscriptionId, 'P2');
    return live;
  }

  close(): Promise<void> {
    return this.azure.close();
  }

  clear(): void {
    const { azure } = this;
    azure.store.clear();
    azure.operations.clear();
    azure.faults.clear();
    azure.requests.length = 0;
    azure.defender.policies.clear();
    azure.authorization.extensions.clear();
  }

  state(): EstateState {
    const { azure } = this;
    return {
      resources: azure.store.snapshot(),
      policies: structuredClone([...azure.defender.policies.values()]),
      extensions: structuredClone([...azure.authorization.extensions.values()]),
    };
  }

  /** Puts everything back; the local Azure never changes a resource in place, so that what is the same object stays. */
  restore(state: EstateState): void {
    const { azure } = this;
    const wanted = new Map(state.resources.map(one => [one.id.toLowerCase(), one]));
    for (const one of [...azure.store.all()]) if (!wanted.has(one.id.toLowerCase())) azure.store.delete(one.id);
    for (const one of wanted.values()) if (azure.store.get(one.id) !== one) azure.store.put(one);
    azure.operations.clear();
    azure.faults.clear();
    azure.requests.length = 0;
    azure.defender.policies.clear();
    azure.authorization.extensions.clear();
    for (const one of state.policies) azure.defender.policies.set(one.id.toLowerCase(), structuredClone(one));
    for (const one of state.extensions) azure.authorization.extensions.set(one.id.toLowerCase(), structuredClone(one));
  }

  /** Everything as it is, a text for each resource, but for what Azure makes anew with every write. */
  picture(): readonly string[] {
    const { azure } = this;
    azure.operations.settle(true);
    const policies = structuredClone([...azure.defender.policies.values()]);
    // Requests for access are a log, and which rules a policy made is the local Azure's own knowledge.
    for (const policy of policies) {
      delete policy.rules;
      delete policy.properties.requests;
    }
    const texts = [...azure.store.all()].map(one => this.#textOf(one));
    const others = [...policies, ...azure.authorization.extensions.values()];
    return [...texts, ...others.map(one => JSON.stringify(withoutGenerated(one)))].sort();
  }

  #textOf(resource: Resource): string {
    const text = this.#texts.get(resource) ?? JSON.stringify(withoutGenerated(resource));
    this.#texts.set(resource, text);
    return text;
  }

  /** Everything as single GETs would give it. */
  resources(): unknown[] {
    const { store, operations, defender } = this.azure;
    operations.settle(true);
    defender.settle();
    return [...[...store.all()].map(one => render(one, store)), ...structuredClone([...defender.policies.values()])];
  }

  /** Everything as the extension reads it, with Resource Graph and over the network. */
  async inventory(): Promise<readonly unknown[]> {
    const open = () => readerFor(this.azure, tenantId, this.clock);
    return (await readInventory([{ tenantId, subscriptionIds: [subscriptionId], open }])).resources;
  }

  /** Reach by machine and port. */
  reach(ports: readonly number[] = watchedPorts): Map<string, string> {
    const out = new Map<string, string>();
    for (const machine of inventoryReport(this.resources(), ports).machines)
      for (const port of machine.ports)
        out.set(`${machine.id.toLowerCase()} ${port.port}`, `${port.reach} ${port.certainty}`);
    return out;
  }

  plan(resources: readonly unknown[], action: PlanAction, more: Partial<PlanRequest>): Plan {
    return planChange(resources, {
      action,
      machines: [],
      port: 22,
      random: () => 0.4,
      now: new Date(this.clock.now()),
      ...more,
    });
  }

  change(plan: Plan): Change {
    return newChange('change', plan.action, new Date(this.clock.now()), plan);
  }

  /** What a plan promises of each machine is so, and the management ports of no other machine have changed. */
  assertPromised(plan: Plan, before: ReadonlyMap<string, string>, message: string = plan.action): void {
    const now = new Map([...this.reach()].filter(([key]) => isManagement(key)));
    const promised = new Map([...before].filter(([key]) => isManagement(key)));
    for (const row of plan.machines) {
      const key = `${row.id.toLowerCase()} ${row.port}`;
      if (promised.has(key)) promised.set(key, `${row.after.reach} ${row.after.certainty}`);
    }
    assert.deepEqual(sorted(now), sorted(promised), message);
  }

  /** Nothing is more open than before, nor than a plan promises when one is given. */
  assertNotWider(before: ReadonlyMap<string, string>, message: string, plan?: Plan): void {
    for (const [key, now] of this.reach()) {
      const promised = plan?.machines.find(row => `${row.id.toLowerCase()} ${row.port}` === key)?.after.reach ?? 'none';
      const most = Math.max(rank(before.get(key) ?? 'none'), rank(promised));
      assert.ok(rank(now) <= most, `${message}: ${key} is ${now}, was ${before.get(key)}`);
    }
  }

  async options(
    client: HttpClient = inProcessClient(this.azure),
    more: Partial<ApplyOptions> = {},
  ): Promise<ApplyOptions> {
    const writer = await createArmWriter({
      cloud: cloudOf(this.azure),
      credential: credentialFor(tenantId),
      clock: this.clock,
      client,
    });
    return { writer, explain, journal: { save: async () => undefined }, ...more };
  }
}

function isManagement(key: string): boolean {
  return managementPorts.includes(Number(key.split(' ')[1]));
}

function rank(reach: string): number {
  return ['none', 'restricted', 'wide', 'internet'].indexOf(reach.split(' ')[0]!);
}

function sorted(map: ReadonlyMap<string, string>): [string, string][] {
  return [...map].sort(([a], [b]) => a.localeCompare(b));
}

const generated = new Set(['etag', 'resourceGuid', 'provisioningState']);

/** Lists of rules are in order of name: one that was deleted and made again stands at the end. */
function withoutGenerated(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map(withoutGenerated);
    const names = items.map(item => (item as { name?: unknown } | null)?.name);
    if (!names.every(name => typeof name === 'string')) return items;
    return items.sort((a, b) => String((a as { name: string }).name).localeCompare((b as { name: string }).name));
  }
  // Rules of just-in-time access have names that are made anew.
  if (typeof value === 'string') return value.replace(/(JITRule[_-])\d+_[0-9A-F]+/, '$1');
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value)
    .filter(([key]) => !generated.has(key))
    .map(([key, inner]): [string, unknown] => [key, withoutGenerated(inner)]);
  return Object.fromEntries(entries.sort(([a], [b]) => a.localeCompare(b)));
}
