import { CancellationError, type QuickPickItem, type QuickPickOptions, window } from 'vscode';

/** Asks for one of some items. @throws CancellationError when the person leaves. */
export async function pickOne<T extends QuickPickItem>(items: readonly T[], options: QuickPickOptions): Promise<T> {
  const chosen = await window.showQuickPick(items, options);
  if (!chosen) throw new CancellationError();
  return chosen;
}

/** The same for several, or none. */
export async function pickSome<T extends QuickPickItem>(
  items: readonly T[],
  options: QuickPickOptions,
): Promise<readonly T[]> {
  const chosen = await window.showQuickPick(items, { ...options, canPickMany: true });
  if (!chosen) throw new CancellationError();
  return chosen;
}
