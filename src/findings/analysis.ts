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
export interface UnitAnalysis extends UnitRequest {
  readonly reading: TemplateReading;
  readonly model: NetworkModel;
  readonly groups: readonly GroupVerdicts[];
  readonly machines: readonly MachineVerdict[];
  /** Before suppression and severity overrides. */
  readonly findings: readonly Finding[];
  /** The files as they were read. */
  readonly files: RecordedFiles;
}

/**
 * Reads one unit and judges every security group and machine in it. Pure but for the files: the same texts give the
 * same answer, which is how a fix is proved before it is offered.
 */
export function analyseUnit(
  request: UnitRequest,
  files: FileSystem,
  ports: readonly number[],
  isCancelled?: () => boolean,
): UnitAnalysis {
  const recorded = new RecordedFiles(files);
  const reading = request.language.read(request.unit, recorded, {
    ...(request.parameterFile === undefined ? {} : { parameterFile: request.parameterFile }),
    ...(isCancelled ? { isCancelled } : {}),
  });
  const model = readResources(reading.declarations);
  const groups = model.securityGroups.map(group => ({ group, verdicts: evaluateGroup(group, { ports }) }));
  const machines = evaluateMachines(model, { ports });
  const findings = runRules({ model, groups, machines, ports, source: 'template' });
  return { ...request, reading, model, groups, machines, findings, files: recorded };
}
