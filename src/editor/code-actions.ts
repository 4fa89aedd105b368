import {
  type CancellationToken,
  CodeAction,
  type CodeActionContext,
  CodeActionKind,
  type CodeActionProvider,
  type CodeActionProviderMetadata,
  type Diagnostic,
  type Range,
  type TextDocument,
} from 'vscode';
import type { AnalysisService } from './analysis-service.ts';
import { diagnosticSource } from './diagnostics.ts';
import { type EditorFinding, type FindingFixes, findingKey, findingsAt } from './finding-fixes.ts';
import { workspaceEditOf } from './fix-edits.ts';
import type { RootResult } from './root-analyser.ts';

/** Findings whose rule may be narrowed down to an entered source. */
const exposing = new Set(['open-management-port', 'conditional-management-port', 'wide-management-source']);

const fixAllKind = CodeActionKind.SourceFixAll.append('portcullis');

export const codeActionMetadata: CodeActionProviderMetadata = {
  providedCodeActionKinds: [CodeActionKind.QuickFix, fixAllKind],
};

/** Offers the fixes of the findings at a place, and all safe ones of the file together. */
export class FixActions implements CodeActionProvider {
  constructor(
    private readonly service: AnalysisService,
    private readonly fixes: FindingFixes,
  ) {}

  async provideCodeActions(
    document: TextDocument,
    range: Range,
    context: CodeActionContext,
    token: CancellationToken,
  ): Promise<CodeAction[]> {
    const result = await this.service.existingAnalyserOf(document.uri)?.current(document, token);
    const path = result?.files.pathOf(document.uri);
    if (!result || path === undefined) return [];
    if (context.only?.contains(fixAllKind)) return this.#fixAll(result, path, fixAllKind);
    if (context.only && !context.only.intersects(CodeActionKind.QuickFix)) return [];

    const start = document.offsetAt(range.start);
    const findings = findingsAt(result, path, start, document.offsetAt(range.end));
    const actions = new Map<string, CodeAction>();
    for (const finding of findings) {
      for (const action of this.#actionsOf(finding, result, document, context.diagnostics)) {
        if (!actions.has(action.title)) actions.set(action.title, action);
      }
    }
    const all = [...actions.values()];
    const preferred = all.find(action => action.edit);
    if (preferred) preferred.isPreferred = true;
    if (findings.length > 0) all.push(...this.#fixAll(result, path, CodeActionKind.QuickFix));
    return all;
  }

  #actionsOf(
    finding: EditorFinding,
    result: RootResult,
    document: TextDocument,
    diagnostics: readonly Diagnostic[],
  ): CodeAction[] {
    const own = diagnostics.filter(
      diagnostic => diagnostic.source === diagnosticSource && diagnostic.message === finding.message,
    );
    const make = (title: string): CodeAction => {
      const action = new CodeAction(title, CodeActionKind.QuickFix);
      action.diagnostics = own;
      return action;
    };
    const fixes = this.fixes.of(finding, result).map(fix => {
      const action = make(fix.title);
      action.edit = workspaceEditOf(fix.edits, result, fix.title);
      return action;
    });
    const asking = (title: string, command: string) => {
      const action = make(title);
      action.command = { title, command, arguments: [document.uri, findingKey(finding)] };
      return action;
    };
    const asked = [asking(`Accept “${finding.id}” Here with a Reason…`, 'portcullis.acceptFinding')];
    if (exposing.has(finding.id) && finding.subject.rule) {
      asked.unshift(asking('Let In Only an Address or Range…', 'portcullis.enterSource'));
    }
    return [...fixes, ...asked];
  }

  #fixAll(result: RootResult, path: string, kind: CodeActionKind): CodeAction[] {
    const own = result.findings.filter(
      ({ suppressed, place }) => !suppressed && place.kind === 'text' && place.file === path,
    );
    const { edits, fixed } = this.fixes.finder(result).fixAll(own);
    if (fixed === 0 || (kind === CodeActionKind.QuickFix && fixed < 2)) return [];
    const action = new CodeAction('Fix All Safe Findings of Portcullis in This File', kind);
    action.edit = workspaceEditOf(edits, result);
    return [action];
  }
}
