import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { configurationFile, readConfiguration } from '../findings/configuration.ts';
import { Scanner } from '../findings/scan.ts';
import { settleFindings } from '../findings/settle.ts';
import { managementPorts } from '../network/verdict.ts';
import { mayBeTemplate, TemplateLanguages } from '../templates/languages.ts';
import type { CommandHost } from './command-host.ts';
import { toMarkdown } from './markdown.ts';
import { NodeFiles } from './node-files.ts';
import { openFindings, type ScanReport } from './report.ts';
import { toSarif } from './sarif.ts';
import { scanReport } from './scan-report.ts';
import { toText } from './text.ts';
import { oneOf, parsePorts, UsageError } from './usage.ts';

const formats = ['text', 'json', 'sarif', 'markdown'] as const;
const thresholds = ['error', 'warning', 'never'] as const;

/** About a second of work for one template: of hundreds of exposed groups in it the first get fixes. */
const mostJudged = 20_000;

/** `portcullis scan`. Gives the exit status. */
export async function scanCommand(args: readonly string[], host: CommandHost): Promise<number> {
  const started = Date.now();
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      parameters: { type: 'string', multiple: true },
      ports: { type: 'string' },
      format: { type: 'string' },
      output: { type: 'string' },
      'fail-on': { type: 'string' },
    },
  });
  const format = oneOf('--format', values.format, formats, 'text');
  const failOn = oneOf('--fail-on', values['fail-on'], thresholds, 'error');
  if (positionals.length === 0) throw new UsageError('scan: name at least one file or folder');

  const files = new NodeFiles(host.workingDirectory);
  const configuration = readConfiguration(configurationFile, files.read(configurationFile));
  for (const problem of configuration.problems) host.stderr(`portcullis: ${problem.message}\n`);
  const ports = values.ports === undefined ? [...managementPorts, ...configuration.ports] : parsePorts(values.ports);

  let unusable = configuration.problems.length > 0;
  const paths: string[] = [];
  for (const path of positionals) {
    files.admit(path);
    try {
      for (const file of files.walk(path, mayBeTemplate)) paths.push(file);
    } catch (error) {
      // One that is not there is told as a file that failed.
      if (isMissing(error)) {
        paths.push(files.toRelative(path));
        continue;
      }
      unusable = true;
      host.stderr(`portcullis: ${path}: ${reasonOf(error)}\n`);
    }
  }
  const parameterFiles = (values.parameters ?? []).map(path => {
    files.admit(path);
    return files.toRelative(path);
  });

  const scanner = new Scanner(new TemplateLanguages(name => host.loadAsset(name)), files);
  const result = await scanner.scan({
    paths: paths.filter(path => !configuration.excludes(path)),
    parameterFiles,
    parameterFilesOf: configuration.parameterFiles,
    ports,
  });
  // Proving fixes takes longer than the scan itself: only where they are shown.
  const fixes =
    format === 'json' || format === 'sarif'
      ? new (await import('../findings/fixes/fix-finder.ts')).FixFinder({
          analyses: result.analyses,
          files,
          ports,
          trustedSources: configuration.trustedSources,
          mostJudged,
        })
      : undefined;
  const report = scanReport(result, {
    files,
    version: host.version,
    findings: settleFindings(result.analyses, { configuration, files }),
    ...(fixes ? { fixesOf: finding => fixes.fixesOf(finding) } : {}),
    milliseconds: () => Date.now() - started,
  });
  for (const file of report.files)
    if (file.status === 'failed') {
      unusable = true;
      host.stderr(`portcullis: ${file.reason ?? `${file.path}: could not be read`}\n`);
    }

  const text = await render(report, format);
  if (values.output === undefined) await host.stdout(text);
  else await writeOutput(files, host, values.output, text);
  return unusable ? 2 : reaches(report, failOn) ? 1 : 0;
}

async function render(report: ScanReport, format: (typeof formats)[number]): Promise<string> {
  switch (format) {
    case 'text':
      return toText(report);
    case 'json':
      return `${JSON.stringify(report, null, 2)}\n`;
    case 'markdown':
      return toMarkdown(report);
    case 'sarif':
      return toSarif(report, (await import('../findings/rules.ts')).ruleDescriptions());
  }
}

async function writeOutput(files: NodeFiles, host: CommandHost, path: string, text: string): Promise<void> {
  try {
    await writeFile(files.toAbsolute(path), text);
  } catch (error) {
    throw new Error(`--output ${path}: ${reasonOf(error)}`);
  }
  host.stderr(`portcullis: wrote ${path}\n`);
}

function reaches(report: ScanReport, threshold: (typeof thresholds)[number]): boolean {
  if (threshold === 'never') return false;
  const open = openFindings(report);
  return open.some(finding => finding.level === 'error' || (threshold === 'warning' && finding.level === 'warning'));
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}

function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT') return 'there is no such file or folder';
  if (code === 'EACCES' || code === 'EPERM') return 'permission denied';
  return error instanceof Error ? error.message : String(error);
}
