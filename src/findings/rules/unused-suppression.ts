import type { Place } from '../../network/origin.ts';
import type { Finding } from '../finding.ts';
import { quoted } from '../message-text.ts';
import type { FindingRule } from '../rule.ts';

/** Its findings are made when the others are settled: see {@link unusedSuppressionFinding}. */
export const unusedSuppression: FindingRule = {
  id: 'unused-suppression',
  level: 'warning',
  summary: 'A suppression gives no reason, names no finding, or has nothing to suppress.',
};

type SuppressionFault = NonNullable<Finding['subject']['fault']>;

/** A finding about one id of a suppression comment or of an entry in the configuration file. */
export function unusedSuppressionFinding(fault: SuppressionFault, id: string, place: Place): Finding {
  return {
    id: unusedSuppression.id,
    level: unusedSuppression.level,
    message: messageOf(fault, id),
    place,
    related: [],
    subject: { fault },
  };
}

function messageOf(fault: SuppressionFault, id: string): string {
  switch (fault) {
    case 'no-reason':
      return `The suppression of ${quoted(id)} gives no reason and does not count: add one after ' -- '.`;
    case 'unknown-id':
      return `The suppression names ${quoted(id)}, which is no finding of Portcullis.`;
    case 'unused':
      return `The suppression of ${quoted(id)} has nothing to suppress: remove it.`;
  }
}
