import type { TenantReading } from '../azure/subscriptions.ts';
import type { MachinePortVerdict, PathVerdict } from '../network/machine/machine-verdict.ts';
import type { ProofStep } from '../network/model.ts';
import type { ListedMachine, MachineGroup } from './machine-list.ts';

/** A row of the Machines view. Commands get it as their argument. `key` is the row's identity across refreshes. */
export type MachinesNode = TenantNode | GroupNode | MachineNode | PortNode | PathNode | RuleNode | NoteNode;

interface BaseNode {
  readonly key: string;
  readonly parent?: MachinesNode;
}

export interface TenantNode extends BaseNode {
  readonly kind: 'tenant';
  readonly tenant: TenantReading;
  readonly groups: readonly MachineGroup[];
}

export interface GroupNode extends BaseNode {
  readonly kind: 'group';
  readonly group: MachineGroup;
  /** Set when the group is a subscription. */
  readonly subscriptionId?: string;
  /** Set when the group is a resource group: its id. */
  readonly resourceGroupId?: string;
}

export interface MachineNode extends BaseNode {
  readonly kind: 'machine';
  readonly machine: ListedMachine;
}

export interface PortNode extends BaseNode {
  readonly kind: 'port';
  readonly machine: ListedMachine;
  readonly port: MachinePortVerdict;
}

export interface PathNode extends BaseNode {
  readonly kind: 'path';
  readonly machine: ListedMachine;
  readonly port: MachinePortVerdict;
  readonly path: PathVerdict;
}

export interface RuleNode extends BaseNode {
  readonly kind: 'rule';
  readonly machine: ListedMachine;
  readonly port: MachinePortVerdict;
  readonly path: PathVerdict;
  readonly step: ProofStep;
}

/** Something to say among the rows: what could not be read, what a port hangs on. */
export interface NoteNode extends BaseNode {
  readonly kind: 'note';
  readonly text: string;
  readonly icon: 'warning' | 'info' | 'account';
  readonly command?: { readonly command: string; readonly title: string; readonly arguments?: readonly unknown[] };
}
