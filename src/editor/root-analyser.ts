import {
  CancellationError,
  type CancellationToken,
  type Disposable,
  EventEmitter,
  type LogOutputChannel,
  type TextDocument,
  type Uri,
} from 'vscode';
import { Disposables } from '../commands/disposables.ts';
import type { UnitAnalysis } from '../findings/analysis.ts';
import { type Configuration, configurationFile, readConfiguration } from '../findings/configuration.ts';
import { Scanner, type ScanResult } from '../findings/scan.ts';
import { type SettledFinding, settleFindings } from '../findings/settle.ts';
import type { TemplateLanguages } from '../templates/languages.ts';
import { readSettings, type Settings } from './settings.ts';
import { TemplateReferences } from './template-references.ts';
import { WorkspaceFiles } from './workspace-files.ts';

/** What is known of one root's templates after a pass. */
export interface RootResult {
  readonly root: Uri;
  readonly files: WorkspaceFiles;
  readonly settings: Settings;
  readonly scan: ScanResult;
  readonly configuration: Configuration;
  /** Each once, at its configured level, the suppressed ones too. */
  readonly findings: readonly SettledFinding<UnitAnalysis>[];
  /** Versions of the open documents that the pass saw, by path. */
  readonly versions: ReadonlyMap<string, number>;
  /** What was scanned besides the open documents; undefined when nothing was. */
  readonly scope: ScanScope | undefined;
}

/** The files of a workspace scan, and which files that come later belong to it. */
export interface ScanScope {
  readonly paths: readonly string[];
  accepts(path: string): boolean;
}

/** Milliseconds without a keystroke before an analysis begins. */
const typingPause = 200;

/**
 * Keeps the analysis of one root's templates true: of the open ones with everything that calls them, or of all of them
 * once the workspace was scanned. One pass at a time; a change makes the running one stop. What did not change is not
 * analysed again, which is the scanner's doing.
 */
export class RootAnalyser implements Disposable {
  readonly files: WorkspaceFiles;
  readonly #scanner: Scanner;
  readonly #references = new TemplateReferences();
  readonly #open = new Map<string, TextDocument>();
  readonly #analysed = new EventEmitter<RootResult>();
  readonly #busy = new EventEmitter<boolean>();
  readonly #failures = new EventEmitter<unknown>();
  readonly onDidAnalyse = this.#analysed.event;
  readonly onDidChangeBusy = this.#busy.event;
  #scope: ScanScope | undefined;
  #result: RootResult | undefined;
  #onProgress: ((done: number, total: number, unit: string) => void) | undefined;
  #generation = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #disposed = false;

  constructor(
    readonly root: Uri,
    languages: TemplateLanguages,
    moduleCache: Uri | undefined,
    private readonly log: LogOutputChannel,
  ) {
    this.files = new WorkspaceFiles(root, moduleCache);
    this.#scanner = new Scanner(languages, this.files);
  }

  get result(): RootResult | undefined {
    return this.#result;
  }

  get isBusy(): boolean {
    return this.#timer !== undefined;
  }

  isOpen(document: TextDocument): boolean {
    const path = this.files.pathOf(document.uri);
    return path !== undefined && this.#open.has(path);
  }

  openDocument(document: TextDocument): void {
    const path = this.files.pathOf(document.uri);
    if (path === undefined) return;
    this.#open.set(path, document);
    this.files.open(document);
    this.#references.update(path, document.getText());
    this.#request(0);
  }

