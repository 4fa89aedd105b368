/** An error answer in Azure Resource Manager's form: `{error: {code, message, details?}}`. */
export class ArmError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly extra: { readonly details?: readonly object[]; readonly additionalInfo?: readonly object[] } = {},
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }

  get body(): object {
    return { error: { code: this.code, message: this.message, ...this.extra } };
  }
}

/** The network resource provider always sends `details`. */
export function networkError(status: number, code: string, message: string): ArmError {
  return new ArmError(status, code, message, { details: [] });
}

export function resourceNotFound(id: string): ArmError {
  const at = id.toLowerCase().indexOf('/providers/');
  const resource = id.slice(at + '/providers/'.length);
  const group = /\/resourcegroups\/([^/]+)/i.exec(id)?.[1];
  return new ArmError(
    404,
    'ResourceNotFound',
    `The Resource '${resource}' under resource group '${group ?? '<null>'}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
    {},
    { 'x-ms-failure-cause': 'gateway' },
  );
}

export function childNotFound(id: string): ArmError {
  return networkError(404, 'NotFound', `Resource ${id} not found.`);
}

export function groupNotFound(name: string): ArmError {
  return new ArmError(
    404,
    'ResourceGroupNotFound',
    `Resource group '${name}' could not be found.`,
    {},
    { 'x-ms-failure-cause': 'gateway' },
  );
}

export function authorizationFailed(principal: string, action: string, scope: string): ArmError {
  return new ArmError(
    403,
    'AuthorizationFailed',
    `The client '${principal}' with object id '${principal}' does not have authorization to perform action '${action}' over scope '${scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
    {},
    { 'x-ms-failure-cause': 'gateway' },
  );
}

export function linkedAuthorizationFailed(
  principal: string,
  action: string,
  scope: string,
  linkedAction: string,
  linkedScope: string,
): ArmError {
  return new ArmError(
    403,
    'LinkedAuthorizationFailed',
    `The client '${principal}' with object id '${principal}' has permission to perform action '${action}' on scope '${scope}'; however, it does not have permission to perform action(s) '${linkedAction}' on the linked scope(s) '${linkedScope}' (respectively) or the linked scope(s) are invalid.`,
  );
}

export function scopeLocked(id: string, operation: 'write' | 'delete', locked: string): ArmError {
  return new ArmError(
    409,
    'ScopeLocked',
    `The scope '${id}' cannot perform ${operation} operation because following scope(s) are locked: '${locked}'. Please remove the lock and try again.`,
    {},
    { 'x-ms-failure-cause': 'gateway' },
  );
}

export function etagMismatch(id: string, given: string, actual: string): ArmError {
  return new ArmError(412, 'PreconditionFailed', 'Precondition failed.', {
    details: [
      {
        code: 'PreconditionFailedEtagMismatch',
        message: `Etag provided in if-match header ${given} does not match etag ${actual} of resource ${id} in NRP data store.`,
      },
    ],
  });
}

/** 429 without `Retry-After`, as recorded for a resource that is still being updated. */
export function stillUpdating(id: string, user: string): ArmError {
  return new ArmError(429, 'RetryableError', 'A retryable error occurred.', {
    details: [
      {
        code: 'ReferencedResourceNotProvisioned',
        message: `Cannot proceed with operation because resource ${id} used by resource ${user} is not in Succeeded state. Resource is in Updating state and the last operation that updated/is updating the resource is InternalOperation.`,
      },
    ],
  });
}

export function anotherOperation(id: string, operation: string): ArmError {
  return new ArmError(429, 'RetryableError', 'A retryable error occurred.', {
    details: [
      { code: 'RetryableErrorDueToAnotherOperation', message: `Operation ${operation} is updating resource ${id}.` },
    ],
  });
}

export function invalidReference(id: string, referrer: string): ArmError {
  return networkError(
    400,
    'InvalidResourceReference',
    `Resource ${id} referenced by resource ${referrer} was not found. Please make sure that the referenced resource exists, and that both resources are in the same region.`,
  );
}
