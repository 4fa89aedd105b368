import { parsePrefix } from '../network/address-prefix.ts';
import { intervalsContain } from '../network/intervals.ts';
import type { MachinePortVerdict } from '../network/machine/machine-verdict.ts';
import type { Field, FieldList, PortVerdict, ProofStep, SecurityGroup, SecurityRule } from '../network/model.ts';
import type { Origin, OriginChain, Place } from '../network/origin.ts';
import { parsePorts } from '../network/port-set.ts';
import { reachOf } from '../network/reach.ts';
import { sourcesOf } from '../network/source-set.ts';
import type { Value } from '../network/value.ts';
import type { RelatedPlace } from './finding.ts';
import { quoted, shown, sourcesPhrase } from './message-text.ts';

/** A property of a rule that has a part in a verdict. */
export type DecidingProperty = 'source' | 'port' | 'access' | 'priority' | 'protocol' | 'direction' | 'existence';

/** A property's way from the rule to where its value is decided. */
export interface PropertyOrigin {
  readonly property: DecidingProperty;
  readonly origin: OriginChain;
}

/** The source that lets the most in: the characters in the rule that a finding points at. */
export function widestSource(rule: SecurityRule): Field<string> | undefined {
  const rank = (field: Field<string>): number => {
    if (!field.known) return 5;
    if (field.value === '*') return 4;
    const parsed = parsePrefix(field.value);
    if (parsed.tags.some(tag => tag.toLowerCase() === 'internet')) return 4;
    const reach = reachOf(sourcesOf(parsed.addresses, parsed.tags));
    return ['none', 'restricted', 'wide', 'internet'].indexOf(reach);
  };
  return widest(rule.sourceAddressPrefixes.items, rank);
}

function widest(items: readonly Field<string>[], rank: (field: Field<string>) => number): Field<string> | undefined {
  let best: Field<string> | undefined;
  let most = -1;
  for (const item of items) {
    const one = rank(item);
    if (one > most) {
      best = item;
      most = one;
    }
  }
  return best;
}

/** The port item that matches a port, or an unknown one. */
export function portItem(rule: SecurityRule, port: number): Field<string> | undefined {
  const { items } = rule.destinationPortRanges;
  return (
    items.find(item => item.known && intervalsContain(parsePorts(item.value).ports, port)) ??
    items.find(item => !item.known)
  );
}

/** The properties of an Allow that let somebody in to a port, most telling first. */
export function decidingProperties(rule: SecurityRule, port: number): PropertyOrigin[] {
  const out: PropertyOrigin[] = [];
  const add = (property: DecidingProperty, origin: OriginChain | undefined): void => {
    if (origin && origin.length > 0) out.push({ property, origin });
  };
  add('source', (widestSource(rule) ?? rule.sourceAddressPrefixes.rest)?.origin);
  add('port', (portItem(rule, port) ?? rule.destinationPortRanges.rest)?.origin);
  add('access', rule.access.origin);
  return out;
}

/** The undecided properties of a rule that a conditional verdict names, most telling first. */
export function undecidedProperties(rule: SecurityRule, verdict: PortVerdict): PropertyOrigin[] {
  const names = new Set(verdict.dependsOn);
  const out: PropertyOrigin[] = [];
  const look = (property: DecidingProperty, field: Field<unknown>): void => {
    if (!field.known && field.dependsOn.some(name => names.has(name))) out.push({ property, origin: field.origin });
  };
  const lookList = (property: DecidingProperty, list: FieldList<string>): void => {
    for (const item of list.items) look(property, item);
    if (list.rest?.dependsOn.some(name => names.has(name))) out.push({ property, origin: list.rest.origin });
  };
  lookList('source', rule.sourceAddressPrefixes);
  lookList('port', rule.destinationPortRanges);
  look('access', rule.access);
  look('direction', rule.direction);
  look('protocol', rule.protocol);
  look('priority', rule.priority);
  return out.filter(one => one.origin.length > 0);
}

/** Where a value is used, when that is known. */
export function usePlace(origin: OriginChain | undefined): Place | undefined {
  return origin?.[0]?.place;
}

/** Every place on a value's way behind the one where it is used, with a sentence that says what it is. */
export function wayPlaces({ property, origin }: PropertyOrigin): RelatedPlace[] {
  const out: RelatedPlace[] = [];
  const seen = new Set<string>(origin[0] ? [placeKey(origin[0].place)] : []);
  const last = origin[origin.length - 1];
  for (const step of origin.slice(1)) {
    const key = placeKey(step.place);
    if (seen.has(key) || (step !== last && !tells.has(step.kind))) continue;
    seen.add(key);
    out.push({ place: step.place, message: wayMessage(step, property), decides: true });
  }
  return out;
}

