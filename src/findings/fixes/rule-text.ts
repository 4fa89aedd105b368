import { intervalsContain, subtractIntervals, uniteIntervals } from '../../network/intervals.ts';
import type { SecurityGroup, SecurityRule } from '../../network/model.ts';
import type { OriginChain, TextPlace } from '../../network/origin.ts';
import { noPorts, type PortSet, parsePorts } from '../../network/port-set.ts';
import type { ArrayValue, Value } from '../../network/value.ts';

/** The texts on a value's way, the one that decides first. A parameter's declaration is not its value and left out. */
export function sitesOf(origin: OriginChain): TextPlace[] {
  const out: TextPlace[] = [];
  for (const step of [...origin].reverse()) {
    if (step.place.kind !== 'text' || step.kind === 'parameter' || step.kind === 'resource') continue;
    const { file, range } = step.place;
    if (!out.some(one => one.file === file && one.range.start === range.start && one.range.end === range.end))
      out.push(step.place);
  }
  return out;
}

/** The texts that can be the rule itself, the one that makes it first. */
export function ruleSites(rule: SecurityRule): TextPlace[] {
  const sites = sitesOf(rule.value.origin);
  const extent = rule.declaration.extent;
  if (rule.standalone && extent.kind === 'text') sites.push(extent);
  return sites;
}

/** A property of a rule as it was read, under its REST name. */
export function rawProperty(rule: SecurityRule, name: string): Value | undefined {
  const properties = rule.value.kind === 'object' ? rule.value.get('properties') : undefined;
  const value = properties?.kind === 'object' ? properties.get(name) : undefined;
  return value?.kind === 'null' ? undefined : value;
}

/** A plural property that holds something. */
export function rawList(rule: SecurityRule, name: string): ArrayValue | undefined {
  const value = rawProperty(rule, name);
  return value?.kind === 'array' && (value.items.length > 0 || value.rest) ? value : undefined;
}

/** All ports that a rule has, or can have by the values allowed; undefined when that is not known. */
function possiblePorts(rule: SecurityRule): PortSet | undefined {
  const { items, rest } = rule.destinationPortRanges;
  if (rest || items.length === 0) return undefined;
  let ports = noPorts;
  for (const item of items) {
    const texts = item.known ? [item.value] : item.alternatives;
    if (!texts) return undefined;
    for (const text of texts) ports = uniteIntervals(ports, parsePorts(text).ports);
  }
  return ports;
}

/** The judged ports that a rule carries, and whether it carries others too. */
export function portsCarried(
  rule: SecurityRule,
  judged: readonly number[],
): { readonly judged: readonly number[]; readonly others: boolean } {
  const ports = possiblePorts(rule);
  if (!ports) return { judged, others: true };
  const carried = judged.filter(port => intervalsContain(ports, port));
  return { judged: carried, others: without(ports, carried).length > 0 };
}

/** A rule's port items without some ports: items that hold none of them stay as written. */
export function portItemsWithout(rule: SecurityRule, ports: readonly number[]): string[] | undefined {
  const out: string[] = [];
  for (const item of rule.destinationPortRanges.items) {
    if (!item.known) return undefined;
    const all = parsePorts(item.value).ports;
    const left = without(all, ports);
    if (left.length === all.length && left.every((edge, i) => edge === all[i])) out.push(item.value);
    else out.push(...portTexts(left));
  }
  return out;
}

function without(ports: PortSet, those: readonly number[]): PortSet {
  return those.reduce<PortSet>((left, port) => subtractIntervals(left, [port, port + 1]), ports);
}

function portTexts(ports: PortSet): string[] {
  const out: string[] = [];
  for (let i = 0; i < ports.length; i += 2) {
    const first = ports[i]!;
    const last = ports[i + 1]! - 1;
    out.push(first === last ? String(first) : `${first}-${last}`);
  }
  return out;
}

/** Priorities of a group's inbound rules that are known. */
function takenPriorities(group: SecurityGroup): Set<number> {
  const taken = new Set<number>();
  for (const rule of group.rules) {
    if (rule.direction.known && rule.direction.value !== 'Inbound') continue;
    if (rule.priority.known) taken.add(rule.priority.value);
    else for (const one of rule.priority.alternatives ?? []) taken.add(one);
  }
  return taken;
}

/** The highest free priority below another one that Azure takes. */
export function freePriorityBefore(group: SecurityGroup, priority: number): number | undefined {
  const taken = takenPriorities(group);
  for (let one = Math.min(priority, 4097) - 1; one >= 100; one--) if (!taken.has(one)) return one;
  return undefined;
}

/** The lowest free priority above another one, before the next rule's if there is room. */
export function freePriorityAfter(group: SecurityGroup, priority: number): number | undefined {
  const taken = takenPriorities(group);
  for (let one = Math.max(priority, 99) + 1; one <= 4096; one++) if (!taken.has(one)) return one;
  return undefined;
}

/** A name for a new rule of a group: Azure compares names without letter case and takes 80 characters. */
export function freeRuleName(group: SecurityGroup, wanted: string): string {
  const taken = new Set(group.rules.map(rule => (rule.name.known ? rule.name.value.toLowerCase() : '')));
  const base = wanted.replace(/[^\w.-]/g, '-').slice(0, 76);
  let name = base;
  for (let i = 2; taken.has(name.toLowerCase()); i++) name = `${base}-${i}`;
  return name;
}
