import {
  CancellationError,
  type CancellationToken,
  CancellationTokenSource,
  commands,
  type TreeView,
  window,
  workspace,
} from 'vscode';
import { OperationError } from '../commands/operation-error.ts';
import type { AnalysisService } from './analysis-service.ts';
import { declaredGroups, isExposed } from './group-uses.ts';
import type { RootResult } from './root-analyser.ts';
import { findTemplates } from './template-search.ts';

const viewId = 'portcullis.templates';

/** The command "Scan Workspace": all templates of all workspace folders, with its progress in the Templates view. */
export class WorkspaceScan {
  #running: CancellationTokenSource | undefined;

  constructor(
    private readonly service: AnalysisService,
    private readonly view: TreeView<unknown>,
  ) {}

  /** Scans; a scan that is under way is given up for the new one. */
  async run(): Promise<void> {
    if (!workspace.workspaceFolders?.length) throw new OperationError('There is no folder to scan: open one first.');
    this.#running?.cancel();
    const source = new CancellationTokenSource();
    this.#running = source;
    await commands.executeCommand(`${viewId}.focus`);
    await commands.executeCommand('setContext', 'portcullis.scanning', true);
    try {
      const results = await window.withProgress({ location: { viewId } }, () =>
        scan(this.service, this.view, source.token),
      );
      this.view.message = summaryOf(results);
    } catch (error) {
      if (this.#running !== source) return;
      const cancelled = error instanceof CancellationError;
      this.view.message = cancelled ? 'The scan was cancelled. What is shown is of the open files.' : undefined;
      throw error;
    } finally {
      source.dispose();
      if (this.#running === source) {
        this.#running = undefined;
        await commands.executeCommand('setContext', 'portcullis.scanning', false);
      }
    }
  }

  cancel(): void {
    this.#running?.cancel();
  }
}

async function scan(
  service: AnalysisService,
  view: TreeView<unknown>,
  token: CancellationToken,
): Promise<readonly RootResult[]> {
  const results: RootResult[] = [];
  for (const folder of workspace.workspaceFolders ?? []) {
    view.message = `Looking for templates in ${folder.name} …`;
    const found = await findTemplates(folder.uri, token);
    if (token.isCancellationRequested) throw new CancellationError();
    const analyser = service.analyserOf(folder.uri);
    const paths = found.uris.flatMap(uri => analyser.files.pathOf(uri) ?? []);
    const onProgress = (done: number, total: number) => {
      view.message = `Scanning ${folder.name}: ${done} of ${total} templates …`;
    };
    results.push(await analyser.scanAll({ paths, accepts: path => found.accepts(path) }, token, onProgress));
  }
  return results;
}

function summaryOf(results: readonly RootResult[]): string {
  const files = results.flatMap(result => result.scan.files);
  const analysed = files.filter(file => file.status === 'analysed').length;
  const failed = files.filter(file => file.status === 'failed');
  const groups = results.flatMap(declaredGroups);
  const exposed = groups.filter(isExposed).length;
  if (analysed === 0 && failed.length === 0) return 'No ARM templates, Bicep or Terraform files were found.';
  const parts = [
    `${count(analysed, 'template file')} scanned`,
    groups.length === 0
      ? 'no security groups in them'
      : `${exposed} of ${count(groups.length, 'security group')} exposed to the internet`,
  ];
  if (failed.length > 0) parts.push(`${count(failed.length, 'file')} could not be read: ${failed[0]?.reason}`);
  return `${parts.join('; ')}.`;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
