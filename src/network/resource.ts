import type { Place, TextPlace } from './origin.ts';
import type { ObjectValue, Value } from './value.ts';

/**
 * Whether something is there when the template is deployed. `depends`: a condition, loop count or filter hangs on
 * these names. A resource that literals alone rule out is not declared at all.
 */
export type Existence = { readonly kind: 'certain' } | { readonly kind: 'depends'; readonly on: readonly string[] };

export const certainExistence: Existence = { kind: 'certain' };

/** There for certain when it hangs on nothing. */
export function dependingOn(names: readonly string[]): Existence {
  return names.length > 0 ? { kind: 'depends', on: names } : certainExistence;
}

/** Of something that is there when both are. */
export function bothExistences(a: Existence, b: Existence): Existence {
  if (a.kind === 'certain') return b;
  if (b.kind === 'certain') return a;
  return { kind: 'depends', on: [...new Set([...a.on, ...b.on])] };
}

/** A call of a module or linked template: where it stands. */
export interface CallSite {
  readonly name: string;
  readonly place: TextPlace;
}

/**
 * One resource in Azure's REST shape, wherever it came from: an ARM template, Bicep, Terraform (translated to REST
 * names by its reader) or Azure itself. `readResources` makes the network model of a list of these.
 */
export interface ResourceDeclaration {
  /** `Microsoft.Network/networkSecurityGroups`, in any letter case; children with all their types. */
  readonly type: string;
  readonly apiVersion?: string;
  /**
   * The resource's id: a known string, or an unknown one whose symbol names it. References to the resource carry a
   * value with the same `identity`.
   */
  readonly id: Value;
  /** The whole name, with the parents' names for a child: `nsg/AllowSsh`. */
  readonly name: Value;
  /** Everything else as Azure's REST API writes it: `properties`, `sku`, `zones`, `tags`, `location`, `kind` … */
  readonly body: ObjectValue;
  readonly existence: Existence;
  /** Names of an `existing` resource or data source: it is referred to, not declared here, and its content is unknown. */
  readonly existing: boolean;
  /** The address in the command line's contract: `resources[3]`, `module.nsg`, `azurerm_network_security_group.a["k"]`. */
  readonly address: string;
  /** The opening of the declaration: its first line. */
  readonly place: Place;
  /** The whole declaration, for removal and for suppression comments. */
  readonly extent: Place;
  /** The calls that lead here, outermost first. */
  readonly via: readonly CallSite[];
}
