import { ArmError } from './errors.ts';
import { parsePath } from './ids.ts';
import type { Json, Resource } from './json.ts';
import { parseQuery } from './kusto.ts';
import type { Answer } from './operations.ts';
import { render } from './resources.ts';
import type { ResourceStore } from './store.ts';

export interface GraphContext {
  readonly store: ResourceStore;
  /** Rows of tables that are not resources of the store: `networkresources`, `securityresources`, `resourcecontainers`. */
  readonly rows: (table: string) => Iterable<Json>;
  readonly tenantOf: (subscriptionId: string) => string | undefined;
  readonly mayRead: (row: Json) => boolean;
  readonly pageSize: () => number;
}

/** The quota of Resource Graph: so many queries in a window for each user. */
export class GraphQuota {
  limit = Number.POSITIVE_INFINITY;
  windowMilliseconds = 5000;
  #started = 0;
  #used = 0;

  constructor(private readonly now: () => number) {}

  /** Headers for the answer; throws when the quota is used up. */
  spend(): Record<string, string> {
    if (this.now() - this.#started >= this.windowMilliseconds) {
      this.#started = this.now();
      this.#used = 0;
    }
    const left = Math.min(this.limit, 15) - this.#used - 1;
    const seconds = Math.ceil((this.#started + this.windowMilliseconds - this.now()) / 1000);
    const headers = {
      'x-ms-user-quota-remaining': String(Number.isFinite(this.limit) ? Math.max(left, 0) : 14),
      'x-ms-user-quota-resets-after': `00:00:${String(seconds).padStart(2, '0')}`,
      'x-ms-ratelimit-remaining-tenant-resource-requests': String(Math.max(left, 0)),
    };
    if (this.#used >= this.limit) {
      throw new ArmError(
        429,
        'RateLimiting',
        'Please provide below info when asking for support: timestamp = 2026-01-01T00:00:00Z, correlationId = local.',
        {
          details: [
            {
              code: 'RateLimiting',
              message:
                'Client application has been throttled and should not attempt to repeat the request until an amount of time has elapsed. Please see https://aka.ms/resourcegraph-throttling for help.',
            },
          ],
        },
        headers,
      );
    }
    this.#used++;
    return headers;
  }
}

/** `POST /providers/Microsoft.ResourceGraph/resources`. */
export class ResourceGraph {
  /** A paged result is computed once: a page is a slice of it. */
  readonly #results = new Map<string, Json[]>();
  #count = 0;

  constructor(
    private readonly context: GraphContext,
    readonly quota: GraphQuota,
  ) {}

  query(body: Json, truncate: boolean): Answer {
    const headers = this.quota.spend();
    const subscriptions: string[] = body?.subscriptions ?? [];
    if (subscriptions.length > 1000)
      throw new ArmError(400, 'BadRequest', 'At most 1000 subscriptions may be named in one query.');
    const options = body?.options ?? {};
    const top = Math.min(Number(options.$top ?? 1000), 1000, this.context.pageSize());
    const token = readSkipToken(options.$skipToken);
    const signature = JSON.stringify([body?.query, subscriptions]);
    if (token && token.signature !== hash(signature)) {
      throw new ArmError(400, 'BadRequest', 'The skip token does not belong to this query.');
    }
    let key = token?.key;
    let rows = key === undefined ? undefined : this.#results.get(key);
    if (!rows) {
      if (token) throw new ArmError(400, 'BadRequest', 'The skip token has expired.');
      rows = this.#run(String(body?.query ?? ''), new Set(subscriptions.map(id => id.toLowerCase())));
      key = String(++this.#count);
      this.#results.set(key, rows);
    }
    const from = token?.from ?? Number(options.$skip ?? 0);
    let data = rows.slice(from, from + top);
    const next = from + top;
    const more = next < rows.length;
    if (!more) this.#results.delete(key!);
    if (truncate) data = data.slice(0, Math.ceil(data.length / 2));
    return {
      status: 200,
      headers,
      body: {
        totalRecords: rows.length,
        count: data.length,
        data,
        facets: [],
        resultTruncated: truncate ? 'true' : 'false',
        ...(more && !truncate
          ? { $skipToken: writeSkipToken({ key: key!, from: next, signature: hash(signature) }) }
          : {}),
      },
    };
  }

  #run(text: string, subscriptions: ReadonlySet<string>): Json[] {
    const query = parseQuery(text);
    const rows: Json[] = [];
    for (const row of this.#table(query.table)) {
      const subscriptionId = String(row.subscriptionId ?? '').toLowerCase();
      if (subscriptions.size > 0 && !subscriptions.has(subscriptionId)) continue;
      if (this.context.mayRead(row)) rows.push(row);
    }
    return query.run(rows);
  }

  *#table(table: string): Iterable<Json> {
    const inScaleSet = (resource: Resource) =>
      resource.type.toLowerCase().startsWith('microsoft.compute/virtualmachinescalesets/');
    if (table === 'resources' || table === 'computeresources') {
      for (const resource of this.context.store.all()) {
        if (inScaleSet(resource) === (table === 'computeresources')) yield this.#row(resource);
      }
      return;
    }
    yield* this.context.rows(table);
  }

  #row(resource: Resource): Json {
    const path = parsePath(resource.id);
    const out = render(resource, this.context.store);
    return {
      id: out.id,
      name: out.name,
      type: out.type.toLowerCase(),
      tenantId: this.context.tenantOf(path.subscriptionId ?? '') ?? '',
      kind: out.kind ?? '',
      location: out.location ?? '',
      resourceGroup: path.resourceGroup?.toLowerCase() ?? '',
      subscriptionId: path.subscriptionId ?? '',
      managedBy: '',
      sku: out.sku ?? null,
      plan: null,
      properties: out.properties,
      tags: out.tags ?? null,
      identity: out.identity ?? null,
      zones: out.zones ?? null,
      extendedLocation: null,
    };
  }
}

interface SkipToken {
  readonly key: string;
  readonly from: number;
  readonly signature: string;
}

function writeSkipToken(token: SkipToken): string {
  return Buffer.from(
    JSON.stringify({
      $id: '1',
      MaxRows: 1000,
      RowsToSkip: token.from,
      KustoClusterUrl: 'https://local.invalid',
      ...token,
    }),
  ).toString('base64');
}

function readSkipToken(text: unknown): SkipToken | undefined {
  if (text === undefined || text === null || text === '') return undefined;
  try {
    return JSON.parse(Buffer.from(String(text), 'base64').toString()) as SkipToken;
  } catch {
    throw new ArmError(400, 'BadRequest', 'The skip token is not valid.');
  }
}

function hash(text: string): string {
  let value = 0;
  for (let index = 0; index < text.length; index++) value = (Math.imul(value, 31) + text.charCodeAt(index)) | 0;
  return value.toString(36);
}
