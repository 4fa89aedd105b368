import { lstatSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { FileRead, FileSystem, FolderEntry } from '../templates/file-system.ts';
import { decodeText } from './decode-text.ts';

/** The largest file that is read, in bytes. A template is at most 4 MB for Azure; a Terraform plan may be larger. */
const maximumFileSize = 64 * 1024 * 1024;

/** Folders that hold no templates of one's own. */
const passedOver = new Set(['node_modules', '.git', '.terraform', '.hg', '.svn', '.vs', '.vscode-test']);

/**
 * The working directory's files, read synchronously. Files outside it answer `outside`, also when a symbolic link in it
 * leads there, unless a person named them or a folder above them.
 */
export class NodeFiles implements FileSystem {
  readonly #root: string;
  readonly #realRoot: string;
  readonly #named: string[] = [];
  readonly #reads = new Map<string, FileRead>();
  readonly #lists = new Map<string, readonly FolderEntry[]>();
  readonly #realFolders = new Map<string, string>();

  constructor(workingDirectory: string) {
    this.#root = resolve(workingDirectory);
    this.#realRoot = realpathSync.native(this.#root);
  }

  /** Admits a file or folder that a person named on the command line, wherever it is. */
  admit(path: string): void {
    const absolute = resolve(this.#root, path);
    this.#named.push(absolute);
    try {
      this.#named.push(realpathSync.native(absolute));
    } catch {
      // A file that is not there is told when it is read.
    }
  }

  /** The absolute path of one that a person wrote. */
  toAbsolute(path: string): string {
    return resolve(this.#root, path);
  }

  /** A path as the contract writes it: relative to the working directory, `/` between parts. */
  toRelative(path: string): string {
    return relative(this.#root, resolve(this.#root, path)).split(sep).join('/') || '.';
  }

  canonical(path: string): string {
    const name = this.toRelative(path);
    return name === '.' ? '' : name;
  }

  read(path: string): FileRead {
    let answer = this.#reads.get(path);
    if (!answer) {
      answer = this.#read(path);
      this.#reads.set(path, answer);
    }
    return answer;
  }

  list(folder: string): readonly FolderEntry[] {
    let entries = this.#lists.get(folder);
    if (!entries) {
      entries = this.#list(folder);
      this.#lists.set(folder, entries);
    }
    return entries;
  }

  #list(folder: string): readonly FolderEntry[] {
    const absolute = this.#within(folder);
    if (absolute === undefined) return [];
    try {
      return readdirSync(absolute, { withFileTypes: true }).map(entry => ({
        name: entry.name,
        kind: this.#isFolder(absolute, entry.name, entry.isDirectory(), entry.isSymbolicLink()) ? 'folder' : 'file',
      }));
    } catch {
      return [];
    }
  }

  readModuleCache(path: string): FileRead {
    const missing: FileRead = { reason: 'missing', message: `${path}: is not in the module cache` };
    const root = join(homedir(), '.bicep');
    const absolute = resolve(root, path);
    if (!isInside(absolute, root)) return missing;
    try {
      const size = statSync(absolute, { throwIfNoEntry: false })?.size ?? Number.POSITIVE_INFINITY;
      return size > maximumFileSize ? missing : { text: readFileSync(absolute, 'utf8') };
    } catch {
      return missing;
    }
  }

  /**
   * The files to scan below a named path, in the order of their names: the file itself, or every file of a folder that
   * `accept` takes. Symbolic links to folders are not followed.
   */
  *walk(path: string, accept: (path: string) => boolean): Iterable<string> {
    const absolute = resolve(this.#root, path);
    if (!statSync(absolute).isDirectory()) {
      yield this.toRelative(absolute);
      return;
    }
    const entries = readdirSync(absolute, { withFileTypes: true });
    entries.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
    for (const entry of entries) {
      const child = join(absolute, entry.name);
      if (entry.isDirectory()) {
        if (!passedOver.has(entry.name)) yield* this.walk(child, accept);
      } else if (accept(entry.name) && (entry.isFile() || lstatSync(child).isSymbolicLink())) {
        yield this.toRelative(child);
      }
    }
  }

  #read(path: string): FileRead {
    const outside: FileRead = {
      reason: 'outside',
      message: `${path}: is outside the working directory and is not read`,
    };
    const missing: FileRead = { reason: 'missing', message: `${path}: there is no such file` };
    const absolute = resolve(this.#root, path);
    if (!this.#isWritten(absolute)) return outside;
    try {
      const own = lstatSync(absolute, { throwIfNoEntry: false });
      if (!own) return missing;
      const isLink = own.isSymbolicLink();
      const real = isLink
        ? realpathSync.native(absolute)
        : join(this.#realFolder(dirname(absolute)), basename(absolute));
      if (!this.#isAdmitted(real)) return outside;
      const size = isLink ? statSync(absolute) : own;
      if (size.isDirectory()) return { reason: 'unreadable', message: `${path}: is a folder, not a file` };
      if (size.size > maximumFileSize)
        return {
          reason: 'too-large',
          message: `${path}: is larger than ${maximumFileSize / 1024 / 1024} MB and is not read; split it`,
        };
      return { text: readText(absolute) };
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === 'ENOENT' || code === 'ENOTDIR') return missing;
      return {
        reason: 'unreadable',
        message: `${path}: cannot be read (${code ?? 'unknown error'}); check its permissions`,
      };
    }
  }

  #isFolder(parent: string, name: string, isDirectory: boolean, isLink: boolean): boolean {
    if (!isLink) return isDirectory;
    try {
      return statSync(join(parent, name)).isDirectory();
    } catch {
      return false;
    }
  }

  /** The absolute path of a folder, when it may be read. */
  #within(folder: string): string | undefined {
    const absolute = resolve(this.#root, folder);
    if (!this.#isWritten(absolute)) return undefined;
    try {
      return this.#isAdmitted(this.#realFolder(absolute)) ? absolute : undefined;
    } catch {
      return absolute;
    }
  }

  /** Whether a path as it is written leads to what may be read. */
  #isWritten(absolute: string): boolean {
    return isInside(absolute, this.#root) || this.#named.some(named => isInside(absolute, named));
  }

  #isAdmitted(real: string): boolean {
    return isInside(real, this.#realRoot) || this.#named.some(named => isInside(real, named));
  }

  /** Where a folder really is, asked once for all its files. */
  #realFolder(absolute: string): string {
    let real = this.#realFolders.get(absolute);
    if (real === undefined) {
      // The system's own answer: the portable one asks for each folder on the way.
      real = realpathSync.native(absolute);
      this.#realFolders.set(absolute, real);
    }
    return real;
  }
}

/** The text of a file. Node reads UTF-8 by itself at half the cost; what is none begins with bytes that it replaces. */
function readText(absolute: string): string {
  const text = readFileSync(absolute, 'utf8');
  return text.startsWith('\ufffd') ? decodeText(readFileSync(absolute)) : text;
}

function isInside(path: string, folder: string): boolean {
  // Written alike, as nearly always, there is nothing to resolve.
  if (path.startsWith(folder) && path[folder.length] === sep) return true;
  const way = relative(folder, path);
  return way === '' || (!way.startsWith(`..${sep}`) && way !== '..' && !isAbsolute(way));
}
