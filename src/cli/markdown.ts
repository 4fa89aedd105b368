import { plainLine } from '../findings/message-text.ts';
import { openFindings, type ScanReport } from './report.ts';
import { sentence } from './text.ts';

/** The report for a pull request's comment or a job summary. */
export function toMarkdown(report: ScanReport): string {
  const lines = ['# Portcullis', '', sentence(report.summary), ''];
  const findings = openFindings(report);
  if (findings.length > 0) {
    lines.push('| Level | Place | Finding | Rule |', '| --- | --- | --- | --- |');
    for (const finding of findings)
      lines.push(
        `| ${finding.level} | ${cell(`${finding.file}:${finding.range.start.line}`)} | ${cell(finding.message)} | ${cell(finding.id)} |`,
      );
    lines.push('');
  }
  const failed = report.files.filter(file => file.status === 'failed');
  if (failed.length > 0) {
    lines.push('## Not read', '');
    for (const file of failed) lines.push(`- ${cell(file.reason ?? file.path)}`);
    lines.push('');
  }
  return lines.join('\n');
}

/** Text from a template inside a Markdown table's cell: nothing in it is markup, a link or a new cell. */
export function cell(text: string): string {
  return plainLine(text)
    .replace(/[\\`*_{}[\]()#+!|<>~@&]/g, character => `&#${character.charCodeAt(0)};`)
    .replace(/\s+/g, ' ');
}
