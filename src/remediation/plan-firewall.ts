import type { PathVerdict } from '../network/machine/machine-verdict.ts';
import { writableBody } from './plan-body.ts';
import { type Draft, networkApi } from './plan-draft.ts';
import { PlanError } from './plan-error.ts';
import { isObject, type JsonObject, pick, pickList, pickText, withProperty } from './plan-json.ts';
import { comparable, parentOf, parseId, sameId } from './plan-resource-id.ts';
import { type ChosenSources, narrows } from './plan-sources.ts';

/** A destination NAT rule where it stands: in a classic firewall, or in a rule collection group of a policy. */
export interface DnatPlace {
  readonly holder: JsonObject;
  readonly holderId: string;
  /** The property of the holder's properties that lists collections. */
  readonly list: 'natRuleCollections' | 'ruleCollections' | 'rules';
  readonly collection: number;
  readonly rule: number;
  readonly json: JsonObject;
}

/** Rules of a firewall and its policy with a name, that translate to an address when one is given. */
export function findDnatRules(draft: Draft, firewallId: string, name: string): DnatPlace[] {
  const firewall = draft.get(firewallId);
  if (!firewall) return [];
  const policy = pickText(firewall, 'properties', 'firewallPolicy', 'id');
  const groups = draft.resources.filter(one => {
    const id = pickText(one, 'id');
    return (
      policy !== undefined &&
      id !== undefined &&
      /\/rule(Collection)?Groups\/[^/]+$/i.test(id) &&
      sameId(parentOf(id), policy)
    );
  });
  return [...placesIn(firewall, 'natRuleCollections', name), ...groups.flatMap(group => groupPlaces(group, name))];
}

function groupPlaces(group: unknown, name: string): DnatPlace[] {
  if (!isObject(group)) return [];
  return placesIn(
    group,
    Array.isArray(pick(group, 'properties', 'ruleCollections')) ? 'ruleCollections' : 'rules',
    name,
  );
}

function placesIn(holder: JsonObject, list: DnatPlace['list'], name: string): DnatPlace[] {
  const out: DnatPlace[] = [];
  pickList(holder, 'properties', list).forEach((collection, at) => {
    const rules = pickList(pick(collection, 'properties') ?? collection, 'rules');
    rules.forEach((json, i) => {
      if (isObject(json) && pickText(json, 'name') === name && pickText(json, 'translatedPort') !== undefined)
        out.push({ holder, holderId: pickText(holder, 'id')!, list, collection: at, rule: i, json });
    });
  });
  return out;
}

/**
 * Removes the DNAT rule by which a path leads to a machine, or narrows its sources.
 * @throws PlanError when the rule was not read.
 */
export function closeDnatRule(
  draft: Draft,
  path: PathVerdict,
  port: number,
  sources: ChosenSources | undefined,
): 'done' | 'not-narrower' {
  const { id, rule } = path.through!;
  const found = findDnatRules(draft, id, rule).filter(place => translatesTo(place, path, port));
  const [place] = found;
  if (!place)
    throw new PlanError('not-readable', `DNAT rule ${rule} of firewall ${parseId(id).name} is not in what was read`);
  const where = `${pickText(place.holder, 'name') ?? parseId(place.holderId).name}/${rule}`;
  if (!sources) {
    write(draft, place, undefined, `Remove DNAT rule ${where}`);
    return 'done';
  }
  const old = sourcesOfDnat(draft, place.json);
  if (sources.groups.some(group => group.kind !== 'addresses'))
    throw new PlanError('source', `DNAT rule ${where} takes addresses only: name addresses or CIDR blocks`);
  const narrower = narrows(old, sources);
  if (!narrower) {
    write(draft, place, undefined, `Remove DNAT rule ${where}`);
    return 'not-narrower';
  }
  const changed = withProperty(
    withProperty(
      place.json,
      'sourceAddresses',
      sources.groups.flatMap(group => group.values),
    ),
    'sourceIpGroups',
    [],
  );
  write(draft, place, changed, `Narrow DNAT rule ${where} from ${old.join(', ')} to ${sources.text}`);
  return 'done';
}

function translatesTo({ json }: DnatPlace, path: PathVerdict, port: number): boolean {
  const target = pickText(json, 'translatedPort');
  if (target !== undefined && Number(target) !== port) return path.frontend.length > 0 && Number(target) === 0;
  return true;
}

function sourcesOfDnat(draft: Draft, json: JsonObject): string[] {
  const own = pickList(json, 'sourceAddresses').filter((text): text is string => typeof text === 'string');
  const groups = pickList(json, 'sourceIpGroups').flatMap(one => {
    const id = typeof one === 'string' ? one : (pickText(one, 'id') ?? '');
    return pickList(draft.get(id), 'properties', 'ipAddresses').filter(
      (text): text is string => typeof text === 'string',
    );
  });
  return [...own, ...groups];
}

