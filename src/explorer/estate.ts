import { type Disposable, type Event, EventEmitter, type Memento, window, workspace } from 'vscode';
import type { ArmReader } from '../azure/arm-client.ts';
import type { ArmResource, Inventory, ReadingProblem, TenantScope } from '../azure/inventory.ts';
import type { AzureAccount } from '../azure/sessions.ts';
import type { AzureSubscription, TenantReading } from '../azure/subscriptions.ts';
import { managementPorts } from '../network/verdict.ts';
import type { ExplorerSessions } from './account-sessions.ts';
import type { JudgedInventory } from './inventory-verdicts.ts';
import { type ListedMachine, listedMachine } from './machine-list.ts';

/** Where the explorer stands. Each has its own rows and its own welcome text. */
export type EstatePhase =
  | 'not-started'
  | 'signed-out'
  | 'signing-in'
  | 'listing'
  | 'none-chosen'
  | 'reading'
  | 'ready'
  | 'cancelled'
  | 'failed';

const chosenKey = 'portcullis.subscriptions';

/** How long what was read from the resource manager counts more than Resource Graph, which learns of changes later. */
const freshMilliseconds = 60_000;

/** What is known of the person's subscriptions and machines, live or from an inventory file. */
export class Estate implements Disposable {
  readonly #changed = new EventEmitter<void>();
  readonly onDidChange: Event<void> = this.#changed.event;
  readonly #sessionListener: Disposable;
  #phase: EstatePhase = 'not-started';
  #failure = '';
  #tenants: readonly TenantReading[] = [];
  #inventory: Inventory = { resources: [], problems: [], cancelled: false };
  #machines: readonly ListedMachine[] = [];
  #judged: JudgedInventory | undefined;
  #file: { readonly name: string; readonly names: ReadonlyMap<string, string> } | undefined;
  #readAt: Date | undefined;
  #byId: ReadonlyMap<string, ArmResource> | undefined;
  /** Resources read from the resource manager after a change, by their ids in lower case; undefined: gone. */
  readonly #fresh = new Map<string, { readonly resource: ArmResource | undefined; readonly at: number }>();
  /** How a change went for machines, by their ids in lower case, until the next reading. */
  readonly #outcomes = new Map<string, string>();
  /** The reading under way; a newer one ends it. */
  #abort: AbortController | undefined;
  #quota: { freeAt: number; note(a: string | undefined, b: string | undefined, now: number): void } | undefined;

