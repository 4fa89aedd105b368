import type { TokenCredential } from '@azure/core-auth';
import type { HttpClient, HttpMethods, PipelineResponse } from '@azure/core-rest-pipeline';
import type { Cloud } from './cloud.ts';
import { AzureFailure, failureOf } from './failure.ts';
import { type Clock, systemClock } from './patience.ts';

/** One write to Azure Resource Manager, to be carried out to its end. */
export interface ArmWrite {
  readonly method: 'PUT' | 'DELETE' | 'POST';
  readonly id: string;
  readonly apiVersion: string;
  readonly body: unknown;
  readonly ifMatch?: string;
  readonly ifNoneMatch?: '*';
}

/** Writes single resources and reads them fresh from the resource manager. Errors are {@link AzureFailure}s. */
export interface ArmWriter {
  /** The resource as it is once no operation is under way on it; undefined when there is none. */
  read(id: string, apiVersion: string, signal?: AbortSignal): Promise<unknown>;
  /**
   * Resolves when Azure has finished, not when it has accepted, with the resource as it is then. Nothing interrupts it:
   * a request that was sent may arrive after its sender has given up.
   */
  write(write: ArmWrite): Promise<unknown>;
  /** `outdated`: others wrote meanwhile, nothing was done. `unknown`: it may have been carried out. */
  meaningOf(error: unknown): 'outdated' | 'unknown' | 'refused';
  /** Waits before the same thing is tried again. */
  pause(attempt: number, signal?: AbortSignal): Promise<void>;
}

export interface ArmWriterOptions {
  readonly cloud: Cloud;
  readonly credential: TokenCredential;
  readonly clock?: Clock;
  /** PEM of a certificate to trust beside the usual ones: for tests. */
  readonly trusted?: string;
  /** In place of the network: for tests. */
  readonly client?: HttpClient;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly response: PipelineResponse;
}

const mostPolls = 600;
const mostTries = 5;

/**
 * Makes a writer over Azure's request pipeline. A write is never repeated when its answer was lost: whether it was
 * carried out is for the caller to read. Long-running operations are followed by the headers of each answer, whose
 * signed addresses change from poll to poll.
 * https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations
 */
