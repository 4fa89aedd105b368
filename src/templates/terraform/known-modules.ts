import { certainExistence, type Existence } from '../../network/resource.ts';
import type { ObjectValue, Value } from '../../network/value.ts';
import { blockValue } from './block-value.ts';
import type { Expanded } from './instances.ts';
import { iterate } from './iteration.ts';
import type { ModuleCall } from './module-instance.ts';
import { mapItems } from './resources/fields.ts';
import type { SourceResource } from './resources/source-resource.ts';
import { LazyObject, mapping, sequence, stringValue, unknownValue } from './terraform-value.ts';

/** A published module whose inputs are documented: what it makes of them, when its source is not there to be read. */
interface KnownModule {
  readonly source: RegExp;
  /** The arguments as the group's own attributes. */
  readonly group: (args: ObjectValue) => Value | undefined;
  readonly groupName: (args: ObjectValue) => Value | undefined;
  /** The address of the group in the module. */
  readonly resource: string;
  readonly idOutputs: readonly string[];
}

const knownModules: readonly KnownModule[] = [
  {
    // https://registry.terraform.io/modules/Azure/avm-res-network-networksecuritygroup/azurerm
    source: /(?:^|\/)azure\/avm-res-network-networksecuritygroup\/azurerm$|avm-res-network-networksecuritygroup/i,
    group: args => rulesOfMap(args.get('security_rules')),
    groupName: args => args.get('name'),
    resource: 'azurerm_network_security_group.this',
    idOutputs: ['resource_id', 'id'],
  },
  {
    // https://registry.terraform.io/modules/Azure/network-security-group/azurerm
    source: /(?:^|\/)azure\/network-security-group\/azurerm$/i,
    group: args => {
      const custom = mapItems(args.get('custom_rules') ?? sequence([]), customRule);
      const predefined = mapItems(args.get('predefined_rules') ?? sequence([]), rule => predefinedRule(rule, args));
      return joined(custom, predefined);
    },
    groupName: args => args.get('security_group_name') ?? stringValue('nsg'),
    resource: 'azurerm_network_security_group.nsg',
    idOutputs: ['network_security_group_id'],
  },
];

/** The rules of a map of them, in the order of its keys. */
function rulesOfMap(rules: Value | undefined): Value | undefined {
  if (rules?.kind !== 'object') return rules;
  const values = (iterate(rules) ?? []).map(([, value]) => value);
  return sequence(values, rules.origin, 'list', rules.rest && unknownValue(rules.rest.dependsOn, rules.rest.origin));
}

function joined(left: Value, right: Value): Value {
  if (left.kind === 'array' && right.kind === 'array' && !left.rest && !right.rest)
    return sequence([...left.items, ...right.items], left.origin, 'list');
  const known = [left, right].flatMap(list => (list.kind === 'array' ? list.items : []));
  const names = [left, right].flatMap(list =>
    list.kind === 'unknown' ? list.dependsOn : list.kind === 'array' ? (list.rest?.dependsOn ?? []) : [],
  );
  return sequence(known, left.origin, 'list', unknownValue(names));
}

/** A rule with the module's defaults; `destination_port_range` may hold several, divided by commas. */
function customRule(rule: Value): Value {
  if (rule.kind !== 'object') return rule;
  const pairs = new Map<string, Value>([
    ['direction', stringValue('Inbound')],
    ['access', stringValue('Allow')],
    ['protocol', stringValue('*')],
    ['source_port_range', stringValue('*')],
  ]);
  if (!rule.get('destination_port_range')) pairs.set('destination_port_range', stringValue('*'));
  if (!rule.get('source_address_prefixes')) pairs.set('source_address_prefix', stringValue('*'));
  if (!rule.get('destination_address_prefixes')) pairs.set('destination_address_prefix', stringValue('*'));
  for (const { name, value } of rule.properties()) if (value.kind !== 'null') pairs.set(name, value);
  const ports = pairs.get('destination_port_range');
  if (ports?.kind === 'string' && ports.value.includes(',')) {
    pairs.delete('destination_port_range');
    const items = ports.value.split(',').map(part => stringValue(part.trim(), ports.origin));
    pairs.set('destination_port_ranges', sequence(items, ports.origin));
  }
  return mapping(pairs, rule.origin);
}

