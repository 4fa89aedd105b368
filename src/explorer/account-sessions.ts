import { authentication, type Disposable, type Event, EventEmitter, workspace } from 'vscode';
import { type Cloud, cloudOfSettings } from '../azure/cloud.ts';
import type { AzureAccount, AzureSessions } from '../azure/sessions.ts';

/** The accounts that the explorer works with, and the one way to ask a person for another. */
export interface ExplorerSessions extends AzureSessions {
  /** The cloud that the settings name. Throws a `CloudSettingsError` that says what is wrong with them. */
  readonly cloud: Cloud;
  /** Somebody signed in or out, or the settings name another cloud. */
  readonly onDidChange: Event<void>;
  /** Asks the person to sign in: with any account, or with a known one to a tenant. */
  signIn(account?: AzureAccount, tenantId?: string): Promise<void>;
}

/** VS Code's own Microsoft account sessions. Only {@link AccountSessions.signIn} ever opens a prompt. */
export class AccountSessions implements ExplorerSessions, Disposable {
  readonly #changed = new EventEmitter<void>();
  readonly #listeners: readonly Disposable[];
  readonly onDidChange: Event<void> = this.#changed.event;

  constructor() {
    this.#listeners = [
      authentication.onDidChangeSessions(event => {
        if (event.provider.id === 'microsoft' || event.provider.id === 'microsoft-sovereign-cloud')
          this.#changed.fire();
      }),
      workspace.onDidChangeConfiguration(event => {
        if (event.affectsConfiguration('microsoft-sovereign-cloud')) this.#changed.fire();
      }),
    ];
  }

  get cloud(): Cloud {
    const settings = workspace.getConfiguration('microsoft-sovereign-cloud');
    return cloudOfSettings({
      environment: settings.get('environment'),
      customEnvironment: settings.get('customEnvironment'),
    });
  }

  /** Accounts of which a session can be had without asking. */
  async accounts(): Promise<readonly AzureAccount[]> {
    const { authenticationProvider, scope } = this.cloud;
    const all = await authentication.getAccounts(authenticationProvider);
    const usable = await Promise.all(
      all.map(async account => {
        const session = await authentication.getSession(authenticationProvider, [scope], { silent: true, account });
        return session && { id: session.account.id, label: session.account.label };
      }),
    );
    return usable.filter(account => account !== undefined);
  }

  async token(account: AzureAccount, scope: string, tenantId?: string): Promise<string | undefined> {
    const { authenticationProvider } = this.cloud;
    const session = await authentication.getSession(authenticationProvider, scopesOf(scope, tenantId), {
      silent: true,
      account,
    });
    return session?.accessToken;
  }

  async signIn(account?: AzureAccount, tenantId?: string): Promise<void> {
    const { authenticationProvider, scope } = this.cloud;
    await authentication.getSession(authenticationProvider, scopesOf(scope, tenantId), {
      createIfNone: true,
      ...(account ? { account } : { clearSessionPreference: true }),
    });
  }

  dispose(): void {
    for (const listener of this.#listeners) listener.dispose();
    this.#changed.dispose();
  }
}

function scopesOf(scope: string, tenantId: string | undefined): string[] {
  return tenantId === undefined ? [scope] : [scope, `VSCODE_TENANT:${tenantId}`];
}
