/** Something that goes wrong with chosen requests. */
export interface Fault {
  /** Which of the requests that match goes wrong: the first is 1. Left out: every one. */
  readonly call?: number;
  /** How many in a row from `call` on; 1 when left out. */
  readonly times?: number;
  readonly method?: string;
  /** Matched against the path with its query, in any letter case. */
  readonly path?: RegExp;
  readonly effect: FaultEffect;
}

export type FaultEffect =
  /** Answered instead of the service, before anything has happened. */
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly body?: unknown;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** The request is carried out, and its answer lost. */
  | {
      readonly kind: 'answer-after';
      readonly status: number;
      readonly body?: unknown;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** The connection breaks before anything has happened. */
  | { readonly kind: 'drop' }
  /** The request is carried out, and then the connection breaks. */
  | { readonly kind: 'drop-after' }
  | { readonly kind: 'slow'; readonly milliseconds: number }
  /** A Resource Graph page loses its second half and says so. */
  | { readonly kind: 'truncate' }
  /** A write is accepted, and its long-running operation fails. */
  | { readonly kind: 'operation-fails'; readonly code: string; readonly message: string }
  /** A write is carried out, and its long-running operation fails all the same: the resource is left as `Failed`. */
  | { readonly kind: 'operation-fails-after'; readonly code: string; readonly message: string }
  /** Runs something between the client's calls: another writer, a deletion. */
  | { readonly kind: 'meanwhile'; readonly run: () => void };

export const throttled = (retryAfter?: number): FaultEffect => ({
  kind: 'answer',
  status: 429,
  ...(retryAfter === undefined ? {} : { headers: { 'retry-after': String(retryAfter) } }),
  body: {
    error: {
      code: retryAfter === undefined ? 'RetryableError' : 'TooManyRequests',
      message: 'The request is being throttled as the limit has been reached for operation type - Write.',
    },
  },
});

export const serverError = (status = 500): FaultEffect => ({
  kind: 'answer',
  status,
  body: { error: { code: 'InternalServerError', message: 'An error occurred.', details: [] } },
});

export class Faults {
  #faults: { fault: Fault; seen: number }[] = [];

  add(...faults: Fault[]): void {
    this.#faults.push(...faults.map(fault => ({ fault, seen: 0 })));
  }

  clear(): void {
    this.#faults = [];
  }

  /** The effects for a request, which is counted. */
  next(method: string, url: string): FaultEffect[] {
    const effects: FaultEffect[] = [];
    for (const entry of this.#faults) {
      const { method: wanted, path, call, times = 1, effect } = entry.fault;
      if (wanted !== undefined && wanted !== method) continue;
      if (path && !new RegExp(path.source, 'i').test(url)) continue;
      entry.seen++;
      if (call === undefined || (entry.seen >= call && entry.seen < call + times)) effects.push(effect);
    }
    return effects;
  }
}
