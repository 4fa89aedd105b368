import { parseArgs } from 'node:util';
import { plainLine } from '../findings/message-text.ts';
import { parseAddress } from '../network/address-prefix.ts';
import { type Address, includesAddresses } from '../network/address-set.ts';
import { FlowEvaluation, type FlowVerdict, outsideEnd } from '../network/flow/flow.ts';
import { fromInternet } from '../network/flow/from-internet.ts';
import type { FlowEnd } from '../network/flow/packet.ts';
import { MachineEvaluation } from '../network/machine/evaluation.ts';
import type { Machine, NetworkModel } from '../network/network-model.ts';
import { publicAddresses } from '../network/reach.ts';
import { declarationsOf } from '../network/rest/live-resources.ts';
import { readResources } from '../network/rest/read-resources.ts';
import { findMachine } from '../remediation/plan-machines.ts';
import type { CommandHost } from './command-host.ts';
import { readInventory } from './inventory-file.ts';
import { oneOf, parsePorts, UsageError } from './usage.ts';

interface ReportEnd {
  /** Null for an address that no machine has that was read. */
  readonly machine: string | null;
  readonly name: string | null;
  readonly interface: string | null;
  readonly address: string;
}

interface ReportFlow extends FlowVerdict {
  readonly from: ReportEnd;
  readonly to: ReportEnd;
}

interface FlowReport {
  readonly version: 1;
  readonly protocol: 'Tcp' | 'Udp';
  readonly port: number;
  readonly flows: readonly ReportFlow[];
  readonly summary: { readonly allow: number; readonly deny: number; readonly unknown: number };
}

/**
 * `portcullis flow`: whether one machine or address reaches a port of another, without asking Azure; without `--from`
 * or `--to`, every machine that does.
 */
export async function flowCommand(args: readonly string[], host: CommandHost): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      from: { type: 'string' },
      to: { type: 'string' },
      port: { type: 'string' },
      protocol: { type: 'string' },
      'source-port': { type: 'string' },
      format: { type: 'string' },
    },
  });
  const format = oneOf('--format', values.format, ['text', 'json'] as const, 'text');
  const protocol = oneOf('--protocol', values.protocol?.toLowerCase(), ['tcp', 'udp'] as const, 'tcp');
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0)
    throw new UsageError('flow: name one inventory file, or - for standard input');
  if (values.from === undefined && values.to === undefined)
    throw new UsageError('flow: --from or --to is missing; give the id or name of a machine, or an address');
  if (values.port === undefined) throw new UsageError('flow: --port is missing');
  const port = onePort('--port', values.port);
  const sourcePort = values['source-port'] === undefined ? undefined : onePort('--source-port', values['source-port']);
  const model = readResources(declarationsOf(await readInventory(file, host)));
  const flows = new Flows(model, protocol === 'udp' ? 'Udp' : 'Tcp', port, sourcePort).between(values.from, values.to);
  const report = reportOf(flows, protocol === 'udp' ? 'Udp' : 'Tcp', port);
  await host.stdout(format === 'json' ? `${JSON.stringify(report, null, 2)}\n` : toText(report));
  return 0;
}

function onePort(option: string, text: string): number {
  const [port, ...more] = parsePorts(text);
  if (more.length > 0) throw new UsageError(`${option} ${text}: one port at a time`);
  return port!;
}

/** An end, and the machine that it belongs to. */
interface Owned {
  readonly end: FlowEnd;
  readonly machine?: Machine;
  /** Set for an address outside of what was read. */
  readonly address?: Address;
}

class Flows {
  readonly #evaluation: FlowEvaluation;
  readonly #reach: MachineEvaluation;
  readonly #owners = new Map<string, Machine>();

