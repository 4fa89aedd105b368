import { AbortError } from '@azure/abort-controller';
import { createHttpHeaders, type HttpClient, RestError } from '@azure/core-rest-pipeline';
import type { AzureServer } from './server.ts';

/** Carries the requests of Azure's pipeline to the local Azure without a network. */
export function inProcessClient(azure: AzureServer): HttpClient {
  return {
    async sendRequest(request) {
      if (request.abortSignal?.aborted) throw new AbortError('The operation was aborted.');
      const url = new URL(request.url);
      const body = typeof request.body === 'string' ? request.body : '';
      const answer = await azure.exchange(
        request.method,
        `${url.pathname}${url.search}`,
        Object.fromEntries([...request.headers].map(([name, value]) => [name.toLowerCase(), value])),
        body,
      );
      if (!answer) throw new RestError('socket hang up', { code: 'REQUEST_SEND_ERROR', request });
      const { status, headers = {}, body: text } = answer;
      return {
        request,
        status,
        headers: createHttpHeaders(headers),
        bodyAsText: text === undefined ? null : typeof text === 'string' ? text : JSON.stringify(text),
      };
    },
  };
}
