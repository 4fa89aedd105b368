import { parsePrefix } from '../address-prefix.ts';
import { highestPriority, lowestPriority } from '../compiled-rule.ts';
import type { Access, Direction, Field, FieldList, ModelProblem, Protocol, SecurityRule } from '../model.ts';
import { decidingPlace, type OriginChain, type Place } from '../origin.ts';
import { parsePorts } from '../port-set.ts';
import type { Existence, ResourceDeclaration } from '../resource.ts';
import type { Value } from '../value.ts';
import { at, knownField, numberOf, pluralList, referenceFields, textField, textOf, unknownField } from './values.ts';

/** Where a rule was read from. */
export interface RuleSource {
  /** The item of `securityRules`, or the body of a rule that stands alone. */
  readonly value: Value;
  /** The name when it is not in the value: of a rule that stands alone. */
  readonly name?: Value;
  readonly declaration: ResourceDeclaration;
  readonly standalone: boolean;
  readonly existence: Existence;
}

/** A security rule in Azure's REST shape: `{name, properties: {…}}`, names in any letter case. */
export function readSecurityRule(source: RuleSource): SecurityRule {
  return new RestSecurityRule(source);
}

const directions = new Map<string, Direction>([
  ['inbound', 'Inbound'],
  ['outbound', 'Outbound'],
]);
const accesses = new Map<string, Access>([
  ['allow', 'Allow'],
  ['deny', 'Deny'],
]);
const protocols = new Map<string, Protocol>([
  ['tcp', 'Tcp'],
  ['udp', 'Udp'],
  ['icmp', 'Icmp'],
  ['icmpv6', 'Icmp'],
  ['esp', 'Esp'],
  ['ah', 'Ah'],
  ['*', '*'],
  // As the effective rules of an interface have it.
  ['all', '*'],
  ['any', '*'],
]);

/** Reads its fields when somebody asks for them, once: of most rules of an estate nobody does. */
class RestSecurityRule implements SecurityRule {
  readonly #source: RuleSource;
  #body: Value | undefined;
  #direction: Field<Direction> | undefined;
  #access: Field<Access> | undefined;
  #protocol: Field<Protocol> | undefined;
  #priority: Field<number> | undefined;
  #sourceAddressPrefixes: FieldList<string> | undefined;
  #sourceApplicationSecurityGroups: FieldList<string> | undefined;
  #sourcePortRanges: FieldList<string> | undefined;
  #destinationAddressPrefixes: FieldList<string> | undefined;
  #destinationApplicationSecurityGroups: FieldList<string> | undefined;
  #destinationPortRanges: FieldList<string> | undefined;

  constructor(source: RuleSource) {
    this.#source = source;
  }

  get value(): Value {
    return this.#source.value;
  }

  get declaration(): ResourceDeclaration {
    return this.#source.declaration;
  }

  get standalone(): boolean {
    return this.#source.standalone;
  }

  get existence(): Existence {
    return this.#source.existence;
  }

  get name(): Field<string> {
    return textField(this.#source.name ?? at(this.#source.value, 'name')) ?? this.#absent('name');
  }

  get direction(): Field<Direction> {
    this.#direction ??= this.#word('direction', directions);
    return this.#direction;
  }

  get access(): Field<Access> {
    this.#access ??= this.#word('access', accesses);
    return this.#access;
  }

  get protocol(): Field<Protocol> {
    this.#protocol ??= this.#word('protocol', protocols);
    return this.#protocol;
  }

  get priority(): Field<number> {
    this.#priority ??= this.#number(this.#get('priority'));
    return this.#priority;
  }

  get sourceAddressPrefixes(): FieldList<string> {
    this.#sourceAddressPrefixes ??= pluralList(this.#get('sourceAddressPrefix'), this.#get('sourceAddressPrefixes'));
    return this.#sourceAddressPrefixes;
  }

  get sourceApplicationSecurityGroups(): FieldList<string> {
    this.#sourceApplicationSecurityGroups ??= referenceFields(this.#get('sourceApplicationSecurityGroups'));
    return this.#sourceApplicationSecurityGroups;
  }

  get sourcePortRanges(): FieldList<string> {
    this.#sourcePortRanges ??= pluralList(this.#get('sourcePortRange'), this.#get('sourcePortRanges'));
    return this.#sourcePortRanges;
  }

  get destinationAddressPrefixes(): FieldList<string> {
    this.#destinationAddressPrefixes ??= pluralList(
      this.#get('destinationAddressPrefix'),
      this.#get('destinationAddressPrefixes'),
    );
    return this.#destinationAddressPrefixes;
  }

  get destinationApplicationSecurityGroups(): FieldList<string> {
    this.#destinationApplicationSecurityGroups ??= referenceFields(this.#get('destinationApplicationSecurityGroups'));
    return this.#destinationApplicationSecurityGroups;
  }

  get destinationPortRanges(): FieldList<string> {
    this.#destinationPortRanges ??= pluralList(this.#get('destinationPortRange'), this.#get('destinationPortRanges'));
    return this.#destinationPortRanges;
  }

  #get(name: string): Value | undefined {
    this.#body ??= propertiesOf(this.#source.value) ?? nothing;
    return at(this.#body, name);
  }

  get place(): Place {
    return this.value.origin[0]?.place ?? this.declaration.place;
  }

