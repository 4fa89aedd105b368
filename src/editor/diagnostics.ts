import {
  Diagnostic,
  type DiagnosticCollection,
  DiagnosticRelatedInformation,
  DiagnosticSeverity,
  languages,
  type Uri,
} from 'vscode';
import { Disposables } from '../commands/disposables.ts';
import type { Level } from '../findings/finding.ts';
import type { SettledFinding } from '../findings/settle.ts';
import type { AnalysisService } from './analysis-service.ts';
import type { RootResult } from './root-analyser.ts';
import { documentationLink } from './rule-documentation.ts';
import { locationOf, TextRanges } from './text-ranges.ts';

/** Whom VS Code names beside a problem. */
export const diagnosticSource = 'Portcullis';

const severities: Record<Level, DiagnosticSeverity> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  note: DiagnosticSeverity.Information,
};

/** Publishes what was found as problems, file by file, and only where something changed. */
export class Diagnostics extends Disposables {
  readonly #collection: DiagnosticCollection;
  readonly #published = new Map<string, Map<string, string>>();

  constructor(service: AnalysisService) {
    super();
    this.#collection = this.register(languages.createDiagnosticCollection('portcullis'));
    this.register(service.onDidAnalyse(result => this.#publish(result)));
    this.register(service.onDidCloseRoot(root => this.#withdraw(root)));
    for (const result of service.results) this.#publish(result);
  }

  #publish(result: RootResult): void {
    const before = this.#published.get(result.root.toString()) ?? new Map<string, string>();
    const now = new Map<string, string>();
    for (const [path, diagnostics] of diagnosticsOf(result)) {
      const fingerprint = JSON.stringify(diagnostics);
      now.set(path, fingerprint);
      if (before.get(path) !== fingerprint) this.#collection.set(result.files.uriOf(path), diagnostics);
    }
    for (const path of before.keys()) if (!now.has(path)) this.#collection.delete(result.files.uriOf(path));
    this.#published.set(result.root.toString(), now);
  }

  #withdraw(root: Uri): void {
    this.#published.delete(root.toString());
    const prefix = `${root.toString()}/`;
    this.#collection.forEach(uri => {
      if (uri.toString().startsWith(prefix)) this.#collection.delete(uri);
    });
  }
}

function diagnosticsOf(result: RootResult): Map<string, Diagnostic[]> {
  const byFile = new Map<string, Diagnostic[]>();
  const ranges = new TextRanges(result.files);
  const add = (path: string, diagnostic: Diagnostic) => {
    diagnostic.source = diagnosticSource;
    const list = byFile.get(path);
    if (list) list.push(diagnostic);
    else byFile.set(path, [diagnostic]);
  };
  for (const finding of result.findings) {
    if (finding.suppressed || finding.place.kind !== 'text') continue;
    add(finding.place.file, diagnosticOf(finding, result, ranges));
  }
  const told = new Set<string>();
  for (const { message, place, level } of problemsOf(result)) {
    const key = JSON.stringify([message, place]);
    if (told.has(key)) continue;
    told.add(key);
    const severity = level === 'error' ? DiagnosticSeverity.Warning : DiagnosticSeverity.Information;
    add(place.file, new Diagnostic(ranges.rangeOf(place.file, place.range), message, severity));
  }
  return byFile;
}

function diagnosticOf(finding: SettledFinding, result: RootResult, ranges: TextRanges): Diagnostic {
  const range = locationOf(finding.place, result.files, ranges)?.range;
  if (!range) throw new TypeError('The finding is in no file.');
  const diagnostic = new Diagnostic(range, finding.message, severities[finding.level]);
  diagnostic.code = { value: finding.id, target: documentationLink(finding.id) };
  diagnostic.relatedInformation = finding.related.flatMap(({ place, message }) => {
    const location = locationOf(place, result.files, ranges);
    return location ? [new DiagnosticRelatedInformation(location, message)] : [];
  });
  return diagnostic;
}

/** What could not be read, in templates and in the configuration file. */
function problemsOf(result: RootResult) {
  const configuration = result.configuration.problems.map(problem => ({ ...problem, level: 'error' as const }));
  return [...result.scan.analyses.flatMap(analysis => analysis.reading.problems), ...configuration];
}
