import { parseAddresses } from '../address-prefix.ts';
import type { Field } from '../model.ts';
import type { AzureFirewall, DnatRule, FirewallPolicy, Frontend, IpGroup } from '../network-model.ts';
import type { ResourceDeclaration } from '../resource.ts';
import type { Value } from '../value.ts';
import type { DeclarationIndex } from './declarations.ts';
import { nameOf } from './interfaces.ts';
import { readFrontend } from './load-balancers.ts';
import { at, itemsOf, numberOf, pluralList, referenceOf, referencesOf, textField, textOf } from './values.ts';

/** Firewalls with their classic NAT rules, and a reference to the policy that holds the others. */
export function readFirewalls(index: DeclarationIndex): AzureFirewall[] {
  const out = new Map<string, AzureFirewall>();
  for (const declaration of index.ofType('microsoft.network/azurefirewalls')) {
    const id = index.idOf(declaration);
    if (out.has(id) || declaration.existing) continue;
    const properties = at(declaration.body, 'properties');
    const configurations = itemsOf(at(properties, 'ipConfigurations')).items.filter(item => item.kind === 'object');
    const privateAddress = configurations
      .map(item => parseAddresses(textOf(at(item, 'properties', 'privateIPAddress')) ?? ''))
      .find(set => set !== undefined);
    const policy = referenceOf(at(properties, 'firewallPolicy'));
    const virtualHub = referenceOf(at(properties, 'virtualHub'));
    const subnets = configurations.flatMap(item => referenceOf(at(item, 'properties', 'subnet')) ?? []);
    out.set(id, {
      id,
      name: nameOf(declaration),
      declaration,
      frontends: configurations.map((item): Frontend => readFrontend(item, id, 'azurefirewallipconfigurations')),
      hubAddresses: hubAddressesOf(declaration, virtualHub !== undefined && !index.live),
      ...(virtualHub ? { virtualHub } : {}),
      subnets: { items: subnets },
      ...(privateAddress ? { privateAddress } : {}),
      rules: readCollections(itemsOf(at(properties, 'natRuleCollections')).items, declaration, 0),
      unread: index.live ? unreadIn(at(properties, 'natRuleCollections'), `firewall ${nameOf(declaration)}`) : [],
      ...(policy ? { policy } : {}),
    });
  }
  return [...out.values()];
}

/** A firewall in a hub has its addresses from Azure: in a template, its name stands for them. */
function hubAddressesOf(declaration: ResourceDeclaration, promised: boolean): string[] {
  const addresses = at(declaration.body, 'properties', 'hubIPAddresses', 'publicIPs');
  const given = itemsOf(at(addresses, 'addresses')).items.flatMap(item => textOf(at(item, 'address')) ?? []);
  return given.length > 0 || !promised || numberOf(at(addresses, 'count')) === 0 ? given : [nameOf(declaration)];
}

