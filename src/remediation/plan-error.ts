/** Why something cannot be planned. */
export type PlanProblem =
  | 'machine-not-found'
  | 'machine-ambiguous'
  | 'not-readable'
  | 'already-closed'
  | 'just-in-time-rule'
  | 'no-rule'
  | 'source'
  | 'not-narrower'
  | 'admin-rule'
  | 'no-priority'
  | 'load-balancer'
  | 'locked'
  | 'not-supported';

/** Something that cannot be planned; the message names the thing, the reason and the next step. */
export class PlanError extends Error {
  override readonly name = 'PlanError';

  constructor(
    readonly problem: PlanProblem,
    message: string,
  ) {
    super(message);
  }
}
