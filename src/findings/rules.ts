import type { Finding, Level } from './finding.ts';
import type { FindingRule, RuleContext } from './rule.ts';
import { conditionalManagementPort } from './rules/conditional-management-port.ts';
import { directPublicIp } from './rules/direct-public-ip.ts';
import { ineffectiveDeny } from './rules/ineffective-deny.ts';
import { invalidRule } from './rules/invalid-rule.ts';
import { jitNotEnabled } from './rules/jit-not-enabled.ts';
import { openJumpPath } from './rules/open-jump-path.ts';
import { openManagementPort } from './rules/open-management-port.ts';
import { publicIpWithoutNsg } from './rules/public-ip-without-nsg.ts';
import { retiredSku } from './rules/retired-sku.ts';
import { unreachableRule } from './rules/unreachable-rule.ts';
import { unusedSuppression } from './rules/unused-suppression.ts';
import { wideManagementSource } from './rules/wide-management-source.ts';

/** Every rule, in the order in which their findings come. */
export const rules: readonly FindingRule[] = [
  openManagementPort,
  conditionalManagementPort,
  wideManagementSource,
  publicIpWithoutNsg,
  openJumpPath,
  ineffectiveDeny,
  unreachableRule,
  invalidRule,
  retiredSku,
  directPublicIp,
  jitNotEnabled,
  unusedSuppression,
];

/** All findings of one judged model, before suppression and severity overrides. */
export function runRules(context: RuleContext): Finding[] {
  return rules.flatMap(rule => [...(rule.check?.(context) ?? [])]);
}

/** Where the page of a rule is read. */
export function ruleHelpUri(id: string): string {
  return `https://github.com/portcullis/portcullis/blob/main/docs/rules/${encodeURIComponent(id)}.md`;
}

/** What surfaces say of each rule. */
export function ruleDescriptions(): readonly {
  readonly id: string;
  readonly level: Level;
  readonly summary: string;
  readonly helpUri: string;
}[] {
  return rules.map(({ id, level, summary }) => ({ id, level, summary, helpUri: ruleHelpUri(id) }));
}
