import { Location, Position, Range } from 'vscode';
import type { Place, TextRange } from '../network/origin.ts';
import type { FileSystem } from '../templates/file-system.ts';
import { LineIndex } from '../templates/text-position.ts';
import type { WorkspaceFiles } from './workspace-files.ts';

/** Offsets in the files of one result as VS Code's ranges, each text indexed once. */
export class TextRanges {
  readonly #indices = new Map<string, LineIndex>();

  constructor(private readonly files: FileSystem) {}

  rangeOf(file: string, range: TextRange): Range {
    let index = this.#indices.get(file);
    if (!index) {
      const read = this.files.read(file);
      index = new LineIndex('text' in read ? read.text : '');
      this.#indices.set(file, index);
    }
    const { start, end } = index.range(range);
    return new Range(new Position(start.line - 1, start.column - 1), new Position(end.line - 1, end.column - 1));
  }
}

/** Where a place is, for links to it; undefined when it is in Azure and not in a file. */
export function locationOf(place: Place, files: WorkspaceFiles, ranges: TextRanges): Location | undefined {
  if (place.kind !== 'text') return undefined;
  return new Location(files.uriOf(place.file), ranges.rangeOf(place.file, place.range));
}

/** Whether an offset is in a range, its end included. */
export function covers(range: TextRange, offset: number): boolean {
  return range.start <= offset && offset <= range.end;
}
