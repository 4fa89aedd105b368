import type { Event, Uri } from 'vscode';
import type { RuleChange } from '../findings/fixes/rule-changes.ts';
import type { SecurityGroup } from '../network/model.ts';

/** A security group that is in Azure, beside the template that declares one of the same name. */
export interface DeployedGroup {
  readonly id: string;
  /** `Production / web / web-nsg`. */
  readonly label: string;
  readonly group: SecurityGroup;
}

/** What the editor's part asks the explorer: where a declared group is deployed. */
export interface DeployedGroups {
  readonly onDidChange: Event<void>;
  find(name: string): readonly DeployedGroup[];
}

/** A security group that a template declares. */
export interface DeclaredGroupPlace {
  readonly uri: Uri;
  /** 0-based. */
  readonly line: number;
  /** `main.bicep:41`. */
  readonly label: string;
}

/** What the explorer asks the editor's part: where a deployed group is declared, and to change it there. */
export interface DeclaredGroups {
  find(name: string): readonly DeclaredGroupPlace[];
  /** Makes changes of rules where their groups are declared. @throws OperationError when none of them can be made. */
  change(changes: readonly RuleChange[]): Promise<void>;
}

/** For a host that reads nothing from Azure. */
export const noDeployments: DeployedGroups = {
  onDidChange: () => ({ dispose: () => undefined }),
  find: () => [],
};
