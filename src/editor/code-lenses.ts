import { type CancellationToken, CodeLens, type CodeLensProvider, EventEmitter, type TextDocument } from 'vscode';
import { Disposables } from '../commands/disposables.ts';
import type { AnalysisService } from './analysis-service.ts';
import { groupsIn, isCertain, isExposed, summaryOf } from './group-uses.ts';
import { TextRanges } from './text-ranges.ts';

/** Says on each security group who gets in, and opens the proof. */
export class GroupLenses extends Disposables implements CodeLensProvider {
  readonly #changed = this.register(new EventEmitter<void>());
  readonly onDidChangeCodeLenses = this.#changed.event;

  constructor(private readonly service: AnalysisService) {
    super();
    this.register(service.onDidAnalyse(() => this.#changed.fire()));
  }

  async provideCodeLenses(document: TextDocument, token: CancellationToken): Promise<CodeLens[]> {
    const analyser = this.service.existingAnalyserOf(document.uri);
    const result = await analyser?.current(document, token);
    const path = result?.files.pathOf(document.uri);
    if (!result || path === undefined || !result.settings.lenses) return [];
    const ranges = new TextRanges(result.files);
    return groupsIn(result, path).map(declared => {
      const range = ranges.rangeOf(path, declared.place.range);
      const icon = !isExposed(declared) ? '$(lock)' : isCertain(declared) ? '$(globe)' : '$(question)';
      return new CodeLens(range, {
        title: `${icon} ${summaryOf(declared)}`,
        tooltip: 'Show which rules decide',
        command: 'portcullis.showProof',
        arguments: [document.uri, range.start.line, range.start.character],
      });
    });
  }
}
