import type { SecurityGroup, SecurityRule } from '../../network/model.ts';
import type { Json, Value } from '../../network/value.ts';
import type { FileSystem } from '../../templates/file-system.ts';
import { OverlayFiles } from '../../templates/recorded-files.ts';
import type { PropertyChange, TextEdit } from '../../templates/source-editor.ts';
import { analyseUnit, type UnitAnalysis, wholeAnalysis } from '../analysis.ts';
import { quoted, sentence } from '../message-text.ts';
import { groupLabel } from '../places.ts';
import { atRule, depths } from './candidates.ts';
import { editedTexts } from './edits.ts';
import { groupKey, textKey } from './proof.ts';
import { rawProperty } from './rule-text.ts';
import { ruleSignature, sameResources } from './signature.ts';
import { type Edits, Texts } from './texts.ts';

/** A change to a security rule of a deployed group, to be made where templates declare the group. */
export interface RuleChange {
  /** The group's name. */
  readonly group: string;
  readonly rule: string;
  /** `add`: the rule is new, and `properties` is all of it. */
  readonly kind: 'set' | 'add' | 'remove';
  /** Under their REST names; undefined takes a property away. */
  readonly properties: ReadonlyMap<string, Json | undefined>;
}

export interface ChangedTemplates {
  readonly edits: readonly TextEdit[];
  /** The changes that the edits make. */
  readonly made: readonly RuleChange[];
  /** Why others are not made, one sentence each. */
  readonly left: readonly string[];
  /** What the edits change besides: "also in 'other-nsg'". */
  readonly touches: readonly string[];
}

export interface TemplateContext {
  readonly analyses: readonly UnitAnalysis[];
  readonly files: FileSystem;
  readonly ports: readonly number[];
}

const ruleProperties = [
  ...['description', 'priority', 'direction', 'access', 'protocol'],
  ...['sourceAddressPrefix', 'sourceAddressPrefixes', 'sourceApplicationSecurityGroups'],
  ...['destinationAddressPrefix', 'destinationAddressPrefixes', 'destinationApplicationSecurityGroups'],
  ...['sourcePortRange', 'sourcePortRanges', 'destinationPortRange', 'destinationPortRanges'],
] as const;

/** More rules of a group are not tried as the text that a new one is written like. */
const mostPatterns = 8;

/**
 * Makes changes of deployed rules in the templates that declare their groups, each at the place that decides, and
 * proves the result: read again, the rules are as the changes have them, and every other rule, group and resource is as
 * it was. What cannot be made so is left, with the reason.
 */
export function changeTemplates(changes: readonly RuleChange[], context: TemplateContext): ChangedTemplates {
  let edits: readonly TextEdit[] = [];
  let touches: readonly string[] = [];
  const made: RuleChange[] = [];
  const left: string[] = [];
  for (const change of changes) {
    const groups = declaredGroups(change.group, context.analyses);
    const about = `rule ${quoted(change.rule)} of ${quoted(change.group)}`;
    if (groups.length === 0) {
      left.push(`No template here declares ${quoted(change.group)}.`);
      continue;
    }
    const ways = waysOf(change, groups, context);
    if (typeof ways === 'string') {
      left.push(`${sentence(about)} ${ways}.`);
      continue;
    }
    let best: { readonly edits: readonly TextEdit[]; readonly touches: readonly string[] } | undefined;
    for (const way of ways) {
      if (!way || way.length === 0) continue;
      const all = [...edits, ...way];
      const found = new Mirror([...made, change], context).touchesOf(all);
      if (!found || (best && found.length >= best.touches.length)) continue;
      best = { edits: all, touches: found };
      if (found.length === 0) break;
    }
    if (!best) {
      left.push(`The text that makes ${about} cannot be changed so without changing something else.`);
      continue;
    }
    ({ edits, touches } = best);
    made.push(change);
  }
  return { edits, made, left: [...new Set(left)], touches };
}

interface DeclaredGroup {
  readonly analysis: UnitAnalysis;
  readonly group: SecurityGroup;
}