  changeDocument(document: TextDocument): void {
    const path = this.files.pathOf(document.uri);
    if (path === undefined || !this.#open.has(path)) return;
    this.#references.update(path, document.getText());
    this.#request(typingPause);
  }

  closeDocument(document: TextDocument): void {
    const path = this.files.pathOf(document.uri);
    if (path === undefined || !this.#open.delete(path)) return;
    this.files.close(document);
    this.#request(0);
  }

  /** Takes note of a file that changed, came or went on disk. */
  fileChanged(path: string, kind: 'changed' | 'created' | 'deleted'): void {
    const known = this.files.fileChanged(path, kind);
    if (kind === 'deleted') {
      this.#references.remove(path);
    }
    const joins = kind === 'created' && this.#scope?.accepts(path);
    const leaves = kind === 'deleted' && this.#scope?.paths.includes(path);
    if (this.#scope && (joins || leaves)) {
      const others = this.#scope.paths.filter(other => other !== path);
      this.#scope = { ...this.#scope, paths: joins ? [...others, path] : others };
    }
    if (known || joins || leaves) this.#request(typingPause);
  }

  /** Takes note of what the Bicep tools put into their cache of registries' modules. */
  moduleCacheChanged(uri: Uri): void {
    if (this.files.moduleCacheChanged(uri)) this.#request(typingPause);
  }

  settingsChanged(): void {
    this.#request(0);
  }

  /** Says what other files of the root refer to, so that callers of a module are found. */
  addReferences(path: string, text: string): void {
    if (!this.#open.has(path)) this.#references.update(path, text);
  }

  /** After references were added: analyses again when a caller is known that was not. */
  callersFound(): void {
    const wanted = this.#wanted();
    const seen = new Set(this.#result?.scan.files.map(file => file.path));
    if (wanted.some(path => !seen.has(path))) this.#request(0);
  }

  /**
   * Analyses these files besides the open ones from now on, and resolves with the result.
   * @throws CancellationError
   */
  async scanAll(
    scope: ScanScope,
    token: CancellationToken,
    onProgress: (done: number, total: number, unit: string) => void,
  ): Promise<RootResult> {
    const before = this.#scope;
    this.#scope = scope;
    this.#onProgress = onProgress;
    this.#request(0);
    try {
      return await this.#next(token, result => result.scope !== undefined && result.scope.accepts === scope.accepts);
    } catch (error) {
      this.#scope = before;
      this.#request(0);
      throw error;
    } finally {
      this.#onProgress = undefined;
    }
  }

  /** The result for a document's present text, waited for when it is not there yet; undefined when it is not ours. */
  async current(document: TextDocument, token: CancellationToken): Promise<RootResult | undefined> {
    const path = this.files.pathOf(document.uri);
    if (path === undefined || !this.#open.has(path)) return undefined;
    const upToDate = (result: RootResult) => result.versions.get(path) === document.version;
    if (this.#result && upToDate(this.#result)) return this.#result;
    return this.#next(token, upToDate);
  }

  dispose(): void {
    this.#disposed = true;
    this.#generation++;
    clearTimeout(this.#timer);
    this.#analysed.dispose();
    this.#busy.dispose();
    this.#failures.dispose();
  }

  #next(token: CancellationToken, accept: (result: RootResult) => boolean): Promise<RootResult> {
    return new Promise((resolve, reject) => {
      const listening = new Disposables();
      const stop = () => listening.dispose();
      listening.register(
        this.onDidAnalyse(result => {
          if (!accept(result)) return;
          stop();
          resolve(result);
        }),
      );
      listening.register(
        this.#failures.event(error => {
          stop();
          reject(error);
        }),
      );
      listening.register(
        token.onCancellationRequested(() => {
          stop();
          reject(new CancellationError());
        }),
      );
    });
  }

  #request(delay: number): void {
    if (this.#disposed) return;
    const generation = ++this.#generation;
    clearTimeout(this.#timer);
    if (this.#timer === undefined) this.#busy.fire(true);
    this.#timer = setTimeout(() => {
      this.#pass(generation).catch(error => this.#failed(generation, error));
    }, delay);
  }

  #failed(generation: number, error: unknown): void {
    this.log.error(`Analysis of ${this.root.toString(true)} failed: ${error instanceof Error ? error.stack : error}`);
    if (generation !== this.#generation) return;
    this.#rest(generation);
    this.#failures.fire(error);
  }

  #rest(generation: number): void {
    if (generation !== this.#generation) return;
    this.#timer = undefined;
    this.#busy.fire(false);
  }

  async #pass(generation: number): Promise<void> {
    const began = Date.now();
    const isCancelled = () => generation !== this.#generation;
    await this.files.load();
    const configuration = await this.#readConfiguration();
    const settings = readSettings(this.root);
    const ports = [...new Set([...settings.ports, ...configuration.ports])];
    const trustedSources = [...new Set([...settings.trustedSources, ...configuration.trustedSources])];
    if (isCancelled()) return;
    const versions = new Map([...this.#open].map(([path, document]) => [path, document.version] as const));
    const scope = this.#scope;
    const scan = await this.#scanner.scan({
      paths: this.#wanted().filter(path => this.#open.has(path) || !configuration.excludes(path)),
      parameterFilesOf: configuration.parameterFiles,
      ports,
      isCancelled,
      onProgress: (done, total, unit) => this.#onProgress?.(done, total, unit),
    });
    if (isCancelled()) return;
    const severity = new Map([...configuration.severity, ...settings.severity]);
    const findings = settleFindings(scan.analyses, {
      configuration: { ...configuration, severity },
      files: this.files,
    });
    this.log.debug(`${scan.files.length} files, ${scan.analyses.length} analyses, ${Date.now() - began} ms`);
    const { root, files } = this;
    const merged = { ...settings, ports, trustedSources };
    this.#result = { root, files, settings: merged, scan, configuration, findings, versions, scope };
    this.#analysed.fire(this.#result);
    this.#rest(generation);
  }

  async #readConfiguration(): Promise<Configuration> {
    let read = this.files.read(configurationFile);
    if ('reason' in read && read.reason === 'not-loaded' && (await this.files.load())) {
      read = this.files.read(configurationFile);
    }
    return readConfiguration(configurationFile, read);
  }

  #wanted(): readonly string[] {
    const wanted = new Set<string>(this.#scope?.paths);
    for (const path of this.#open.keys()) {
      wanted.add(path);
      for (const caller of this.#references.callersOf(path)) wanted.add(caller);
    }
    return [...wanted];
  }
}