/** The module's own names for rules, as far as they admit to a port that a machine is managed by. */
const predefinedPorts: Readonly<Record<string, string>> = { ssh: '22', rdp: '3389', winrm: '5986', telnet: '23' };

function predefinedRule(rule: Value, args: ObjectValue): Value {
  if (rule.kind !== 'object') return rule;
  const name = rule.get('name');
  const known = name?.kind === 'string' ? name.value.toLowerCase() : undefined;
  const port =
    known === undefined
      ? unknownValue(['the name of a predefined rule'])
      : stringValue(predefinedPorts[known] ?? '443');
  const own = rule.get('source_address_prefix') ?? args.get('source_address_prefix');
  const pairs: [string, Value][] = [
    ['name', name ?? stringValue('rule')],
    ['priority', rule.get('priority') ?? stringValue('4096')],
    ['direction', stringValue('Inbound')],
    ['access', stringValue('Allow')],
    ['protocol', stringValue('Tcp')],
    ['source_port_range', stringValue('*')],
    ['destination_port_range', port],
    ['destination_address_prefix', stringValue('*')],
  ];
  if (own?.kind === 'array' && own.items.length === 1 && !own.rest)
    pairs.push(['source_address_prefix', own.items[0] as Value]);
  else if (own?.kind === 'array') pairs.push(['source_address_prefixes', own]);
  else pairs.push(['source_address_prefix', own ?? stringValue('*')]);
  return mapping(pairs, rule.origin);
}

function knownModule(call: ModuleCall): KnownModule | undefined {
  const source = call.source
    ?.replace(/^(?:registry\.terraform\.io|git::https:\/\/github\.com)\//, '')
    .replace(/\?.*$/, '');
  return source === undefined
    ? undefined
    : knownModules.find(module => module.source.test(source.replace(/\.git$/, '')));
}

export function isKnownModule(call: ModuleCall): boolean {
  return knownModule(call) !== undefined;
}

/** The groups that a call of a known module declares, by its documented inputs. */
export function knownModuleResources(call: ModuleCall): SourceResource[] {
  const module = knownModule(call);
  if (!module) return [];
  return call.expansion.instances.map(expanded => groupOf(call, module, expanded));
}

function groupOf(call: ModuleCall, module: KnownModule, expanded: Expanded): SourceResource {
  const { caller, block, file } = call;
  const { state } = caller;
  const scope = { ...caller.scope(file), bindings: expanded.bindings };
  const place = { kind: 'text', file, range: { start: block.start, end: block.headerEnd } } as const;
  const extent = { kind: 'text', file, range: { start: block.start, end: block.end } } as const;
  const args = blockValue(block.body, scope, state.evaluator, [{ kind: 'resource', name: call.name, place: extent }]);
  const address = `${caller.prefix}module.${call.name}${expanded.suffix}`;
  const value = new LazyObject(
    args.origin,
    () => ['name', 'security_rule'],
    name => {
      const found =
        name === 'name' ? module.groupName(args) : name === 'security_rule' ? module.group(args) : undefined;
      return found && { name, value: found };
    },
  );
  const doubt = [...caller.expanded.doubt, ...expanded.doubt];
  const hangsOn = [...new Set([...caller.expanded.hangsOn, ...expanded.hangsOn, ...doubt])];
  const depends = (on: readonly string[]): Existence => (on.length > 0 ? { kind: 'depends', on } : certainExistence);
  return {
    mode: 'managed',
    type: 'azurerm_network_security_group',
    address: `${address}.${module.resource}`,
    value,
    id: unknownValue([`module ${call.name}`], [], { symbol: groupId(module, address) }),
    existence: depends(doubt),
    wholeExistence: depends(hangsOn),
    leftOut: caller.expanded.leftOut || expanded.leftOut,
    place,
    extent,
    via: caller.via,
    providerVersion: undefined,
    idOfNamed: () => undefined,
  };
}

function groupId(module: KnownModule, address: string): string {
  const own = `${address}.${module.resource}`.replaceAll('/', '%2f');
  return `/subscriptions/{subscription}/resourceGroups/{resource group}/providers/Microsoft.Network/networkSecurityGroups/{${own}}`;
}

/** The symbol of a known module's output that is the id of what it declares. */
export function knownModuleOutput(call: ModuleCall, address: string, name: string): string | undefined {
  const module = knownModule(call);
  return module?.idOutputs.includes(name) ? groupId(module, address) : undefined;
}
