import type { AccessToken, TokenCredential } from '@azure/core-auth';

/** An account that somebody signed in with. */
export interface AzureAccount {
  readonly id: string;
  /** The name that is shown: `ana@contoso.com`. */
  readonly label: string;
}

/**
 * Where tokens come from: VS Code's sessions in the extension, a fixed one in tests. Nothing here may prompt: an
 * explicit sign-in command does that, and nothing else.
 */
export interface AzureSessions {
  accounts(): Promise<readonly AzureAccount[]>;
  /** An access token for the resource manager, in a tenant or the account's own; undefined when one cannot be had silently. */
  token(account: AzureAccount, scope: string, tenantId?: string): Promise<string | undefined>;
}

/** Thrown when no token can be had without asking the person. */
export class SignInNeededError extends Error {
  constructor(
    readonly account: AzureAccount,
    readonly tenantId?: string,
  ) {
    super(
      tenantId === undefined
        ? `${account.label} is no longer signed in.`
        : `${account.label} has to sign in to tenant ${tenantId} once more.`,
    );
  }
}

/** A credential that asks the sessions anew for every token: nothing is kept. */
export function sessionCredential(sessions: AzureSessions, account: AzureAccount, tenantId?: string): TokenCredential {
  return {
    async getToken(scopes) {
      const scope = Array.isArray(scopes) ? scopes[0] : scopes;
      const token = await sessions.token(account, scope ?? '', tenantId);
      if (token === undefined) throw new SignInNeededError(account, tenantId);
      return { token, expiresOnTimestamp: expiryOf(token) };
    },
  };
}

const unknownLifetime = 3 * 60 * 1000;

/** When a token ends, in milliseconds since 1970: its own `exp`, else three minutes from now. */
export function expiryOf(token: AccessToken['token'], now = Date.now()): number {
  const payload = token.split('.')[1];
  if (payload === undefined) return now + unknownLifetime;
  try {
    const { exp } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { exp?: unknown };
    return typeof exp === 'number' && Number.isFinite(exp) ? exp * 1000 : now + unknownLifetime;
  } catch {
    return now + unknownLifetime;
  }
}
