import { exposures } from '../exposure.ts';
import { exposureFinding } from '../exposure-finding.ts';
import type { FindingRule } from '../rule.ts';

export const openManagementPort: FindingRule = {
  id: 'open-management-port',
  level: 'error',
  summary: 'A security rule lets the internet reach a management port.',
  *check(context) {
    for (const exposure of exposures(context, 'open')) yield exposureFinding(this.id, this.level, exposure);
  },
};
