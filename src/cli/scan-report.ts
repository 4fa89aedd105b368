import type { UnitAnalysis } from '../findings/analysis.ts';
import type { Fix } from '../findings/finding.ts';
import { shownSources } from '../findings/places.ts';
import type { ScanResult } from '../findings/scan.ts';
import type { SettledFinding } from '../findings/settle.ts';
import type { SecurityGroup } from '../network/model.ts';
import type { Place, TextPlace, TextRange } from '../network/origin.ts';
import type { FileSystem } from '../templates/file-system.ts';
import { LineIndex } from '../templates/text-position.ts';
import { machineReport } from './machine-report.ts';
import type {
  ReportFinding,
  ReportFix,
  ReportPlace,
  ReportRange,
  ReportSecurityGroup,
  ReportVerdict,
  ScanReport,
} from './report.ts';

export interface ReportOptions {
  readonly files: FileSystem;
  readonly version: string;
  /** The findings of all analyses, each once, suppressed ones too. */
  readonly findings: readonly SettledFinding<UnitAnalysis>[];
  /** The proved fixes of a finding; called only when the format shows fixes. */
  readonly fixesOf?: (finding: SettledFinding<UnitAnalysis>) => readonly Fix[];
  readonly milliseconds: () => number;
}

/** The contract's report of a scan. */
export function scanReport(result: ScanResult, options: ReportOptions): ScanReport {
  const positions = new Positions(options.files);
  const securityGroups = result.analyses.flatMap(analysis => groupsOf(analysis, positions));
  const machines = result.analyses.flatMap(analysis => analysis.machines.map(machineReport));
  const findings = options.findings
    .flatMap(finding => findingOf(finding, options, positions))
    .sort((a, b) => byPlace(a, b) || compare(a.id, b.id) || (a.port ?? 0) - (b.port ?? 0));
  const open = findings.filter(finding => finding.suppressed === null);
  const count = (level: ReportFinding['level']) => open.filter(finding => finding.level === level).length;
  return {
    version: 1,
    tool: { name: 'portcullis', version: options.version },
    files: result.files,
    securityGroups,
    machines,
    findings,
    summary: {
      files: result.files.length,
      failed: result.files.filter(file => file.status === 'failed').length,
      securityGroups: securityGroups.length,
      errors: count('error'),
      warnings: count('warning'),
      notes: count('note'),
      suppressed: findings.length - open.length,
      milliseconds: options.milliseconds(),
    },
  };
}

function groupsOf(analysis: UnitAnalysis, positions: Positions): readonly ReportSecurityGroup[] {
  return analysis.groups.flatMap(({ group, verdicts }) => {
    const place = positions.of(group.declaration.place);
    if (!place) return [];
    return {
      ...place,
      name: nameOf(group),
      address: group.declaration.address,
      via: group.declaration.via.flatMap(call => positions.of(call.place) ?? []),
      parameters: analysis.parameterFile ?? null,
      ...(group.partial ? { partial: true as const } : {}),
      ...(group.existence.kind === 'depends' ? { existsWhen: group.existence.on } : {}),
      verdicts: verdicts.map(
        (verdict): ReportVerdict => ({
          port: verdict.port,
          protocol: verdict.protocol,
          reach: verdict.reach,
          atLeast: verdict.atLeast,
          certainty: verdict.certainty,
          sources: shownSources(verdict),
          decidedBy: verdict.decidedBy,
          dependsOn: verdict.dependsOn,
        }),
      ),
    };
  });
}

function nameOf(group: SecurityGroup): string | null {
  return group.name.known ? group.name.value : null;
}

function findingOf(
  finding: SettledFinding<UnitAnalysis>,
  options: ReportOptions,
  positions: Positions,
): readonly ReportFinding[] {
  const place = positions.of(finding.place);
  if (!place) return [];
  return [
    {
      id: finding.id,
      level: finding.level,
      message: finding.message,
      ...place,
      address: finding.address ?? null,
      securityGroup: finding.securityGroup ?? null,
      securityRule: finding.securityRule ?? null,
      port: finding.port ?? null,
      related: finding.related.flatMap(related => {
        const at = positions.of(related.place);
        return at ? [{ ...at, message: related.message }] : [];
      }),
      fixes: (options.fixesOf?.(finding) ?? []).map(fix => fixOf(fix, positions)),
      suppressed: finding.suppressed ?? null,
    },
  ];
}

function fixOf(fix: Fix, positions: Positions): ReportFix {
  return {
    title: fix.title,
    disposition: fix.disposition,
    edits: fix.edits.map(edit => ({
      file: edit.file,
      range: positions.range(edit.file, edit.range),
      newText: edit.newText,
    })),
  };
}

/** Offsets to lines and columns, each text indexed once. */
class Positions {
  readonly #indices = new Map<string, LineIndex>();

  constructor(private readonly files: FileSystem) {}

  of(place: Place | TextPlace): ReportPlace | undefined {
    return place.kind === 'text' ? { file: place.file, range: this.range(place.file, place.range) } : undefined;
  }

  range(file: string, range: TextRange): ReportRange {
    let index = this.#indices.get(file);
    if (!index) {
      const read = this.files.read(file);
      index = new LineIndex('text' in read ? read.text : '');
      this.#indices.set(file, index);
    }
    return index.range(range);
  }
}

function byPlace(a: ReportPlace, b: ReportPlace): number {
  return (
    compare(a.file, b.file) || a.range.start.line - b.range.start.line || a.range.start.column - b.range.start.column
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
