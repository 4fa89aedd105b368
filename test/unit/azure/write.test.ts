import assert from 'node:assert/strict';
import {
  createHttpHeaders,
  type HttpClient,
  type PipelineRequest,
  type PipelineResponse,
  RestError,
} from '@azure/core-rest-pipeline';
import type { Cloud } from '../../../src/azure/cloud.ts';
import { AzureFailure } from '../../../src/azure/failure.ts';
import { type ArmWriter, createArmWriter } from '../../../src/azure/write.ts';
import { credentialFor, FakeClock } from './local-azure.ts';

const origin = 'https://arm.invalid';
const cloud: Cloud = {
  name: 'Test',
  resourceManager: origin,
  portal: origin,
  scope: `${origin}/.default`,
  authority: origin,
  authenticationProvider: 'microsoft',
};
const group = '/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/networkSecurityGroups/web';
const rule = `${group}/securityRules/ssh`;
const succeeded = { properties: { provisioningState: 'Succeeded' } };

interface Script {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

describe('writing to the resource manager', () => {
  let clock: FakeClock;
  let sent: PipelineRequest[];

  beforeEach(() => {
    clock = new FakeClock();
    sent = [];
  });

  /** A writer that gets these answers, one after another; an error is thrown. */
  const writerOf = (...answers: readonly (Script | Error)[]): Promise<ArmWriter> => {
    const left = [...answers];
    const client: HttpClient = {
      async sendRequest(request): Promise<PipelineResponse> {
        sent.push(request);
        const next = left.shift();
        if (!next) throw new Error(`not in the script: ${request.method} ${request.url}`);
        if (next instanceof Error) throw next;
        const bodyAsText = next.body === undefined ? null : JSON.stringify(next.body);
        return { request, status: next.status, headers: createHttpHeaders(next.headers ?? {}), bodyAsText };
      },
    };
    return createArmWriter({
      cloud,
      credential: credentialFor('t'),
      clock,
      client,
    });
  };
  const step = { method: 'PUT', id: rule, apiVersion: '2024-05-01', body: { properties: {} } } as const;
  const calls = (): string[] => sent.map(({ method, url }) => `${method} ${url.slice(origin.length).split('?')[0]}`);
  const error = (code: string, details: readonly string[] = []): object => ({
    error: { code, message: code, details: details.map(one => ({ code: one, message: one })) },
  });

  it('sends conditions, follows the newest address of an operation, and gives the resource at rest', async () => {
    const writer = await writerOf(
      { status: 201, headers: { 'azure-asyncoperation': `${origin}/operations/1?s=1`, 'retry-after': '3' } },
      {
        status: 200,
        headers: { 'azure-asyncoperation': `${origin}/operations/1?s=2` },
        body: { status: 'InProgress' },
      },
      { status: 200, body: { status: 'Succeeded' } },
      { status: 200, body: { properties: { provisioningState: 'Updating' } } },
      { status: 200, body: { ...succeeded, etag: 'W/"2"' } },
    );
    const after = await writer.write({ ...step, ifMatch: 'W/"1"' });
    assert.deepEqual(after, { ...succeeded, etag: 'W/"2"' });
    assert.equal(sent[0]!.headers.get('if-match'), 'W/"1"');
    assert.deepEqual(
      sent.slice(1, 3).map(one => one.url),
      [`${origin}/operations/1?s=1`, `${origin}/operations/1?s=2`],
    );
    assert.equal(clock.sleeps[0], 3000);
  });

  it('follows a deletion by its Location alone, until there is no resource', async () => {
    const writer = await writerOf(
      { status: 202, headers: { location: `${origin}/results/1?s=1` } },
      { status: 202, headers: { location: `${origin}/results/1?s=2` } },
      { status: 204 },
      { status: 404, body: error('NotFound') },
    );
    assert.equal(await writer.write({ ...step, method: 'DELETE', body: null }), undefined);
    assert.deepEqual(calls(), [`DELETE ${rule}`, 'GET /results/1', 'GET /results/1', `GET ${rule}`]);
  });

  const again: readonly [string, Script][] = [
    ['429 with a time', { status: 429, headers: { 'retry-after': '9' }, body: error('TooManyRequests') }],
    [
      '429 of the network provider',
      { status: 429, body: error('RetryableError', ['RetryableErrorDueToAnotherOperation']) },
    ],
    ['409 of a network', { status: 409, body: error('AnotherOperationInProgress') }],
    ['400 with the same word', { status: 400, body: error('AnotherOperationInProgress') }],
  ];
  for (const [title, refusal] of again)
    it(`waits and sends again what says "not now": ${title}`, async () => {
      const writer = await writerOf(refusal, refusal, { status: 200 }, { status: 200, body: succeeded });
      await writer.write(step);
      assert.deepEqual(calls(), [...Array(3).fill(`PUT ${rule}`), `GET ${rule}`]);
      assert.ok(clock.sleeps.every(one => one >= (title.includes('time') ? 9000 : 1000)));
    });

  const meanings: readonly [string, readonly (Script | Error)[], 'outdated' | 'unknown' | 'refused'][] = [
    ['412', [{ status: 412, body: error('PreconditionFailed') }], 'outdated'],
    [
      'an operation superseded by another',
      [
        { status: 200, headers: { 'azure-asyncoperation': `${origin}/operations/1` } },
        {
          status: 200,
          body: { status: 'Canceled', ...error('Canceled', ['CanceledAndSupersededDueToAnotherOperation']) },
        },
      ],
      'outdated',
    ],
    ['a broken connection', [new RestError('socket hang up', { code: 'REQUEST_SEND_ERROR' })], 'unknown'],
    ['a request that took too long', [Object.assign(new Error('aborted'), { name: 'AbortError' })], 'unknown'],
    ['503', [{ status: 503, body: error('ServiceUnavailable') }], 'unknown'],
    ['403', [{ status: 403, body: error('AuthorizationFailed') }], 'refused'],
    ['a lock', [{ status: 409, body: error('ScopeLocked') }], 'refused'],
    ['an invalid rule', [{ status: 400, body: error('SecurityRuleConflict') }], 'refused'],
    [
      'a failed operation',
      [
        { status: 202, headers: { 'azure-asyncoperation': `${origin}/operations/1` } },
        { status: 200, body: { status: 'Failed', ...error('InternalServerError') } },
      ],
      'refused',
    ],
  ];
  for (const [title, answers, meaning] of meanings)
    it(`tells what a failure means: ${title} is ${meaning}`, async () => {
      const writer = await writerOf(...answers);
      await assert.rejects(writer.write(step), failure => {
        assert.equal(writer.meaningOf(failure), meaning);
        return true;
      });
      assert.equal(sent.filter(one => one.method === 'PUT').length, 1, 'a write is never repeated unseen');
    });

  it('does not give up an operation whose status cannot be read for a while', async () => {
    const lost = new RestError('socket hang up', { code: 'REQUEST_SEND_ERROR' });
    const writer = await writerOf(
      { status: 200, headers: { 'azure-asyncoperation': `${origin}/operations/1` } },
      ...[lost, { status: 503 }, { status: 429 }],
      { status: 200, body: { status: 'Succeeded' } },
      { status: 200, body: succeeded },
    );
    assert.deepEqual(await writer.write(step), succeeded);
  });

  it('takes the token nowhere else', async () => {
    const writer = await writerOf({ status: 202, headers: { location: 'https://elsewhere.invalid/results/1' } });
    await assert.rejects(writer.write(step), (failure: unknown) => {
      assert.ok(failure instanceof AzureFailure);
      assert.match(failure.message, /not followed/);
      return true;
    });
    assert.equal(sent.length, 1);
  });

  it('sends one write at a time to a group and its rules, and does not wait for other groups', async () => {
    const running = new Set<string>();
    const seen: number[] = [];
    const client: HttpClient = {
      async sendRequest(request) {
        const root = request.url.includes('/other') ? 'other' : 'web';
        if (request.method === 'PUT') {
          assert.ok(!running.has(root), 'two writes at once');
          running.add(root);
          seen.push(running.size);
          await new Promise(resolve => setTimeout(resolve, 2));
        } else running.delete(root);
        return { request, status: 200, headers: createHttpHeaders(), bodyAsText: JSON.stringify(succeeded) };
      },
    };
    const writer = await createArmWriter({
      cloud,
      credential: credentialFor('t'),
      clock,
      client,
    });
    const ids = [rule, `${group}/securityRules/rdp`, group.toUpperCase(), group.replace(/web$/, 'other')];
    await Promise.all(ids.map(id => writer.write({ ...step, id })));
    assert.equal(Math.max(...seen), 2, 'the other group did not wait');
  });

  it('keeps names in ids from being read as anything else', async () => {
    const writer = await writerOf({ status: 404 });
    await writer.read(`${group}/securityRules/a?b#c d`, '2024-05-01');
    assert.equal(sent[0]!.url, `${origin}${group}/securityRules/a%3Fb%23c%20d?api-version=2024-05-01`);
  });
});