/** Firewall policies with the NAT rules of their rule collection groups. A parent policy's NAT rules are not inherited. */
export function readFirewallPolicies(index: DeclarationIndex): Map<string, FirewallPolicy> {
  const groups = new Map<string, ResourceDeclaration[]>();
  for (const type of ['rulecollectiongroups', 'rulegroups']) {
    for (const declaration of index.ofType(`microsoft.network/firewallpolicies/${type}`)) {
      const parent = index.parentIdOf(declaration);
      if (parent === undefined || declaration.existing) continue;
      groups.set(parent, [...(groups.get(parent) ?? []), declaration]);
    }
  }
  const out = new Map<string, FirewallPolicy>();
  for (const [id, list] of groups) {
    const rules = list.flatMap(declaration => {
      const priority = numberOf(at(declaration.body, 'properties', 'priority')) ?? 65000;
      const nat = itemsOf(collectionsOf(declaration)).items.filter(
        item =>
          (textOf(at(item, 'ruleCollectionType')) ?? textOf(at(item, 'ruleType')))?.toLowerCase() ===
          'firewallpolicynatrulecollection',
      );
      return readCollections(nat, declaration, priority * 100_000);
    });
    const first = list[0]!;
    const unread = index.live
      ? list.flatMap(one => unreadIn(collectionsOf(one), `rule collection group ${nameOf(one)}`))
      : [];
    out.set(id, { id, name: nameOf(first), declaration: first, rules, unread });
  }
  for (const declaration of index.ofType('microsoft.network/firewallpolicies')) {
    const id = index.idOf(declaration);
    const { rules = [], unread = [] } = out.get(id) ?? {};
    const own = new Set(groups.get(id)?.map(group => index.idOf(group)));
    const named = index.live ? referencesOf(at(declaration.body, 'properties', 'ruleCollectionGroups')).items : [];
    const missing = named.flatMap(group =>
      group.id !== undefined && !own.has(group.id) ? [`not readable: rule collection group ${group.name}`] : [],
    );
    if (!declaration.existing || rules.length > 0)
      out.set(id, { id, name: nameOf(declaration), declaration, rules, unread: [...unread, ...missing] });
  }
  return out;
}

function collectionsOf({ body }: ResourceDeclaration): Value | undefined {
  const properties = at(body, 'properties');
  return at(properties, 'ruleCollections') ?? at(properties, 'rules');
}

/** Words for collections of Azure's answer, or rules in them, that cannot be understood. */
function unreadIn(collections: Value | undefined, owner: string): string[] {
  const list = itemsOf(collections);
  const whole = list.items.every(item => !itemsOf(at(at(item, 'properties') ?? item, 'rules')).rest);
  return list.rest || !whole ? [`not readable: NAT rules of ${owner}`] : [];
}

function readCollections(collections: readonly Value[], declaration: ResourceDeclaration, base: number): DnatRule[] {
  const out: DnatRule[] = [];
  for (const collection of collections) {
    const body = at(collection, 'properties') ?? collection;
    const action = textOf(at(body, 'action', 'type'))?.toLowerCase();
    if (action !== undefined && action !== 'dnat') continue;
    const order = base + (numberOf(at(collection, 'priority') ?? at(body, 'priority')) ?? 65000);
    for (const rule of itemsOf(at(body, 'rules')).items) {
      if (rule.kind !== 'object') continue;
      out.push({
        name: textOf(at(rule, 'name')) ?? 'rule',
        collection: textOf(at(collection, 'name')) ?? 'collection',
        order,
        protocols: pluralList(undefined, at(rule, 'ipProtocols') ?? at(rule, 'protocols')),
        sourceAddresses: pluralList(undefined, at(rule, 'sourceAddresses')),
        sourceIpGroups: referencesOf(at(rule, 'sourceIpGroups')),
        destinationAddresses: pluralList(undefined, at(rule, 'destinationAddresses')),
        destinationPorts: pluralList(undefined, at(rule, 'destinationPorts')),
        translatedAddress: translatedAddressOf(rule),
        translatedPort: textField(at(rule, 'translatedPort')),
        value: rule,
        declaration,
      });
    }
  }
  return out;
}

/** Of a rule that translates to a name it is not known whose address that is. */
function translatedAddressOf(rule: Value): Field<string> | undefined {
  const name = textOf(at(rule, 'translatedFqdn'));
  return (
    textField(at(rule, 'translatedAddress')) ??
    (name === undefined ? undefined : { known: false, dependsOn: [`the address of ${name}`], origin: rule.origin })
  );
}

export function readIpGroups(index: DeclarationIndex): Map<string, IpGroup> {
  const out = new Map<string, IpGroup>();
  for (const declaration of index.ofType('microsoft.network/ipgroups')) {
    if (declaration.existing) continue;
    const id = index.idOf(declaration);
    const addresses = pluralList(undefined, at(declaration.body, 'properties', 'ipAddresses'));
    out.set(id, { id, name: nameOf(declaration), declaration, addresses });
  }
  return out;
}
