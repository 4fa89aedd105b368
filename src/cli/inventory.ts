import { parseArgs } from 'node:util';
import { plainLine } from '../findings/message-text.ts';
import { evaluateMachines } from '../network/machine/evaluation.ts';
import { type Score, scoreOf } from '../network/machine/recommendations.ts';
import { declarationsOf } from '../network/rest/live-resources.ts';
import { readResources } from '../network/rest/read-resources.ts';
import { managementPorts } from '../network/verdict.ts';
import type { CommandHost } from './command-host.ts';
import { readInventory } from './inventory-file.ts';
import { machineReport, type ReportMachine } from './machine-report.ts';
import { cell } from './markdown.ts';
import { oneOf, parsePorts, UsageError } from './usage.ts';

export interface InventoryReport {
  readonly version: 1;
  readonly machines: readonly ReportMachine[];
  readonly score: Score;
  readonly summary: {
    readonly machines: number;
    readonly internet: number;
    readonly wide: number;
    readonly restricted: number;
    readonly none: number;
    /** Machines of which some port's reach is not certain. */
    readonly conditional: number;
  };
}

/** `portcullis inventory`. Gives the exit status: 0, or 2 when nothing could be read. */
export async function inventoryCommand(args: readonly string[], host: CommandHost): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      format: { type: 'string' },
      ports: { type: 'string' },
      subscription: { type: 'string', multiple: true },
    },
  });
  const format = oneOf('--format', values.format, ['text', 'json', 'markdown'] as const, 'text');
  const ports = values.ports === undefined ? managementPorts : parsePorts(values.ports);
  const [file, ...more] = positionals;
  if (more.length > 0) throw new UsageError('inventory: one file at a time');
  if ((file === undefined) === (values.subscription === undefined))
    throw new UsageError('inventory: name a file (or - for standard input), or subscriptions by --subscription');
  const resources =
    file === undefined ? await readLive(values.subscription ?? [], host) : await readInventory(file, host);
  const report = inventoryReport(resources, ports);
  await host.stdout(
    format === 'json'
      ? `${JSON.stringify(report, null, 2)}\n`
      : format === 'markdown'
        ? toMarkdown(report)
        : toText(report),
  );
  return 0;
}

/** What the identity of the surroundings may read. What it may not is told on standard error and stays unknown. */
async function readLive(subscriptions: readonly string[], host: CommandHost): Promise<readonly unknown[]> {
  for (const id of subscriptions)
    if (!/^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(id))
      throw new UsageError(`--subscription ${id}: is not a subscription's id`);
  const { readWithDefaultIdentity } = await import('../azure/command-line-identity.ts');
  const { resources, problems } = await readWithDefaultIdentity(subscriptions);
  for (const problem of problems) host.stderr(`portcullis: ${problem.message}\n`);
  if (resources.length === 0 && problems.length > 0)
    throw new Error('nothing could be read; sign in with az login or set the environment of a service principal');
  return resources;
}

/** Every machine of an inventory judged, with the control's score. */
export function inventoryReport(resources: readonly unknown[], ports: readonly number[]): InventoryReport {
  const model = readResources(declarationsOf(resources));
  const verdicts = evaluateMachines(model, { ports });
  const machines = verdicts.map(machineReport);
  const count = (reach: string) => machines.filter(machine => worstReach(machine) === reach).length;
  return {
    version: 1,
    machines,
    score: scoreOf(verdicts),
    summary: {
      machines: machines.length,
      internet: count('internet'),
      wide: count('wide'),
      restricted: count('restricted'),
      none: count('none'),
      conditional: machines.filter(machine => machine.ports.some(port => port.certainty === 'conditional')).length,
    },
  };
}

function toText(report: InventoryReport): string {
  const lines = report.machines.flatMap(machine => [
    `${machine.name}  ${sentence(machine)}`,
    ...machine.ports
      .filter(port => port.reach !== 'none')
      .flatMap(port =>
        port.paths
          .filter(path => path.reach !== 'none')
          .map(
            path =>
              `    ${path.frontend} -> ${port.port}  ${path.kind}  ${path.reach}  ${path.decidedBy.join(', ') || 'no security group'}`,
          ),
      ),
  ]);
  return `${[...lines.map(plainLine), ...(lines.length > 0 ? [''] : []), closing(report)].join('\n')}\n`;
}

function toMarkdown(report: InventoryReport): string {
  const rows = report.machines.map(machine => {
    const { nsg, closedPorts, jit } = machine.recommendations;
    const name = `${machine.resourceGroup ?? ''}/${machine.name}`;
    return `| ${cell(name)} | ${cell(sentence(machine))} | ${nsg} | ${closedPorts} | ${jit} |`;
  });
  return [
    '# Management ports',
    '',
    closing(report),
    '',
    '| Machine | Reach | Security group | Ports closed | Just-in-time |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

/** "22, 3389 open to the internet; 5985 depends on …" */
function sentence(machine: ReportMachine): string {
  const words = { internet: 'open to the internet', wide: 'open to a wide range', restricted: 'open to few addresses' };
  const parts = Object.entries(words).flatMap(([reach, text]) => {
    const ports = machine.ports.filter(port => port.reach === reach);
    if (ports.length === 0) return [];
    const why = [...new Set(ports.flatMap(port => port.dependsOn))];
    return `${ports.map(port => port.port).join(', ')} ${text}${why.length > 0 ? ` (depends on ${why.join('; ')})` : ''}`;
  });
  return parts.join('; ') || 'closed';
}

function closing({ summary, score }: InventoryReport): string {
  const open = `${summary.internet} of ${summary.machines} machines open to the internet`;
  return `${open}. Secure management ports: ${score.current} of ${score.max} points.`;
}

function worstReach(machine: ReportMachine): string {
  return ['internet', 'wide', 'restricted'].find(reach => machine.ports.some(port => port.reach === reach)) ?? 'none';
}