  get problems(): readonly ModelProblem[] {
    return problemsOf(this, this.#source);
  }

  #absent<T>(what: string): Field<T> {
    return {
      known: false,
      dependsOn: [`the ${what} of ${this.#called()}, which is not given`],
      origin: this.#origin(),
    };
  }

  #origin(): OriginChain {
    return [{ kind: 'property', place: this.place }];
  }

  #called(): string {
    const name = textOf(this.#source.name ?? at(this.#source.value, 'name'));
    return name === undefined ? 'a rule without a name' : `rule ${name}`;
  }

  #word<T extends string>(what: string, words: ReadonlyMap<string, T>): Field<T> {
    const value = this.#get(what);
    if (!value) return this.#absent(what);
    if (value.kind === 'unknown') return unknownField(value, one => wordIn(one, words));
    const word = wordIn(value, words);
    if (word !== undefined) return knownField(word, value);
    return {
      known: false,
      dependsOn: [`the ${what} of ${this.#called()}, which Azure does not know`],
      origin: value.origin,
    };
  }

  #number(value: Value | undefined): Field<number> {
    if (!value) return this.#absent('priority');
    if (value.kind === 'unknown') return unknownField(value, numberOf);
    const number = numberOf(value);
    if (number !== undefined && Number.isFinite(number)) return knownField(number, value);
    return {
      known: false,
      dependsOn: [`the priority of ${this.#called()}, which is not a number`],
      origin: value.origin,
    };
  }
}

function wordIn<T>(value: Value, words: ReadonlyMap<string, T>): T | undefined {
  return words.get(textOf(value)?.trim().toLowerCase() ?? '');
}

const nothing: Value = { kind: 'null', origin: [] };

/** The rule's `properties`; an unknown rule is unknown in all of them. */
function propertiesOf(value: Value): Value | undefined {
  return value.kind === 'unknown' ? value : at(value, 'properties');
}

/** What Azure would reject in a rule: https://learn.microsoft.com/rest/api/virtualnetwork/security-rules */
function problemsOf(rule: SecurityRule, source: RuleSource): ModelProblem[] {
  const out: ModelProblem[] = [];
  const add = (message: string, origin?: OriginChain): void => {
    out.push({ message, place: (origin && decidingPlace(origin)) ?? rule.place });
  };
  const body = propertiesOf(source.value);
  for (const what of ['direction', 'access', 'protocol', 'priority'] as const) {
    const field = rule[what];
    if (field.known) continue;
    const value = at(body, what);
    if (!value) add(`The rule has no ${what}, which Azure requires.`);
    else if (value.kind !== 'unknown')
      add(`'${shown(textOf(value) ?? value.kind)}' is not a ${what} that Azure accepts.`, value.origin);
  }
  const { priority } = rule;
  if (
    priority.known &&
    (priority.value < lowestPriority || priority.value > highestPriority || priority.value % 1 !== 0)
  ) {
    add(`Priority ${priority.value} is not between ${lowestPriority} and ${highestPriority}.`, priority.origin);
  }
  prefixProblems(rule.sourceAddressPrefixes, at(body, 'sourceAddressPrefixes'), add);
  prefixProblems(rule.destinationAddressPrefixes, at(body, 'destinationAddressPrefixes'), add);
  portProblems(rule.sourcePortRanges, at(body, 'sourcePortRanges'), add);
  portProblems(rule.destinationPortRanges, at(body, 'destinationPortRanges'), add);
  const required: readonly [string, readonly FieldList<string>[]][] = [
    ['source address', [rule.sourceAddressPrefixes, rule.sourceApplicationSecurityGroups]],
    ['source port range', [rule.sourcePortRanges]],
    ['destination address', [rule.destinationAddressPrefixes, rule.destinationApplicationSecurityGroups]],
    ['destination port range', [rule.destinationPortRanges]],
  ];
  if (body?.kind !== 'unknown') {
    for (const [what, lists] of required) {
      if (lists.every(list => list.items.length === 0 && !list.rest))
        add(`The rule has no ${what}, which Azure requires.`);
    }
  }
  return out;
}

type Add = (message: string, origin?: OriginChain) => void;

function prefixProblems(list: FieldList<string>, plural: Value | undefined, add: Add): void {
  const inPlural = plural?.kind === 'array' ? new Set(plural.items.map(textOf)) : undefined;
  for (const item of list.items) {
    if (!item.known) continue;
    const parsed = parsePrefix(item.value);
    if (parsed.problem) add(`${parsed.problem}.`, item.origin);
    else if (inPlural?.has(item.value) && list.items.length > 1 && (item.value === '*' || parsed.tags.length > 0)) {
      add(`'${shown(item.value)}' cannot stand in a list: Azure takes one service tag or '*' alone.`, item.origin);
    }
  }
}

function portProblems(list: FieldList<string>, plural: Value | undefined, add: Add): void {
  const inPlural = plural?.kind === 'array' && plural.items.length > 1;
  for (const item of list.items) {
    if (!item.known) continue;
    const { problem } = parsePorts(item.value);
    if (problem) add(`${problem}.`, item.origin);
    else if (inPlural && item.value === '*') add("'*' cannot stand in a list of ports: use it alone.", item.origin);
  }
}

/** Text from a template, cut to a length that fits a message. */
function shown(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
