import { window, workspace } from 'vscode';
import { OperationError } from '../commands/operation-error.ts';
import { changeTemplates, type RuleChange } from '../findings/fixes/rule-changes.ts';
import { workspaceEditOf } from './fix-edits.ts';
import type { RootResult } from './root-analyser.ts';

/**
 * Makes changes of deployed rules in the templates that declare their groups. What changes in more than one place, or
 * something else too, is shown before it is applied.
 * @throws OperationError with the reasons when none of them can be made.
 */
export async function changeDeclaredRules(
  results: readonly RootResult[],
  changes: readonly RuleChange[],
): Promise<void> {
  const reasons = new Set<string>();
  const made = new Set<RuleChange>();
  for (const result of results) {
    const { settings, scan, files } = result;
    const changed = changeTemplates(changes, { analyses: scan.analyses, files, ports: settings.ports });
    for (const reason of changed.left) reasons.add(reason);
    if (changed.edits.length === 0) continue;
    const label = ['As changed in Azure', ...changed.touches].join(', ');
    const edit = workspaceEditOf(changed.edits, result, label, changed.edits.length > 1 || changed.touches.length > 0);
    if (await workspace.applyEdit(edit)) for (const change of changed.made) made.add(change);
  }
  const left = [...reasons].join(' ');
  if (made.size === 0) throw new OperationError(left || 'No template that was read declares what the plan changes.');
  if (made.size < changes.length && left !== '')
    void window.showWarningMessage(`The templates have ${made.size} of ${changes.length} changes now. ${left}`);
}
