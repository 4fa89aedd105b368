import type { DeclaredGroupPlace } from '../commands/group-links.ts';
import { baseName } from '../templates/file-system.ts';
import { declaredGroups } from './group-uses.ts';
import type { RootResult } from './root-analyser.ts';
import { TextRanges } from './text-ranges.ts';

/** Where the analysed templates declare groups of a name, in any letter case. */
export function placesOfGroup(results: readonly RootResult[], name: string): DeclaredGroupPlace[] {
  const places: DeclaredGroupPlace[] = [];
  for (const result of results) {
    for (const { place, uses } of declaredGroups(result)) {
      const called = uses.some(
        ({ group }) => group.name.known && group.name.value.toLowerCase() === name.toLowerCase(),
      );
      if (!called) continue;
      const { line } = new TextRanges(result.files).rangeOf(place.file, place.range).start;
      places.push({ uri: result.files.uriOf(place.file), line, label: `${baseName(place.file)}:${line + 1}` });
    }
  }
  return places;
}
