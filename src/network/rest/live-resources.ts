import type { Place } from '../origin.ts';
import { certainExistence, type ResourceDeclaration } from '../resource.ts';
import { fromJson, type ObjectValue } from '../value.ts';

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
    if (type === undefined) return;
    const address = id ?? `resources[${at}]`;
    const name = text(resource, 'name') ?? id?.slice(id.lastIndexOf('/') + 1) ?? '';
    const place: Place = { kind: 'resource', id: address, path: '' };
    out.push({
      type,
      id: fromJson(id ?? `${type}/${name || address}`, address),
      name: fromJson(name, address),
      body: fromJson(resource, address) as ObjectValue,
      existence: certainExistence,
      existing: false,
      address,
      place,
      extent: place,
      via: [],
    });
  });
  return out;
}

function text(resource: object, name: string): string | undefined {
  let value: unknown;
  if (Object.hasOwn(resource, name)) {
    value = (resource as { readonly [key: string]: unknown })[name];
  } else {
    for (const [key, other] of Object.entries(resource)) if (key.toLowerCase() === name) value = other;
  }
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** `Microsoft.Network/networkSecurityGroups/securityRules` of an id with these parts. */
function typeInId(id: string): string | undefined {
  const at = id.toLowerCase().lastIndexOf('/providers/');
  if (at < 0) return undefined;
  const parts = id.slice(at + '/providers/'.length).split('/');
  const types = parts.filter((_, i) => i > 0 && i % 2 === 1);
  return parts[0] && types.length > 0 ? [parts[0], ...types].join('/') : undefined;
}
