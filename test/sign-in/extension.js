import { authentication, EventEmitter } from 'vscode';

/** The account and its own tenant; `PORTCULLIS_TEST_ACCOUNT` is `name@domain tenant`. */
const [accountName = 'demo@contoso.example', homeTenant = 'home'] = (process.env.PORTCULLIS_TEST_ACCOUNT ?? '').split(
  ' ',
);

/** Registers one account under both providers' names. Tokens are unsigned: only the local Azure believes them. */
export function activate(context) {
  for (const id of ['microsoft', 'microsoft-sovereign-cloud']) {
    const provider = new TestAccounts(id);
    context.subscriptions.push(
      authentication.registerAuthenticationProvider(id, 'Microsoft (test)', provider, {
        supportsMultipleAccounts: true,
      }),
    );
  }
}

class TestAccounts {
  #changed = new EventEmitter();
  onDidChangeSessions = this.#changed.event;
  #signedIn = false;

  constructor(id) {
    this.id = id;
  }

  /** Like the real one, gives a token for any tenant once the account is signed in. */
  async getSessions(scopes) {
    return this.#signedIn ? [sessionFor(scopes ?? [])] : [];
  }

  async createSession(scopes) {
    this.#signedIn = true;
    const session = sessionFor(scopes);
    this.#changed.fire({ added: [session], removed: [], changed: [] });
    return session;
  }

  async removeSession() {
    this.#signedIn = false;
    this.#changed.fire({ added: [], removed: [sessionFor([])], changed: [] });
  }
}

function sessionFor(scopes) {
  const tenant = scopes.find(scope => scope.startsWith('VSCODE_TENANT:'))?.slice('VSCODE_TENANT:'.length) ?? homeTenant;
  const part = value => Buffer.from(JSON.stringify(value)).toString('base64url');
  const payload = { exp: Math.floor(Date.now() / 1000) + 3600, oid: accountName, tid: tenant, upn: accountName };
  return {
    id: `${accountName} ${scopes.join(' ')}`,
    accessToken: `${part({ alg: 'none', typ: 'JWT' })}.${part(payload)}.local`,
    account: { id: accountName, label: accountName },
    scopes,
  };
}
