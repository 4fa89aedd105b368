import { exposures } from '../exposure.ts';
import { exposureFinding } from '../exposure-finding.ts';
import type { FindingRule } from '../rule.ts';

export const wideManagementSource: FindingRule = {
  id: 'wide-management-source',
  level: 'warning',
  summary: 'A security rule lets a wide range of public addresses reach a management port.',
  *check(context) {
    for (const exposure of exposures(context, 'wide')) yield exposureFinding(this.id, this.level, exposure);
  },
};
