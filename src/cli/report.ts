import type { PortVerdict, ReachVerdict } from '../network/model.ts';
import type { TextPosition } from '../templates/text-position.ts';

/** The shapes of `scan --format json`; documented in the README, stable within `version` 1. */
export interface ReportRange {
  readonly start: TextPosition;
  readonly end: TextPosition;
}

export interface ReportPlace {
  readonly file: string;
  readonly range: ReportRange;
}

export interface ReportFile {
  readonly path: string;
  readonly format?: string;
  readonly status: 'analysed' | 'skipped' | 'failed';
  readonly reason?: string;
}

export type ReportVerdict = ReachVerdict & Pick<PortVerdict, 'port' | 'protocol' | 'decidedBy'>;

export interface ReportSecurityGroup extends ReportPlace {
  readonly name: string | null;
  readonly address: string;
  readonly via: readonly ReportPlace[];
  readonly parameters: string | null;
  readonly partial?: true;
  readonly existsWhen?: readonly string[];
  readonly verdicts: readonly ReportVerdict[];
}

export interface ReportFix {
  readonly title: string;
  readonly disposition: 'safe' | 'review';
  readonly edits: readonly (ReportPlace & { readonly newText: string })[];
}

export interface ReportFinding extends ReportPlace {
  readonly id: string;
  readonly level: 'error' | 'warning' | 'note';
  readonly message: string;
  readonly address: string | null;
  readonly securityGroup: string | null;
  readonly securityRule: string | null;
  readonly port: number | null;
  readonly related: readonly (ReportPlace & { readonly message: string })[];
  readonly fixes: readonly ReportFix[];
  readonly suppressed: null | { readonly reason: string };
}

export interface ReportSummary {
  readonly files: number;
  readonly failed: number;
  readonly securityGroups: number;
  readonly errors: number;
  readonly warnings: number;
  readonly notes: number;
  readonly suppressed: number;
  readonly milliseconds: number;
}

export interface ScanReport {
  readonly version: 1;
  readonly tool: { readonly name: 'portcullis'; readonly version: string };
  readonly files: readonly ReportFile[];
  readonly securityGroups: readonly ReportSecurityGroup[];
  readonly machines: readonly unknown[];
  readonly findings: readonly ReportFinding[];
  readonly summary: ReportSummary;
}

/** The findings that nobody suppressed, most severe first within the order of files. */
export function openFindings(report: ScanReport): readonly ReportFinding[] {
  return report.findings.filter(finding => finding.suppressed === null);
}
