import type { ModelProblem, SecurityGroup, SecurityRule } from '../model.ts';
import type { Existence, ResourceDeclaration } from '../resource.ts';
import { identity, type UnknownValue, type Value } from '../value.ts';
import type { DeclarationIndex } from './declarations.ts';
import { nameOf } from './interfaces.ts';
import { readSecurityRule } from './security-rule.ts';
import { at, isObject, itemsOf, textField, textOf } from './values.ts';

const groupType = 'microsoft.network/networksecuritygroups';
const ruleType = 'microsoft.network/networksecuritygroups/securityrules';

export interface SecurityGroups {
  /** Groups to judge: declared ones, and one for each rule whose group is declared elsewhere. */
  readonly judged: readonly SecurityGroup[];
  readonly byId: ReadonlyMap<string, SecurityGroup>;
}

/**
 * Security groups with their inline rules and those declared as child resources. A child that has an inline rule's name
 * replaces it, as a deployment does. `defaultSecurityRules` is Azure's echo and not read.
 */
export function readSecurityGroups(index: DeclarationIndex): SecurityGroups {
  const children = childrenByGroup(index);
  const judged: SecurityGroup[] = [];
  const byId = new Map<string, SecurityGroup>();
  const taken = new Set<string>();
  const declared = index.ofType(groupType);
  const ownIds = new Set(declared.filter(one => !one.existing).map(one => index.idOf(one)));
  for (const declaration of declared) {
    const id = index.idOf(declaration);
    if (index.live && byId.has(id)) continue;
    // The rules of a group that several templates refer to are judged once, and with the group where it is read.
    if (declaration.existing && (taken.has(id) || ownIds.has(id))) continue;
    taken.add(id);
    const group = readGroup(declaration, id, children.get(id) ?? []);
    if (!byId.has(id)) byId.set(id, group);
    if (group.partial) judged.push(...eachAlone(group));
    else judged.push(group);
  }
  for (const [key, rules] of children) {
    if (taken.has(key)) continue;
    const group = partialGroup(key, rules);
    byId.set(key, group);
    judged.push(...eachAlone(group));
  }
  return { judged, byId };
}

/**
 * The rules of a group that is declared elsewhere, each as if it were alone in the group: nothing is known of what
 * stands beside it, least of all that the rules of different files are ever deployed together. Only a Deny that was
 * read with it counts, lest a rule that is closed here be called open.
 */
function eachAlone(group: SecurityGroup): readonly SecurityGroup[] {
  const denies = group.rules.filter(rule => rule.access.known && rule.access.value === 'Deny');
  return group.rules.map(rule => ({
    ...group,
    rules: denies.includes(rule) ? [rule] : [...denies, rule],
    declaration: rule.declaration,
    existence: rule.existence,
  }));
}

function readGroup(
  declaration: ResourceDeclaration,
  id: string,
  children: readonly ResourceDeclaration[],
): SecurityGroup {
  const rules: SecurityRule[] = [];
  const rests: UnknownValue[] = [];
  const problems: ModelProblem[] = [];
  if (!declaration.existing) {
    const list = at(declaration.body, 'properties', 'securityRules');
    readInlineRules(list, declaration, { rules, rests, problems });
    if (declaration.place.kind === 'resource' && !(list?.kind === 'array' && list.items.every(isObject))) {
      const dependsOn = [`not readable: rules of security group ${nameOf(declaration)}`];
      rests.push({ kind: 'unknown', dependsOn, origin: declaration.body.origin });
    }
    if (list && list.kind !== 'array' && list.kind !== 'unknown') {
      problems.push({
        message: 'securityRules is not a list of rules.',
        place: list.origin[0]?.place ?? declaration.place,
      });
    }
  }
  const standing = children.map(readStandingRule);
  const replaced = new Set(standing.map(rule => (rule.name.known ? rule.name.value.toLowerCase() : '')));
  const all = [
    ...rules.filter(rule => !rule.name.known || rule.name.value === '' || !replaced.has(rule.name.value.toLowerCase())),
    ...standing,
  ];
  return {
    id,
    name: textField(declaration.name) ?? {
      known: false,
      dependsOn: ['its name, which is not given'],
      origin: declaration.name.origin,
    },
    rules: all,
    ...(rests.length > 0 ? { furtherRules: joined(rests) } : {}),
    partial: declaration.existing,
    declaration,
    existence: declaration.existence,
    problems,
  };
}

