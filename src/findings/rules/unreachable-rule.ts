import type { FindingRule } from '../rule.ts';
import { isDenyAfterAllow, rulesPhrase, shadowedFinding, shadowedLabel, shadowedRules } from '../shadowed-rules.ts';

export const unreachableRule: FindingRule = {
  id: 'unreachable-rule',
  level: 'warning',
  summary: 'Earlier rules already decide everything that a security rule matches.',
  *check({ groups }) {
    for (const { group } of groups) {
      for (const shadowed of shadowedRules(group)) {
        if (isDenyAfterAllow(shadowed)) continue;
        const { by } = shadowed;
        const verb = by.length === 1 ? 'matches' : 'match';
        const message = `${shadowedLabel(shadowed)} never decides anything: ${rulesPhrase(by)} ${verb} all of it first.`;
        yield shadowedFinding(this.id, this.level, shadowed, message, 'name');
      }
    }
  },
};
