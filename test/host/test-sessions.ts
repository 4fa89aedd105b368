import { EventEmitter, type Memento } from 'vscode';
import type { Cloud } from '../../src/azure/cloud.ts';
import type { AzureAccount } from '../../src/azure/sessions.ts';
import type { ExplorerSessions } from '../../src/explorer/account-sessions.ts';
import { demoAccount, demoTenants } from '../azure-server/demo-estate.ts';
import type { AzureServer } from '../azure-server/server.ts';
import { makeToken } from '../azure-server/tokens.ts';

/** Accounts that a test signs in and out. */
export class TestSessions implements ExplorerSessions {
  readonly changed = new EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  signedIn = false;
  prompts = 0;
  /** Tenants that need another sign-in. */
  readonly locked = new Set<string>();

  constructor(private readonly azure: AzureServer) {}

  get cloud(): Cloud {
    const { endpoint } = this.azure;
    return {
      name: 'Test',
      resourceManager: endpoint,
      portal: 'https://portal.invalid',
      scope: `${endpoint}/.default`,
      authority: 'https://login.invalid',
      authenticationProvider: 'microsoft-sovereign-cloud',
    };
  }

  async accounts(): Promise<readonly AzureAccount[]> {
    return this.signedIn ? [{ id: demoAccount, label: demoAccount }] : [];
  }

  async token(
    _account: AzureAccount,
    _scope: string,
    tenantId: string = demoTenants.contoso.tenantId,
  ): Promise<string | undefined> {
    if (!this.signedIn || this.locked.has(tenantId)) return undefined;
    return makeToken({ tenantId, account: demoAccount });
  }

  async signIn(_account?: AzureAccount, tenantId?: string): Promise<void> {
    this.prompts++;
    this.signedIn = true;
    if (tenantId) this.locked.delete(tenantId);
  }
}

export class TestMemory implements Memento {
  readonly #values = new Map<string, unknown>();
  keys = () => [...this.#values.keys()];
  get<T>(key: string, fallback?: T): T {
    return (this.#values.get(key) ?? fallback) as T;
  }
  async update(key: string, value: unknown): Promise<void> {
    this.#values.set(key, value);
  }
}
