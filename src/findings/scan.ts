import type { FileRead, FileSystem } from '../templates/file-system.ts';
import { mayBeTemplate, type TemplateLanguages } from '../templates/languages.ts';
import type { ReadProblem, TemplateFormat, TemplateLanguage } from '../templates/reading.ts';
import {
  judgeUnit,
  readUnit,
  sharedAnalysis,
  type UnitAnalysis,
  type UnitReading,
  type UnitRequest,
} from './analysis.ts';

/** What became of one scanned file. */
export interface ScannedFile {
  readonly path: string;
  readonly format?: TemplateFormat;
  readonly status: 'analysed' | 'skipped' | 'failed';
  /** Why it was skipped or failed, or what of it could not be read. */
  readonly reason?: string;
}

export interface ScanRequest {
  /** Files to judge. A file that is no template is skipped. */
  readonly paths: readonly string[];
  /** Parameter files named by a person, used besides those found beside the templates. */
  readonly parameterFiles?: readonly string[];
  /** Parameter files by the path of the template that they are judged with besides. */
  readonly parameterFilesOf?: ReadonlyMap<string, readonly string[]>;
  readonly ports: readonly number[];
  /** With this or `onProgress`, the event loop gets its turn now and then. */
  readonly isCancelled?: () => boolean;
  /** Called before each unit is judged with the number done and to do, for a progress display. */
  readonly onProgress?: (done: number, total: number, unit: string) => void;
}

export interface ScanResult {
  readonly files: readonly ScannedFile[];
  readonly analyses: readonly UnitAnalysis[];
}

/** The files of a surface. `load` fetches what was asked for and not there yet, and tells whether anything came. */
export interface ScanFiles extends FileSystem {
  load?(): Promise<boolean>;
}

/** One template with the files of the set that belong to it. */
interface Unit extends UnitRequest {
  readonly paths: string[];
  readonly parameterFiles: Set<string>;
}

/** What is known of a unit with its defaults or with one parameter file. */
interface Kept {
  readonly read: UnitReading;
  judged?: UnitAnalysis;
}

/** Milliseconds that work may go on before the event loop gets its turn: half a frame. */
const turn = 8;

/** How often a reading is made again because files had to be fetched: as deep as chains of modules go. */
const maximumFetches = 50;

/**
 * Judges sets of template files and remembers what it read: a unit whose files have not changed is not read again,
 * whoever asks. One scanner belongs to one surface.
 */
export class Scanner {
  readonly #kept = new Map<string, Kept>();
  #keptPorts = '';
  #turnEnds = 0;

  constructor(
    private readonly languages: TemplateLanguages,
    private readonly files: ScanFiles,
  ) {}

