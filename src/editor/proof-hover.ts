import {
  type CancellationToken,
  Hover,
  type HoverProvider,
  MarkdownString,
  type Position,
  type TextDocument,
} from 'vscode';
import type { PortVerdict, ProofStep, SecurityRule } from '../network/model.ts';
import type { AnalysisService } from './analysis-service.ts';
import { type DeclaredGroup, declaredGroups, describeUse, type GroupUse, groupName } from './group-uses.ts';
import { covers, TextRanges } from './text-ranges.ts';
import {
  describeSources,
  hasSecretSources,
  portName,
  shortened,
  visibleSources,
  visibleStepSources,
} from './verdict-text.ts';

/** How many uses of a group one hover explains. */
const usesShown = 3;

/** Explains a group's or a rule's verdicts: a table of the ports, and the rules that decided in their order. */
export class ProofHover implements HoverProvider {
  constructor(private readonly service: AnalysisService) {}

  async provideHover(document: TextDocument, position: Position, token: CancellationToken): Promise<Hover | undefined> {
    const analyser = this.service.existingAnalyserOf(document.uri);
    const result = await analyser?.current(document, token);
    const path = result?.files.pathOf(document.uri);
    if (!result || path === undefined) return undefined;
    const offset = document.offsetAt(position);
    const ranges = new TextRanges(result.files);
    let best: { text: MarkdownString; start: number; end: number } | undefined;
    for (const declared of declaredGroups(result)) {
      const name = declared.uses[0]?.group.name.origin[0]?.place;
      for (const place of [declared.place, name]) {
        if (place?.kind !== 'text' || place.file !== path || !covers(place.range, offset)) continue;
        return new Hover(explainGroup(declared), ranges.rangeOf(path, place.range));
      }
      for (const rule of declared.uses.flatMap(use => use.group.rules)) {
        const at = rule.place;
        if (at.kind !== 'text' || at.file !== path || !covers(at.range, offset)) continue;
        if (best && best.end - best.start <= at.range.end - at.range.start) continue;
        const text = explainRule(declared, rule);
        if (text) best = { text, ...at.range };
      }
    }
    return best ? new Hover(best.text, ranges.rangeOf(path, best)) : undefined;
  }
}

function explainGroup(declared: DeclaredGroup): MarkdownString {
  const text = new MarkdownString(undefined, true);
  declared.uses.slice(0, usesShown).forEach((use, index) => {
    if (index > 0) text.appendMarkdown('\n\n---\n\n');
    text.appendMarkdown(`$(shield) **${escaped(groupName(use.group))}**`);
    if (declared.uses.length > 1) text.appendMarkdown(` — ${escaped(describeUse(use))}`);
    text.appendMarkdown('\n\n').appendMarkdown(portTable(use.verdicts)).appendMarkdown(steps(use));
  });
  const more = declared.uses.length - usesShown;
  if (more > 0) text.appendMarkdown(`\n\n… and ${more} more uses.`);
  return text;
}

/** What a rule has to do with the ports that it touches; undefined when it touches none of them. */
function explainRule(declared: DeclaredGroup, rule: SecurityRule): MarkdownString | undefined {
  const at = placeKey(rule);
  const text = new MarkdownString(undefined, true);
  let any = false;
  for (const use of declared.uses.slice(0, usesShown)) {
    const touched = use.verdicts.flatMap(verdict =>
      verdict.proof.filter(step => step.rule && placeKey(step.rule) === at).map(step => ({ verdict, step })),
    );
    if (touched.length === 0) continue;
    text.appendMarkdown(any ? '\n\n---\n\n' : '');
    any = true;
    const name = touched[0]?.step.ruleName ?? '';
    text.appendMarkdown(`$(shield) **${escaped(name)}** in **${escaped(groupName(use.group))}**`);
    if (declared.uses.length > 1) text.appendMarkdown(` — ${escaped(describeUse(use))}`);
    text.appendMarkdown('\n\n| Port | This rule | Sources | The group as a whole |\n|:---|:---|:---|:---|\n');
    for (const { verdict, step } of touched) {
      text.appendMarkdown(
        row([portName(verdict.port), effectOf(step), shortened(visibleStepSources(step), 4), describeSources(verdict)]),
      );
    }
  }
  return any ? text : undefined;
}

function portTable(verdicts: readonly PortVerdict[]): string {
  const rows = verdicts.map(verdict => {
    const decided = verdict.reach === 'none' ? '' : shortened(verdict.decidedBy, 3);
    const hidden = verdict.reach === 'none' || hasSecretSources(verdict);
    const client = hidden ? '' : (verdict.exampleClient ?? '');
    return row([
      portName(verdict.port),
      describeSources(verdict),
      shortened(visibleSources(verdict), 4),
      decided,
      client,
    ]);
  });
  return `| Port | Who gets in | Sources | Decided by | For example |\n|:---|:---|:---|:---|:---|\n${rows.join('')}`;
}

/** The rules that had a part in it, for the most exposed port first. */
function steps(use: GroupUse): string {
  const seen = new Set<string>();
  const lines: string[] = [];
  for (const verdict of use.verdicts) {
    for (const step of verdict.proof) {
      const key = `${step.priority}\n${step.ruleName}\n${step.effect}`;
      if (!step.rule || seen.has(key)) continue;
      seen.add(key);
      lines.push(
        row([String(step.priority ?? '?'), step.ruleName, effectOf(step), shortened(visibleStepSources(step), 4)]),
      );
    }
  }
  if (lines.length === 0) return '\n\nNo rule of its own lets anybody in: `DenyAllInBound` decides.';
  return `\n\n| Priority | Rule | Effect | Sources |\n|:---|:---|:---|:---|\n${lines.join('')}`;
}

function effectOf(step: ProofStep): string {
  return { admits: 'lets in', denies: 'keeps out', 'too-late': 'comes too late' }[step.effect];
}

function placeKey(rule: SecurityRule): string {
  return rule.place.kind === 'text'
    ? `${rule.place.file}\n${rule.place.range.start}\n${rule.place.range.end}`
    : `${rule.place.id}\n${rule.place.path}`;
}

function row(cells: readonly string[]): string {
  return `| ${cells.map(escaped).join(' | ')} |\n`;
}

/** Template text is data: nothing in it is a link, an image, an icon or the end of a cell. */
function escaped(text: string): string {
  return text.replace(/[\r\n\t]+/g, ' ').replace(/[\\`*_{}[\]()#+\-.!|<>~$&:@/]/g, character => {
    return /[.\-:/]/.test(character) ? character : `\\${character}`;
  });
}
