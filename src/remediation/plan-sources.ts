import { parsePrefix } from '../network/address-prefix.ts';
import {
  type AddressSet,
  includesAddresses,
  intersectAddresses,
  isEmpty,
  noAddresses,
  uniteAddresses,
} from '../network/address-set.ts';
import { publicAddresses, reachOf } from '../network/reach.ts';
import { tagKind } from '../network/service-tag.ts';
import { sourcesOf } from '../network/source-set.ts';
import { PlanError } from './plan-error.ts';
import { type JsonObject, pick, pickList, pickText } from './plan-json.ts';

/** Sources that one rule can name: addresses together, a service tag alone, or application security groups. */
export interface SourceGroup {
  readonly kind: 'addresses' | 'tag' | 'application-groups';
  readonly values: readonly string[];
}

export interface ChosenSources {
  readonly groups: readonly SourceGroup[];
  readonly addresses: AddressSet;
  readonly text: string;
}

/**
 * Sources as a person names them: addresses and CIDR blocks, `VirtualNetwork` or another service tag, ids of application
 * security groups. @throws PlanError for what is no source, and for everybody.
 */
export function chosenSources(texts: readonly string[]): ChosenSources {
  const list = [...new Set(texts.flatMap(text => text.split(',')).map(text => text.trim()))];
  if (list.length === 0 || list.includes(''))
    throw new PlanError('source', 'no source was given: name who may come in, as an address or CIDR block');
  const blocks: string[] = [];
  const tags: string[] = [];
  const applicationGroups: string[] = [];
  let addresses = noAddresses;
  for (const text of list) {
    if (/\/applicationSecurityGroups\/[^/]+$/i.test(text) && text.startsWith('/')) {
      applicationGroups.push(text);
      continue;
    }
    const parsed = parsePrefix(text);
    if (text === '*' || /^(any|internet)$/i.test(text))
      throw new PlanError('source', `${text} is everybody: name the addresses that may come in`);
    if (parsed.problem !== undefined) throw new PlanError('source', `${parsed.problem}: not a source`);
    if (parsed.tags.length > 0) tags.push(tagKind(text) === 'virtual-network' ? 'VirtualNetwork' : text);
    else blocks.push(text);
    addresses = uniteAddresses(addresses, parsed.addresses);
  }
  if (reachOf(sourcesOf(addresses)) === 'internet')
    throw new PlanError('source', `${list.join(', ')} is the internet: name the addresses that may come in`);
  const groups: SourceGroup[] = [];
  if (blocks.length > 0) groups.push({ kind: 'addresses', values: blocks });
  for (const tag of tags) groups.push({ kind: 'tag', values: [tag] });
  if (applicationGroups.length > 10)
    throw new PlanError('source', 'a rule takes at most ten application security groups: name fewer');
  if (applicationGroups.length > 0) groups.push({ kind: 'application-groups', values: applicationGroups });
  return { groups, addresses, text: list.join(', ') };
}

/** As Azure takes the sources of a rule, with the other forms emptied. */
export function sourceFields(group: SourceGroup): { readonly [property: string]: unknown } {
  if (group.kind === 'application-groups')
    return {
      sourceAddressPrefix: undefined,
      sourceAddressPrefixes: [],
      sourceApplicationSecurityGroups: group.values.map(id => ({ id })),
    };
  return group.values.length === 1
    ? { sourceAddressPrefix: group.values[0], sourceAddressPrefixes: [], sourceApplicationSecurityGroups: undefined }
    : {
        sourceAddressPrefix: undefined,
        sourceAddressPrefixes: group.values,
        sourceApplicationSecurityGroups: undefined,
      };
}

/** The sources of a rule as written. */
export function sourceTexts(rule: JsonObject): string[] {
  const properties = pick(rule, 'properties');
  return [pickText(properties, 'sourceAddressPrefix'), ...pickList(properties, 'sourceAddressPrefixes')].filter(
    (text): text is string => typeof text === 'string' && text !== '',
  );
}

interface WrittenSources {
  /** Public addresses. */
  readonly addresses: AddressSet;
  readonly tags: readonly string[];
}

function written(texts: readonly string[]): WrittenSources {
  let addresses = noAddresses;
  const tags: string[] = [];
  for (const text of texts) {
    const parsed = parsePrefix(text);
    addresses = uniteAddresses(addresses, parsed.addresses);
    for (const tag of parsed.tags) {
      if (tagKind(tag) === 'internet') addresses = uniteAddresses(addresses, publicAddresses);
      else tags.push(tag.toLowerCase());
    }
  }
  return { addresses: intersectAddresses(addresses, publicAddresses), tags };
}

/** Whether the chosen sources admit only whom a rule with sources as written admits already, and not all of them. */
export function narrows(texts: readonly string[], chosen: ChosenSources): boolean {
  const old = written(texts);
  const open = intersectAddresses(chosen.addresses, publicAddresses);
  if (!includesAddresses(old.addresses, open)) return false;
  const everybody = includesAddresses(old.addresses, { v4: publicAddresses.v4, v6: [] });
  for (const group of chosen.groups) {
    if (group.kind !== 'tag') continue;
    const [tag] = group.values;
    const kind = tagKind(tag!);
    if (kind !== 'virtual-network' && kind !== 'not-public' && !everybody && !old.tags.includes(tag!.toLowerCase()))
      return false;
  }
  const same = includesAddresses(open, old.addresses) && !isEmpty(old.addresses);
  const tagsStay = old.tags.every(tag =>
    chosen.groups.some(group => group.kind === 'tag' && group.values[0]!.toLowerCase() === tag),
  );
  return !(same || (isEmpty(old.addresses) && old.tags.length > 0 && tagsStay));
}
