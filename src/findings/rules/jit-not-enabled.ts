import { quoted } from '../message-text.ts';
import type { FindingRule } from '../rule.ts';

export const jitNotEnabled: FindingRule = {
  id: 'jit-not-enabled',
  level: 'note',
  summary: 'A machine with open management ports is not protected by just-in-time access.',
  *check({ machines, source }) {
    // Templates hardly ever carry the policy: only what runs in Azure can be told to lack it.
    if (source !== 'live') return;
    for (const { machine, recommendations } of machines) {
      if (recommendations.jit !== 'Unhealthy') continue;
      const { declaration } = machine;
      yield {
        id: this.id,
        level: this.level,
        message: `Machine ${quoted(machine.name)} has open management ports and no just-in-time policy.`,
        place: declaration.place,
        address: declaration.address,
        related: [],
        subject: {},
      };
    }
  },
};
