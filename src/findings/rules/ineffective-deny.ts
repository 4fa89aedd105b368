import { intervalsContain } from '../../network/intervals.ts';
import type { Finding } from '../finding.ts';
import { portLabel } from '../message-text.ts';
import type { FindingRule } from '../rule.ts';
import {
  isDenyAfterAllow,
  lateForPort,
  names,
  rulesPhrase,
  type ShadowedRule,
  shadowedFinding,
  shadowedLabel,
  shadowedRules,
} from '../shadowed-rules.ts';

export const ineffectiveDeny: FindingRule = {
  id: 'ineffective-deny',
  level: 'warning',
  summary: 'A Deny comes after an Allow that already lets in what it should keep out.',
  *check({ groups, ports }) {
    for (const { group } of groups) {
      for (const shadowed of shadowedRules(group)) {
        if (!isDenyAfterAllow(shadowed)) continue;
        const named = ports.filter(port => names(shadowed.rule, port) && allowedFirst(shadowed, port));
        for (const port of named) yield late(shadowed, port);
        if (named.length === 0) yield late(shadowed);
      }
      for (const shadowed of lateForPort(group, ports)) yield late(shadowed, shadowed.port);
    }
  },
};

function allowedFirst({ by }: ShadowedRule, port: number): boolean {
  return by.some(one => one.allows && intervalsContain(one.ports, port));
}

function late(shadowed: ShadowedRule, port?: number): Finding {
  const by = shadowed.by.filter(one => one.allows && (port === undefined || intervalsContain(one.ports, port)));
  const what = port === undefined ? 'anything' : portLabel(port);
  const verb = by.length === 1 ? 'lets' : 'let';
  const whom = port === undefined ? 'that' : 'it';
  const message = `${shadowedLabel(shadowed)} does not close ${what}: ${rulesPhrase(by)} ${verb} ${whom} in first.`;
  return shadowedFinding(ineffectiveDeny.id, ineffectiveDeny.level, shadowed, message, 'priority', port);
}
