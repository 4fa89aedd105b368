/** A button under an error message. */
export interface ErrorAction {
  readonly title: string;
  run(): unknown;
}

/**
 * A failure that a person is told of: `message` names the thing, the reason and the next step; `cause` is what the log
 * gets. Anything else that is thrown is a defect and is told as one.
 */
export class OperationError extends Error {
  override readonly name = 'OperationError';

  constructor(
    message: string,
    readonly options: { readonly cause?: unknown; readonly actions?: readonly ErrorAction[] } = {},
  ) {
    super(message, { cause: options.cause });
  }
}
