import { intersectIntervals, intervalsContain, subtractIntervals, uniteAllIntervals } from '../network/intervals.ts';
import { everyPort, type PortSet, parsePorts } from '../network/port-set.ts';
import { managementPorts } from '../network/verdict.ts';
import { childBody } from './plan-body.ts';
import type { Draft } from './plan-draft.ts';
import { PlanError } from './plan-error.ts';
import { isObject, type JsonObject, pick, pickList, pickText, withProperty } from './plan-json.ts';
import { comparable, parentOf, parseId } from './plan-resource-id.ts';

const ruleType = 'Microsoft.Network/networkSecurityGroups/securityRules';

/** A security rule as it is in the draft. */
export interface RuleInGroup {
  readonly id: string;
  readonly name: string;
  readonly json: JsonObject;
  readonly inbound: boolean;
  readonly priority: number;
  readonly ports: PortSet;
}

/** A security group as it is in the draft, with what it takes to change its rules. */
export interface GroupInDraft {
  readonly id: string;
  readonly name: string;
  readonly rules: readonly RuleInGroup[];
}

/** The group with an id; its rules stand in its own list or alone. @throws PlanError when it was not read. */
export function groupInDraft(draft: Draft, id: string): GroupInDraft {
  const group = draft.get(id);
  if (!group) {
    const { name } = parseId(id);
    throw new PlanError('not-readable', `security group ${name} is not in what was read: ask for the right to read it`);
  }
  const own = pickText(group, 'id')!;
  if (!Array.isArray(pick(group, 'properties', 'securityRules')))
    throw new PlanError(
      'not-readable',
      `the rules of security group ${pickText(group, 'name') ?? parseId(own).name} are not in what was read: ask for the right to read them`,
    );
  const byName = new Map<string, RuleInGroup>();
  const add = (json: unknown): void => {
    if (!isObject(json)) return;
    const name = (pickText(json, 'name') ?? '').split('/').at(-1)!;
    if (name === '') return;
    byName.set(name.toLowerCase(), ruleOf(json, pickText(json, 'id') ?? `${own}/securityRules/${name}`, name));
  };
  for (const json of pickList(group, 'properties', 'securityRules')) add(json);
  for (const resource of draft.resources) {
    const ruleId = pickText(resource, 'id');
    if (
      ruleId !== undefined &&
      /\/securityrules\/[^/]+$/i.test(ruleId) &&
      comparable(parentOf(ruleId)) === comparable(own)
    )
      add(resource);
  }
  return { id: own, name: pickText(group, 'name') ?? parseId(own).name, rules: [...byName.values()] };
}

function ruleOf(json: JsonObject, id: string, name: string): RuleInGroup {
  const properties = pick(json, 'properties');
  const texts = [
    pickText(properties, 'destinationPortRange'),
    ...pickList(properties, 'destinationPortRanges').map(item => (typeof item === 'number' ? String(item) : item)),
  ].filter((text): text is string => typeof text === 'string' && text !== '');
  return {
    id,
    name,
    json,
    inbound: pickText(properties, 'direction')?.toLowerCase() !== 'outbound',
    priority: Number(pick(properties, 'priority')),
    ports: uniteAllIntervals(texts.map(text => parsePorts(text).ports)),
  };
}

/** Rules of just-in-time access: https://learn.microsoft.com/azure/defender-for-cloud/just-in-time-access-usage */
export function isJitRule(name: string): boolean {
  return /^(MicrosoftDefenderForCloud|SecurityCenter)-JITRule/i.test(name);
}

export function refuseJitRule(group: string, rule: string): void {
  if (isJitRule(rule))
    throw new PlanError(
      'just-in-time-rule',
      `rule ${group}/${rule} belongs to just-in-time access, which writes and removes it itself: let its request end, or change the just-in-time policy`,
    );
}

/** The rule's body with some properties set; undefined takes one away. */
export function ruleBody(rule: RuleInGroup, changes: { readonly [property: string]: unknown }): JsonObject {
  const body = childBody(rule.json, ruleType);
  let properties = (isObject(pick(body, 'properties')) ? pick(body, 'properties') : {}) as JsonObject;
  for (const [name, value] of Object.entries(changes)) properties = withProperty(properties, name, value);
  return { ...body, name: rule.name, properties };
}

/** Ports of a rule that are not management ports. */
export function otherPorts(rule: RuleInGroup, management: readonly number[]): PortSet {
  return management.reduce<PortSet>((set, port) => subtractIntervals(set, [port, port + 1]), rule.ports);
}

