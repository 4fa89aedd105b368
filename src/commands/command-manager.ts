import { CancellationError, commands, type Disposable, type LogOutputChannel, window } from 'vscode';
import { Disposables } from './disposables.ts';
import { OperationError } from './operation-error.ts';

/** Registers the extension's commands, each inside one error boundary. */
export class CommandManager implements Disposable {
  readonly #disposables = new Disposables();

  constructor(private readonly log: LogOutputChannel) {}

  /**
   * Registers a command. What it throws is logged in full and told in a sentence; a cancellation is told to nobody.
   * @param id starts with `portcullis.`
   */
  register(id: `portcullis.${string}`, handler: (...args: never[]) => unknown): void {
    const guarded = async (...args: never[]): Promise<unknown> => {
      try {
        return await handler(...args);
      } catch (error) {
        this.#tell(id, error);
        return undefined;
      }
    };
    this.#disposables.register(commands.registerCommand(id, guarded));
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  #tell(id: string, error: unknown): void {
    if (error instanceof CancellationError) return;
    const known = error instanceof OperationError;
    this.log.error(`${id}: ${describe(error)}`);
    const actions = known ? [...(error.options.actions ?? [])] : [];
    const message = known ? error.message : `Portcullis could not finish “${id}”. Its log says more.`;
    const buttons = [...actions, { title: 'Show Log', run: () => this.log.show() }];
    void window.showErrorMessage(message, ...buttons).then(chosen => chosen?.run());
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = error.stack ?? error.message;
  return error.cause === undefined ? own : `${own}\nCaused by: ${describe(error.cause)}`;
}