/** Every reading of a group of a name, in any letter case, rules of a group that is declared elsewhere included. */
function declaredGroups(name: string, analyses: readonly UnitAnalysis[]): DeclaredGroup[] {
  const declaring = analyses.filter(({ groups }) => groups.some(({ group }) => isNamed(group, name)));
  return declaring
    .map(wholeAnalysis)
    .flatMap(analysis => analysis.groups.flatMap(({ group }) => (isNamed(group, name) ? [{ analysis, group }] : [])));
}

function isNamed({ name }: SecurityGroup | SecurityRule, wanted: string): boolean {
  return name.known && name.value.toLowerCase() === wanted.toLowerCase();
}

function ruleNamed({ rules }: SecurityGroup, wanted: string): SecurityRule | undefined {
  return rules.find(rule => isNamed(rule, wanted));
}

/** How a change can be written, the place that decides first; a reason when there is nothing to write it in. */
function waysOf(
  change: RuleChange,
  groups: readonly DeclaredGroup[],
  { files }: TemplateContext,
): Iterable<Edits> | string {
  const declared = groups.flatMap(({ analysis, group }) => {
    const rule = ruleNamed(group, change.rule);
    return rule ? [{ analysis, rule }] : [];
  });
  const [first] = declared;
  if (change.kind === 'add') {
    if (first) return 'is declared already';
    return copies(change, groups, files);
  }
  if (!first) return 'is not declared in a template here';
  const texts = new Texts(files, first.analysis);
  const instances = declared.map(({ rule }) => rule);
  const changes = [...change.properties].map(([name, value]) => propertyChange(name, value));
  if (change.kind === 'remove') return atRule({ instances }, sites => texts.remove(sites));
  return settings();

  function* settings(): Generator<Edits> {
    const [only, ...more] = change.properties;
    if (only?.[1] !== undefined && more.length === 0 && instances.every(rule => rawProperty(rule, only[0]))) {
      const origins = instances.map(rule => rawProperty(rule, only[0])!.origin);
      for (const sites of depths(origins)) yield texts.replace(sites, { json: only[1] });
    }
    yield* atRule({ instances }, sites => texts.change(sites, changes));
  }
}

/** Copies of the group's rules, made what the new one is. */
function* copies(change: RuleChange, groups: readonly DeclaredGroup[], files: FileSystem): Generator<Edits> {
  const [first] = groups as readonly [DeclaredGroup, ...DeclaredGroup[]];
  const texts = new Texts(files, first.analysis);
  for (const pattern of first.group.rules.slice(0, mostPatterns)) {
    if (!pattern.name.known) continue;
    const { value: name } = pattern.name;
    const instances = groups.flatMap(({ group }) => ruleNamed(group, name) ?? []);
    const surplus = ruleProperties.filter(one => rawProperty(pattern, one) && isAbsent(change.properties.get(one)));
    const changes = [
      propertyChange('name', change.rule),
      ...surplus.map(one => propertyChange(one, undefined)),
      ...[...change.properties].map(([property, value]) => propertyChange(property, value)),
    ];
    yield* atRule({ instances }, sites => texts.copy(sites, changes));
  }
}

function propertyChange(name: string, value: Json | undefined): PropertyChange {
  return { name, value: isAbsent(value) ? undefined : { json: value as Json } };
}

function isAbsent(value: Json | undefined): boolean {
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);
}

/** Compares templates before and after edits with what some changes ask for. */
class Mirror {
  readonly #touches = new Set<string>();
  /** Places of the texts that make the changed rules. */
  readonly #texts = new Set<string>();

  constructor(
    private readonly changes: readonly RuleChange[],
    private readonly context: TemplateContext,
  ) {}

