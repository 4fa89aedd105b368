/** What a test's sign-in puts into an access token. Nothing is signed: the local Azure believes what it reads. */
export interface TokenClaims {
  readonly tenantId: string;
  /** The account: `ana@contoso.example`. */
  readonly account: string;
  readonly audience?: string;
  /** Seconds since 1970; an hour from now when left out. */
  readonly expires?: number;
}

export function makeToken(claims: TokenClaims): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const payload = {
    aud: claims.audience,
    exp: claims.expires ?? Math.floor(Date.now() / 1000) + 3600,
    oid: claims.account,
    tid: claims.tenantId,
    upn: claims.account,
  };
  return `${part({ alg: 'none', typ: 'JWT' })}.${part(payload)}.local`;
}

export function readToken(token: string): TokenClaims | undefined {
  try {
    const payload = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<
      string,
      unknown
    >;
    if (typeof payload.tid !== 'string' || typeof payload.upn !== 'string') return undefined;
    return {
      tenantId: payload.tid,
      account: payload.upn,
      expires: Number(payload.exp),
      ...(typeof payload.aud === 'string' ? { audience: payload.aud } : {}),
    };
  } catch {
    return undefined;
  }
}
