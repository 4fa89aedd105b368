import type { TextPlace } from '../../network/origin.ts';
import type { FileSystem } from '../../templates/file-system.ts';
import type {
  NewValue,
  PropertyChange,
  SourceDocument,
  SourceEditor,
  TextEdit,
} from '../../templates/source-editor.ts';
import type { UnitAnalysis } from '../analysis.ts';

/** Edits of one way to make a fix, or undefined when the texts have not the shape for it. */
export type Edits = readonly TextEdit[] | undefined;

/** The texts of one reading, with the editor of their language. */
export class Texts {
  constructor(
    private readonly files: FileSystem,
    private readonly analysis: UnitAnalysis,
  ) {}

  /** A document in the reading's language and that language's editor; undefined for other files, and for plans. */
  at(file: string): { readonly document: SourceDocument; readonly editor: SourceEditor } | undefined {
    const { language, format } = this.analysis;
    if (format === 'terraform-plan') return undefined;
    const read = this.files.read(file);
    if (!('text' in read) || language.formatOf(file, read.text) === undefined) return undefined;
    return { document: { path: file, text: read.text }, editor: language.editor };
  }

  replace(places: readonly TextPlace[], value: NewValue): Edits {
    return this.#each(places, (editor, document, place) => editor.replaceValue(document, place.range, value));
  }

  change(places: readonly TextPlace[], changes: readonly PropertyChange[]): Edits {
    return this.#each(places, (editor, document, place) => editor.changeRule(document, place.range, changes));
  }

  copy(places: readonly TextPlace[], changes: readonly PropertyChange[]): Edits {
    return this.#each(places, (editor, document, place) => editor.copyRule(document, place.range, changes));
  }

  remove(places: readonly TextPlace[]): Edits {
    return this.#each(places, (editor, document, place) => editor.remove(document, place.range));
  }

  removeDefault(places: readonly TextPlace[]): Edits {
    return this.#each(places, (editor, document, place) => editor.removeDefault(document, place.range));
  }

  /** Replaces a value by a new parameter without default. */
  parameter(
    place: TextPlace,
    parameter: { readonly name: string; readonly description: string; readonly type: 'string' | 'array' },
  ): Edits {
    const text = this.at(place.file);
    const declared = text?.editor.declareParameter(text.document, parameter, place.range);
    const used = declared && this.replace([place], { expression: declared.expression });
    return declared && used && [...declared.edits, ...used];
  }

  #each(
    places: readonly TextPlace[],
    make: (editor: SourceEditor, document: SourceDocument, place: TextPlace) => Edits,
  ): Edits {
    const out: TextEdit[] = [];
    for (const place of places) {
      const text = this.at(place.file);
      const edits = text && make(text.editor, text.document, place);
      if (!edits) return undefined;
      out.push(...edits);
    }
    return out.length > 0 ? out : undefined;
  }
}

/** Two sets of edits that belong together. */
export function together(a: Edits, b: Edits): Edits {
  return a && b && [...a, ...b];
}
