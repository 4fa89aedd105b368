import type { Place } from '../origin.ts';
import { type CallSite, certainExistence, type Existence, type ResourceDeclaration } from '../resource.ts';
import { fromJson, type ObjectValue, type Value } from '../value.ts';

/**
 * Resources as Azure's REST API or Resource Graph returns them, as declarations. What is no object is left out; a
 * resource without a type is left out too, unless its id tells the type.
 */
export function declarationsOf(resources: readonly unknown[]): ResourceDeclaration[] {
  const out: ResourceDeclaration[] = [];
  resources.forEach((resource, at) => {
    if (typeof resource !== 'object' || resource === null || Array.isArray(resource)) return;
    const id = text(resource, 'id');
    const type = text(resource, 'type') ?? (id === undefined ? undefined : typeInId(id));
    if (type === undefined || (isBare(resource) && saysNothingBare.has(type.toLowerCase()))) return;
    const address = id ?? `resources[${at}]`;
    const name = text(resource, 'name') ?? id?.slice(id.lastIndexOf('/') + 1) ?? '';
    out.push(new LiveDeclaration(resource, type, id ?? `${type}/${name || address}`, name, address));
  });
  return out;
}

function own(resource: object, name: string): unknown {
  if (Object.hasOwn(resource, name)) return (resource as { readonly [key: string]: unknown })[name];
  let value: unknown;
  for (const [key, other] of Object.entries(resource)) if (key.toLowerCase() === name) value = other;
  return value;
}

function text(resource: object, name: string): string | undefined {
  const value = own(resource, name);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Types whose resources are as good as not read when nothing but their names was. */
const saysNothingBare = new Set([
  'microsoft.network/networksecuritygroups',
  'microsoft.network/networkinterfaces',
  'microsoft.compute/virtualmachinescalesets/virtualmachines/networkinterfaces',
  'microsoft.network/virtualnetworks',
  'microsoft.network/virtualnetworks/subnets',
  'microsoft.network/loadbalancers',
  'microsoft.network/firewallpolicies/rulecollectiongroups',
  'microsoft.network/ipgroups',
]);

/** Whether a resource has no properties, as in a list of resources of all types. */
function isBare(resource: object): boolean {
  const properties = own(resource, 'properties');
  return typeof properties !== 'object' || properties === null || Array.isArray(properties);
}

/** `Microsoft.Network/networkSecurityGroups/securityRules` of an id with these parts. */
function typeInId(id: string): string | undefined {
  const at = id.toLowerCase().lastIndexOf('/providers/');
  if (at < 0) return undefined;
  const parts = id.slice(at + '/providers/'.length).split('/');
  const types = parts.filter((_, i) => i > 0 && i % 2 === 1);
  return parts[0] && types.length > 0 ? [parts[0], ...types].join('/') : undefined;
}

/** A resource of an answer, without a copy of anything in it: an estate has tens of thousands. */
class LiveDeclaration implements ResourceDeclaration {
  readonly #resource: object;
  readonly #id: string;
  readonly #name: string;

  constructor(
    resource: object,
    readonly type: string,
    id: string,
    name: string,
    readonly address: string,
  ) {
    this.#resource = resource;
    this.#id = id;
    this.#name = name;
  }

  get id(): Value {
    return fromJson(this.#id, this.address);
  }

  get name(): Value {
    return fromJson(this.#name, this.address);
  }

  get body(): ObjectValue {
    return fromJson(this.#resource, this.address) as ObjectValue;
  }

  get existence(): Existence {
    return certainExistence;
  }

  get existing(): boolean {
    return false;
  }

  get place(): Place {
    return { kind: 'resource', id: this.address, path: '' };
  }

  get extent(): Place {
    return this.place;
  }

  get via(): readonly CallSite[] {
    return [];
  }
}
