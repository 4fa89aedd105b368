import ignore from 'ignore';
import { type CancellationToken, RelativePattern, type Uri, workspace } from 'vscode';
import { folderOf } from '../templates/file-system.ts';
import { mayBeTemplate } from '../templates/languages.ts';

/** Folders that hold no templates of one's own. */
const passedOver = '**/{node_modules,.git,.terraform,.hg,.svn}/**';
const passedOverPath = /\/(?:node_modules|\.git|\.terraform|\.hg|\.svn)\//;

const templates = '**/*.{bicep,bicepparam,tf,tfvars,json,jsonc}';

export interface FoundTemplates {
  readonly uris: readonly Uri[];
  /** Whether a file that comes later, by its path below the root, would have been found. */
  accepts(path: string): boolean;
}

/** The files below a root that may be templates, without what `files.exclude` and `.gitignore` files leave out. */
export async function findTemplates(root: Uri, token?: CancellationToken): Promise<FoundTemplates> {
  const [found, ignoreFiles] = await Promise.all([
    workspace.findFiles(new RelativePattern(root, templates), passedOver, undefined, token),
    workspace.findFiles(new RelativePattern(root, '**/.gitignore'), passedOver, undefined, token),
  ]);
  const isIgnored = await readIgnoreFiles(root, ignoreFiles);
  const uris = found
    .filter(uri => !isIgnored(relativeTo(root, uri)))
    .sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  return { uris, accepts: path => mayBeTemplate(path) && !passedOverPath.test(`/${path}`) && !isIgnored(path) };
}

/** Each `.gitignore` speaks for its folder; the nearest one that says something of a path decides. */
async function readIgnoreFiles(root: Uri, files: readonly Uri[]): Promise<(path: string) => boolean> {
  const byFolder = new Map<string, ReturnType<typeof ignore>>();
  await Promise.all(
    files.map(async file => {
      try {
        const text = new TextDecoder().decode(await workspace.fs.readFile(file));
        byFolder.set(folderOf(relativeTo(root, file)), ignore().add(text));
      } catch {
        // An ignore file that cannot be read ignores nothing.
      }
    }),
  );
  return path => {
    for (let folder = folderOf(path); ; folder = folderOf(folder)) {
      const rules = byFolder.get(folder);
      const verdict = rules?.test(folder === '' ? path : path.slice(folder.length + 1));
      if (verdict?.ignored) return true;
      if (verdict?.unignored || folder === '') return false;
    }
  };
}

function relativeTo(root: Uri, uri: Uri): string {
  return uri.path.slice(root.path.length).replace(/^\/+/, '');
}