  constructor(
    private readonly model: NetworkModel,
    private readonly protocol: 'Tcp' | 'Udp',
    private readonly port: number,
    private readonly sourcePort: number | undefined,
  ) {
    this.#evaluation = new FlowEvaluation(model);
    this.#reach = new MachineEvaluation(model, { ports: [port], protocol });
    for (const machine of model.machines)
      for (const end of this.#evaluation.endsOf(machine)) this.#owners.set(end.interface!.id, machine);
  }

  /** Every flow between the ends that are named; where one is not, of every machine that it is not denied for. */
  between(from: string | undefined, to: string | undefined): ReportFlow[] {
    const senders = from === undefined ? this.#all() : this.#named(from);
    const receivers = to === undefined ? this.#all() : this.#named(to);
    const listing = from === undefined || to === undefined;
    const out: ReportFlow[] = [];
    for (const sender of senders) {
      for (const receiver of receivers) {
        if (sender.machine && sender.machine === receiver.machine) continue;
        if (!sameFamily(sender.end, receiver.end)) continue;
        const verdict = this.#judge(sender, receiver);
        if (listing && verdict.access === 'deny') continue;
        out.push({ from: shownEnd(sender), to: shownEnd(receiver), ...verdict });
      }
    }
    if (out.length === 0 && !listing)
      throw new UsageError(`flow: ${from} and ${to} have no addresses of one family between which anything could flow`);
    return out;
  }

  #judge(sender: Owned, receiver: Owned): FlowVerdict {
    const verdict = this.#evaluation.evaluate({
      from: sender.end,
      to: receiver.end,
      protocol: this.protocol,
      port: this.port,
      ...(this.sourcePort === undefined ? {} : { sourcePort: this.sourcePort }),
    });
    const isClient = sender.address !== undefined && includesAddresses(publicAddresses, sender.end.where);
    if (!isClient || !receiver.machine) return verdict;
    return fromInternet(this.#reach, receiver.machine, receiver.end, sender.address!, verdict);
  }

  #all(): Owned[] {
    return this.model.machines.flatMap(machine => this.#evaluation.endsOf(machine).map(end => ({ end, machine })));
  }

  #named(text: string): Owned[] {
    const address = parseAddress(text.trim());
    if (address === undefined) {
      const machine = findMachine(this.model, text);
      const ends = this.#evaluation.endsOf(machine);
      if (ends.length === 0)
        throw new Error(`${text}: none of its network interfaces is in what was read; ask for the right to read them`);
      return ends.map(end => ({ end, machine }));
    }
    const ends = this.#evaluation.endsAt(address);
    if (ends.length > 1)
      throw new UsageError(
        `${text}: ${ends.length} interfaces have this address (${ends.map(end => end.interface!.name).join(', ')}); name the machine instead`,
      );
    const [end] = ends;
    if (!end) return [{ end: outsideEnd(address), address }];
    const machine = this.#owners.get(end.interface!.id);
    return [machine ? { end, machine } : { end }];
  }
}

function sameFamily(a: FlowEnd, b: FlowEnd): boolean {
  return (a.where.v4.length > 0 && b.where.v4.length > 0) || (a.where.v6.length > 0 && b.where.v6.length > 0);
}

function shownEnd({ end, machine }: Owned): ReportEnd {
  return {
    machine: machine?.displayId ?? null,
    name: machine?.name ?? null,
    interface: end.interface?.name ?? null,
    address: end.shown,
  };
}

function reportOf(flows: readonly ReportFlow[], protocol: 'Tcp' | 'Udp', port: number): FlowReport {
  const count = (access: string) => flows.filter(flow => flow.access === access).length;
  return {
    version: 1,
    protocol,
    port,
    flows,
    summary: { allow: count('allow'), deny: count('deny'), unknown: count('unknown') },
  };
}

function toText({ flows, port, protocol }: FlowReport): string {
  const lines = flows.flatMap(({ from, to, access, decisions, dependsOn }) => [
    `${access.padEnd(7)}  ${name(from)} -> ${name(to)}:${port}/${protocol.toLowerCase()}`,
    ...decisions.map(
      one =>
        `    ${one.direction.toLowerCase()}  ${one.place}  ${one.securityGroup === undefined ? '' : `${one.securityGroup}/`}${one.rule}  ${one.access}`,
    ),
    ...dependsOn.map(text => `    depends on ${text}`),
  ]);
  if (lines.length === 0) lines.push('Nothing in what was read gets through.');
  return `${lines.map(plainLine).join('\n')}\n`;
}

function name({ name: machine, address }: ReportEnd): string {
  return machine === null ? address : `${machine} (${address})`;
}
