import {
  CancellationTokenSource,
  type Disposable,
  EventEmitter,
  type LogOutputChannel,
  RelativePattern,
  type TextDocument,
  Uri,
  workspace,
} from 'vscode';
import { Disposables } from '../commands/disposables.ts';
import { mayBeTemplate, TemplateLanguages } from '../templates/languages.ts';
import { RootAnalyser, type RootResult } from './root-analyser.ts';
import { mayBeTemplateDocument } from './template-documents.ts';
import { findTemplates } from './template-search.ts';

/** Files larger than this are not searched for calls of other templates. */
const largestCaller = 1_000_000;

/** The analyses of all roots: one for each workspace folder, and one for the folder of each file outside of them. */
export class AnalysisService implements Disposable {
  readonly #disposables = new Disposables();
  readonly #roots = new Map<string, { readonly analyser: RootAnalyser; readonly owned: Disposables }>();
  readonly #languages: TemplateLanguages;
  readonly #analysed = this.#disposables.register(new EventEmitter<RootResult>());
  readonly #closed = this.#disposables.register(new EventEmitter<Uri>());
  readonly #busy = this.#disposables.register(new EventEmitter<void>());
  readonly onDidAnalyse = this.#analysed.event;
  /** A root whose results are no longer shown. */
  readonly onDidCloseRoot = this.#closed.event;
  readonly onDidChangeBusy = this.#busy.event;

  constructor(
    extensionUri: Uri,
    private readonly moduleCache: Uri | undefined,
    private readonly log: LogOutputChannel,
  ) {
    this.#languages = new TemplateLanguages(async name =>
      workspace.fs.readFile(Uri.joinPath(extensionUri, 'dist', name)),
    );
    const on = this.#disposables;
    on.register(workspace.onDidOpenTextDocument(document => this.#opened(document)));
    on.register(
      workspace.onDidCloseTextDocument(document => this.existingAnalyserOf(document.uri)?.closeDocument(document)),
    );
    on.register(
      workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0) this.#changed(document);
      }),
    );
    on.register(
      workspace.onDidChangeConfiguration(change => {
        if (!change.affectsConfiguration('portcullis')) return;
        for (const { analyser } of this.#roots.values()) analyser.settingsChanged();
      }),
    );
    on.register(
      workspace.onDidChangeWorkspaceFolders(({ removed }) => {
        for (const folder of removed) this.#closeRoot(folder.uri);
        for (const document of workspace.textDocuments) this.#opened(document);
      }),
    );
    if (moduleCache) this.#watchModules(moduleCache);
    for (const document of workspace.textDocuments) this.#opened(document);
  }

  get isBusy(): boolean {
    return [...this.#roots.values()].some(({ analyser }) => analyser.isBusy);
  }

  /** The results that are there, one for each root. */
  get results(): readonly RootResult[] {
    return [...this.#roots.values()].flatMap(({ analyser }) => analyser.result ?? []);
  }

  /** The analyser of the root that a document belongs to. */
  analyserOf(uri: Uri): RootAnalyser {
    const root = rootOf(uri);
    return this.#roots.get(root.toString())?.analyser ?? this.#openRoot(root);
  }

  /** The same when there is one already: what shows results must not begin an analysis. */
  existingAnalyserOf(uri: Uri): RootAnalyser | undefined {
    return this.#roots.get(rootOf(uri).toString())?.analyser;
  }

  dispose(): void {
    for (const { owned } of this.#roots.values()) owned.dispose();
    this.#roots.clear();
    this.#disposables.dispose();
  }

  #watchModules(moduleCache: Uri): void {
    const watcher = this.#disposables.register(
      workspace.createFileSystemWatcher(new RelativePattern(moduleCache, '**')),
    );
    const changed = (uri: Uri) => {
      for (const { analyser } of this.#roots.values()) analyser.moduleCacheChanged(uri);
    };
    this.#disposables.register(watcher.onDidCreate(changed));
    this.#disposables.register(watcher.onDidChange(changed));
  }

  #opened(document: TextDocument): void {
    if (mayBeTemplateDocument(document)) this.analyserOf(document.uri).openDocument(document);
  }

  #changed(document: TextDocument): void {
    const analyser = this.existingAnalyserOf(document.uri);
    if (analyser?.isOpen(document)) analyser.changeDocument(document);
    else this.#opened(document);
  }

  #openRoot(root: Uri): RootAnalyser {
    const owned = new Disposables();
    const analyser = owned.register(new RootAnalyser(root, this.#languages, this.moduleCache, this.log));
    this.#roots.set(root.toString(), { analyser, owned });
    owned.register(analyser.onDidAnalyse(result => this.#analysed.fire(result)));
    owned.register(analyser.onDidChangeBusy(() => this.#busy.fire()));
    if (workspace.getWorkspaceFolder(root)) {
      const watcher = owned.register(workspace.createFileSystemWatcher(new RelativePattern(root, '**/*')));
      const told = (kind: 'changed' | 'created' | 'deleted') => (uri: Uri) => {
        const path = analyser.files.pathOf(uri);
        if (path === undefined) return;
        analyser.fileChanged(path, kind);
        if (kind !== 'deleted' && mayBeTemplate(path))
          void this.#readReferences(analyser, uri, path).then(() => analyser.callersFound());
      };
      owned.register(watcher.onDidChange(told('changed')));
      owned.register(watcher.onDidCreate(told('created')));
      owned.register(watcher.onDidDelete(told('deleted')));
      const stopped = new CancellationTokenSource();
      owned.register({ dispose: () => stopped.cancel() });
      this.#searchReferences(root, analyser, stopped).catch(error => this.log.warn(`Search for callers: ${error}`));
    }
    return analyser;
  }

  #closeRoot(root: Uri): void {
    const key = root.toString();
    this.#roots.get(key)?.owned.dispose();
    if (this.#roots.delete(key)) this.#closed.fire(root);
  }

  /** Looks in the background for files that call others, so that a module is judged with its callers' arguments. */
  async #searchReferences(root: Uri, analyser: RootAnalyser, stopped: CancellationTokenSource): Promise<void> {
    for (const uri of (await findTemplates(root, stopped.token)).uris) {
      if (stopped.token.isCancellationRequested) return;
      const path = analyser.files.pathOf(uri);
      if (path === undefined) continue;
      await this.#readReferences(analyser, uri, path);
    }
    analyser.callersFound();
  }

  async #readReferences(analyser: RootAnalyser, uri: Uri, path: string): Promise<void> {
    try {
      const bytes = await workspace.fs.readFile(uri);
      if (bytes.byteLength <= largestCaller) analyser.addReferences(path, new TextDecoder().decode(bytes));
    } catch {
      // It is gone again, or may not be read: then it calls nobody.
    }
  }
}

/** The workspace folder of a file; of a file outside of all, its own folder. */
function rootOf(uri: Uri): Uri {
  return workspace.getWorkspaceFolder(uri)?.uri ?? Uri.joinPath(uri, '..');
}
