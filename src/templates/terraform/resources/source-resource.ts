import type { Place } from '../../../network/origin.ts';
import type { CallSite, Existence } from '../../../network/resource.ts';
import type { ObjectValue, Value } from '../../../network/value.ts';

/** A resource in the provider's schema, from a configuration or a plan. */
export interface SourceResource {
  readonly mode: 'managed' | 'data';
  readonly type: string;
  readonly address: string;
  readonly value: ObjectValue;
  readonly id: Value;
  /** As the input variables' defaults have it. */
  readonly existence: Existence;
  /** The same with every input variable named that it hangs on. */
  readonly wholeExistence: Existence;
  /** The defaults say that it is not there. */
  readonly leftOut: boolean;
  readonly place: Place;
  readonly extent: Place;
  readonly via: readonly CallSite[];
  /** The version constraint for the azurerm provider, when there is one. */
  readonly providerVersion: string | undefined;
  /** The symbol of the id of a resource of a type that this one names. */
  idOfNamed(type: string, name: Value): string | undefined;
}
