import { createHash } from 'node:crypto';
import { ArmError } from './errors.ts';

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

interface Operation {
  readonly id: string;
  readonly prefix: string;
  readonly apiVersion: string;
  readonly startedAt: number;
  readonly completesAt: number;
  /** Done when the time has come; throws what makes the operation fail. */
  complete: () => unknown;
  /** `results`: the final answer of a GET of the Location. */
  readonly finalStatus: 200 | 204;
  outcome?:
    | { readonly status: 'Succeeded'; readonly result: unknown }
    | { readonly status: 'Failed'; readonly error: object };
  /** Signatures of Location URLs already followed: each poll must use the newest one. */
  readonly used: Set<string>;
  newest: string;
}

export interface OperationLinks {
  readonly asyncOperation: string;
  readonly location: string;
}

const digestOf = (text: string): string => createHash('sha256').update(text).digest('base64url');

/** Real addresses of operations carry a certificate chain and are longer than 4 KB. */
const certificateChain = Array.from({ length: 90 }, (_, index) => digestOf(`c${index}`)).join('');

/** Long-running operations: `Azure-AsyncOperation` for a status, `Location` (newly signed with every answer) for a result. */
export class Operations {
  readonly #operations = new Map<string, Operation>();
  #count = 0;

  constructor(
    private readonly endpoint: () => string,
    private readonly now: () => number,
  ) {}

  start(options: {
    subscriptionId: string;
    provider: string;
    location: string;
    apiVersion: string;
    milliseconds: number;
    finalStatus?: 200 | 204;
    complete: () => unknown;
  }): OperationLinks {
    const id = guidOf(`operation ${++this.#count}`);
    const prefix = `/subscriptions/${options.subscriptionId}/providers/${options.provider}/locations/${options.location || 'global'}`;
    const operation: Operation = {
      id,
      prefix,
      apiVersion: options.apiVersion,
      startedAt: this.now(),
      completesAt: this.now() + options.milliseconds,
      complete: options.complete,
      finalStatus: options.finalStatus ?? 204,
      used: new Set(),
      newest: '',
    };
    this.#operations.set(id, operation);
    return { asyncOperation: this.#url(operation, 'operations'), location: this.#location(operation) };
  }

  /** Lets an operation, by the address that a client has of it, do what it does and fail all the same. */
  fail(link: string, after: () => void, error: ArmError): void {
    const id = /\/operations\/([^/?]+)/i.exec(link)?.[1]?.toLowerCase();
    const operation = id === undefined ? undefined : this.#operations.get(id);
    if (!operation) return;
    const { complete } = operation;
    operation.complete = () => {
      complete();
      after();
      throw error;
    };
  }

  /** Forgets all operations: what they would still do is not done. */
  clear(): void {
    this.#operations.clear();
  }

  /** Completes what has had its time; everything `atOnce`. */
  settle(atOnce = false): void {
    for (const operation of this.#operations.values()) {
      if (operation.outcome || (!atOnce && operation.completesAt > this.now())) continue;
      try {
        operation.outcome = { status: 'Succeeded', result: operation.complete() };
      } catch (error) {
        if (!(error instanceof ArmError)) throw error;
        operation.outcome = { status: 'Failed', error: (error.body as { error: object }).error };
      }
    }
  }

  poll(kind: string, id: string, url: URL): Answer {
    const operation = this.#operations.get(id.toLowerCase());
    if (!operation) throw new ArmError(404, 'OperationNotFound', `Operation ${id} could not be found.`);
    if (kind.toLowerCase() === 'operations') {
      const { outcome } = operation;
      const status = outcome?.status ?? 'InProgress';
      const failure = outcome?.status === 'Failed' ? { error: outcome.error } : {};
      if (!operation.prefix.includes('/Microsoft.Compute/')) return { status: 200, body: { status, ...failure } };
      const startTime = new Date(operation.startedAt).toISOString();
      const end = outcome ? { endTime: new Date(operation.completesAt).toISOString() } : {};
      return { status: 200, body: { startTime, ...end, status, ...failure, name: operation.id } };
    }
    const signature = url.searchParams.get('s') ?? '';
    if (operation.used.has(signature) && signature !== operation.newest) {
      throw new ArmError(
        403,
        'InvalidOperationSignature',
        'The signature of the operation URL is no longer valid: use the Location of the last answer.',
      );
    }
    operation.used.add(signature);
    const headers = { location: this.#location(operation) };
    if (!operation.outcome) return { status: 202, headers };
    if (operation.outcome.status === 'Failed')
      return { status: 400, headers, body: { error: operation.outcome.error } };
    if (operation.finalStatus === 204) return { status: 204, headers };
    return { status: 200, headers, body: operation.outcome.result };
  }

  #location(operation: Operation): string {
    return this.#url(operation, 'operationResults');
  }

  #url(operation: Operation, kind: string): string {
    const time = (this.now() * 10_000 + ++this.#count).toFixed(0);
    const sign = (salt: string) => digestOf(`${operation.id}${time}${salt}`);
    const signature = sign('s');
    if (kind === 'operationResults') operation.newest = signature;
    return `${this.endpoint()}${operation.prefix}/${kind}/${operation.id}?api-version=${operation.apiVersion}&t=${time}&c=${certificateChain}&s=${signature}&h=${sign('h')}`;
  }
}

/** A guid that is the same for the same text: estates are the same on every start. */
export function guidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}
