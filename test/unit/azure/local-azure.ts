import type { TokenCredential } from '@azure/core-auth';
import { type ArmReader, createArmReader } from '../../../src/azure/arm-client.ts';
import type { Cloud } from '../../../src/azure/cloud.ts';
import type { Clock } from '../../../src/azure/patience.ts';
import type { AzureServer } from '../../azure-server/server.ts';
import { makeToken } from '../../azure-server/tokens.ts';

/** A clock whose sleeps take no time but move it on. */
export class FakeClock implements Clock {
  time = Date.parse('2026-11-24T10:00:00Z');
  readonly sleeps: number[] = [];

  now(): number {
    return this.time;
  }

  random(): number {
    return 0.5;
  }

  async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.sleeps.push(milliseconds);
    this.time += milliseconds;
  }
}

export function cloudOf(azure: AzureServer): Cloud {
  return {
    name: 'Local',
    resourceManager: azure.endpoint,
    portal: 'https://portal.invalid',
    scope: `${azure.endpoint}/.default`,
    authority: 'https://login.invalid',
    authenticationProvider: 'microsoft-sovereign-cloud',
  };
}

export function credentialFor(tenantId: string, account = 'test@contoso.example'): TokenCredential {
  return {
    getToken: async () => ({ token: makeToken({ tenantId, account }), expiresOnTimestamp: Date.now() + 3_600_000 }),
  };
}

export function readerFor(azure: AzureServer, tenantId: string, clock?: Clock, account?: string): Promise<ArmReader> {
  return createArmReader({
    cloud: cloudOf(azure),
    credential: credentialFor(tenantId, account),
    trusted: azure.certificate,
    ...(clock ? { clock } : {}),
  });
}
