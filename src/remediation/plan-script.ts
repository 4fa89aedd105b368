import type { Plan } from './plan.ts';
import { parseId } from './plan-resource-id.ts';
import type { PlanStep } from './plan-steps.ts';
import { armTemplate, bicepTemplate } from './plan-template.ts';

export const scriptKinds = ['bash', 'powershell', 'arm', 'bicep'] as const;
export type ScriptKind = (typeof scriptKinds)[number];

/**
 * A plan as something to run elsewhere: az in bash, Az in PowerShell, or a template of its PUTs.
 * @throws PlanError when a template cannot hold it.
 */
export function planScript(plan: Plan, kind: ScriptKind): string {
  switch (kind) {
    case 'bash':
      return bashScript(plan.steps);
    case 'powershell':
      return powershellScript(plan.steps);
    case 'arm':
      return armTemplate(plan);
    case 'bicep':
      return bicepTemplate(plan);
  }
}

/** Text of one line: what follows a `#` must not begin a command on the next. */
function comment(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ');
}

function isNetwork(step: PlanStep): boolean {
  return /^microsoft\.network\//i.test(parseId(step.id).type);
}

/** An id as the path of an address: what would begin a query or a fragment in it belongs to a name. */
function pathOf(id: string): string {
  return encodeURI(id).replace(/[?#]/g, encodeURIComponent);
}

/** One word of a POSIX shell, whatever is in the text. */
export function bashQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A literal string of PowerShell, which takes typographic single quotes for quotes too. */
export function powershellQuoted(text: string): string {
  return `'${text.replace(/['\u2018\u2019\u201a\u201b]/g, quote => quote + quote)}'`;
}

/** `az rest` sends just the request of the step; `az resource wait` waits for what Azure does after it has answered. */
function bashScript(steps: readonly PlanStep[]): string {
  const lines = [
    '#!/usr/bin/env bash',
    'set -euo pipefail',
    `arm="$(az cloud show --query endpoints.resourceManager --output tsv | sed 's#/*$##')"`,
  ];
  steps.forEach((step, i) => {
    const path = `${pathOf(step.id)}?api-version=${encodeURIComponent(step.apiVersion)}`;
    const words = [
      'az rest',
      `--method ${step.method.toLowerCase()}`,
      `--url "$arm"${bashQuoted(path)}`,
      '--output none',
    ];
    if (step.ifMatch !== undefined) words.push(`--headers ${bashQuoted(`If-Match=${step.ifMatch}`)}`);
    if (step.body !== null) words.push(`--body ${bashQuoted(JSON.stringify(step.body))}`);
    lines.push('', `# ${i + 1}. ${comment(step.title)}`, words.join(' \\\n  '));
    const until = step.method === 'DELETE' ? '--deleted' : `--custom "properties.provisioningState=='Succeeded'"`;
    if (isNetwork(step) && step.method !== 'POST')
      lines.push(`az resource wait --ids ${bashQuoted(step.id)} --api-version ${bashQuoted(step.apiVersion)} ${until}`);
  });
  return `${lines.join('\n')}\n`;
}

function powershellScript(steps: readonly PlanStep[]): string {
  const lines = [
    "$ErrorActionPreference = 'Stop'",
    'function Invoke-Step($Method, $Path, $Payload) {',
    '  $call = @{ Method = $Method; Path = $Path; WaitForCompletion = $true }',
    '  if ($Payload) { $call.Payload = $Payload }',
    '  $answer = Invoke-AzRestMethod @call',
    '  if ($answer.StatusCode -ge 400) { throw "$Method $Path gave $($answer.StatusCode): $($answer.Content)" }',
    '}',
  ];
  steps.forEach((step, i) => {
    const path = `${pathOf(step.id)}?api-version=${encodeURIComponent(step.apiVersion)}`;
    const body = step.body === null ? '' : ` ${powershellQuoted(JSON.stringify(step.body))}`;
    lines.push('', `# ${i + 1}. ${comment(step.title)}`, `Invoke-Step ${step.method} ${powershellQuoted(path)}${body}`);
  });
  return `${lines.join('\n')}\n`;
}
