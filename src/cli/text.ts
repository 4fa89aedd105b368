import { openFindings, type ReportFinding, type ReportSummary, type ScanReport } from './report.ts';

/** The report for people at a terminal: a line for each finding under its file, then one line that sums up. */
export function toText(report: ScanReport): string {
  const lines: string[] = [];
  let file = '';
  for (const finding of openFindings(report)) {
    if (finding.file !== file) {
      if (file) lines.push('');
      file = finding.file;
      lines.push(file);
    }
    lines.push(`  ${position(finding)}  ${finding.level.padEnd(7)}  ${finding.message}  [${finding.id}]`);
    for (const related of finding.related)
      lines.push(`      ${related.file}:${related.range.start.line}:${related.range.start.column}  ${related.message}`);
  }
  for (const failed of report.files)
    if (failed.status === 'failed') lines.push('', `${failed.reason ?? `${failed.path}: could not be read`}`);
  if (lines.length > 0) lines.push('');
  lines.push(sentence(report.summary));
  return `${lines.join('\n')}\n`;
}

/** "3 files, 2 security groups: 1 error, 2 warnings, 1 suppressed." */
export function sentence(summary: ReportSummary): string {
  const found = [
    count(summary.errors, 'error'),
    count(summary.warnings, 'warning'),
    count(summary.notes, 'note'),
    ...(summary.suppressed > 0 ? [`${summary.suppressed} suppressed`] : []),
  ].join(', ');
  const failed = summary.failed > 0 ? ` (${summary.failed} could not be read)` : '';
  return `${count(summary.files, 'file')}${failed}, ${count(summary.securityGroups, 'security group')}: ${found}.`;
}

function position(finding: ReportFinding): string {
  return `${finding.range.start.line}:${finding.range.start.column}`.padEnd(8);
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
