import { ThemeIcon, type TreeDataProvider, TreeItem, TreeItemCollapsibleState } from 'vscode';
import type { Change, ChangeState, ChangeStep } from '../../remediation/change.ts';
import type { ChangeJournal } from './change-journal.ts';

export type ChangesNode = { readonly change: Change; readonly step?: ChangeStep };

const words: Readonly<Record<ChangeState, string>> = {
  applying: 'not finished',
  applied: 'applied',
  'rolling-back': 'not finished',
  'rolled-back': 'taken back after a failure',
  partly: 'partly taken back',
  undone: 'undone',
};

const icons: Readonly<Record<ChangeState, string>> = {
  applying: 'warning',
  applied: 'check',
  'rolling-back': 'warning',
  'rolled-back': 'discard',
  partly: 'warning',
  undone: 'discard',
};

/** The Changes view: what was done to Azure from here, newest first, and how each step ended. */
export class ChangesTree implements TreeDataProvider<ChangesNode> {
  readonly onDidChangeTreeData;

  constructor(private readonly journal: ChangeJournal) {
    this.onDidChangeTreeData = journal.onDidChange;
  }

  getChildren(node?: ChangesNode): ChangesNode[] {
    if (!node) return this.journal.changes.map(change => ({ change }));
    return node.step ? [] : node.change.steps.map(step => ({ change: node.change, step }));
  }

  getTreeItem({ change, step }: ChangesNode): TreeItem {
    if (step) {
      const item = new TreeItem(step.step.title, TreeItemCollapsibleState.None);
      item.description = step.state;
      return item;
    }
    const item = new TreeItem(change.title, TreeItemCollapsibleState.Collapsed);
    item.id = change.id;
    item.description = `${words[change.state]} · ${new Date(change.startedAt).toLocaleString()}`;
    item.iconPath = new ThemeIcon(icons[change.state]);
    item.contextValue = `change.${change.state}`;
    item.tooltip = change.remains.join('\n') || undefined;
    return item;
  }
}
