import { exposures } from '../exposure.ts';
import { exposureFinding } from '../exposure-finding.ts';
import type { FindingRule } from '../rule.ts';

export const conditionalManagementPort: FindingRule = {
  id: 'conditional-management-port',
  level: 'warning',
  summary: 'Whether the internet reaches a management port depends on a value that is not known here.',
  *check(context) {
    for (const exposure of exposures(context, 'conditional')) yield exposureFinding(this.id, this.level, exposure);
  },
};