export async function createArmWriter(options: ArmWriterOptions): Promise<ArmWriter> {
  const pipelines = await import('@azure/core-rest-pipeline');
  const { cloud, credential, clock = systemClock } = options;
  const pipeline = pipelines.createPipelineFromOptions({
    retryOptions: { maxRetries: 0 },
    redirectOptions: { maxRetries: 0 },
    userAgentOptions: { userAgentPrefix: 'portcullis' },
    ...(options.trusted === undefined ? {} : { tlsOptions: { ca: options.trusted } }),
  });
  pipeline.addPolicy(pipelines.bearerTokenAuthenticationPolicy({ credential, scopes: cloud.scope }));
  const client = options.client ?? pipelines.createDefaultHttpClient();
  const queues = new Map<string, Promise<unknown>>();
  const origin = new URL(cloud.resourceManager).origin;

  async function call(
    method: HttpMethods,
    url: string,
    signal: AbortSignal | undefined,
    { body, ifMatch, ifNoneMatch }: Partial<ArmWrite> = {},
  ): Promise<Answer> {
    if (new URL(url).origin !== origin)
      throw new AzureFailure(0, 'ForeignLink', `Azure's answer leads to another place than ${origin}: not followed.`);
    const headers = pipelines.createHttpHeaders({ accept: 'application/json' });
    if (ifMatch !== undefined) headers.set('If-Match', ifMatch);
    if (ifNoneMatch !== undefined) headers.set('If-None-Match', ifNoneMatch);
    if (body !== undefined && body !== null) headers.set('content-type', 'application/json');
    const request = pipelines.createPipelineRequest({
      url,
      method,
      headers,
      timeout: 60_000,
      ...(body === undefined || body === null ? {} : { body: JSON.stringify(body) }),
      ...(signal ? { abortSignal: signal } : {}),
    });
    let response: PipelineResponse;
    try {
      response = await pipeline.sendRequest(client, request);
    } catch (error) {
      // A request that takes too long ends as an abort, too.
      const { name } = error as { name?: unknown };
      if (signal?.aborted || (name !== 'AbortError' && name !== 'RestError')) throw error;
      throw new AzureFailure(0, 'ConnectionFailed', `The connection to Azure broke (${(error as Error).message}).`);
    }
    return { status: response.status, body: parsed(response.bodyAsText), response };
  }

  /** A call that was refused because of others is sent again; nothing has happened by it. */
  async function patiently(write: ArmWrite): Promise<Answer> {
    for (let attempt = 1; ; attempt++) {
      const answer = await call(write.method, urlOf(write.id, write.apiVersion), undefined, write);
      if (answer.status < 400) return answer;
      const failure = failureOf(answer.status, answer.body);
      if (!comesAgain(failure) || attempt >= mostTries) throw failure;
      const named = Number(answer.response.headers.get('retry-after'));
      const pause = Number.isFinite(named) && named > 0 ? named * 1000 : 1000 * 2 ** attempt;
      await clock.sleep(Math.min(pause, 120_000));
    }
  }

  async function poll(url: string, signal: AbortSignal | undefined): Promise<Answer> {
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = await call('GET', url, signal);
        if (answer.status < 500 && answer.status !== 429) return answer;
        if (attempt >= mostTries) throw failureOf(answer.status, answer.body);
      } catch (error) {
        if (!(error instanceof AzureFailure) || error.code !== 'ConnectionFailed' || attempt >= mostTries) throw error;
      }
      await clock.sleep(1000 * 2 ** attempt, signal);
    }
  }

  async function follow(first: Answer): Promise<void> {
    let answer = first;
    let operation = answer.response.headers.get('azure-asyncoperation');
    let location = answer.response.headers.get('location');
    if (operation === undefined && !(answer.status === 202 && location !== undefined)) return;
    for (let polls = 0; polls < mostPolls; polls++) {
      const seconds = Number(answer.response.headers.get('retry-after') ?? Math.min(1 + polls, 10));
      await clock.sleep((Number.isFinite(seconds) ? Math.min(seconds, 60) : 1) * 1000);
      answer = await poll(operation ?? location!, undefined);
      if (answer.status >= 400) throw failureOf(answer.status, answer.body);
      operation = answer.response.headers.get('azure-asyncoperation') ?? operation;
      location = answer.response.headers.get('location') ?? location;
      if (operation === undefined) {
        if (answer.status !== 202) return;
        continue;
      }
      const { status } = (answer.body ?? {}) as { status?: unknown };
      if (status === 'Succeeded') return;
      if (status === 'Failed' || status === 'Canceled') throw failureOf(answer.status, answer.body);
    }
    throw new AzureFailure(
      202,
      'OperationDidNotEnd',
      'Azure did not finish in time: look at the resource again later.',
    );
  }

  /** Not every provider names the operation of a write: just-in-time policies only show that they are updating. */
  async function atRest(id: string, apiVersion: string, signal?: AbortSignal): Promise<unknown> {
    for (let polls = 0; ; polls++) {
      const answer = await poll(urlOf(id, apiVersion), signal);
      if (answer.status === 404) return undefined;
      if (answer.status >= 400) throw failureOf(answer.status, answer.body);
      const { properties } = (answer.body ?? {}) as { properties?: { provisioningState?: unknown } };
      if (!underWay.has(String(properties?.provisioningState)) || polls >= mostPolls) return answer.body;
      await clock.sleep(Math.min(1 + polls, 10) * 1000, signal);
    }
  }

  /** One write at a time for a group and all of its rules, a load balancer and all of its. */
  function inTurn<T>(id: string, action: () => Promise<T>): Promise<T> {
    const root = /^.*?\/providers\/[^/]+\/[^/]+\/[^/]+/i.exec(id)?.[0].toLowerCase() ?? id;
    const before = queues.get(root) ?? Promise.resolve();
    const turn = before.then(action, action);
    const settled = turn
      .catch(() => undefined)
      .then(() => {
        if (queues.get(root) === settled) queues.delete(root);
      });
    queues.set(root, settled);
    return turn;
  }

  const urlOf = (id: string, apiVersion: string): string =>
    `${origin}${id.split('/').map(encodeURIComponent).join('/')}?api-version=${encodeURIComponent(apiVersion)}`;

  return {
    read: atRest,
    write: write =>
      inTurn(write.id, async () => {
        await follow(await patiently(write));
        return write.method === 'POST' ? undefined : atRest(write.id, write.apiVersion);
      }),
    meaningOf,
    pause: (attempt, signal) => clock.sleep(500 * 2 ** attempt, signal),
  };
}

const underWay = new Set(['Updating', 'Creating', 'Deleting', 'Accepted', 'Running']);

/**
 * A write that Azure has let another one replace is as one that was never made. The code comes inside `Canceled`.
 * https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors
 */
function meaningOf(error: unknown): 'outdated' | 'unknown' | 'refused' {
  if (!(error instanceof AzureFailure)) return 'refused';
  const codes = [error.code, ...error.details.map(detail => detail.code)];
  if (error.status === 412 || codes.includes('CanceledAndSupersededDueToAnotherOperation')) return 'outdated';
  return error.code === 'ConnectionFailed' || error.status >= 500 ? 'unknown' : 'refused';
}

/** Refusals that say "not now": too many calls, or another operation on the same resource. */
function comesAgain({ status, code, details }: AzureFailure): boolean {
  if (status === 429) return true;
  return [code, ...details.map(detail => detail.code)].some(one => notNow.has(one));
}

const notNow = new Set([
  'RetryableError',
  'RetryableErrorDueToAnotherOperation',
  'AnotherOperationInProgress',
  'ReferencedResourceNotProvisioned',
]);

function parsed(text: string | null | undefined): unknown {
  if (!text) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
