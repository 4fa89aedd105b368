import type { Plan } from './plan.ts';
import { isObject } from './plan-json.ts';
import { parseId } from './plan-resource-id.ts';
import type { PlanStep } from './plan-steps.ts';

export type ScriptKind = 'bash' | 'powershell' | 'arm';

/** A plan as something to run elsewhere: az in bash, Az in PowerShell, or an ARM template of its PUTs. */
export function planScript(plan: Plan, kind: ScriptKind): string {
  if (kind === 'bash') return bashScript(plan.steps);
  return kind === 'powershell' ? powershellScript(plan.steps) : `${JSON.stringify(armTemplate(plan.steps), null, 2)}\n`;
}

/** Text of one line: what follows a `#` must not begin a command on the next. */
function comment(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ');
}

function isNetwork(step: PlanStep): boolean {
  return /^microsoft\.network\//i.test(parseId(step.id).type);
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
    const path = `${encodeURI(step.id)}?api-version=${encodeURIComponent(step.apiVersion)}`;
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
    const path = `${encodeURI(step.id)}?api-version=${encodeURIComponent(step.apiVersion)}`;
    const body = step.body === null ? '' : ` ${powershellQuoted(JSON.stringify(step.body))}`;
    lines.push('', `# ${i + 1}. ${comment(step.title)}`, `Invoke-Step ${step.method} ${powershellQuoted(path)}${body}`);
  });
  return `${lines.join('\n')}\n`;
}

/** A template of nested deployments, one after another; what a template cannot do is listed in its metadata. */
function armTemplate(steps: readonly PlanStep[]): unknown {
  const schema = 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#';
  const puts = steps.filter(step => step.method === 'PUT' && parseId(step.id).resourceGroup !== '');
  const others = steps.filter(step => !puts.includes(step));
  const resources = puts.map((step, i) => {
    const id = parseId(step.id);
    const behind = step.id.slice(step.id.toLowerCase().lastIndexOf('/providers/') + '/providers/'.length).split('/');
    const names = behind.filter((_, at) => at > 0 && at % 2 === 0);
    return {
      type: 'Microsoft.Resources/deployments',
      apiVersion: '2022-09-01',
      name: `portcullis-step-${i + 1}`,
      subscriptionId: id.subscription,
      resourceGroup: id.resourceGroup,
      ...(i > 0 ? { dependsOn: [`portcullis-step-${i}`] } : {}),
      properties: {
        mode: 'Incremental',
        expressionEvaluationOptions: { scope: 'inner' },
        template: {
          $schema: schema,
          contentVersion: '1.0.0.0',
          resources: [
            {
              ...(literal(step.body) as object),
              type: id.type,
              apiVersion: step.apiVersion,
              name: literal(names.join('/')),
            },
          ],
        },
      },
    };
  });
  return {
    $schema: schema,
    contentVersion: '1.0.0.0',
    ...(others.length > 0
      ? { metadata: { notInThisTemplate: others.map(step => literal(`${step.method} ${step.id}: ${step.title}`)) } }
      : {}),
    resources,
  };
}

/** A string that begins with a bracket is an expression in a template: it is written with two. */
function literal(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return value.startsWith('[') ? `[${value}` : value;
  if (depth > 60) return value;
  if (Array.isArray(value)) return value.map(item => literal(item, depth + 1));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, literal(inner, depth + 1)]));
}
