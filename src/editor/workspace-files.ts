import { FileSystemError, FileType, type TextDocument, Uri, workspace } from 'vscode';
import type { ScanFiles } from '../findings/scan.ts';
import type { FileRead, FolderEntry } from '../templates/file-system.ts';
import { folderOf } from '../templates/file-system.ts';

/** Azure takes templates up to 4 MB; a larger file is more likely something else, and would be slow to type in. */
const maximumFileSize = 16 * 1024 * 1024;

/** How many files are read from disk at the same time. */
const parallelReads = 16;

/**
 * The files below one root as the editor sees them: an open document's text, saved or not, before the file's. What is
 * not in memory answers `not-loaded` and comes with the next {@link load}.
 */
export class WorkspaceFiles implements ScanFiles {
  readonly #prefix: string;
  readonly #texts = new Map<string, FileRead>();
  readonly #folders = new Map<string, readonly FolderEntry[]>();
  /** Being read: what changes meanwhile must be read again. */
  readonly #fetching = new Set<string>();
  readonly #wantedTexts = new Map<string, Uri>();
  readonly #wantedFolders = new Set<string>();
  readonly #documents = new Map<string, { readonly document: TextDocument; version: number; text: string }>();

  /** @param moduleCache where the Bicep tools keep modules of registries; undefined where there are no such tools */
  constructor(
    readonly root: Uri,
    private readonly moduleCache: Uri | undefined,
  ) {
    this.#prefix = root.path.endsWith('/') ? root.path : `${root.path}/`;
  }

  /** A file's path below the root; undefined when it is elsewhere. */
  pathOf(uri: Uri): string | undefined {
    const same = uri.scheme === this.root.scheme && uri.authority === this.root.authority;
    return same && uri.path.startsWith(this.#prefix) ? uri.path.slice(this.#prefix.length) : undefined;
  }

  uriOf(path: string): Uri {
    return Uri.joinPath(this.root, path);
  }

  /** Reads the document instead of its file from now on. */
  open(document: TextDocument): void {
    const path = this.pathOf(document.uri);
    if (path !== undefined) this.#documents.set(path, { document, version: -1, text: '' });
  }

  close(document: TextDocument): void {
    const path = this.pathOf(document.uri);
    if (path !== undefined) this.#documents.delete(path);
  }

  read(path: string): FileRead {
    const open = this.#documents.get(path);
    if (open) {
      if (open.version !== open.document.version) {
        open.version = open.document.version;
        open.text = open.document.getText();
      }
      return open.text.length > maximumFileSize ? tooLarge(path) : { text: open.text };
    }
    if (isOutside(path))
      return { reason: 'outside', message: `${path}: is outside the workspace folder and is not read` };
    return this.#loaded(path, this.uriOf(path));
  }

  readModuleCache(path: string): FileRead {
    if (!this.moduleCache || path.split('/').includes('..')) {
      return { reason: 'missing', message: `${path}: is not in the module cache` };
    }
    return this.#loaded(cachedName(path), Uri.joinPath(this.moduleCache, path));
  }

  list(folder: string): readonly FolderEntry[] {
    if (isOutside(folder)) return [];
    const known = this.#folders.get(folder);
    if (known) return known;
    this.#wantedFolders.add(folder);
    return [];
  }

  /** Reads what was asked for; false when nothing was. */
  async load(): Promise<boolean> {
    const texts = [...this.#wantedTexts];
    const folders = [...this.#wantedFolders];
    if (texts.length === 0 && folders.length === 0) return false;
    this.#wantedTexts.clear();
    this.#wantedFolders.clear();
    for (let at = 0; at < texts.length; at += parallelReads) {
      const some = texts.slice(at, at + parallelReads);
      await Promise.all(some.map(([path, uri]) => this.#fetch(path, uri)));
    }
    await Promise.all(folders.map(async folder => this.#folders.set(folder, await this.#fetchEntries(folder))));
    return true;
  }

  /**
   * Takes note of a file that changed, came or went on disk: what was read of it is read again by the next
   * {@link load}. True when something was.
   */
  fileChanged(path: string, kind: 'changed' | 'created' | 'deleted'): boolean {
    const known = this.#texts.delete(path) || this.#fetching.has(path);
    if (known) this.#wantedTexts.set(path, this.uriOf(path));
    const folders = kind === 'changed' ? [] : [folderOf(path), path].filter(folder => this.#folders.delete(folder));
    for (const folder of folders) this.#wantedFolders.add(folder);
    return known || folders.length > 0;
  }

  #loaded(path: string, uri: Uri): FileRead {
    const known = this.#texts.get(path);
    if (known) return known;
    this.#wantedTexts.set(path, uri);
    return { reason: 'not-loaded', message: `${path}: is being read` };
  }

  /**
   * Takes note of a file or folder that is new in the module cache: of the files in a new folder nobody may tell. True
   * when a module was asked for that may be among them.
   */
  moduleCacheChanged(uri: Uri): boolean {
    const cache = this.moduleCache;
    if (!cache || !uri.path.startsWith(`${cache.path}/`)) return false;
    const changed = cachedName(uri.path.slice(cache.path.length + 1));
    const names = [...this.#texts.keys(), ...this.#fetching];
    const affected = names.filter(name => name === changed || name.startsWith(`${changed}/`));
    for (const name of affected) {
      this.#texts.delete(name);
      this.#wantedTexts.set(name, Uri.joinPath(cache, name.slice(cachedName('').length)));
    }
    return affected.length > 0;
  }

  async #fetch(path: string, uri: Uri): Promise<void> {
    this.#fetching.add(path);
    const read = await fetchText(path, uri);
    this.#fetching.delete(path);
    this.#texts.set(path, read);
  }

  async #fetchEntries(folder: string): Promise<readonly FolderEntry[]> {
    try {
      const entries = await workspace.fs.readDirectory(this.uriOf(folder));
      return entries
        .map(([name, type]) => ({ name, kind: type & FileType.Directory ? ('folder' as const) : ('file' as const) }))
        .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
    } catch {
      return [];
    }
  }
}

/** What a module of the cache is called among the other files. */
function cachedName(path: string): string {
  return `~/.bicep/${path}`;
}

async function fetchText(path: string, uri: Uri): Promise<FileRead> {
  try {
    const { size, type } = await workspace.fs.stat(uri);
    if (type & FileType.Directory) return { reason: 'unreadable', message: `${path}: is a folder, not a file` };
    if (size > maximumFileSize) return tooLarge(path);
    // The decoder drops a byte order mark, as a document does.
    return { text: new TextDecoder().decode(await workspace.fs.readFile(uri)) };
  } catch (error) {
    const code = error instanceof FileSystemError ? error.code : 'Unknown';
    if (code === 'FileNotFound' || code === 'FileNotADirectory') {
      return { reason: 'missing', message: `${path}: there is no such file` };
    }
    return { reason: 'unreadable', message: `${path}: cannot be read (${code}); check its permissions` };
  }
}

function tooLarge(path: string): FileRead {
  const limit = maximumFileSize / 1024 / 1024;
  return { reason: 'too-large', message: `${path}: is larger than ${limit} MB and is not read; split it` };
}

function isOutside(path: string): boolean {
  return path === '..' || path.startsWith('../') || path.startsWith('/');
}