/** Writes the holder with the rule changed, or without it; a collection without rules goes with its last one. */
function write(draft: Draft, place: DnatPlace, rule: JsonObject | undefined, title: string): void {
  const { holder, holderId, list } = place;
  const collections = pickList(holder, 'properties', list).flatMap((collection, at): unknown[] => {
    if (at !== place.collection || !isObject(collection)) return [collection];
    const inner = isObject(pick(collection, 'properties'))
      ? (pick(collection, 'properties') as JsonObject)
      : collection;
    const rules = pickList(inner, 'rules').flatMap((one, i) => (i !== place.rule ? [one] : rule ? [rule] : []));
    if (rules.length === 0) return [];
    const next = withProperty(inner, 'rules', rules);
    return [inner === collection ? next : withProperty(collection, 'properties', next)];
  });
  const properties = withProperty(pick(holder, 'properties') as JsonObject, list, collections);
  draft.put(
    title,
    holderId,
    writableBody(withProperty(holder, 'properties', properties), parseId(holderId).type),
    networkApi,
  );
}

/** The firewall that a machine's network reaches, by id or the only one there is. @throws PlanError otherwise. */
export function chosenFirewall(draft: Draft, id: string | undefined): JsonObject {
  const all = draft.resources.filter(
    (one): one is JsonObject => isObject(one) && /\/azureFirewalls\/[^/]+$/i.test(pickText(one, 'id') ?? ''),
  );
  const found =
    id === undefined ? (all.length === 1 ? all[0] : undefined) : all.find(one => sameId(pickText(one, 'id'), id));
  if (!found)
    throw new PlanError(
      'not-supported',
      id === undefined
        ? `${all.length === 0 ? 'no firewall is' : 'several firewalls are'} in what was read: name one`
        : `firewall ${comparable(id)} is not in what was read`,
    );
  return found;
}

/** Publishes a machine's port through an existing firewall to some sources. */
export function createDnatRule(
  draft: Draft,
  options: {
    readonly firewall?: string;
    readonly machine: string;
    readonly privateAddress: string;
    readonly port: number;
    readonly frontendPort: number;
    readonly sources: ChosenSources;
  },
): void {
  const firewall = chosenFirewall(draft, options.firewall);
  if (options.sources.groups.some(group => group.kind !== 'addresses'))
    throw new PlanError('source', 'a DNAT rule takes addresses only: name addresses or CIDR blocks');
  const publicId = pickList(firewall, 'properties', 'ipConfigurations')
    .map(one => pickText(one, 'properties', 'publicIPAddress', 'id'))
    .find(one => one !== undefined);
  const address = publicId === undefined ? undefined : pickText(draft.get(publicId), 'properties', 'ipAddress');
  if (address === undefined)
    throw new PlanError(
      'not-readable',
      `the public address of firewall ${pickText(firewall, 'name') ?? ''} is not in what was read`,
    );
  const name = `${options.machine}-${options.port}`;
  const rule = {
    name,
    sourceAddresses: options.sources.groups.flatMap(group => group.values),
    destinationAddresses: [address],
    destinationPorts: [String(options.frontendPort)],
    translatedAddress: options.privateAddress,
    translatedPort: String(options.port),
  };
  const policy = pickText(firewall, 'properties', 'firewallPolicy', 'id');
  const title = `Publish port ${options.port} of ${options.machine} as ${address}:${options.frontendPort}`;
  if (policy !== undefined) {
    const id = `${policy}/ruleCollectionGroups/portcullis-${options.machine}`;
    const collection = {
      ruleCollectionType: 'FirewallPolicyNatRuleCollection',
      name: 'portcullis',
      priority: 100,
      action: { type: 'DNAT' },
      rules: [{ ruleType: 'NatRule', ...rule, ipProtocols: ['TCP'] }],
    };
    draft.put(title, id, { properties: { priority: 200, ruleCollections: [collection] } });
    return;
  }
  const before = pickList(firewall, 'properties', 'natRuleCollections');
  const taken = new Set(before.map(one => Number(pick(one, 'properties', 'priority'))));
  let priority = 200;
  while (taken.has(priority)) priority++;
  const collection = {
    name: `portcullis-${name}`,
    properties: { priority, action: { type: 'Dnat' }, rules: [{ ...rule, protocols: ['TCP'] }] },
  };
  const properties = withProperty(pick(firewall, 'properties') as JsonObject, 'natRuleCollections', [
    ...before,
    collection,
  ]);
  const id = pickText(firewall, 'id')!;
  draft.put(title, id, writableBody(withProperty(firewall, 'properties', properties), parseId(id).type));
}
