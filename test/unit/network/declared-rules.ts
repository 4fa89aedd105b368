import type { SecurityGroup } from '../../../src/network/model.ts';
import { certainExistence, type ResourceDeclaration } from '../../../src/network/resource.ts';
import { readResources } from '../../../src/network/rest/read-resources.ts';
import { MapObject, type UnknownValue, type Value } from '../../../src/network/value.ts';
import type { Rule } from './first-match.ts';

/** A rule as the template reader gives it, some fields replaced by unknown values. */
export function declare(
  rules: readonly Rule[],
  unknowns: ReadonlyMap<Rule, ReadonlyMap<string, UnknownValue>> = new Map(),
): SecurityGroup {
  const declaration: ResourceDeclaration = {
    type: 'Microsoft.Network/networkSecurityGroups',
    id: toValue('/nsg'),
    name: toValue('nsg'),
    body: object({
      properties: object({
        securityRules: {
          kind: 'array',
          origin: [],
          items: rules.map((rule, i) => declareRule(rule, i, unknowns.get(rule))),
        },
      }),
    }),
    existence: certainExistence,
    existing: false,
    address: 'nsg',
    place: nowhere,
    extent: nowhere,
    via: [],
  };
  return readResources([declaration]).securityGroups[0]!;
}

const nowhere = { kind: 'text', file: 'f', range: { start: 0, end: 0 } } as const;

export function declareRule(rule: Rule, index: number, unknowns?: ReadonlyMap<string, UnknownValue>): Value {
  const whole = unknowns?.get('rule');
  if (whole) return whole;
  const properties = new Map<string, Value>();
  properties.set('direction', toValue(rule.direction));
  properties.set('access', toValue(rule.access));
  properties.set('priority', toValue(rule.priority));
  properties.set('protocol', toValue(rule.protocol));
  put(
    properties,
    'sourceAddressPrefix',
    rule.sources.map(item => item.text),
    'es',
    index,
  );
  put(
    properties,
    'sourcePortRange',
    rule.sourcePorts.map(item => item.text),
    's',
    index,
  );
  put(
    properties,
    'destinationAddressPrefix',
    rule.destinations.map(item => item.text),
    'es',
    index,
  );
  put(
    properties,
    'destinationPortRange',
    rule.destinationPorts.map(item => item.text),
    's',
    index,
  );
  if (rule.destinationGroups.length > 0) {
    properties.set('destinationApplicationSecurityGroups', {
      kind: 'array',
      origin: [],
      items: rule.destinationGroups.map(id => object({ id: toValue(id) })),
    });
  }
  for (const [name, value] of unknowns ?? []) {
    for (const twin of [name, `${name}s`, `${name}es`]) properties.delete(twin);
    properties.set(name, value);
  }
  return object({ name: toValue(`rule${index}`), properties: object(Object.fromEntries(properties)) });
}

/** One text in the singular property, several in the plural one, and now and then both. */
function put(
  properties: Map<string, Value>,
  name: string,
  texts: readonly (string | number)[],
  plural: string,
  index: number,
): void {
  if (texts.length === 0) return;
  if (texts.length === 1 && index % 2 === 0) {
    properties.set(name, toValue(texts[0]!));
    return;
  }
  const single = index % 3 === 0 ? 1 : 0;
  if (single) properties.set(name, toValue(texts[0]!));
  else properties.set(name, toValue(''));
  properties.set(`${name}${plural}`, { kind: 'array', origin: [], items: texts.slice(single).map(toValue) });
}

export function toValue(value: string | number): Value {
  return typeof value === 'number' ? { kind: 'number', value, origin: [] } : { kind: 'string', value, origin: [] };
}

export function object(properties: Readonly<Record<string, Value>>): MapObject {
  return new MapObject(
    Object.entries(properties).map(([name, value]) => ({ name, value })),
    [],
  );
}
