import { applyEdits as applyJsonEdits, modify } from 'jsonc-parser';
import type { FileSystem } from '../../templates/file-system.ts';
import { OverlayFiles } from '../../templates/recorded-files.ts';
import type { TextEdit } from '../../templates/source-editor.ts';
import { analyseUnit, type UnitAnalysis } from '../analysis.ts';
import { configurationFile, readConfiguration } from '../configuration.ts';
import type { Finding, Fix } from '../finding.ts';
import { shown } from '../message-text.ts';
import { type SettledFinding, settleFindings } from '../settle.ts';
import { editedTexts } from './edits.ts';
import { Texts } from './texts.ts';

/** What suppressing needs of a fix's surroundings. */
interface SuppressionContext {
  readonly files: FileSystem;
  readonly ports: readonly number[];
}

/**
 * Accepts a finding for a reason, by a comment before what it is about; in a file that takes no comment by an entry in
 * the configuration file, which is made when there is none. Proved by settling the findings again.
 */
export function suppressionFix(
  finding: SettledFinding<UnitAnalysis>,
  reason: string,
  context: SuppressionContext,
): Fix | undefined {
  const analysis = finding.foundIn[0];
  const plain = shown(reason, 300);
  if (!analysis || finding.place.kind !== 'text' || plain === '') return undefined;
  const { place } = finding;
  const text = new Texts(context.files, analysis).at(place.file);
  const comment = text?.editor.suppress(text.document, place.range, finding.id, plain);
  if (comment && isSuppressed(finding, comment, context)) {
    return { title: `Suppress ${finding.id} with a comment`, disposition: 'review', edits: comment };
  }
  const entry = configurationEntry(finding, plain, context.files);
  return entry && isSuppressed(finding, entry, context)
    ? { title: `Suppress ${finding.id} in ${configurationFile}`, disposition: 'review', edits: entry }
    : undefined;
}

function configurationEntry(finding: Finding, reason: string, files: FileSystem): readonly TextEdit[] | undefined {
  const read = files.read(configurationFile);
  if ('reason' in read && read.reason !== 'missing') return undefined;
  const text = 'text' in read ? read.text : '';
  const entry = {
    id: finding.id,
    ...(finding.place.kind === 'text' ? { file: finding.place.file } : {}),
    ...(finding.securityGroup === undefined ? {} : { securityGroup: finding.securityGroup }),
    ...(finding.securityRule === undefined ? {} : { securityRule: finding.securityRule }),
    reason,
  };
  const formattingOptions = { tabSize: 2, insertSpaces: true, eol: text.includes('\r\n') ? '\r\n' : '\n' };
  const has = readConfiguration(configurationFile, { text }).suppressions.length > 0;
  const edits = has
    ? modify(text, ['suppressions', -1], entry, { formattingOptions, isArrayInsertion: true })
    : modify(text === '' ? '{}' : text, ['suppressions'], [entry], { formattingOptions });
  if (text === '') {
    const newText = `${applyJsonEdits('{}', edits)}\n`;
    return [{ file: configurationFile, range: { start: 0, end: 0 }, newText }];
  }
  return edits.map(({ offset, length, content }) => ({
    file: configurationFile,
    range: { start: offset, end: offset + length },
    newText: content,
  }));
}

function isSuppressed(
  finding: SettledFinding<UnitAnalysis>,
  edits: readonly TextEdit[],
  { files, ports }: SuppressionContext,
): boolean {
  const texts = editedTexts(files, edits);
  if (!texts) return false;
  const overlay = new OverlayFiles(files, texts);
  const judged = finding.foundIn.map(analysis => analyseUnit(analysis, overlay, ports));
  const configuration = readConfiguration(configurationFile, overlay.read(configurationFile));
  const same = settleFindings(judged, { configuration, files: overlay }).filter(
    one => one.id === finding.id && one.address === finding.address && one.message === finding.message,
  );
  return same.length > 0 && same.every(one => one.suppressed !== undefined);
}

/** Takes a comment away that has nothing to suppress. */
export function removeSuppression(finding: Finding, files: FileSystem): Fix | undefined {
  const { place, subject } = finding;
  if (place.kind !== 'text' || (subject.fault !== 'unused' && subject.fault !== 'unknown-id')) return undefined;
  const read = files.read(place.file);
  if (!('text' in read)) return undefined;
  const { text } = read;
  const { start, end } = place.range;
  const comment = text.slice(start, end);
  // Other ids in it may be of use, and a property is more than a comment.
  if (!/^(?:\/\/|#)[ \t]*portcullis-ignore[ \t]+[\w-]+[ \t]*(?:--[^\r\n]*)?$/.test(comment.trimEnd())) return undefined;
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const before = text.slice(lineStart, start);
  const lineEnd = /\r?\n|$/.exec(text.slice(end));
  const range =
    before.trim() === ''
      ? { start: lineStart, end: end + (lineEnd ? lineEnd.index + lineEnd[0].length : 0) }
      : { start: lineStart + before.trimEnd().length, end };
  return {
    title: 'Remove the suppression',
    disposition: 'safe',
    edits: [{ file: place.file, range, newText: '' }],
  };
}
