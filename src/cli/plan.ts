import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { plainLine } from '../findings/message-text.ts';
import { type Plan, planActions, planChange } from '../remediation/plan.ts';
import { directClosings } from '../remediation/plan-jump-closing.ts';
import { dnsReuseScopes } from '../remediation/plan-jump-path.ts';
import { planScript, type ScriptKind, scriptKinds } from '../remediation/plan-script.ts';
import { waysOut } from '../remediation/plan-way-out.ts';
import type { CommandHost } from './command-host.ts';
import { readInventory } from './inventory-file.ts';
import { oneOf, UsageError } from './usage.ts';

/** `portcullis plan`. Gives the exit status 0; what cannot be planned is thrown with a message for people. */
export async function planCommand(args: readonly string[], host: CommandHost): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      machine: { type: 'string', multiple: true },
      port: { type: 'string' },
      action: { type: 'string' },
      source: { type: 'string', multiple: true },
      'close-direct': { type: 'boolean' },
      close: { type: 'string', multiple: true },
      'way-out': { type: 'string' },
      renumber: { type: 'boolean' },
      'load-balancer': { type: 'string' },
      'frontend-port': { type: 'string' },
      'dns-label': { type: 'string' },
      'dns-scope': { type: 'string' },
      firewall: { type: 'string' },
      hours: { type: 'string' },
      reason: { type: 'string' },
      scope: { type: 'string' },
      exclude: { type: 'string', multiple: true },
      enforce: { type: 'boolean' },
      shell: { type: 'string' },
      format: { type: 'string' },
    },
  });
  const format = oneOf('--format', values.format, ['text', 'json', 'script', 'arm', 'bicep'] as const, 'text');
  const shell = oneOf('--shell', values.shell, scriptKinds, 'bash');
  if (values.action === undefined) throw new UsageError(`plan: --action is missing; one of ${planActions.join(', ')}`);
  const action = oneOf('--action', values.action, planActions, 'deny');
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0)
    throw new UsageError('plan: name one inventory file, or - for standard input');
  if (values.machine === undefined && action !== 'fix-all' && !(action === 'prevent' && values.scope !== undefined))
    throw new UsageError('plan: --machine is missing; give the id of a machine');
  if (values.port === undefined && action !== 'prevent') throw new UsageError('plan: --port is missing');
  const port = values.port === undefined ? 22 : numberOf('--port', values.port, 65535);
  const resources = await readInventory(file, host);
  const optional = {
    'dns-scope':
      values['dns-scope'] === undefined
        ? undefined
        : oneOf('--dns-scope', values['dns-scope'], dnsReuseScopes, 'NoReuse'),
    'way-out':
      values['way-out'] === undefined ? undefined : oneOf('--way-out', values['way-out'], waysOut, 'nat-gateway'),
    'frontend-port':
      values['frontend-port'] === undefined ? undefined : numberOf('--frontend-port', values['frontend-port'], 65534),
    hours: values.hours === undefined ? undefined : numberOf('--hours', values.hours, 24),
  };
  const plan = planChange(resources, {
    action,
    machines: values.machine ?? [],
    port,
    sources: values.source ?? [],
    closeDirect: values['close-direct'] === true,
    closing: (values.close ?? []).map(text => oneOf('--close', text, directClosings, 'deny')),
    whenFull: values.renumber === true ? 'renumber' : 'edit-in-place',
    ...given('loadBalancer', values['load-balancer']),
    ...given('wayOut', optional['way-out']),
    ...given('frontendPort', optional['frontend-port']),
    ...given('dnsLabel', values['dns-label']),
    ...given('dnsScope', optional['dns-scope']),
    ...given('firewall', values.firewall),
    ...given('hours', optional.hours),
    ...given('justification', values.reason),
    ...given('scope', values.scope),
    exclusions: values.exclude ?? [],
    enforced: values.enforce === true,
    random: () => randomInt(2 ** 32) / 2 ** 32,
    now: new Date(),
  });
  await host.stdout(render(plan, format, shell));
  return 0;
}

function render(plan: Plan, format: 'text' | 'json' | 'script' | 'arm' | 'bicep', shell: ScriptKind): string {
  switch (format) {
    case 'text':
      return toText(plan);
    case 'json':
      return `${JSON.stringify(plan, null, 2)}\n`;
    case 'script':
      return planScript(plan, shell);
    default:
      return planScript(plan, format);
  }
}

function given<K extends string, T>(key: K, value: T | undefined): { readonly [key in K]?: T } {
  return (value === undefined ? {} : { [key]: value }) as { readonly [key in K]?: T };
}

function numberOf(option: string, text: string, most: number): number {
  const number = Number(text);
  if (!/^\d{1,5}$/.test(text) || number < 1 || number > most)
    throw new UsageError(`${option} ${text}: must be a number from 1 to ${most}`);
  return number;
}

function toText(plan: Plan): string {
  const section = (title: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : ['', title, ...lines.map(line => `  ${line}`)];
  const lines = [
    `Plan: ${plan.action}`,
    ...plan.steps.flatMap((step, i) => [`  ${i + 1}. ${step.title}`, `       ${step.method} ${step.id}`]),
    ...section(
      'Who reaches what',
      plan.machines.map(row => `${row.id}  ${row.port}  ${reach(row.before)} -> ${reach(row.after)}`),
    ),
    ...section('Also affected', plan.alsoAffected),
    ...section('Take note', plan.warnings),
    ...section(
      'To take it back',
      plan.undo.map(step => `${step.method} ${step.id}`),
    ),
  ];
  return `${lines.map(plainLine).join('\n')}\n`;
}

function reach(one: { readonly reach: string; readonly certainty: string }): string {
  return one.certainty === 'definite' ? one.reach : `${one.reach} (${one.certainty})`;
}
