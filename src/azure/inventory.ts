import { setMaxListeners } from 'node:events';
import type { ArmReader } from './arm-client.ts';
import { AzureFailure, explain } from './failure.ts';
import { type GraphQuery, inventoryQueries } from './graph-queries.ts';
import { SignInNeededError } from './sessions.ts';

/** A resource as Azure returned it: plain JSON. Nothing about its shape is sure. */
export type ArmResource = { readonly [name: string]: unknown };

/** Something that could not be read, so that the picture is not whole. */
export interface ReadingProblem {
  readonly kind: 'failed' | 'truncated';
  /** What is missing: "machines", "just-in-time policies" … */
  readonly what: string;
  readonly tenantId: string;
  /** Set when it concerns one subscription alone. */
  readonly subscriptionId?: string;
  /** A sentence for a person. */
  readonly message: string;
  /** Signing in to the tenant once more would help. */
  readonly signIn?: boolean;
}

export interface Inventory {
  readonly resources: readonly ArmResource[];
  readonly problems: readonly ReadingProblem[];
  /** Stopped by the person before its end. */
  readonly cancelled: boolean;
}

/** The subscriptions to read in one tenant. */
export interface TenantScope {
  readonly tenantId: string;
  readonly subscriptionIds: readonly string[];
  /** Opens a reader for the tenant; its failure is that tenant's alone. */
  readonly open: () => Promise<ArmReader>;
}

export interface ReadingOptions {
  readonly signal?: AbortSignal;
  /** Called with each page as it arrives, with what the page was about. */
  readonly page?: (resources: readonly ArmResource[], query: GraphQuery) => void;
  /** How many requests are under way at once in one tenant. */
  readonly concurrency?: number;
}

const subscriptionsPerQuery = 1000;

/**
 * Reads what decides about management ports in the subscriptions: a fixed number of paged Resource Graph queries, and
 * one list of just-in-time policies for each subscription. What cannot be read becomes a problem, not an error.
 */
export async function readInventory(tenants: readonly TenantScope[], options: ReadingOptions = {}): Promise<Inventory> {
  const byId = new Map<string, ArmResource>();
  const problems: ReadingProblem[] = [];
  const keep = (resources: readonly ArmResource[], query?: GraphQuery) => {
    for (const resource of resources) byId.set(String(resource.id).toLowerCase(), resource);
    if (query) options.page?.(resources, query);
  };
  await Promise.all(
    tenants
      .filter(tenant => tenant.subscriptionIds.length > 0)
      .map(tenant => readTenant(tenant, keep, problems, options)),
  );
  return { resources: [...byId.values()], problems, cancelled: options.signal?.aborted ?? false };
}

type Keep = (resources: readonly ArmResource[], query?: GraphQuery) => void;

async function readTenant(
  tenant: TenantScope,
  keep: Keep,
  problems: ReadingProblem[],
  options: ReadingOptions,
): Promise<void> {
  const { concurrency = 6 } = options;
  const signal = options.signal && AbortSignal.any([options.signal]);
  // Every request under way listens to it.
  if (signal) setMaxListeners(0, signal);
  let reader: ArmReader;
  try {
    reader = await tenant.open();
  } catch (error) {
    problems.push(problemOf(error, 'subscriptions', tenant.tenantId));
    return;
  }
  const tasks: (() => Promise<void>)[] = [];
  for (const query of inventoryQueries) {
    for (let from = 0; from < tenant.subscriptionIds.length; from += subscriptionsPerQuery) {
      const some = tenant.subscriptionIds.slice(from, from + subscriptionsPerQuery);
      tasks.push(() => readQuery(reader, query, some, tenant.tenantId, keep, problems, signal));
    }
  }
  for (const subscriptionId of tenant.subscriptionIds) {
    tasks.push(() => readJitPolicies(reader, subscriptionId, tenant.tenantId, keep, problems, signal));
  }
  await inParallel(tasks, concurrency, signal);
}

async function readQuery(
  reader: ArmReader,
  query: GraphQuery,
  subscriptions: readonly string[],
  tenantId: string,
  keep: Keep,
  problems: ReadingProblem[],
  signal?: AbortSignal,
): Promise<void> {
  try {
    let skipToken: string | undefined;
    let rows = 0;
    do {
      const page = await reader.query(query.text, subscriptions, skipToken, signal);
      const resources = page.rows.filter(isResource).map(withoutEmpty);
      rows += page.rows.length;
      keep(resources, query);
      if (page.truncated || (page.skipToken === undefined && rows < page.totalRecords)) {
        problems.push({
          kind: 'truncated',
          what: query.title,
          tenantId,
          message: `Azure returned ${rows} of ${page.totalRecords} ${query.title}: what is missing here is not known. Choose fewer subscriptions.`,
        });
      }
      if (page.skipToken !== undefined && page.skipToken === skipToken) break;
      skipToken = page.skipToken;
    } while (skipToken !== undefined);
  } catch (error) {
    if (signal?.aborted) return;
    problems.push(problemOf(error, query.title, tenantId));
  }
}

async function readJitPolicies(
  reader: ArmReader,
  subscriptionId: string,
  tenantId: string,
  keep: Keep,
  problems: ReadingProblem[],
  signal?: AbortSignal,
): Promise<void> {
  try {
    const path = `/subscriptions/${encodeURIComponent(subscriptionId)}/providers/Microsoft.Security/jitNetworkAccessPolicies?api-version=2020-01-01`;
    keep((await reader.list(path, signal)).filter(isResource));
  } catch (error) {
    if (signal?.aborted) return;
    // A subscription that never used Defender for Cloud has no policies.
    if (error instanceof AzureFailure && (error.status === 404 || error.code === 'MissingSubscriptionRegistration'))
      return;
    problems.push(problemOf(error, 'just-in-time policies', tenantId, subscriptionId));
  }
}

function problemOf(error: unknown, what: string, tenantId: string, subscriptionId?: string): ReadingProblem {
  return {
    kind: 'failed',
    what,
    tenantId,
    ...(subscriptionId === undefined ? {} : { subscriptionId }),
    message: explain(error),
    ...(error instanceof SignInNeededError || (error instanceof AzureFailure && error.status === 401)
      ? { signIn: true }
      : {}),
  };
}

function isResource(row: unknown): row is ArmResource {
  return typeof row === 'object' && row !== null && !Array.isArray(row) && typeof (row as ArmResource).id === 'string';
}

/** Resource Graph fills in '' and null for what a resource does not have. */
function withoutEmpty(row: ArmResource): ArmResource {
  const kept = Object.entries(row).filter(([, value]) => value !== '' && value !== null);
  return Object.fromEntries(kept);
}

/** Runs the tasks, so many at a time, until all are done or the signal is aborted. */
async function inParallel(
  tasks: readonly (() => Promise<void>)[],
  concurrency: number,
  signal?: AbortSignal,
): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < tasks.length && !signal?.aborted) await tasks[next++]!();
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, tasks.length) }, worker));
}
