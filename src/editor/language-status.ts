import { type Disposable, LanguageStatusSeverity, languages, window } from 'vscode';
import { Disposables } from '../commands/disposables.ts';
import type { AnalysisService } from './analysis-service.ts';
import { groupsIn, isExposed } from './group-uses.ts';
import { documentSelector } from './template-documents.ts';

/** Says in the language status of a template what was found in it, and whether an analysis is under way. */
export function createLanguageStatus(service: AnalysisService): Disposable {
  const disposables = new Disposables();
  const item = disposables.register(languages.createLanguageStatusItem('portcullis.status', documentSelector));
  item.name = 'Portcullis';
  const update = () => {
    const document = window.activeTextEditor?.document;
    const result = document && service.existingAnalyserOf(document.uri)?.result;
    const path = document && result?.files.pathOf(document.uri);
    const file = path === undefined ? undefined : result?.scan.files.find(scanned => scanned.path === path);
    item.busy = service.isBusy;
    if (!result || path === undefined || !file || file.status === 'skipped') {
      item.text = 'Not a template';
      item.detail = 'Portcullis';
      item.severity = LanguageStatusSeverity.Information;
      item.command = undefined;
      return;
    }
    const groups = groupsIn(result, path);
    const exposed = groups.filter(isExposed).length;
    item.text =
      file.status === 'failed'
        ? 'Could not be read'
        : groups.length === 0
          ? 'No security groups'
          : `${exposed} of ${groups.length} security groups exposed`;
    item.detail = file.reason ?? 'Portcullis: management ports';
    item.severity = file.status === 'failed' ? LanguageStatusSeverity.Warning : LanguageStatusSeverity.Information;
    item.command = { command: 'portcullis.scanWorkspace', title: 'Scan Workspace' };
  };
  disposables.register(service.onDidAnalyse(update));
  disposables.register(service.onDidChangeBusy(update));
  disposables.register(window.onDidChangeActiveTextEditor(update));
  update();
  return disposables;
}
