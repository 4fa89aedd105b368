import { type FileSystem, folderOf, resolvePath } from '../file-system.ts';

/** How a template's own file is written where Azure would have its address. */
const scheme = 'template:///';

/** What `deployment().properties.templateLink.uri` gives for a file. */
export function templateUri(file: string): string {
  return scheme + encodeURI(file);
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
  for (const path of candidates) {
    const read = files.read(path);
    if ('text' in read) return { kind: 'file', path };
    if (read.reason !== 'missing') return { kind: 'problem', message: read.message };
  }
  const name = address === undefined ? undefined : pathOf(address);
  return {
    kind: 'problem',
    message: name
      ? `The linked template '${name}' is not among the files here: it is not read.`
      : 'The address of the linked template is known at deployment only: it is not read.',
  };
}

function linkCandidates(from: string, root: string, address: string): readonly string[] {
  const whole = withoutQuery(address);
  if (whole.startsWith(scheme)) return [decoded(whole.slice(scheme.length))];
  const remote = /^https?:\/\/[^/{}]+\/([^{}]*)$/i.exec(whole);
  if (remote) return inOwnFolders(root, decoded(remote[1]!));
  const path = pathOf(address);
  if (!path) return [];
  // Known throughout, it is relative to the file; behind something unknown, mostly to the folder of all artifacts.
  if (!address.includes('{')) return [resolvePath(from, path), resolvePath(root, path)];
  return [resolvePath(root, path), resolvePath(from, path)].filter(candidate => candidate !== from);
}

/** A public address that runs through the template's own folder: the rest of it names the file. */
function inOwnFolders(root: string, path: string): readonly string[] {
  const folder = folderOf(root);
  const name = folder.slice(folder.lastIndexOf('/') + 1);
  if (name === '') return [];
  const segments = path.split('/');
  const at = segments.map(segment => segment.toLowerCase()).lastIndexOf(name.toLowerCase());
  return at < 0 ? [] : [resolvePath(root, segments.slice(at + 1).join('/'))];
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