  constructor(
    readonly sessions: ExplorerSessions,
    private readonly memory: Memento,
    private readonly log: (message: string) => void,
  ) {
    this.#sessionListener = sessions.onDidChange(() => {
      if (this.#phase !== 'not-started' && this.#phase !== 'signing-in' && !this.#file) void this.start();
    });
  }

  get phase(): EstatePhase {
    return this.#phase;
  }

  /** Why the phase is `failed`. */
  get failure(): string {
    return this.#failure;
  }

  get tenants(): readonly TenantReading[] {
    return this.#tenants;
  }

  get machines(): readonly ListedMachine[] {
    return this.#machines;
  }

  get resources(): readonly ArmResource[] {
    return this.#inventory.resources;
  }

  get problems(): readonly ReadingProblem[] {
    return this.#inventory.problems;
  }

  get cancelled(): boolean {
    return this.#inventory.cancelled;
  }

  /** Undefined until everything has been read. */
  get judged(): JudgedInventory | undefined {
    return this.#judged;
  }

  get readAt(): Date | undefined {
    return this.#readAt;
  }

  /** The inventory file that is shown instead of Azure; it is read-only. */
  get fileName(): string | undefined {
    return this.#file?.name;
  }

  get subscriptions(): readonly AzureSubscription[] {
    return this.#tenants.flatMap(tenant => tenant.subscriptions);
  }

  /** Ids of the chosen subscriptions, in lower case. None chosen means none. */
  get chosen(): ReadonlySet<string> {
    return new Set(this.memory.get<readonly string[]>(chosenKey) ?? []);
  }

  get chosenSubscriptions(): readonly AzureSubscription[] {
    const { chosen } = this;
    const seen = new Set<string>();
    return this.subscriptions.filter(({ subscriptionId }) => {
      const key = subscriptionId.toLowerCase();
      if (!chosen.has(key) || seen.has(key)) return false;
      seen.add(key);
      return true;
    });
  }

  subscriptionName(id: string): string {
    const key = id.toLowerCase();
    const live = this.subscriptions.find(subscription => subscription.subscriptionId.toLowerCase() === key);
    return live?.displayName ?? this.#file?.names.get(id) ?? id;
  }

  tenantOf(subscriptionId: string): TenantReading | undefined {
    const key = subscriptionId.toLowerCase();
    return this.#tenants.find(tenant =>
      tenant.subscriptions.some(subscription => subscription.subscriptionId.toLowerCase() === key),
    );
  }

  /** A resource as it was read, by its id in any letter case. */
  resource(id: string): ArmResource | undefined {
    this.#byId ??= new Map(this.#inventory.resources.map(resource => [String(resource.id).toLowerCase(), resource]));
    return this.#byId.get(id.toLowerCase());
  }

  /** What the row of a machine says about a change that is or was under way. */
  outcomeOf(machineId: string): string | undefined {
    return this.#outcomes.get(machineId.toLowerCase());
  }

  showOutcomes(outcomes: ReadonlyMap<string, string>): void {
    for (const [id, text] of outcomes) this.#outcomes.set(id.toLowerCase(), text);
    this.#changed.fire();
  }

  /** Finds out who is signed in and reads what they chose. Asks nobody anything, and Azure nothing without an account. */
  async start(): Promise<void> {
    const abort = this.#begin();
    try {
      this.#file = undefined;
      const accounts = await this.sessions.accounts();
      if (abort.signal.aborted) return;
      if (accounts.length === 0) {
        this.#tenants = [];
        this.#clear();
        this.#enter('signed-out');
        return;
      }
      this.#enter('listing');
      const { readTenants } = await import('../azure/subscriptions.ts');
      const open = (account: AzureAccount, tenantId?: string) => this.openReader(account, tenantId);
      const tenants = await window.withProgress({ location: { viewId: 'portcullis.machines' } }, () =>
        readTenants(accounts, open, abort.signal),
      );
      if (abort !== this.#abort) return;
      abort.signal.throwIfAborted();
      this.#tenants = tenants;
      await this.#readChosen(abort);
    } catch (error) {
      this.#fail(error, abort);
    }
  }

  /** The sign-in that the person asked for. */
  async signIn(account?: AzureAccount, tenantId?: string): Promise<void> {
    const before = this.#phase;
    this.#enter('signing-in');
    try {
      await this.sessions.signIn(account, tenantId);
    } catch (error) {
      this.#enter(before === 'not-started' ? 'signed-out' : before);
      throw error;
    }
    await this.start();
  }

  async choose(subscriptionIds: readonly string[]): Promise<void> {
    await this.memory.update(
      chosenKey,
      subscriptionIds.map(id => id.toLowerCase()),
    );
    await this.#readChosen(this.#begin());
  }

  /** Reads again, also who has which subscriptions. */
  async refresh(): Promise<void> {
    if (this.#file) return;
    await this.start();
  }

  cancel(): void {
    this.#abort?.abort();
  }

  /** Takes in resources as the resource manager has them now, by id, undefined for gone ones, and judges again. */
  async update(resources: ReadonlyMap<string, ArmResource | undefined>): Promise<void> {
    if (this.#file || !this.#judged) return;
    for (const [id, resource] of resources) this.#fresh.set(id.toLowerCase(), { resource, at: Date.now() });
    await this.#judge(this.#freshened(this.#inventory), this.#abort ?? this.#begin());
  }

  /** Shows an inventory file: read-only, without signing in. */
  async showFile(name: string, text: string): Promise<void> {
    const { parseInventory } = await import('../azure/inventory-file.ts');
    const file = parseInventory(text, name);
    const abort = this.#begin();
    this.#file = { name, names: file.subscriptions };
    this.#readAt = file.readAt === undefined ? undefined : new Date(file.readAt);
    this.#enter('reading');
    await this.#judge({ resources: file.resources, problems: file.problems, cancelled: false }, abort);
  }

  async closeFile(): Promise<void> {
    this.#file = undefined;
    this.#clear();
    await this.start();
  }

  /** A reader for an account in a tenant. */
  async openReader(account: AzureAccount, tenantId?: string): Promise<ArmReader> {
    const [{ createArmReader }, { sessionCredential }, { QueryQuota }] = await Promise.all([
      import('../azure/arm-client.ts'),
      import('../azure/sessions.ts'),
      import('../azure/patience.ts'),
    ]);
    this.#quota ??= new QueryQuota();
    return createArmReader({
      cloud: this.sessions.cloud,
      credential: sessionCredential(this.sessions, account, tenantId),
      quota: this.#quota,
      waiting: (milliseconds, reason) => this.log(`Waiting ${Math.round(milliseconds / 100) / 10} s (${reason}).`),
    });
  }

  dispose(): void {
    this.#abort?.abort();
    this.#sessionListener.dispose();
    this.#changed.dispose();
  }

  async #readChosen(abort: AbortController): Promise<void> {
    const chosen = this.chosenSubscriptions;
    if (chosen.length === 0) {
      this.#clear();
      const failures = this.#tenants.filter(tenant => tenant.failure !== undefined);
      if (this.subscriptions.length === 0 && failures.length > 0 && failures.length === this.#tenants.length) {
        const { explain } = await import('../azure/failure.ts');
        this.#failure = explain(failures[0]!.failure);
        this.#enter('failed');
      } else this.#enter('none-chosen');
      return;
    }
    const { readInventory } = await import('../azure/inventory.ts');
    const { machinesQuery } = await import('../azure/graph-queries.ts');
    this.#outcomes.clear();
    this.#enter('reading');
    await window.withProgress({ location: { viewId: 'portcullis.machines' } }, async () => {
      try {
        const early: ListedMachine[] = [];
        const had = this.#machines.length > 0;
        const inventory = await readInventory(this.#scopes(chosen), {
          signal: abort.signal,
          page: (resources, query) => {
            if (had || query !== machinesQuery || abort !== this.#abort) return;
            // Shown at once, still without a verdict: the rest is on its way.
            early.push(...resources.filter(isMachine).map(resource => listedMachine(resource)));
            this.#machines = [...early];
            this.#changed.fire();
          },
        });
        if (abort !== this.#abort) return;
        this.#readAt = new Date();
        await this.#judge(this.#freshened(inventory), abort);
      } catch (error) {
        this.#fail(error, abort);
      }
    });
  }

  async #judge(inventory: Inventory, abort: AbortController): Promise<void> {
    const { judgeInventory } = await import('./inventory-verdicts.ts');
    // What a person stopped is still judged, as far as it was read.
    const judged = await judgeInventory(inventory.resources, chosenPorts());
    if (abort !== this.#abort) return;
    this.#inventory = inventory;
    this.#byId = undefined;
    this.#judged = judged;
    this.#machines = judged.machines;
    const [first] = inventory.problems;
    if (first && inventory.resources.length === 0) {
      this.#failure = first.message;
      this.#enter('failed');
    } else this.#enter('ready');
  }

  #freshened(inventory: Inventory): Inventory {
    for (const [id, { at }] of this.#fresh) if (Date.now() - at > freshMilliseconds) this.#fresh.delete(id);
    if (this.#fresh.size === 0) return inventory;
    const others = inventory.resources.filter(resource => !this.#fresh.has(String(resource.id).toLowerCase()));
    const fresh = [...this.#fresh.values()].flatMap(({ resource }) => (resource ? [resource] : []));
    return { ...inventory, resources: [...others, ...fresh] };
  }

  #scopes(chosen: readonly AzureSubscription[]): TenantScope[] {
    const byTenant = new Map<string, { account: AzureAccount; tenantId: string; subscriptionIds: string[] }>();
    for (const { tenantId, account, subscriptionId } of chosen) {
      const key = `${tenantId} ${account.id}`;
      const scope = byTenant.get(key) ?? { account, tenantId, subscriptionIds: [] };
      scope.subscriptionIds.push(subscriptionId);
      byTenant.set(key, scope);
    }
    return [...byTenant.values()].map(({ account, tenantId, subscriptionIds }) => ({
      tenantId,
      subscriptionIds,
      open: () => this.openReader(account, tenantId),
    }));
  }

  #begin(): AbortController {
    this.#abort?.abort();
    this.#abort = new AbortController();
    return this.#abort;
  }

  #clear(): void {
    this.#inventory = { resources: [], problems: [], cancelled: false };
    this.#machines = [];
    this.#judged = undefined;
    this.#byId = undefined;
    this.#readAt = undefined;
  }

  #enter(phase: EstatePhase): void {
    this.#phase = phase;
    this.#changed.fire();
  }

  #fail(error: unknown, abort: AbortController): void {
    if (abort !== this.#abort) return;
    if (abort.signal.aborted) {
      this.#inventory = { ...this.#inventory, cancelled: true };
      this.#enter(this.#judged ? 'ready' : 'cancelled');
      return;
    }
    this.log(error instanceof Error ? (error.stack ?? error.message) : String(error));
    this.#failure = error instanceof Error ? error.message : String(error);
    this.#enter('failed');
  }
}

function isMachine(resource: ArmResource): boolean {
  return String(resource.type).toLowerCase() === 'microsoft.compute/virtualmachines';
}

function chosenPorts(): readonly number[] {
  const more = workspace.getConfiguration('portcullis').get<unknown>('additionalPorts');
  const valid = (Array.isArray(more) ? more : []).filter(port => Number.isInteger(port) && port > 0 && port < 65536);
  return [...new Set([...managementPorts, ...(valid as number[])])];
}
