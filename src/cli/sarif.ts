import type { Location, Log, ReportingDescriptor, Result } from 'sarif';
import type { ReportFinding, ReportPlace, ScanReport } from './report.ts';

/** What SARIF says of a rule; the surface takes it from the findings' registry. */
export interface RuleDescription {
  readonly id: string;
  readonly level: 'error' | 'warning' | 'note';
  readonly summary: string;
  readonly helpUri: string;
}

/**
 * The report as SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/), in the form that GitHub code scanning
 * shows: rule ids with help, partial fingerprints, fixes and suppressions.
 */
export function toSarif(report: ScanReport, rules: readonly RuleDescription[]): string {
  const order = new Map(rules.map((rule, index) => [rule.id, index]));
  const seen = new Map<string, number>();
  const log: Log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'Portcullis',
            version: report.tool.version,
            semanticVersion: report.tool.version,
            rules: rules.map(describe),
          },
        },
        columnKind: 'utf16CodeUnits',
        originalUriBaseIds: { SRCROOT: { description: { text: 'The working directory of the scan.' } } },
        invocations: [
          {
            executionSuccessful: report.summary.failed === 0,
            toolExecutionNotifications: report.files
              .filter(file => file.status === 'failed')
              .map(file => ({
                level: 'error',
                message: { text: file.reason ?? 'could not be read' },
                locations: [{ physicalLocation: { artifactLocation: artifact(file.path) } }],
              })),
          },
        ],
        results: report.findings.map(finding => toResult(finding, order.get(finding.id), seen)),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function describe(rule: RuleDescription): ReportingDescriptor {
  return {
    id: rule.id,
    name: rule.id.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase()),
    shortDescription: { text: rule.summary },
    fullDescription: { text: rule.summary },
    helpUri: rule.helpUri,
    help: { text: `${rule.summary} ${rule.helpUri}` },
    defaultConfiguration: { level: rule.level },
    properties: {
      tags: ['security', 'azure', 'network'],
      precision: 'very-high',
      ...(rule.level === 'error'
        ? { 'security-severity': '8.0' }
        : rule.level === 'warning'
          ? { 'security-severity': '5.0' }
          : {}),
    },
  };
}

function toResult(finding: ReportFinding, ruleIndex: number | undefined, seen: Map<string, number>): Result {
  return {
    ruleId: finding.id,
    ...(ruleIndex === undefined ? {} : { ruleIndex }),
    level: finding.level,
    message: { text: finding.message },
    locations: [location(finding)],
    relatedLocations: finding.related.map((related, index) => ({
      id: index + 1,
      ...location(related),
      message: { text: related.message },
    })),
    partialFingerprints: { 'portcullis/v1': fingerprint(finding, seen) },
    ...(finding.fixes.length > 0
      ? {
          fixes: finding.fixes.map(fix => ({
            description: { text: fix.title },
            artifactChanges: [...new Set(fix.edits.map(edit => edit.file))].map(file => ({
              artifactLocation: artifact(file),
              replacements: fix.edits
                .filter(edit => edit.file === file)
                .map(edit => ({ deletedRegion: region(edit), insertedContent: { text: edit.newText } })),
            })),
          })),
        }
      : {}),
    suppressions: finding.suppressed
      ? [{ kind: 'inSource', status: 'accepted', justification: finding.suppressed.reason }]
      : [],
  };
}

/** Stays the same when lines are added above: it is made of what the finding is about, not of where it stands. */
function fingerprint(finding: ReportFinding, seen: Map<string, number>): string {
  const parts = [finding.id, finding.file, finding.address, finding.securityGroup, finding.securityRule, finding.port];
  const text = parts.map(part => String(part ?? '')).join('|');
  const occurrence = (seen.get(text) ?? 0) + 1;
  seen.set(text, occurrence);
  return `${fnv1a(text)}:${occurrence}`;
}

/** 64-bit FNV-1a in hexadecimal (http://www.isthe.com/chongo/tech/comp/fnv/). */
function fnv1a(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash.toString(16).padStart(16, '0');
}

function location(place: ReportPlace): Location {
  return { physicalLocation: { artifactLocation: artifact(place.file), region: region(place) } };
}

function region({ range }: ReportPlace) {
  return {
    startLine: range.start.line,
    startColumn: range.start.column,
    endLine: range.end.line,
    endColumn: range.end.column,
  };
}

function artifact(path: string) {
  return { uri: path.split('/').map(encodeURIComponent).join('/'), uriBaseId: 'SRCROOT' };
}