const tells: ReadonlySet<Origin['kind']> = new Set([
  'parameter-default',
  'parameter-file',
  'argument',
  'data-file',
  'variable',
  'item',
]);

function wayMessage(step: Origin, property: DecidingProperty): string {
  const name = step.name === undefined ? undefined : quoted(step.name);
  switch (step.kind) {
    case 'parameter-default':
      return name ? `The ${property} comes from this default of ${name}.` : `The ${property} comes from this default.`;
    case 'parameter-file':
      return name ? `This file gives ${name} its value: the ${property}.` : `This file gives the ${property}.`;
    case 'argument':
      return name ? `The caller gives ${name} here: the ${property}.` : `The caller gives the ${property} here.`;
    case 'data-file':
      return `The ${property} is loaded from here.`;
    case 'variable':
      return name ? `${name} is set here: the ${property}.` : `The ${property} is set here.`;
    case 'parameter':
      return name ? `The ${property} is ${name}, which gets no value here.` : `The ${property} gets no value here.`;
    case 'item':
      return `This item gives the ${property}.`;
    default:
      return name ? `The ${property} is decided here, in ${name}.` : `The ${property} is decided here.`;
  }
}

/** The calls that lead to a declaration, innermost last. */
export function callPlaces(group: SecurityGroup): RelatedPlace[] {
  return group.declaration.via.map(call => ({
    place: call.place,
    message: `Called here as ${quoted(call.name)}.`,
  }));
}

/** Related places without repetition, and without the finding's own. */
export function distinctPlaces(places: readonly RelatedPlace[], own: Place, most = 20): RelatedPlace[] {
  const seen = new Set([placeKey(own)]);
  const out: RelatedPlace[] = [];
  for (const place of places) {
    const key = placeKey(place.place);
    if (seen.has(key)) continue;
    seen.add(key);
    out.push(place);
    if (out.length === most) break;
  }
  return out;
}

/** A text by which equal places are equal. */
export function placeKey(place: Place): string {
  return place.kind === 'text'
    ? `${place.range.start}-${place.range.end} ${place.file}`
    : `${place.path} ${place.id.toLowerCase()}`;
}

/** Whether a rule's sources are, in part, what a secure parameter holds: then they are not shown. */
export function hasSecretSource(rule: SecurityRule): boolean {
  const properties = member(rule.value, 'properties');
  return ['sourceAddressPrefix', 'sourceAddressPrefixes'].some(name => isSecret(member(properties, name)));
}

/** A step's sources as a phrase; what a secure parameter holds is not shown. */
export function admittedPhrase(step: ProofStep): string {
  return step.rule && hasSecretSource(step.rule) ? secretSource : sourcesPhrase(step.sources);
}

/** What is said instead of a secure parameter's addresses. */
export const secretSource = 'a source that a secure parameter holds';

/** The sources of a verdict, for showing. */
export function shownSources(verdict: Pick<PortVerdict, 'sources' | 'proof'>): readonly string[] {
  return admitsSecretSource(verdict) ? [secretSource] : verdict.sources;
}

/** The sources of a machine's port, for showing. */
export function shownSourcesOfPort({
  sources,
  paths,
}: Pick<MachinePortVerdict, 'sources' | 'paths'>): readonly string[] {
  return paths.some(admitsSecretSource) ? [secretSource] : sources;
}

function admitsSecretSource({ proof }: Pick<PortVerdict, 'proof'>): boolean {
  return proof.some(step => step.effect === 'admits' && step.rule && hasSecretSource(step.rule));
}

function isSecret(value: Value | undefined): boolean {
  if (value?.secret) return true;
  return value?.kind === 'array' && value.items.some(item => item.secret);
}

function member(value: Value | undefined, name: string): Value | undefined {
  return value?.kind === 'object' ? value.get(name) : undefined;
}

/** A group's name as a message shows it. */
export function groupLabel(group: SecurityGroup): string {
  if (group.name.known) return quoted(group.name.value);
  const { alternatives } = group.name;
  if (alternatives) return alternatives.slice(0, 3).map(quoted).join(' or ');
  return `the group ${shown(group.declaration.address)}`;
}

/** The rule's own place in a text, or its group's. */
export function rulePlace(rule: SecurityRule | undefined, group: SecurityGroup): Place {
  return rule?.place ?? group.declaration.place;
}
