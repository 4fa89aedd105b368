import type { FileRead, FileSystem, FolderEntry } from './file-system.ts';

/**
 * A view of files that remembers every answer it gave, so that a reading made through it can be told to be still true:
 * {@link unchanged} asks the same questions again.
 */
export class RecordedFiles implements FileSystem {
  readonly #reads: Map<string, FileRead>;
  readonly #modules: Map<string, FileRead>;
  readonly #lists: Map<string, readonly FolderEntry[]>;

  /** `known`: what was asked and answered before counts as asked here too. */
  constructor(
    private readonly files: FileSystem,
    known?: RecordedFiles,
  ) {
    this.#reads = new Map(known ? known.#reads : undefined);
    this.#modules = new Map(known ? known.#modules : undefined);
    this.#lists = new Map(known ? known.#lists : undefined);
  }

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
  if (a === b) return true;
  if ('text' in a) return 'text' in b && a.text === b.text;
  return 'reason' in b && a.reason === b.reason;
}

function sameEntries(a: readonly FolderEntry[], b: readonly FolderEntry[]): boolean {
  if (a === b) return true;
  return (
    a.length === b.length && a.every((entry, index) => entry.name === b[index]?.name && entry.kind === b[index]?.kind)
  );
}
