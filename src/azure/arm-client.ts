import type { TokenCredential } from '@azure/core-auth';
import type { PipelinePolicy } from '@azure/core-rest-pipeline';
import type { Cloud } from './cloud.ts';
import { AzureFailure, failureOf } from './failure.ts';
import { type PatienceOptions, patiencePolicy, systemClock } from './patience.ts';

/** A page of a Resource Graph answer. */
export interface GraphPage {
  readonly totalRecords: number;
  readonly rows: readonly unknown[];
  /** Azure left rows out and gives no token to get them. */
  readonly truncated: boolean;
  readonly skipToken?: string;
}

/** Reads from Azure Resource Manager with one credential. Errors are {@link AzureFailure}s. */
export interface ArmReader {
  /** One GET; `path` starts with a slash and carries its `api-version`. */
  get(path: string, signal?: AbortSignal): Promise<unknown>;
  /** All items of a list, over its pages. */
  list(path: string, signal?: AbortSignal): Promise<readonly unknown[]>;
  /** A POST that reads, followed by its Location when the answer comes later. */
  ask(path: string, body: unknown, signal?: AbortSignal): Promise<unknown>;
  query(text: string, subscriptions: readonly string[], skipToken?: string, signal?: AbortSignal): Promise<GraphPage>;
}

export interface ArmReaderOptions extends PatienceOptions {
  readonly cloud: Cloud;
  readonly credential: TokenCredential;
  /** PEM of a certificate to trust beside the usual ones: for tests. */
  readonly trusted?: string;
  /** The longest a single request may take, in milliseconds. */
  readonly timeout?: number;
}

/** Makes a reader. The Azure SDK is loaded with the first one. */
export async function createArmReader(options: ArmReaderOptions): Promise<ArmReader> {
  const { createResourceGraph, resources } = await import('@azure/arm-resourcegraph/api');
  const { cloud, credential, clock = systemClock, timeout = 60_000 } = options;
  const context = createResourceGraph(credential, '', {
    endpoint: cloud.resourceManager,
    credentials: { scopes: [cloud.scope] },
    retryOptions: { maxRetries: 0 },
    additionalPolicies: [
      { policy: patiencePolicy(options), position: 'perCall' },
      { policy: timeoutPolicy(timeout), position: 'perCall' },
    ],
    ...(options.trusted === undefined ? {} : { tlsOptions: { ca: options.trusted } }),
    userAgentOptions: { userAgentPrefix: 'portcullis' },
  });
  const origin = new URL(cloud.resourceManager).origin;

  async function get(path: string, signal?: AbortSignal): Promise<unknown> {
    const answer = await guarded(() => context.pathUnchecked(path).get(signal ? { abortSignal: signal } : {}));
    const status = Number(answer.status);
    if (status < 200 || status >= 300) throw failureOf(status, answer.body);
    return answer.body;
  }

  return {
    get,
    async list(path, signal) {
      const items: unknown[] = [];
      const seen = new Set<string>();
      for (let next: string | undefined = path; next !== undefined; ) {
        const page = (await get(next, signal)) as { value?: unknown; nextLink?: unknown };
        if (Array.isArray(page?.value)) items.push(...page.value);
        const link: unknown = page?.nextLink;
        if (typeof link !== 'string' || link === '' || seen.has(link)) break;
        seen.add(link);
        next = withinOrigin(link, origin);
      }
      return items;
    },
    async ask(path, body, signal) {
      const request = { contentType: 'application/json', body, ...(signal ? { abortSignal: signal } : {}) } as const;
      let answer = await guarded(() => context.pathUnchecked(path).post(request as object));
      for (let polls = 0; Number(answer.status) === 202; polls++) {
        const { location, 'retry-after': retryAfter } = answer.headers as Record<string, string | undefined>;
        if (location === undefined || polls >= 60) {
          throw new AzureFailure(
            202,
            'OperationDidNotEnd',
            'Azure did not finish the question in time: try again later.',
          );
        }
        const seconds = Number(retryAfter ?? Math.min(1 + polls, 5));
        await clock.sleep(Math.max(0, Number.isFinite(seconds) ? seconds : 1) * 1000, signal);
        const next = withinOrigin(location, origin);
        answer = await guarded(() => context.pathUnchecked(next).get(signal ? { abortSignal: signal } : {}));
      }
      const status = Number(answer.status);
      if (status < 200 || status >= 300) throw failureOf(status, answer.body);
      return answer.body;
    },
    async query(text, subscriptions, skipToken, signal) {
      const answer = await guarded(() =>
        resources(
          context,
          {
            query: text,
            subscriptions: [...subscriptions],
            options: { resultFormat: 'objectArray', top: 1000, ...(skipToken === undefined ? {} : { skipToken }) },
          },
          signal ? { abortSignal: signal } : {},
        ),
      );
      return {
        totalRecords: answer.totalRecords,
        rows: Array.isArray(answer.data) ? answer.data : [],
        truncated: answer.resultTruncated === 'true' && !answer.skipToken,
        ...(answer.skipToken ? { skipToken: answer.skipToken } : {}),
      };
    },
  };
}

function timeoutPolicy(timeout: number): PipelinePolicy {
  return {
    name: 'timeout',
    sendRequest(request, next) {
      request.timeout = timeout;
      return next(request);
    },
  };
}

/** Turns what the SDK throws into an {@link AzureFailure}; aborts and missing sign-ins stay what they are. */
async function guarded<T>(call: () => PromiseLike<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    const { statusCode, name, code, details } = error as {
      statusCode?: unknown;
      name?: unknown;
      code?: unknown;
      details?: unknown;
    };
    if (name === 'AbortError' || !(error instanceof Error)) throw error;
    if (name !== 'RestError') throw error;
    if (statusCode !== undefined) {
      const failure = failureOf(Number(statusCode), details);
      throw failure.code.startsWith('Http')
        ? new AzureFailure(Number(statusCode), String(code ?? failure.code), error.message)
        : failure;
    }
    throw new AzureFailure(
      0,
      'ConnectionFailed',
      `Azure could not be reached (${error.message}): check the connection and refresh.`,
    );
  }
}

/** A link in an answer leads on only within the resource manager: the token goes nowhere else. */
function withinOrigin(link: string, origin: string): string {
  const url = new URL(link, origin);
  if (url.origin !== origin) {
    throw new AzureFailure(
      0,
      'ForeignLink',
      `Azure's answer leads to ${url.origin}, which is not the resource manager: not followed.`,
    );
  }
  return `${url.pathname}${url.search}`;
}
