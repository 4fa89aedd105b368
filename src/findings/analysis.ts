import { evaluateMachines } from '../network/machine/evaluation.ts';
import type { MachineVerdict } from '../network/machine/machine-verdict.ts';
import type { PortVerdict, SecurityGroup } from '../network/model.ts';
import type { NetworkModel } from '../network/network-model.ts';
import { readResources } from '../network/rest/read-resources.ts';
import { evaluateGroup } from '../network/security-group.ts';
import type { FileSystem } from '../templates/file-system.ts';
import type { TemplateFormat, TemplateLanguage, TemplateReading } from '../templates/reading.ts';
import { RecordedFiles } from '../templates/recorded-files.ts';

/** A template unit with the parameter values it is judged with. */
export interface UnitRequest {
  readonly unit: string;
  readonly format: TemplateFormat;
  readonly language: TemplateLanguage;
  /** Undefined: the template by itself, with its defaults. */
  readonly parameterFile?: string;
}

export interface GroupResult {
  readonly group: SecurityGroup;
  readonly verdicts: readonly PortVerdict[];
}

/** What one reading of one unit gave. */
export interface UnitAnalysis extends UnitRequest {
  readonly reading: TemplateReading;
  readonly model: NetworkModel;
  readonly groups: readonly GroupResult[];
  readonly machines: readonly MachineVerdict[];
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
  return { ...request, reading, model, groups, machines, files: recorded };
}
