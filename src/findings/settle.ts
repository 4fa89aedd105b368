import type { Place, TextPlace, TextRange } from '../network/origin.ts';
import type { FileSystem } from '../templates/file-system.ts';
import type { SuppressionComment, TemplateLanguage, TemplateReading } from '../templates/reading.ts';
import type { Configuration, ConfiguredSuppression } from './configuration.ts';
import type { Finding } from './finding.ts';
import { matchesGlob } from './glob.ts';
import { placeKey } from './places.ts';
import { unusedSuppressionFinding } from './rules/unused-suppression.ts';
import { rules } from './rules.ts';

/** A reading with what was found in it. */
export interface JudgedReading {
  readonly language: TemplateLanguage;
  readonly reading: TemplateReading;
  readonly findings: readonly Finding[];
}

/** A finding as surfaces show it: once, at its configured level, and suppressed when somebody accepted it. */
export interface SettledFinding<T extends JudgedReading = JudgedReading> extends Finding {
  readonly suppressed?: { readonly reason: string };
  /** The readings that it was found in; none for findings about suppressions. */
  readonly foundIn: readonly T[];
}

export interface SettleOptions {
  readonly configuration: Configuration;
  /** The files as they were read. */
  readonly files: FileSystem;
}

/**
 * The findings of some readings, each once: a fact that several parameter files leave unchanged is one finding. Levels
 * are the configured ones; what is switched off is left out; suppressed findings stay, with the reason. Suppressions
 * without reason, of unknown ids or without use are findings of their own.
 */
export function settleFindings<T extends JudgedReading>(
  judged: readonly T[],
  { configuration, files }: SettleOptions,
): readonly SettledFinding<T>[] {
  const suppressions = new Suppressions(commentsIn(judged, files), configuration.suppressions);
  const found = new Map<string, { finding: Finding; foundIn: T[] }>();
  for (const one of judged) {
    for (const finding of one.findings) {
      const key = findingKey(finding);
      const known = found.get(key);
      if (known) known.foundIn.push(one);
      else found.set(key, { finding, foundIn: [one] });
    }
  }
  const read = new Set(judged.flatMap(one => one.reading.dependencies));
  const out: SettledFinding<T>[] = [];
  const add = (finding: Finding, foundIn: readonly T[]): void => {
    // Asked in any case: a suppression of a finding that is switched off is used.
    const reason = suppressions.reasonFor(finding);
    const level = configuration.severity.get(finding.id) ?? finding.level;
    if (level === 'off') return;
    out.push({ ...finding, level, ...(reason === undefined ? {} : { suppressed: { reason } }), foundIn });
  };
  for (const { finding, foundIn } of found.values()) add(finding, foundIn);
  for (const finding of suppressions.faults([...read])) add(finding, []);
  return out;
}

/** A text by which the same fact in two readings is equal: a group is the same whatever name they give it. */
function findingKey({ id, place, address, securityGroup, securityRule, port }: Finding): string {
  return JSON.stringify([placeKey(place), id, address ?? securityGroup, securityRule, port]);
}

interface PlacedComment {
  readonly file: string;
  readonly comment: SuppressionComment;
}

function commentsIn(judged: readonly JudgedReading[], files: FileSystem): readonly PlacedComment[] {
  const out: PlacedComment[] = [];
  const looked = new Set<string>();
  for (const { language, reading } of judged) {
    for (const file of reading.dependencies) {
      if (looked.has(file)) continue;
      looked.add(file);
      const read = files.read(file);
      // Most files have none: they are not looked at by the language a second time.
      if (!('text' in read) || !read.text.includes('portcullis-ignore')) continue;
      if (language.formatOf(file, read.text) === undefined) continue;
      for (const comment of language.suppressions(file, read.text)) out.push({ file, comment });
    }
  }
  return out;
}

/** Comments and configured suppressions, with a memory of which were of use. */
class Suppressions {
  readonly #used = new Set<string>();

  constructor(
    private readonly comments: readonly PlacedComment[],
    private readonly configured: readonly ConfiguredSuppression[],
  ) {}

  /** The reason why a finding is accepted; every suppression that accepts it counts as used. */
  reasonFor(finding: Finding): string | undefined {
    const places = placesOf(finding);
    let reason: string | undefined;
    this.comments.forEach(({ file, comment }, index) => {
      if (comment.reason === undefined || !comment.ids.includes(finding.id)) return;
      if (!places.some(place => place.file === file && covers(comment.covers, place.range))) return;
      this.#used.add(`comment ${index} ${finding.id}`);
      reason ??= comment.reason;
    });
    this.configured.forEach((entry, index) => {
      if (entry.reason === undefined || !accepts(entry, finding, places)) return;
      this.#used.add(`entry ${index}`);
      reason ??= entry.reason;
    });
    return reason;
  }

  /**
   * Findings about suppressions. An entry for files that were not read is not called unused, nor is one for every
   * file: only a part of the workspace may have been looked at.
   */
  faults(read: readonly string[]): readonly Finding[] {
    const out: Finding[] = [];
    const knownIds = new Set(rules.map(rule => rule.id));
    // Asked before the loop: a fault that is accepted in turn must not make another one used.
    const used = new Set(this.#used);
    this.comments.forEach(({ file, comment }, index) => {
      const place: TextPlace = { kind: 'text', file, range: comment.range };
      for (const id of comment.ids) {
        if (!knownIds.has(id)) out.push(unusedSuppressionFinding('unknown-id', id, place));
        else if (comment.reason === undefined) out.push(unusedSuppressionFinding('no-reason', id, place));
        else if (!used.has(`comment ${index} ${id}`) && id !== 'unused-suppression')
          out.push(unusedSuppressionFinding('unused', id, place));
      }
    });
    this.configured.forEach((entry, index) => {
      const { id, file, place } = entry;
      if (!knownIds.has(id)) out.push(unusedSuppressionFinding('unknown-id', id, place));
      else if (entry.reason === undefined) out.push(unusedSuppressionFinding('no-reason', id, place));
      else if (!used.has(`entry ${index}`) && file !== undefined && read.some(path => matchesGlob(file, path)))
        out.push(unusedSuppressionFinding('unused', id, place));
    });
    return out;
  }
}

/** The texts that a suppression can stand at: what decides, the rule, the group's opening line. */
function placesOf(finding: Finding): readonly TextPlace[] {
  const places: (Place | undefined)[] = [
    finding.place,
    ...finding.related.filter(related => related.decides).map(related => related.place),
    finding.subject.rule?.place,
    finding.subject.group?.declaration.place,
  ];
  return places.filter(place => place?.kind === 'text');
}

function accepts(entry: ConfiguredSuppression, finding: Finding, places: readonly TextPlace[]): boolean {
  const same = (a: string | undefined, b: string | undefined): boolean =>
    a === undefined || a.toLowerCase() === b?.toLowerCase();
  return (
    entry.id === finding.id &&
    same(entry.securityGroup, finding.securityGroup) &&
    same(entry.securityRule, finding.securityRule) &&
    (entry.file === undefined || places.some(place => matchesGlob(entry.file!, place.file)))
  );
}

function covers(outer: TextRange, inner: TextRange): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}