/** What an inline list is read into. */
interface InlineRules {
  readonly rules: SecurityRule[];
  readonly rests: UnknownValue[];
  readonly problems: ModelProblem[];
}

/** Deeper than any template nests alternatives within alternatives. */
const deepestAlternatives = 5;

function readInlineRules(
  list: Value | undefined,
  declaration: ResourceDeclaration,
  found: InlineRules,
  existence: Existence = { kind: 'certain' },
  depth = 0,
): void {
  const add = (value: Value, how: Existence): void => {
    if (value.kind === 'unknown') readAlternatives(value);
    else if (value.kind === 'object') {
      found.rules.push(readSecurityRule({ value, declaration, standalone: false, existence: how }));
    } else if (value.kind !== 'null') {
      const place = value.origin[0]?.place ?? declaration.place;
      found.problems.push({ message: `securityRules holds a ${value.kind} that is not a rule.`, place });
    }
  };
  const readAlternatives = (value: UnknownValue): void => {
    if (!value.alternatives || depth > deepestAlternatives) {
      found.rests.push(value);
      return;
    }
    const depends: Existence = { kind: 'depends', on: value.dependsOn };
    for (const one of value.alternatives) readInlineRules(one, declaration, found, depends, depth + 1);
  };
  const { items, rest } = itemsOf(list);
  for (const item of items) add(item, existence);
  if (rest) readAlternatives(rest);
}

function joined(rests: readonly UnknownValue[]): UnknownValue {
  return rests.length === 1
    ? rests[0]!
    : { kind: 'unknown', dependsOn: [...new Set(rests.flatMap(rest => rest.dependsOn))], origin: rests[0]!.origin };
}

function readStandingRule(declaration: ResourceDeclaration): SecurityRule {
  const name = ownName(declaration.name);
  return readSecurityRule({
    value: declaration.body,
    name,
    declaration,
    standalone: true,
    existence: declaration.existence,
  });
}

/** The rule's part of a child resource's name, `group/rule`. */
function ownName(name: Value): Value {
  const whole = name.kind === 'unknown' ? name.symbol : textOf(name);
  const own = whole?.slice(whole.lastIndexOf('/') + 1);
  if (own === undefined || own === whole || own.includes('{') || own.includes('}')) return name;
  return { kind: 'string', value: own, origin: name.origin };
}

/** Rules that stand alone, by the identity of their group. Rules whose group cannot be told have each a group of its own. */
function childrenByGroup(index: DeclarationIndex): Map<string, ResourceDeclaration[]> {
  const children = new Map<string, ResourceDeclaration[]>();
  for (const declaration of index.ofType(ruleType)) {
    if (declaration.existing) continue;
    const key = index.parentIdOf(declaration) ?? `rule ${declaration.address}`;
    const list = children.get(key);
    if (list) list.push(declaration);
    else children.set(key, [declaration]);
  }
  return children;
}

function partialGroup(key: string, declarations: readonly ResourceDeclaration[]): SecurityGroup {
  const first = declarations[0]!;
  const whole = textOf(first.name);
  const parent = whole?.includes('/') ? whole.slice(0, whole.lastIndexOf('/')) : undefined;
  const fromId = identity(first.id)?.includes('/securityrules/') ? textOf(first.id)?.split('/').at(-3) : undefined;
  const name = parent ?? fromId;
  return {
    id: key,
    name:
      name !== undefined
        ? { known: true, value: name, origin: first.name.origin }
        : {
            known: false,
            dependsOn:
              first.name.kind === 'unknown' ? first.name.dependsOn : ['the group of the rule, which is not read'],
            origin: first.name.origin,
          },
    rules: declarations.map(readStandingRule),
    partial: true,
    declaration: first,
    existence: first.existence,
    problems: [],
  };
}
