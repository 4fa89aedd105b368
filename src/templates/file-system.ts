/** A file's text, or why there is none. `message` is for people: it names the file and the reason. */
export type FileRead =
  | { readonly text: string }
  | { readonly reason: 'missing' | 'outside' | 'too-large' | 'unreadable' | 'not-loaded'; readonly message: string };

export interface FolderEntry {
  readonly name: string;
  readonly kind: 'file' | 'folder';
}

/**
 * What a reader sees of files: passed in by the surface, synchronous, without side effects. Paths are relative to the
 * surface's working directory, `/` separates, `.` and `..` are already resolved. A file outside the working directory
 * answers `outside`. A surface whose files come asynchronously answers `not-loaded`, loads them and reads again.
 */
export interface FileSystem {
  read(path: string): FileRead;
  /** The entries of a folder; empty when there is none or it may not be read. `''` is the working directory. */
  list(folder: string): readonly FolderEntry[];
  /**
   * A file of the Bicep tools' module cache (`~/.bicep`), by its path there; missing in surfaces that have none. It lies
   * outside the working directory: what it says is judged, and no place in it is ever shown.
   */
  readModuleCache?(path: string): FileRead;
  /**
   * The one name of a file for a path that leads out of the working directory and may lead back into it; missing in
   * surfaces whose files all lie in their working directory.
   */
  canonical?(path: string): string;
}

/** The path that a file names relative to itself, as the file system names it. */
export function followPath(files: FileSystem, fromFile: string, relative: string): string {
  const path = resolvePath(fromFile, relative);
  return path.startsWith('..') ? (files.canonical?.(path) ?? path) : path;
}

/**
 * A path relative to a file's folder, resolved: `resolvePath('infra/main.bicep', '../net/nsg.bicep')` is
 * `net/nsg.bicep`. What leads out of the working directory keeps its leading `..`.
 */
export function resolvePath(fromFile: string, relative: string): string {
  const parts = relative.startsWith('/') ? [] : folderOf(fromFile).split('/').filter(Boolean);
  for (const part of relative.replaceAll('\\', '/').split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && parts.length > 0 && parts[parts.length - 1] !== '..') parts.pop();
    else parts.push(part);
  }
  return (relative.startsWith('/') ? '/' : '') + parts.join('/');
}

/** The folder of a path, without a trailing separator; `''` for a file in the working directory itself. */
export function folderOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}

/** The last part of a path. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
