/** An answer of Azure that says no, in words for a person. */
export class AzureFailure extends Error {
  constructor(
    /** HTTP status; 0 when no answer came. */
    readonly status: number,
    /** `AuthorizationFailed`, `RateLimiting` …; for a policy denial inside a deployment the inner code. */
    readonly code: string,
    message: string,
    readonly details: readonly { readonly code: string; readonly message: string }[] = [],
  ) {
    super(message);
  }
}

type JsonRecord = { readonly [name: string]: unknown };

/** Reads an error body in any of the forms seen: `{error: {code, message, details}}`, capital letters, HTML, nothing. */
export function failureOf(status: number, body: unknown): AzureFailure {
  const error = record(member(parsed(body), 'error')) ?? record(parsed(body));
  const code = error && text(error, 'code');
  const message = error && text(error, 'message');
  if (code === undefined && message === undefined) {
    return new AzureFailure(status, `Http${status}`, `Azure answered with status ${status} and no explanation.`);
  }
  const list = member(error, 'details');
  const details = (Array.isArray(list) ? list : []).flatMap(item => {
    const detail = record(item);
    return detail ? [{ code: text(detail, 'code') ?? '', message: text(detail, 'message') ?? '' }] : [];
  });
  const inner = details.find(detail => detail.code === 'RequestDisallowedByPolicy');
  return new AzureFailure(
    status,
    inner?.code ?? code ?? `Http${status}`,
    inner?.message ?? message ?? `Azure answered with status ${status}.`,
    details,
  );
}

/** What a failure means and what to do, in one or two sentences. */
export function explain(failure: unknown): string {
  if (!(failure instanceof AzureFailure)) return failure instanceof Error ? failure.message : String(failure);
  switch (failure.code) {
    case 'AuthorizationFailed':
    case 'LinkedAuthorizationFailed': {
      const action = /perform action(?:\(s\))? '([^']+)'(?! on scope)/.exec(failure.message)?.[1];
      return `Your account may not do this${action ? ` (it needs ${action})` : ''}: ask for a role that allows it.`;
    }
    case 'DenyAssignmentAuthorizationFailed':
      return `A deny assignment forbids this, whatever role you have: ask the owner of what made it (a managed application, a deployment stack). ${failure.message}`;
    case 'ScopeLocked': {
      const scope = /locked: '([^']+)'/.exec(failure.message)?.[1];
      return `A lock${scope ? ` on ${scope}` : ''} stands in the way: remove the lock, or ask its owner to.`;
    }
    case 'RequestDisallowedByPolicy':
      return `Azure Policy forbids this: ask the owner of the policy for an exemption. ${failure.message}`;
    case 'RateLimiting':
    case 'TooManyRequests':
    case 'SubscriptionRequestsThrottled':
    case 'ResourceRequestsThrottled':
      return 'Azure asks for fewer requests at the moment: wait a few minutes and refresh.';
    case 'ExpiredAuthenticationToken':
    case 'InvalidAuthenticationToken':
    case 'AuthenticationFailed':
      return 'The sign-in has ended: sign in again.';
    default:
      return failure.message;
  }
}

function parsed(body: unknown): unknown {
  if (typeof body !== 'string') return body;
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function record(value: unknown): JsonRecord | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonRecord) : undefined;
}

function member(value: unknown, name: string): unknown {
  const object = record(value);
  const key = object && Object.keys(object).find(own => own.toLowerCase() === name);
  return key === undefined ? undefined : object?.[key];
}

function text(object: JsonRecord, name: string): string | undefined {
  const value = member(object, name);
  return typeof value === 'string' && value !== '' ? value : undefined;
}