/** Whether a rule opens management ports alone. */
export function managementOnly(rule: RuleInGroup, port: number): boolean {
  return otherPorts(rule, [...managementPorts, port]).length === 0;
}

/** As Azure takes ports of a rule: one in the singular property, several in the plural one. */
export function portFields(ports: PortSet): { readonly [property: string]: unknown } {
  const texts: string[] = [];
  for (let i = 0; i < ports.length; i += 2) {
    const [first, end] = [ports[i]!, ports[i + 1]!];
    texts.push(end - first === 1 ? String(first) : `${first}-${end - 1}`);
  }
  const all = ports.length === 2 && ports[0] === everyPort[0] && ports[1] === everyPort[1];
  if (all) return { destinationPortRange: '*', destinationPortRanges: [] };
  return texts.length === 1
    ? { destinationPortRange: texts[0], destinationPortRanges: [] }
    : { destinationPortRange: undefined, destinationPortRanges: texts };
}

/** "443, 8000-8010". */
export function portText(ports: PortSet): string {
  const fields = portFields(ports);
  const several = fields.destinationPortRanges as readonly string[];
  return several.length > 0
    ? several.join(', ')
    : fields.destinationPortRange === '*'
      ? 'all ports'
      : String(fields.destinationPortRange);
}

export function withoutPort(rule: RuleInGroup, port: number): PortSet {
  return subtractIntervals(rule.ports, [port, port + 1]);
}

export function carries(rule: RuleInGroup, port: number): boolean {
  return intervalsContain(rule.ports, port);
}

export function commonPorts(rule: RuleInGroup, ports: readonly number[]): PortSet {
  return uniteAllIntervals(ports.map(port => intersectIntervals(rule.ports, [port, port + 1])));
}

const lowest = 100;
const highest = 4096;

function inboundPriorities(group: GroupInDraft): number[] {
  return group.rules
    .filter(rule => rule.inbound && Number.isFinite(rule.priority))
    .map(rule => rule.priority)
    .sort((a, b) => a - b);
}

/** Free priorities between a rule and the one before it, nearest first. */
export function freeJustBefore(group: GroupInDraft, priority: number): number | undefined {
  const before =
    inboundPriorities(group)
      .filter(one => one < priority)
      .at(-1) ?? lowest - 1;
  return priority - 1 > before && priority - 1 >= lowest ? priority - 1 : undefined;
}

/** A free priority between a rule and the one after it. */
export function freeJustAfter(group: GroupInDraft, priority: number): number | undefined {
  const after = inboundPriorities(group).find(one => one > priority) ?? highest + 1;
  return priority + 1 < after && priority + 1 <= highest ? priority + 1 : undefined;
}

/**
 * Makes a priority just before `priority` free by moving the rules that stand there one down, the last of them first,
 * so that their order stays. Gives the priority made free. @throws PlanError when there is no room at all, or a rule of
 * just-in-time access would have to move.
 */
export function makeRoom(draft: Draft, groupId: string, priority: number): number {
  const group = groupInDraft(draft, groupId);
  const before = freeJustBefore(group, priority);
  if (before !== undefined) return before;
  const taken = new Map(group.rules.filter(rule => rule.inbound).map(rule => [rule.priority, rule]));
  let end = priority;
  while (taken.has(end)) end++;
  if (end > highest)
    throw new PlanError(
      'no-priority',
      `security group ${group.name} has no free priority from ${priority} to ${highest}: give one of its rules another priority first`,
    );
  for (let at = end - 1; at >= priority; at--) {
    const rule = taken.get(at)!;
    refuseJitRule(group.name, rule.name);
    draft.put(
      `Move rule ${group.name}/${rule.name} from priority ${at} to ${at + 1}`,
      rule.id,
      ruleBody(rule, { priority: at + 1 }),
    );
  }
  draft.warnings.add(
    `Security group ${group.name} had no free priority before ${priority}: ${end - priority} of its rules move down by one, in unchanged order.`,
  );
  return priority;
}

/** A rule name that the group does not have yet, of at most 80 characters. */
export function freeName(group: GroupInDraft, wanted: string): string {
  const taken = new Set(group.rules.map(rule => rule.name.toLowerCase()));
  const base = wanted.replace(/[^\w.-]/g, '-').slice(0, 76);
  if (!taken.has(base.toLowerCase())) return base;
  for (let i = 2; ; i++) if (!taken.has(`${base}-${i}`.toLowerCase())) return `${base}-${i}`;
}
