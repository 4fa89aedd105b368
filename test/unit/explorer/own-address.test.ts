import assert from 'node:assert/strict';
import { LookupFailed, lookUpAddresses } from '../../../src/explorer/change/own-address.ts';

describe('looking up one’s own address', () => {
  const asked: { url: string; init: RequestInit }[] = [];
  const answering = (answers: Readonly<Record<string, Response | Error>>) => async (url: string, init: RequestInit) => {
    asked.push({ url, init });
    const answer = answers[url];
    if (answer instanceof Error || !answer) throw answer ?? new Error('not expected');
    return answer;
  };
  beforeEach(() => {
    asked.length = 0;
  });

  it('gives one address of each family, and asks for nothing else', async () => {
    const ask = answering({
      'https://four/': new Response('198.51.100.7\n'),
      'https://six/': new Response('2001:db8::7'),
    });
    assert.deepEqual(await lookUpAddresses(['https://four/', 'https://six/'], ask), ['198.51.100.7', '2001:db8::7']);
    for (const { init } of asked)
      assert.deepEqual(
        [init.method, init.body, init.headers, init.redirect, init.credentials],
        [undefined, undefined, undefined, 'error', 'omit'],
      );
  });

  it('is content with one of them', async () => {
    const ask = answering({ 'https://four/': new Response('198.51.100.7'), 'https://six/': new Error('no IPv6 here') });
    assert.deepEqual(await lookUpAddresses(['https://four/', 'https://six/'], ask), ['198.51.100.7']);
  });

  it('asks over HTTPS only', async () => {
    await assert.rejects(
      lookUpAddresses(['http://four/', 'file:///etc/passwd', 'x'], answering({})),
      /no https address/,
    );
    assert.deepEqual(asked, []);
  });

  for (const [what, answer] of [
    ['a page', new Response('<html>')],
    ['a block', new Response('0.0.0.0/0')],
    ['a tag', new Response('Internet')],
    ['a number', new Response('7')],
    ['several addresses', new Response('198.51.100.7, 198.51.100.8')],
    ['much', new Response('1'.repeat(100_000))],
    ['an error', new Response('198.51.100.7', { status: 500 })],
    ['nothing', new Error('broken')],
  ] as const)
    it(`takes ${what} for no address`, () =>
      assert.rejects(lookUpAddresses(['https://four/'], answering({ 'https://four/': answer })), LookupFailed));

  it('says so when no service is named', () =>
    assert.rejects(lookUpAddresses([], answering({})), /addressLookup names no service/));
});
