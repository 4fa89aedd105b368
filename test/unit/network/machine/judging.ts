import { MachineEvaluation } from '../../../../src/network/machine/evaluation.ts';
import type { MachinePortVerdict, MachineVerdict } from '../../../../src/network/machine/machine-verdict.ts';
import { declarationsOf } from '../../../../src/network/rest/live-resources.ts';
import { readResources } from '../../../../src/network/rest/read-resources.ts';
import { type Json, rule } from '../azure-resources.ts';

export function judgeAll(...resources: readonly Json[]): MachineVerdict[] {
  const model = readResources(declarationsOf(resources));
  const evaluation = new MachineEvaluation(model);
  return model.machines.map(one => evaluation.evaluate(one));
}

export function judge(port: number, ...resources: readonly Json[]): MachinePortVerdict {
  return judgeAll(...resources)[0]!.ports.find(one => one.port === port)!;
}

export const openSsh = rule('ssh', '300 Allow Tcp * 22');
export const pathOf = (verdict: MachinePortVerdict): readonly unknown[] =>
  verdict.paths.map(path => [path.kind, path.frontend, path.reach, path.decidedBy]);
