import type { PortVerdict, ProofStep, Reach, SecurityGroup, SecurityRule } from '../network/model.ts';
import { isWide, widerReach } from '../network/reach.ts';
import type { RuleContext } from './rule.ts';

/** `open`: surely to the internet. `wide`: surely to a wide range. `conditional`: to one of them, depending on something. */
export type ExposureKind = 'open' | 'wide' | 'conditional';

/** One rule's part in letting too many in to one port. */
export interface Exposure {
  readonly kind: ExposureKind;
  readonly group: SecurityGroup;
  readonly verdict: PortVerdict;
  /** The `admits` step of the verdict's proof that is the rule's. */
  readonly step: ProofStep;
  /** Undefined when the rules themselves are not known. */
  readonly rule?: SecurityRule;
}

/**
 * Which rules expose which ports, each rule judged by what it adds: of a rule for everybody and one for an office, only
 * the first is an exposure. Where no rule alone is wide but all together are, the widest of them stand for all.
 */
export function* exposures(context: RuleContext, kind: ExposureKind): Generator<Exposure> {
  for (const { group, verdicts } of context.groups) {
    for (const verdict of verdicts) {
      if (!isWide(verdict.reach)) continue;
      if (kind === 'conditional' && verdict.certainty !== 'conditional') continue;
      for (const [step, of] of classesOf(verdict)) {
        if (of !== kind) continue;
        yield { kind, group, verdict, step, ...(step.rule ? { rule: step.rule } : {}) };
      }
    }
  }
}

/** Of each verdict every kind of exposure is asked for. */
const classified = new WeakMap<PortVerdict, ReadonlyMap<ProofStep, ExposureKind>>();

function classesOf(verdict: PortVerdict): ReadonlyMap<ProofStep, ExposureKind> {
  let classes = classified.get(verdict);
  if (!classes) {
    classes = classify(verdict);
    classified.set(verdict, classes);
  }
  return classes;
}

function classify(verdict: PortVerdict): ReadonlyMap<ProofStep, ExposureKind> {
  const admitting = verdict.proof.filter(step => step.effect === 'admits' && step.reach !== 'none');
  const out = new Map<ProofStep, ExposureKind>();
  for (const step of admitting) {
    if (step.atLeast === 'internet') out.set(step, 'open');
    else if (verdict.certainty === 'conditional' && isWide(step.reach) && step.reach !== step.atLeast)
      out.set(step, 'conditional');
    else if (step.atLeast === 'wide') out.set(step, 'wide');
  }
  const missing = expected(verdict);
  if (![...out.values()].includes(missing)) {
    for (const step of together(admitting, missing)) out.set(step, missing);
  }
  return out;
}

/** The kind of exposure that a verdict must have a rule for. */
function expected(verdict: PortVerdict): ExposureKind {
  if (verdict.certainty === 'conditional') return 'conditional';
  return verdict.reach === 'internet' ? 'open' : 'wide';
}

/** The widest of some rules that expose a port only together; of many narrow ones the first. */
function together(steps: readonly ProofStep[], kind: ExposureKind): readonly ProofStep[] {
  const reachOf = (step: ProofStep): Reach => (kind === 'conditional' ? step.reach : step.atLeast);
  const widest = steps.map(reachOf).reduce(widerReach, 'none');
  const those = steps.filter(step => reachOf(step) === widest);
  return isWide(widest) ? those : those.slice(0, 1);
}
