import type { PipelinePolicy, PipelineRequest, PipelineResponse, SendRequest } from '@azure/core-rest-pipeline';

/** The time and chance that waiting depends on; tests give their own. */
export interface Clock {
  now(): number;
  /** Resolves after that time; rejects with the signal's reason when it is aborted before. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
  /** From 0 to 1. */
  random(): number;
}

export const systemClock: Clock = {
  now: Date.now,
  random: Math.random,
  sleep: (milliseconds, signal) =>
    new Promise((resolve, reject) => {
      const stop = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', stop);
        resolve();
      }, milliseconds);
      signal?.addEventListener('abort', stop, { once: true });
    }),
};

/** When the next Resource Graph query may be sent: the quota is one for all queries of a person. */
export class QueryQuota {
  freeAt = 0;

  /**
   * Takes over what an answer says about the quota.
   * https://learn.microsoft.com/azure/governance/resource-graph/concepts/guidance-for-throttled-requests
   */
  note(remaining: string | undefined, resetsAfter: string | undefined, now: number): void {
    const pause = spanOf(resetsAfter);
    if (remaining !== undefined && Number(remaining) <= 0 && pause !== undefined) {
      this.freeAt = Math.max(this.freeAt, now + pause);
    }
  }
}

export interface PatienceOptions {
  readonly clock?: Clock;
  readonly quota?: QueryQuota;
  /** How often a request is sent at most. */
  readonly attempts?: number;
  /** The longest single wait that is accepted, in milliseconds; Azure asking for more is a failure. */
  readonly longestWait?: number;
  /** Told of every wait. */
  readonly waiting?: (milliseconds: number, reason: 'quota' | 'throttled' | 'failed') => void;
}

const retried = new Set([408, 429, 500, 502, 503, 504]);

/**
 * Sends a request that only reads again when it was throttled, failed or lost: after `Retry-After` or the quota's
 * reset when Azure names them, else after exponentially growing times with jitter. Writes are not repeated here, for a
 * lost answer may have been a success.
 */
export function patiencePolicy(options: PatienceOptions = {}): PipelinePolicy {
  const { clock = systemClock, quota, attempts = 6, longestWait = 120_000 } = options;
  return {
    name: 'patience',
    async sendRequest(request, next) {
      if (!onlyReads(request)) return next(request);
      const isQuery = request.url.toLowerCase().includes('/providers/microsoft.resourcegraph/');
      for (let attempt = 1; ; attempt++) {
        if (isQuery && quota && quota.freeAt > clock.now()) {
          const pause = quota.freeAt - clock.now();
          options.waiting?.(pause, 'quota');
          await clock.sleep(pause, signalOf(request));
        }
        const outcome = await send(request, next);
        const response = 'response' in outcome ? outcome.response : undefined;
        if (isQuery && response) {
          const { headers } = response;
          quota?.note(
            headers.get('x-ms-user-quota-remaining'),
            headers.get('x-ms-user-quota-resets-after'),
            clock.now(),
          );
        }
        const again = response ? retried.has(response.status) : isLost('error' in outcome ? outcome.error : undefined);
        const pause = waitFor(response, attempt, clock);
        if (!again || attempt >= attempts || pause > longestWait || request.abortSignal?.aborted) {
          if (response) return response;
          throw (outcome as { error: unknown }).error;
        }
        options.waiting?.(pause, response?.status === 429 ? 'throttled' : 'failed');
        await clock.sleep(pause, signalOf(request));
      }
    },
  };
}

async function send(
  request: PipelineRequest,
  next: SendRequest,
): Promise<{ response: PipelineResponse } | { error: unknown }> {
  try {
    return { response: await next(request) };
  } catch (error) {
    return { error };
  }
}

const questions = /\/microsoft\.resourcegraph\/|\/ipflowverify\b|\/effectivenetworksecuritygroups\b/i;

function onlyReads(request: PipelineRequest): boolean {
  return request.method === 'GET' || request.method === 'HEAD' || questions.test(request.url);
}

/** A connection that broke or could not be made; not an abort, and not a missing sign-in. */
function isLost(error: unknown): boolean {
  const code = (error as { code?: unknown } | undefined)?.code;
  const name = (error as { name?: unknown } | undefined)?.name;
  return name !== 'AbortError' && (code === 'REQUEST_SEND_ERROR' || code === 'ECONNRESET' || code === 'ETIMEDOUT');
}

function waitFor(response: PipelineResponse | undefined, attempt: number, clock: Clock): number {
  const named =
    secondsOf(response?.headers.get('retry-after'), clock.now()) ??
    (response?.status === 429 ? spanOf(response.headers.get('x-ms-user-quota-resets-after')) : undefined);
  // A little more than asked for, so that many clients do not come back in the same moment.
  if (named !== undefined) return named + Math.round(clock.random() * 250);
  const ceiling = Math.min(1000 * 2 ** (attempt - 1), 30_000);
  return Math.round(ceiling / 2 + (clock.random() * ceiling) / 2);
}

/** `Retry-After` as seconds or as a date, in milliseconds. */
function secondsOf(text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d+$/.test(text.trim())) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** `hh:mm:ss` in milliseconds. */
function spanOf(text: string | undefined): number | undefined {
  const match = /^(\d+):(\d{2}):(\d{2})/.exec(text ?? '');
  return match ? ((Number(match[1]) * 60 + Number(match[2])) * 60 + Number(match[3])) * 1000 : undefined;
}

function signalOf(request: PipelineRequest): AbortSignal | undefined {
  return request.abortSignal as AbortSignal | undefined;
}
