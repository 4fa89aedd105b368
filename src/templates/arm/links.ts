import { type FileSystem, folderOf, followPath, resolvePath } from '../file-system.ts';
import { shortened } from '../shortened.ts';

/** How a template's own file is written where Azure would have its address. */
const scheme = 'template:///';

/**
 * Folders above the working directory, whose names are not known. Addresses have no way above their root, so that the
 * working directory stands this deep in it: a link may then lead out of it and back.
 */
const above = '~';
const levelsAbove = 32;

/** What `deployment().properties.templateLink.uri` gives for a file. */
export function templateUri(file: string): string {
  const steps = file.split('/');
  const up = steps.findIndex(step => step !== '..');
  return (
    scheme +
    [...Array<string>(Math.max(0, levelsAbove - up)).fill(above), ...steps.slice(up).map(encodeURIComponent)].join('/')
  );
}

/** The file that an address made from {@link templateUri} names. */
function fileOf(uri: string): string {
  const steps = uri.slice(scheme.length).split('/').map(decoded);
  const named = steps.findIndex((step, at) => step !== above || at === levelsAbove);
  const up = levelsAbove - (named < 0 ? steps.length : named);
  return resolvePath('', [...Array<string>(up).fill('..'), ...steps.slice(levelsAbove - up)].join('/'));
}

export type LinkTarget =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'problem'; readonly message: string };

/**
 * The file of a linked template. `address` is its `uri` as far as it is known: a known text, or a symbol with unknown
 * parts in braces, such as an artifacts location that stands for the template's own folder. Only files that are there
 * are followed; nothing is downloaded.
 */
export function linkTarget(from: string, root: string, address: string | undefined, files: FileSystem): LinkTarget {
  const candidates = address === undefined ? [] : linkCandidates(from, root, address);
  for (const candidate of candidates) {
    const path = followPath(files, '', candidate);
    const read = files.read(path);
    if ('text' in read) return { kind: 'file', path };
    if (read.reason !== 'missing') return { kind: 'problem', message: read.message };
  }
  const isKnown = address !== undefined && !address.includes('{');
  const name = address === undefined ? undefined : (pathOf(address) ?? (isKnown ? shortened(address) : undefined));
  return {
    kind: 'problem',
    message: name
      ? `The linked template '${name}' is not among the files here: it is not read.`
      : 'The address of the linked template is known at deployment only: it is not read.',
  };
}

function linkCandidates(from: string, root: string, address: string): readonly string[] {
  const whole = withoutQuery(address);
  if (whole.startsWith(scheme)) return [fileOf(whole)];
  const remote = /^https?:\/\/[^/{}]+\/([^{}]*)$/i.exec(whole);
  if (remote) return inOwnFolders(root, decoded(remote[1]!));
  // Known throughout, it is relative to the file; behind something unknown, mostly to the folder of all artifacts.
  if (!address.includes('{') && !address.includes('://')) {
    // An artifacts location that is left empty stands for the folder of all artifacts.
    const relative = whole.replace(/^[/\\]+/, '');
    return relative === '' ? [] : [resolvePath(from, relative), resolvePath(root, relative)];
  }
  const path = pathOf(address);
  if (!path) return [];
  return [resolvePath(root, path), resolvePath(from, path)].filter(candidate => candidate !== from);
}

/** Folders that an address is followed through at most. */
const longestAddress = 20;

/**
 * A public address that runs through the template's own folder: the rest of it names the file. The name of the working
 * directory is not known: what may be its name in the address is tried.
 */
function inOwnFolders(root: string, path: string): readonly string[] {
  const folder = folderOf(root);
  const name = folder.slice(folder.lastIndexOf('/') + 1).toLowerCase();
  const segments = path.split('/').filter(Boolean).slice(-longestAddress);
  const behind = (at: number): string => resolvePath(root, segments.slice(at + 1).join('/'));
  if (name === '' || name === '..') return segments.slice(0, -1).map((_, at) => behind(at));
  const at = segments.findLastIndex(segment => segment.toLowerCase() === name);
  return at < 0 ? [] : [behind(at)];
}

/** The last path to a JSON file that the text holds, without what stands before it unknown. */
function pathOf(address: string): string | undefined {
  const matches = [...address.slice(0, 2000).matchAll(/[\w\-. /]*[\w-]\.jsonc?(?![\w.])/gi)];
  const path = matches.at(-1)?.[0].trim().replace(/^\/+/, '');
  return path && !path.includes('//') ? path : undefined;
}

function withoutQuery(address: string): string {
  return address.replace(/[?#].*$/, '').replace(/(\{[^{}]*\})+$/, '');
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
