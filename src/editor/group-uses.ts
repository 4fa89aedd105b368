import type { UnitAnalysis } from '../findings/analysis.ts';
import type { PortVerdict, SecurityGroup } from '../network/model.ts';
import type { TextPlace } from '../network/origin.ts';
import type { RootResult } from './root-analyser.ts';
import { describeVerdicts, exposure } from './verdict-text.ts';

/** One judgement of a group: by one call, with one set of parameter values. */
export interface GroupUse {
  readonly analysis: UnitAnalysis;
  readonly group: SecurityGroup;
  readonly verdicts: readonly PortVerdict[];
}

/** A group's declaration with every judgement of it, the worst first. */
export interface DeclaredGroup {
  readonly place: TextPlace;
  readonly uses: readonly GroupUse[];
}

/** The security groups that are declared in a file, in the order of their places. */
export function groupsIn(result: RootResult, path: string): readonly DeclaredGroup[] {
  return declaredGroups(result).filter(group => group.place.file === path);
}

/** All security groups of a result by file and place. */
export function declaredGroups(result: RootResult): readonly DeclaredGroup[] {
  const byPlace = new Map<string, { place: TextPlace; uses: GroupUse[] }>();
  for (const analysis of result.scan.analyses) {
    for (const { group, verdicts } of analysis.groups) {
      const { place } = group.declaration;
      if (place.kind !== 'text') continue;
      const key = `${place.file}\n${place.range.start}`;
      const entry = byPlace.get(key) ?? { place, uses: [] };
      entry.uses.push({ analysis, group, verdicts });
      byPlace.set(key, entry);
    }
  }
  for (const { uses } of byPlace.values()) uses.sort((a, b) => worst(b) - worst(a));
  return [...byPlace.values()].sort(
    (a, b) => compare(a.place.file, b.place.file) || a.place.range.start - b.place.range.start,
  );
}

/** The highest exposure of any port. */
export function worst(use: GroupUse): number {
  return Math.max(0, ...use.verdicts.map(exposure));
}

/** Whether somebody on the internet gets in, or may get in, through some use. */
export function isExposed(declared: DeclaredGroup): boolean {
  return declared.uses.some(use => worst(use) > 0);
}

/** Whether the worst of it is certain. */
export function isCertain(declared: DeclaredGroup): boolean {
  const verdicts = declared.uses.flatMap(use => use.verdicts);
  const highest = Math.max(0, ...verdicts.map(exposure));
  return verdicts.some(verdict => exposure(verdict) === highest && verdict.certainty === 'definite');
}

/**
 * Who gets in, for all uses of a declaration: the worst use's sentence, and of how many it holds when others differ.
 */
export function summaryOf(declared: DeclaredGroup): string {
  const sentences = declared.uses.map(use => describeVerdicts(use.verdicts));
  const first = sentences[0] ?? '';
  const same = sentences.filter(sentence => sentence === first).length;
  const partial = declared.uses[0]?.group.partial ? ' (of the rules in these files)' : '';
  return same === sentences.length ? first + partial : `${first}${partial} (${same} of ${sentences.length} uses)`;
}

/** How a use came about: the calls that lead to it and the parameter file. */
export function describeUse(use: GroupUse): string {
  const calls = use.group.declaration.via.map(call => `${call.name} in ${call.place.file}`);
  const parts = [use.group.declaration.address];
  if (calls.length > 0) parts.push(`called by ${calls.join(', then ')}`);
  if (use.analysis.parameterFile) parts.push(`with ${use.analysis.parameterFile}`);
  return parts.join(', ');
}

/** The group's name as far as it is known. */
export function groupName(group: SecurityGroup): string {
  return group.name.known ? group.name.value : group.declaration.address;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
