import { evaluateMachines } from '../network/machine/evaluation.ts';
import type { MachineVerdict } from '../network/machine/machine-verdict.ts';
import type { NetworkModel } from '../network/network-model.ts';
import { readResources } from '../network/rest/read-resources.ts';
import { evaluateGroup } from '../network/security-group.ts';
import type { FileSystem } from '../templates/file-system.ts';
import type { TemplateFormat, TemplateLanguage, TemplateReading } from '../templates/reading.ts';
import { RecordedFiles } from '../templates/recorded-files.ts';
import type { Finding } from './finding.ts';
import type { GroupVerdicts } from './rule.ts';
import { runRules } from './rules.ts';

/** A template unit with the parameter values it is judged with. */
export interface UnitRequest {
  readonly unit: string;
  readonly format: TemplateFormat;
  readonly language: TemplateLanguage;
  /** Undefined: the template by itself, with its defaults. */
  readonly parameterFile?: string;
}

/** What one reading of one unit gave. */
export interface UnitReading extends UnitRequest {
  readonly reading: TemplateReading;
  /** The files as they were read. */
  readonly files: RecordedFiles;
}

/** A reading with what was found in it. */
export interface UnitAnalysis extends UnitReading {
  readonly model: NetworkModel;
  readonly groups: readonly GroupVerdicts[];
  readonly machines: readonly MachineVerdict[];
  /** Before suppression and severity overrides. */
  readonly findings: readonly Finding[];
  /**
   * Set where everything else here is what was found with the defaults, which the parameter file does not change: the
   * unit read and judged with the file, for those who look at values that nothing was judged by.
   */
  readonly apart?: () => UnitAnalysis;
}

/** An analysis of which every value is as its parameter file has it, judged by or not. */
export function wholeAnalysis(analysis: UnitAnalysis): UnitAnalysis {
  return analysis.apart?.() ?? analysis;
}

/**
 * The analysis of a unit with a parameter file that gives values to nothing that the analysis with the defaults looked
 * at; undefined when the unit must be read with it.
 */
export function sharedAnalysis(
  defaults: UnitAnalysis,
  parameterFile: string,
  files: FileSystem,
  ports: readonly number[],
): UnitAnalysis | undefined {
  const recorded = new RecordedFiles(files, defaults.files);
  const reading = defaults.reading.withParameters?.(parameterFile, recorded);
  if (!reading) return undefined;
  const { unit, format, language } = defaults;
  let apart: UnitAnalysis | undefined;
  return {
    ...defaults,
    parameterFile,
    reading,
    files: recorded,
    apart: () => {
      apart ??= analyseUnit({ unit, format, language, parameterFile }, recorded, ports);
      return apart;
    },
  };
}

/**
 * Reads one unit and judges every security group and machine in it. Pure but for the files: the same texts give the
 * same answer, which is how a fix is proved before it is offered.
 */
export function analyseUnit(request: UnitRequest, files: FileSystem, ports: readonly number[]): UnitAnalysis {
  return judgeUnit(readUnit(request, files), ports);
}

/** Reads one unit. Its values are evaluated when somebody looks at them: most when it is judged. */
export function readUnit(request: UnitRequest, files: FileSystem, isCancelled?: () => boolean): UnitReading {
  const { unit, format, language, parameterFile } = request;
  const recorded = new RecordedFiles(files);
  const given = parameterFile === undefined ? {} : { parameterFile };
  const reading = withinTheStack(
    () => language.read(unit, recorded, { ...given, ...(isCancelled ? { isCancelled } : {}) }),
    () => unreadableUnit(request),
  );
  return { unit, format, language, ...given, reading, files: recorded };
}

export function judgeUnit(read: UnitReading, ports: readonly number[]): UnitAnalysis {
  return withinTheStack(
    () => judge(read, ports),
    () => judge({ ...read, reading: unreadableUnit(read, read.reading.called) }, ports),
  );
}

/** Bounds on depth keep the stack small; should one be missing, everything else is still read and judged. */
function withinTheStack<T>(run: () => T, otherwise: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return otherwise();
  }
}

function unreadableUnit({ unit, parameterFile }: UnitRequest, called: readonly string[] = []): TemplateReading {
  const place = { kind: 'text', file: unit, range: { start: 0, end: 0 } } as const;
  return {
    entry: unit,
    ...(parameterFile === undefined ? {} : { parameterFile }),
    declarations: [],
    problems: [{ level: 'error', message: `${unit}: is nested too deep to be read; simplify it`, place }],
    dependencies: [unit],
    called,
  };
}

function judge(read: UnitReading, ports: readonly number[]): UnitAnalysis {
  const model = readResources(read.reading.declarations);
  const groups = model.securityGroups.map(group => ({ group, verdicts: evaluateGroup(group, { ports }) }));
  const machines = evaluateMachines(model, { ports });
  const findings = runRules({ model, groups, machines, ports, source: 'template' });
  return { ...read, model, groups, machines, findings };
}