  /**
   * Judges the files as one set. What another file of the set calls is judged through its callers, once per call, and
   * not alone. Every template is judged with its defaults, and once more for each parameter file that applies.
   * Cancelled, it answers with what it has.
   */
  async scan(request: ScanRequest): Promise<ScanResult> {
    const files: ScannedFile[] = [];
    const units = new Map<string, Unit>();
    const given = request.parameterFiles ?? [];
    for (const path of new Set(request.paths)) {
      if (request.isCancelled?.()) return { files, analyses: [] };
      await this.#classify(path, files, units);
    }
    for (const path of new Set(given)) await this.#give(path, files, units);
    for (const [template, parameterFiles] of request.parameterFilesOf ?? []) {
      for (const unit of units.values()) {
        if (unit.unit !== template && !unit.paths.includes(template)) continue;
        for (const path of parameterFiles) {
          await this.#text(path);
          if (unit.language.acceptsParameterFile(path, unit.unit, this.files)) unit.parameterFiles.add(path);
        }
      }
    }

    const readings = new Map<string, UnitReading>();
    const called = new Set<string>();
    // By name, so that of units that call each other in a circle the first one is read, which stands for the circle.
    for (const [name, unit] of [...units].sort(([a], [b]) => compare(a, b))) {
      // Read already, by those who call it.
      if (called.has(name)) continue;
      const kept = await this.#read(unit, undefined, request);
      if (!kept) return { files, analyses: [] };
      readings.set(name, kept.read);
      for (const other of kept.read.reading.called) called.add(other);
    }
    const analyses: UnitAnalysis[] = [];
    const entries = entryUnits(readings);
    for (const [index, entry] of entries.entries()) {
      const unit = units.get(entry);
      if (!unit) continue;
      request.onProgress?.(index, entries.length, entry);
      const analysis = await this.#judge(unit, undefined, request);
      if (!analysis) return { files, analyses };
      analyses.push(analysis);
      const applying = new Set([...(await this.#parameterFilesOf(unit)), ...unit.parameterFiles]);
      for (const parameterFile of [...applying].sort()) {
        const judged = await this.#judge(unit, parameterFile, request);
        if (judged) analyses.push(judged);
      }
    }
    const ofUnits = new Map<string, ReadProblem[]>();
    const inFiles = new Map<string, ReadProblem[]>();
    for (const { unit, reading } of [...readings.values(), ...analyses]) {
      for (const problem of reading.problems) {
        push(ofUnits, unit, problem);
        push(inFiles, problem.place.file, problem);
      }
    }
    const told = new Set(files.flatMap(file => (file.status === 'analysed' ? [file.path] : [])));
    const isData = (file: string): boolean => !units.has(file) && !told.has(file);
    const analysed = files.map(file => withParameterProblems(file, inFiles.get(file.path) ?? []));
    for (const unit of units.values()) {
      // What was read through its callers tells its problems by their places.
      const problems = readings.has(unit.unit)
        ? (ofUnits.get(unit.unit) ?? [])
        : unit.paths.flatMap(path => inFiles.get(path) ?? []);
      for (const path of unit.paths) analysed.push(statusOf(path, unit.format, problems, isData));
    }
    analysed.sort((a, b) => compare(a.path, b.path));
    return { files: analysed, analyses };
  }

  async #classify(path: string, files: ScannedFile[], units: Map<string, Unit>): Promise<void> {
    const read = await this.#text(path);
    if (!('text' in read)) {
      files.push({ path, status: 'failed', reason: read.message });
      return;
    }
    const recognised = mayBeTemplate(path) ? await this.languages.recognise(path, read.text) : undefined;
    if (!recognised) {
      files.push(notATemplate(path, read.text));
      return;
    }
    const { language, format } = recognised;
    if (!isParameterFile(path, format)) {
      unitIn(units, language.unitOf(path), format, language).paths.push(path);
      return;
    }
    const target = await this.#templateOf(language, path);
    if (typeof target === 'string') {
      files.push({ path, format, status: 'skipped', reason: target });
      return;
    }
    files.push({ path, format, status: 'analysed' });
    const unit = unitIn(units, target.unit, target.format, target.language);
    // One that always counts is not judged once more by itself.
    if (target.language.acceptsParameterFile(path, target.unit, this.files)) unit.parameterFiles.add(path);
  }

  /** Gives a parameter file that a person named to every unit that takes it. */
  async #give(path: string, files: ScannedFile[], units: Map<string, Unit>): Promise<void> {
    if (!files.some(file => file.path === path)) await this.#classify(path, files, units);
    for (const unit of units.values())
      if (unit.language.acceptsParameterFile(path, unit.unit, this.files)) unit.parameterFiles.add(path);
    const taken = [...units.values()].some(unit => unit.parameterFiles.has(path));
    const at = files.findIndex(file => file.path === path);
    const entry = files[at];
    if (entry && entry.status === 'skipped')
      files[at] = taken
        ? { path, ...(entry.format ? { format: entry.format } : {}), status: 'analysed' }
        : { ...entry, status: 'failed', reason: `${path}: no template among the scanned files takes this file` };
  }

  async #parameterFilesOf(unit: Unit): Promise<readonly string[]> {
    for (let fetches = 0; ; fetches++) {
      const found = unit.language.parameterFilesOf(unit.unit, this.files);
      if (fetches === maximumFetches || !(await this.files.load?.())) return found;
    }
  }

  async #templateOf(
    language: TemplateLanguage,
    path: string,
  ): Promise<{ unit: string; format: TemplateFormat; language: TemplateLanguage } | string> {
    let unit = language.templateOf(path, this.files);
    while (unit === undefined && (await this.files.load?.())) unit = language.templateOf(path, this.files);
    if (unit === undefined) return `${path}: the template that it gives values to was not found beside it`;
    if (language.formatOf(path, '') === 'terraform') return { unit, format: 'terraform', language };
    const read = await this.#text(unit);
    if (!('text' in read)) return read.message;
    const recognised = await this.languages.recognise(unit, read.text);
    return recognised ? { unit, ...recognised } : `${unit}: is no template that ${path} could give values to`;
  }

  async #text(path: string): Promise<FileRead> {
    const read = this.files.read(path);
    if ('text' in read || read.reason !== 'not-loaded' || !(await this.files.load?.())) return read;
    return this.files.read(path);
  }

  /** Reads a unit unless nothing that it asked for has changed. Undefined when cancelled. */
  async #read(unit: Unit, parameterFile: string | undefined, request: ScanRequest): Promise<Kept | undefined> {
    if (request.isCancelled || request.onProgress) await this.#breathe();
    const key = `${unit.unit}\n${parameterFile ?? ''}`;
    for (let fetches = 0; ; fetches++) {
      if (request.isCancelled?.()) return undefined;
      const known = this.#kept.get(key);
      if (known?.read.files.unchanged(this.files)) return known;
      const kept = this.#shared(unit, parameterFile, request) ?? this.#readAnew(unit, parameterFile, request);
      if (request.isCancelled?.()) return undefined;
      // Also when only folders were missing: their answer does not tell that it is not there yet.
      if (fetches < maximumFetches && (await this.files.load?.())) continue;
      this.#kept.set(key, kept);
      return kept;
    }
  }

  #readAnew({ unit, format, language }: Unit, parameterFile: string | undefined, request: ScanRequest): Kept {
    const given = parameterFile === undefined ? {} : { parameterFile };
    return { read: readUnit({ unit, format, language, ...given }, this.files, request.isCancelled) };
  }

  /** What was found with the defaults, which are judged first, where the parameter file changes nothing of it. */
  #shared({ unit }: Unit, parameterFile: string | undefined, { ports }: ScanRequest): Kept | undefined {
    if (parameterFile === undefined) return undefined;
    const defaults = this.#kept.get(`${unit}\n`)?.judged;
    const judged = defaults && sharedAnalysis(defaults, parameterFile, this.files, ports);
    return judged && { read: judged, judged };
  }

  /** Judges a unit with its defaults or with a parameter file. Undefined when cancelled. */
  async #judge(unit: Unit, parameterFile: string | undefined, request: ScanRequest): Promise<UnitAnalysis | undefined> {
    const ports = request.ports.join();
    if (ports !== this.#keptPorts) {
      for (const [key, kept] of this.#kept) {
        if (kept.judged?.apart) this.#kept.delete(key);
        else delete kept.judged;
      }
    }
    this.#keptPorts = ports;
    for (let fetches = 0; ; fetches++) {
      const kept = await this.#read(unit, parameterFile, request);
      if (!kept) return undefined;
      if (kept.judged) return kept.judged;
      const judged = judgeUnit(kept.read, request.ports);
      // Values are evaluated as they are looked at, and only then ask for some files.
      if (fetches < maximumFetches && (await this.files.load?.())) continue;
      kept.judged = judged;
      return judged;
    }
  }

  async #breathe(): Promise<void> {
    if (Date.now() < this.#turnEnds) return;
    await new Promise<void>(resolve => setTimeout(resolve, 0));
    this.#turnEnds = Date.now() + turn;
  }
}

