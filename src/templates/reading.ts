import type { TextPlace, TextRange } from '../network/origin.ts';
import type { ResourceDeclaration } from '../network/resource.ts';
import type { FileSystem } from './file-system.ts';
import type { SourceEditor } from './source-editor.ts';

/** Formats of the command line's contract. */
export type TemplateFormat =
  | 'arm-template'
  | 'arm-parameters'
  | 'bicep'
  | 'bicepparam'
  | 'terraform'
  | 'terraform-plan';

/** Something a reader could not make sense of or not follow. What stands around it is still read. */
export interface ReadProblem {
  /** `error`: the file could not be used at all. `warning`: a part is missing. */
  readonly level: 'error' | 'warning';
  /** Names the thing, the reason and the next step, without any template secret. */
  readonly message: string;
  readonly place: TextPlace;
}

/** The result of reading one entry file with one set of parameter values. */
export interface TemplateReading {
  readonly entry: string;
  /** The parameter file that gave values, when one did. */
  readonly parameterFile?: string;
  readonly declarations: readonly ResourceDeclaration[];
  readonly problems: readonly ReadProblem[];
  /** Every file looked at, found or not, the entry included: when one of them changes, the reading is stale. */
  readonly dependencies: readonly string[];
  /** Files (for Terraform: folders) that the entry calls, directly or through others: modules, linked templates. */
  readonly called: readonly string[];
  /**
   * This reading as it is with a parameter file besides, when the file gives values to nothing that was looked at so
   * far; undefined when the unit must be read anew with it.
   */
  readonly withParameters?: (parameterFile: string, files: FileSystem) => TemplateReading | undefined;
}

export interface ReadOptions {
  readonly parameterFile?: string;
  /** Stops a reading that nobody waits for any more; checked between declarations. */
  readonly isCancelled?: () => boolean;
}

/** A comment that suppresses a finding: `// portcullis-ignore open-management-port -- reason`. */
export interface SuppressionComment {
  readonly ids: readonly string[];
  /** Undefined when none was given: then it does not suppress, and says so. */
  readonly reason?: string;
  readonly range: TextRange;
  /** The characters it covers: the declaration, property or line after it, or the line it ends. */
  readonly covers: TextRange;
}

/** One template language. A reader is loaded when its first document is met. */
export interface TemplateLanguage {
  readonly formats: readonly TemplateFormat[];
  /** Judges by name and, for JSON, by content; undefined when the file is not of this language. */
  formatOf(path: string, text: string): TemplateFormat | undefined;
  /**
   * The unit that a file belongs to: the file itself, or for Terraform its folder. Two files of one unit are read
   * once.
   */
  unitOf(path: string): string;
  /** Reads a unit (a template file, or a Terraform folder). Never throws on bad input: problems say what was wrong. */
  read(unit: string, files: FileSystem, options?: ReadOptions): TemplateReading;
  /** Parameter files found beside a unit that apply to it, besides those that always count. */
  parameterFilesOf(unit: string, files: FileSystem): readonly string[];
  /**
   * The unit that a parameter file gives values to, as far as the file or its name tells: the `using` of a
   * `.bicepparam`, the template beside an ARM parameter file, the folder of a `.tfvars`.
   */
  templateOf(parameterFile: string, files: FileSystem): string | undefined;
  /**
   * Whether a person may give this parameter file to the unit by name (`--parameters`): any ARM parameter file to an
   * ARM template or a Bicep file, a `.bicepparam` to the file that it uses, any `.tfvars` to a Terraform folder.
   */
  acceptsParameterFile(parameterFile: string, unit: string, files: FileSystem): boolean;
  readonly editor: SourceEditor;
  suppressions(path: string, text: string): readonly SuppressionComment[];
}
