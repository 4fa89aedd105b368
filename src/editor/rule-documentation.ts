import { commands, Uri, window, workspace } from 'vscode';
import { OperationError } from '../commands/operation-error.ts';

/**
 * The command "Show Documentation of Rule": a rule's page, which ships with the extension, as rendered Markdown.
 * @param given the rule's id; asked for when it is none
 */
export async function showRuleDocumentation(extensionUri: Uri, given: unknown): Promise<void> {
  const folder = Uri.joinPath(extensionUri, 'docs', 'rules');
  const pages = await readPages(folder);
  const id = typeof given === 'string' ? given : await choose(pages);
  if (id === undefined) return;
  // Only a page's own name is ever opened, whatever a link says.
  if (!pages.some(page => page.label === id)) throw new OperationError(`There is no rule “${id}”.`);
  await commands.executeCommand('markdown.showPreview', Uri.joinPath(folder, `${id}.md`));
}

/** A link to a rule's page, for a problem's code. */
export function documentationLink(id: string): Uri {
  return Uri.parse(`command:portcullis.showRuleDocumentation?${encodeURIComponent(JSON.stringify([id]))}`);
}

interface Page {
  readonly label: string;
  readonly detail: string;
}

async function readPages(folder: Uri): Promise<readonly Page[]> {
  const entries = await workspace.fs.readDirectory(folder);
  const names = entries.map(([name]) => name).filter(name => /^[a-z-]+\.md$/.test(name));
  return Promise.all(
    names.sort().map(async name => {
      const text = new TextDecoder().decode(await workspace.fs.readFile(Uri.joinPath(folder, name)));
      const detail = text.split('\n').find(line => /^[^#\s>|<[]/.test(line));
      return { label: name.slice(0, -3), detail: detail ?? '' };
    }),
  );
}

async function choose(pages: readonly Page[]): Promise<string | undefined> {
  const chosen = await window.showQuickPick(pages, {
    title: 'Documentation of Rule',
    placeHolder: 'Choose a rule',
    matchOnDetail: true,
  });
  return chosen?.label;
}
