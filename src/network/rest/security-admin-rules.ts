import type { Field, FieldList } from '../model.ts';
import type { SecurityAdminRule } from '../network-model.ts';
import type { ResourceDeclaration } from '../resource.ts';
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
    const network = networkOf(properties) ?? networkInId(identity(declaration.id)) ?? index.parentIdOf(declaration);
    if (network === undefined) continue;
    const listed =
      at(properties, 'value') ?? at(declaration.body, 'value') ?? at(properties, 'effectiveSecurityAdminRules');
    const rules = listed
      ? itemsOf(listed).items.map(item => readRule(item))
      : (deployedRules(index, declaration, network) ?? [readRule(declaration.body)]);
    out.set(network, [...(out.get(network) ?? []), ...rules]);
  }
  return out;
}

const snapshotType = 'microsoft.network/networkmanagers/securityadminconfigurations/rulecollections/rules/snapshots';
const goalStateType = 'microsoft.network/networkmanagers/securityadminregionalgoalstates';

/**
 * The rules of the configurations that Resource Graph says are in effect for a network, from their snapshots: those
 * that the region's goal state names, else the newest of each. Undefined when no configuration is named, or when one
 * of them has no rule that may be read: what applies is then not known.
 * https://learn.microsoft.com/azure/virtual-network-manager/query-azure-resource-graph
 */
function deployedRules(
  index: DeclarationIndex,
  declaration: ResourceDeclaration,
  network: string,
): SecurityAdminRule[] | undefined {
  const named = itemsOf(at(declaration.body, 'properties', 'effectiveSecurityAdminConfigurations'));
  if (named.items.length === 0 || named.rest) return undefined;
  const region = textOf(at(declaration.body, 'location'))?.toLowerCase();
  const rules: SecurityAdminRule[] = [];
  for (const item of named.items) {
    const configuration = identity(at(item, 'id'))?.replace(/\/snapshots\/[^/]*$/, '');
    if (configuration === undefined) return undefined;
    const snapshots = newestSnapshots(index, configuration, goalOf(index, configuration, region));
    if (snapshots.length === 0) return undefined;
    const collections = new Set(snapshots.map(one => collectionOf(identity(one.id) ?? '')));
    for (const snapshot of snapshots) {
      const rule = readRule(snapshot.body, ruleName(identity(snapshot.id) ?? ''));
      // A collection applies to groups of networks; with several it cannot be told which of them this one is in.
      const name = network.slice(network.lastIndexOf('/') + 1);
      const access = unclear(`which rule collections apply to network ${name}`);
      rules.push(collections.size > 1 ? { ...rule, access } : rule);
    }
  }
  return rules;
}

/** Ids of the rule snapshots that are deployed to a region; undefined when no goal state tells. */
function goalOf(index: DeclarationIndex, configuration: string, region: string | undefined): Set<string> | undefined {
  const manager = configuration.slice(0, configuration.indexOf('/securityadminconfigurations/'));
  const ids = new Set<string>();
  for (const state of index.ofType(goalStateType)) {
    const where = textOf(at(state.body, 'location'))?.toLowerCase();
    if (!identity(state.id)?.startsWith(`${manager}/`) || (region !== undefined && where !== region)) continue;
    for (const item of itemsOf(at(state.body, 'properties', 'securityAdminRules')).items) {
      const id = identity(at(item, 'id') ?? item);
      if (id !== undefined) ids.add(id);
    }
  }
  return ids.size > 0 ? ids : undefined;
}

function newestSnapshots(
  index: DeclarationIndex,
  configuration: string,
  goal: ReadonlySet<string> | undefined,
): ResourceDeclaration[] {
  const newest = new Map<string, ResourceDeclaration>();
  for (const snapshot of index.ofType(snapshotType)) {
    const id = identity(snapshot.id) ?? '';
    if (!id.startsWith(`${configuration}/`) || (goal && !goal.has(id))) continue;
    const rule = id.replace(/\/snapshots\/[^/]*$/, '');
    const before = newest.get(rule);
    if (!before || snapshotNumber(identity(before.id) ?? '') < snapshotNumber(id)) newest.set(rule, snapshot);
  }
  return [...newest.values()];
}

function snapshotNumber(id: string): number {
  return Number(/\/snapshots\/(\d+)$/.exec(id)?.[1] ?? 0);
}

function collectionOf(id: string): string {
  return /\/rulecollections\/([^/]+)\//.exec(id)?.[1] ?? '';
}

function ruleName(id: string): string | undefined {
  return /\/rules\/([^/]+)\//.exec(id)?.[1];
}

function networkOf(properties: Value | undefined): string | undefined {
  return identity(
    at(properties, 'virtualNetwork', 'id') ?? at(properties, 'virtualNetworkId') ?? at(properties, 'resourceId'),
  );
}

function networkInId(id: string | undefined): string | undefined {
  return id === undefined ? undefined : /^(.*\/virtualnetworks\/[^/]+)\//.exec(id)?.[1];
}

function readRule(value: Value, called?: string): SecurityAdminRule {
  const body = at(value, 'properties') ?? value;
  const id = textOf(at(value, 'id'));
  const name =
    called ??
    textOf(at(value, 'name')) ??
    textOf(at(body, 'displayName')) ??
    id?.slice(id.lastIndexOf('/') + 1) ??
    'rule';
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
