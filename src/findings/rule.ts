import type { MachineVerdict } from '../network/machine/machine-verdict.ts';
import type { PortVerdict, SecurityGroup } from '../network/model.ts';
import type { NetworkModel } from '../network/network-model.ts';
import type { Finding, Level } from './finding.ts';

/** A security group with its verdict for each port that is judged. */
export interface GroupVerdicts {
  readonly group: SecurityGroup;
  readonly verdicts: readonly PortVerdict[];
}

/** What a rule looks at: one model, judged. */
export interface RuleContext {
  readonly model: NetworkModel;
  readonly groups: readonly GroupVerdicts[];
  readonly machines: readonly MachineVerdict[];
  /** The ports that were judged. */
  readonly ports: readonly number[];
  /** `live`: the resources came from Azure, a saved inventory or Resource Graph, not from a template. */
  readonly source: 'template' | 'live';
}

/** One rule of `findings/rules/`: its page is `docs/rules/<id>.md`. */
export interface FindingRule {
  /** Words, as a person would say them. */
  readonly id: string;
  readonly level: Level;
  /** One sentence that says what the rule finds. */
  readonly summary: string;
  /** Left out where findings are not about the model: those about suppressions. */
  check?(context: RuleContext): Iterable<Finding>;
}
