import type { Field, FieldList } from '../model.ts';
import type { SecurityAdminRule } from '../network-model.ts';
import { identity, type Value } from '../value.ts';
import type { DeclarationIndex } from './declarations.ts';
import { at, itemsOf, known, numberOf, pluralList, textField, textOf, unclear, unknownField } from './values.ts';

const effectiveTypes = [
  'microsoft.network/effectivesecurityadminrules',
  'microsoft.network/virtualnetworks/effectivesecurityadminrules',
];

/**
 * Security admin rules of Azure Virtual Network Manager by the virtual network that they are in effect for. Only rules
 * in effect are read: a configuration says nothing until it is deployed to a region.
 * https://learn.microsoft.com/azure/virtual-network-manager/concept-security-admins
 */
export function readSecurityAdminRules(index: DeclarationIndex): Map<string, readonly SecurityAdminRule[]> {
  const out = new Map<string, SecurityAdminRule[]>();
  for (const declaration of effectiveTypes.flatMap(type => index.ofType(type))) {
    const properties = at(declaration.body, 'properties');
    const network = networkOf(properties) ?? index.parentIdOf(declaration) ?? networkInId(identity(declaration.id));
    if (network === undefined) continue;
    const listed =
      at(properties, 'value') ?? at(declaration.body, 'value') ?? at(properties, 'effectiveSecurityAdminRules');
    const rules = listed ? itemsOf(listed).items.map(item => readRule(item)) : [readRule(declaration.body)];
    out.set(network, [...(out.get(network) ?? []), ...rules]);
  }
  return out;
}

function networkOf(properties: Value | undefined): string | undefined {
  return identity(
    at(properties, 'virtualNetwork', 'id') ?? at(properties, 'virtualNetworkId') ?? at(properties, 'resourceId'),
  );
}

function networkInId(id: string | undefined): string | undefined {
  return id === undefined ? undefined : /^(.*\/virtualnetworks\/[^/]+)\//.exec(id)?.[1];
}

function readRule(value: Value): SecurityAdminRule {
  const body = at(value, 'properties') ?? value;
  const id = textOf(at(value, 'id'));
  const name =
    textOf(at(value, 'name')) ?? textOf(at(body, 'displayName')) ?? id?.slice(id.lastIndexOf('/') + 1) ?? 'rule';
  const absent = <T>(what: string): Field<T> => ({
    known: false,
    dependsOn: [`the ${what} of security admin rule ${name}, which is not given`],
    origin: value.origin,
  });
  const access = textOf(at(body, 'access'))?.toLowerCase();
  const priority = at(body, 'priority');
  const number = numberOf(priority);
  return {
    name,
    access:
      access === 'allow' || access === 'deny'
        ? known(access === 'allow' ? 'Allow' : 'Deny')
        : access === 'alwaysallow'
          ? known('AlwaysAllow')
          : unclear(`the access of security admin rule ${name}, which is not given`),
    direction: textField(at(body, 'direction')) ?? absent('direction'),
    priority:
      priority?.kind === 'unknown'
        ? unknownField(priority, numberOf)
        : number === undefined
          ? absent('priority')
          : { known: true, value: number, origin: value.origin },
    protocol: textField(at(body, 'protocol')) ?? absent('protocol'),
    sources: prefixList(at(body, 'sources'), value),
    destinations: prefixList(at(body, 'destinations'), value),
    sourcePorts: pluralList(undefined, at(body, 'sourcePortRanges')),
    destinationPorts: pluralList(undefined, at(body, 'destinationPortRanges')),
  };
}

/** Items `{addressPrefix, addressPrefixType}`; none at all means every address. */
function prefixList(value: Value | undefined, owner: Value): FieldList<string> {
  const list = itemsOf(value);
  const items = list.items.flatMap(item => textField(item.kind === 'object' ? at(item, 'addressPrefix') : item) ?? []);
  if (items.length === 0 && !list.rest) return { items: [{ known: true, value: '*', origin: owner.origin }] };
  return list.rest ? { items, rest: list.rest } : { items };
}