  /** What else changes; undefined when the changes are not made, or something that they do not name is not as it was. */
  touchesOf(edits: readonly TextEdit[]): readonly string[] | undefined {
    const { files, analyses, ports } = this.context;
    const texts = editedTexts(files, edits);
    if (!texts) return undefined;
    const overlay = new OverlayFiles(files, texts);
    for (const { group } of analyses.flatMap(({ groups }) => groups))
      for (const change of this.#changesOf(group)) {
        const rule = ruleNamed(group, change.rule);
        if (rule) this.#texts.add(textKey(rule));
      }
    for (const analysis of analyses) {
      if (!analysis.files.paths.some(path => texts.has(path))) continue;
      const before = wholeAnalysis(analysis);
      const after = analyseUnit(before, overlay, ports);
      if (after.reading.problems.length > before.reading.problems.length) return undefined;
      if (!sameResources(before.reading.declarations, after.reading.declarations)) return undefined;
      if (!this.#groupsHold(before, after)) return undefined;
    }
    return [...this.#touches];
  }

  #changesOf(group: SecurityGroup): readonly RuleChange[] {
    return this.changes.filter(change => isNamed(group, change.group));
  }

  #groupsHold(before: UnitAnalysis, after: UnitAnalysis): boolean {
    const left = new Map(after.groups.map(({ group }) => [groupKey(group), group]));
    for (const { group } of before.groups) {
      const now = left.get(groupKey(group));
      left.delete(groupKey(group));
      // A rule that stands alone was all that was read of its group.
      const isGone = group.partial && this.#changesOf(group).some(({ kind }) => kind === 'remove');
      if (now ? !this.#rulesHold(group, now) : !isGone) return false;
    }
    return [...left.values()].every(group => group.partial && this.#changesOf(group).length > 0);
  }

  #rulesHold(before: SecurityGroup, after: SecurityGroup): boolean {
    const mine = this.#changesOf(before);
    if (!mine.every(change => isMade(change, ruleNamed(before, change.rule), ruleNamed(after, change.rule))))
      return false;
    const others = ({ rules }: SecurityGroup): readonly SecurityRule[] =>
      rules.filter(rule => !mine.some(change => isNamed(rule, change.rule)));
    const left = others(after).map(rule => ({ rule, signature: ruleSignature(rule) }));
    for (const rule of others(before)) {
      const at = left.findIndex(one => one.signature === ruleSignature(rule));
      if (at >= 0) left.splice(at, 1);
      else if (this.#texts.has(textKey(rule))) this.#touches.add(`also in ${groupLabel(before)}`);
      else return false;
    }
    // What the same text makes of the group's rules elsewhere.
    if (left.length > 0 && mine.length > 0) return false;
    if (left.length > 0) this.#touches.add(`also in ${groupLabel(before)}`);
    return true;
  }
}

/** Whether a rule is what a change asks for, and its other properties are as they were. */
function isMade(change: RuleChange, before: SecurityRule | undefined, after: SecurityRule | undefined): boolean {
  if (change.kind === 'remove') return after === undefined;
  if (!after) return false;
  return ruleProperties.every(property => {
    const now = rawProperty(after, property);
    if (change.kind === 'add' || change.properties.has(property))
      return sameJson(plainOf(now), change.properties.get(property));
    const was = before && rawProperty(before, property);
    return was === undefined ? now === undefined : now !== undefined && sameValue(was, now);
  });
}

function sameValue(a: Value, b: Value): boolean {
  if (a.kind === 'unknown' || b.kind === 'unknown')
    return a.kind === 'unknown' && b.kind === 'unknown' && a.dependsOn.join() === b.dependsOn.join();
  return sameJson(plainOf(a), plainOf(b));
}

/** Azure tells no letter cases, numbers from their text, or orders of a list apart. */
function sameJson(a: Json | undefined, b: Json | undefined): boolean {
  return comparable(a) === comparable(b);
}

function comparable(json: Json | undefined): string {
  if (isAbsent(json)) return '';
  if (Array.isArray(json)) return `[${(json as readonly Json[]).map(comparable).sort().join()}]`;
  return typeof json === 'object' ? JSON.stringify(json).toLowerCase() : String(json).toLowerCase();
}

/** A symbol stands for a value that is not known. */
function plainOf(value: Value | undefined): Json | undefined {
  if (!value) return undefined;
  switch (value.kind) {
    case 'null':
      return undefined;
    case 'array':
      return value.items.map(item => plainOf(item) ?? null);
    case 'object':
      return Object.fromEntries([...value.properties()].map(one => [one.name, plainOf(one.value) ?? null]));
    case 'unknown':
      return `? ${value.symbol ?? value.dependsOn.join()}`;
    default:
      return value.value;
  }
}
