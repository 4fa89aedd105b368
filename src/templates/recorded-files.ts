import type { FileRead, FileSystem, FolderEntry } from './file-system.ts';

/**
 * A view of files that remembers every answer it gave, so that a reading made through it can be told to be still true:
 * {@link unchanged} asks the same questions again.
 */
export class RecordedFiles implements FileSystem {
  readonly #reads = new Map<string, FileRead>();
  readonly #modules = new Map<string, FileRead>();
  readonly #lists = new Map<string, readonly FolderEntry[]>();

  constructor(private readonly files: FileSystem) {}

  read(path: string): FileRead {
    let answer = this.#reads.get(path);
    if (!answer) {
      answer = this.files.read(path);
      this.#reads.set(path, answer);
    }
    return answer;
  }

  list(folder: string): readonly FolderEntry[] {
    let answer = this.#lists.get(folder);
    if (!answer) {
      answer = this.files.list(folder);
      this.#lists.set(folder, answer);
    }
    return answer;
  }

  readModuleCache(path: string): FileRead {
    let answer = this.#modules.get(path);
    if (!answer) {
      answer = this.files.readModuleCache?.(path) ?? noModuleCache(path);
      this.#modules.set(path, answer);
    }
    return answer;
  }

  canonical(path: string): string {
    return this.files.canonical?.(path) ?? path;
  }

  /** Paths of files asked for, found or not. */
  get paths(): readonly string[] {
    return [...this.#reads.keys()];
  }

  /** Folders whose entries were asked for. */
  get folders(): readonly string[] {
    return [...this.#lists.keys()];
  }

  /** True when some answer was `not-loaded`: the reading must be made again once the files are there. */
  get incomplete(): boolean {
    const isNotLoaded = (answer: FileRead) => 'reason' in answer && answer.reason === 'not-loaded';
    return [...this.#reads.values(), ...this.#modules.values()].some(isNotLoaded);
  }

  /** True when `files` would answer every question as it was answered. */
  unchanged(files: FileSystem): boolean {
    for (const [path, answer] of this.#reads) if (!sameRead(answer, files.read(path))) return false;
    for (const [path, answer] of this.#modules) {
      if (!sameRead(answer, files.readModuleCache?.(path) ?? noModuleCache(path))) return false;
    }
    for (const [folder, answer] of this.#lists) if (!sameEntries(answer, files.list(folder))) return false;
    return true;
  }
}

/** Files with some texts replaced: what a reading would give after an edit. */
export class OverlayFiles implements FileSystem {
  constructor(
    private readonly files: FileSystem,
    private readonly texts: ReadonlyMap<string, string>,
  ) {}

  read(path: string): FileRead {
    const text = this.texts.get(path);
    return text === undefined ? this.files.read(path) : { text };
  }

  list(folder: string): readonly FolderEntry[] {
    return this.files.list(folder);
  }

  readModuleCache(path: string): FileRead {
    return this.files.readModuleCache?.(path) ?? noModuleCache(path);
  }

  canonical(path: string): string {
    return this.files.canonical?.(path) ?? path;
  }
}

function noModuleCache(path: string): FileRead {
  return { reason: 'missing', message: `${path}: there is no module cache here` };
}

function sameRead(a: FileRead, b: FileRead): boolean {
  if ('text' in a) return 'text' in b && a.text === b.text;
  return 'reason' in b && a.reason === b.reason;
}

function sameEntries(a: readonly FolderEntry[], b: readonly FolderEntry[]): boolean {
  return (
    a.length === b.length && a.every((entry, index) => entry.name === b[index]?.name && entry.kind === b[index]?.kind)
  );
}
