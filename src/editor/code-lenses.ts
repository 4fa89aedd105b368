import { type CancellationToken, CodeLens, type CodeLensProvider, EventEmitter, type TextDocument } from 'vscode';
import { Disposables } from '../commands/disposables.ts';
import type { DeployedGroups } from '../commands/group-links.ts';
import { evaluateGroup } from '../network/security-group.ts';
import type { AnalysisService } from './analysis-service.ts';
import { type FindingFixes, findingKey } from './finding-fixes.ts';
import { groupsIn, isCertain, isExposed, summaryOf } from './group-uses.ts';
import type { RootResult } from './root-analyser.ts';
import { TextRanges } from './text-ranges.ts';
import { describeVerdicts } from './verdict-text.ts';

/** Fixes are proved before they are offered, which takes time: a file full of findings shows the first ones' only. */
const mostFixLenses = 30;
const fixesShown = 2;
/** A name that many groups have is no link between a template and one of them. */
const mostDeploymentLenses = 3;

/** Says on each security group who gets in, and opens the proof. */
export class GroupLenses extends Disposables implements CodeLensProvider {
  readonly #changed = this.register(new EventEmitter<void>());
  readonly onDidChangeCodeLenses = this.#changed.event;

  constructor(
    private readonly service: AnalysisService,
    private readonly fixes: FindingFixes,
    private readonly deployments: DeployedGroups,
  ) {
    super();
    this.register(deployments.onDidChange(() => this.#changed.fire()));
    this.register(service.onDidAnalyse(() => this.#changed.fire()));
  }

  async provideCodeLenses(document: TextDocument, token: CancellationToken): Promise<CodeLens[]> {
    const analyser = this.service.existingAnalyserOf(document.uri);
    const result = await analyser?.current(document, token);
    const path = result?.files.pathOf(document.uri);
    if (!result || path === undefined || !result.settings.lenses) return [];
    const ranges = new TextRanges(result.files);
    const groups = groupsIn(result, path).map(declared => {
      const range = ranges.rangeOf(path, declared.place.range);
      const icon = !isExposed(declared) ? '$(lock)' : isCertain(declared) ? '$(globe)' : '$(question)';
      return new CodeLens(range, {
        title: `${icon}\u00a0${summaryOf(declared)}`,
        tooltip: 'Show which rules decide',
        command: 'portcullis.explainSecurityGroup',
        arguments: [document.uri, range.start.line, range.start.character],
      });
    });
    return [...groups, ...this.#deploymentLenses(result, path, ranges), ...this.#fixLenses(result, path, ranges)];
  }

  /** On each group that lets somebody in where it is deployed: what closes it there. */
  #deploymentLenses(result: RootResult, path: string, ranges: TextRanges): CodeLens[] {
    return groupsIn(result, path).flatMap(({ place, uses }) => {
      const names = new Set(uses.flatMap(({ group }) => (group.name.known ? [group.name.value.toLowerCase()] : [])));
      const range = ranges.rangeOf(path, place.range);
      return [...names]
        .flatMap(name => this.deployments.find(name))
        .slice(0, mostDeploymentLenses)
        .flatMap(({ id, label, group }) => {
          const verdicts = evaluateGroup(group, { ports: result.settings.ports });
          if (verdicts.every(verdict => verdict.reach === 'none')) return [];
          return new CodeLens(range, {
            title: `$(azure)\u00a0Close in Azure: ${label}`,
            tooltip: `As deployed: ${describeVerdicts(verdicts)}`,
            command: 'portcullis.closeDeployedGroup',
            arguments: [id],
          });
        });
    });
  }

  /** On each rule that lets too many in, its first safe fixes. */
  #fixLenses(result: RootResult, path: string, ranges: TextRanges): CodeLens[] {
    const seen = new Set<string>();
    const lenses: CodeLens[] = [];
    for (const finding of result.findings) {
      const at = finding.subject.rule?.place;
      if (finding.suppressed || finding.level === 'note' || at?.kind !== 'text' || at.file !== path) continue;
      if (lenses.length >= mostFixLenses) break;
      const line = ranges.rangeOf(path, { start: at.range.start, end: at.range.start });
      const safe = this.fixes.of(finding, result).filter(fix => fix.disposition === 'safe');
      for (const { title } of safe.slice(0, fixesShown)) {
        const key = `${line.start.line}\n${title}`;
        if (seen.has(key)) continue;
        seen.add(key);
        const uri = result.files.uriOf(path);
        const command = 'portcullis.applyFix';
        lenses.push(new CodeLens(line, { title, command, arguments: [uri, findingKey(finding), title] }));
      }
    }
    return lenses;
  }
}