/**
 * The units to judge by themselves: those that no other unit of the set calls. Of units that only call each other in a
 * circle, the first by name stands for the circle.
 */
export function entryUnits(
  analyses: ReadonlyMap<string, { readonly reading: { readonly called: readonly string[] } }>,
): readonly string[] {
  const called = new Set<string>();
  for (const [unit, { reading }] of analyses) for (const other of reading.called) if (other !== unit) called.add(other);
  const entries = [...analyses.keys()].filter(unit => !called.has(unit));
  const covered = new Set<string>(entries.flatMap(unit => [unit, ...(analyses.get(unit)?.reading.called ?? [])]));
  for (const unit of [...analyses.keys()].sort()) {
    if (covered.has(unit)) continue;
    entries.push(unit);
    covered.add(unit);
    for (const other of analyses.get(unit)?.reading.called ?? []) covered.add(other);
  }
  return entries.sort();
}

function unitIn(units: Map<string, Unit>, unit: string, format: TemplateFormat, language: TemplateLanguage): Unit {
  let entry = units.get(unit);
  if (!entry) {
    entry = { unit, format, language, paths: [], parameterFiles: new Set() };
    units.set(unit, entry);
  }
  return entry;
}

function isParameterFile(path: string, format: TemplateFormat): boolean {
  return format === 'arm-parameters' || format === 'bicepparam' || /\.tfvars(?:\.json)?$/i.test(path);
}

function push<K, T>(lists: Map<K, T[]>, key: K, item: T): void {
  const known = lists.get(key);
  if (known) known.push(item);
  else lists.set(key, [item]);
}

/** `isData`: files that have no status of their own to tell a problem with, such as data that a template loads. */
function statusOf(
  path: string,
  format: TemplateFormat,
  problems: readonly ReadProblem[],
  isData: (file: string) => boolean,
): ScannedFile {
  const own = problems.filter(problem => problem.place.file === path);
  const failure = own.find(problem => problem.level === 'error');
  if (failure) return { path, format, status: 'failed', reason: failure.message };
  const loaded = own[0] ? undefined : problems.find(problem => isData(problem.place.file));
  const reason = own[0]?.message ?? (loaded && `${loaded.place.file}: ${loaded.message}`);
  return { path, format, status: 'analysed', ...(reason === undefined ? {} : { reason }) };
}

/** What came to light in a parameter file when templates were judged with it. */
function withParameterProblems(file: ScannedFile, problems: readonly ReadProblem[]): ScannedFile {
  const { path, format, status, reason } = file;
  return status === 'analysed' && format && reason === undefined ? statusOf(path, format, problems, () => false) : file;
}

/** A `.json` that holds no JSON at all is a failure to tell; any other file that is no template is passed over. */
function notATemplate(path: string, text: string): ScannedFile {
  const holdsJson = /^\ufeff?\s*(?:[{["\d-]|true|false|null|\/[/*]|$)/.test(text);
  if (/\.json$/i.test(path) && !holdsJson)
    return { path, status: 'failed', reason: `${path}: is not JSON: it begins with neither an object nor a list` };
  return { path, status: 'skipped', reason: `${path}: is not a template that Portcullis reads` };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
