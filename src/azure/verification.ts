import type { ArmReader } from './arm-client.ts';
import { explain } from './failure.ts';

/** One question for Azure: may this client reach this port of this interface? */
export interface FlowQuestion {
  readonly machineId: string;
  readonly interfaceId: string;
  readonly localAddress: string;
  readonly port: number;
  /** A public IPv4 address: one that our verdict lets in, or any for a closed port. */
  readonly client: string;
  /** Our own answer; undefined when it is not known here. */
  readonly expected?: 'Allow' | 'Deny';
  /** The rule that decides by our own answer. */
  readonly expectedRule?: string;
}

export interface FlowAnswer {
  readonly question: FlowQuestion;
  readonly access?: 'Allow' | 'Deny';
  /** `securityRules/allow-ssh`, `defaultSecurityRules/DenyAllInBound`; empty when no group decided. */
  readonly ruleName?: string;
  /** Why Azure gave no answer. */
  readonly failure?: string;
}

export interface EffectiveGroups {
  readonly interfaceId: string;
  /** Azure's own list, as it came. */
  readonly groups?: readonly unknown[];
  readonly failure?: string;
}

export interface Verification {
  /** Differences first, then what Azure could not answer, then what agrees. */
  readonly flows: readonly FlowAnswer[];
  readonly effective: readonly EffectiveGroups[];
  readonly differences: number;
}

const apiVersion = '2024-05-01';

/**
 * Asks Network Watcher and the interfaces themselves. IP flow verify knows IPv4 and network security groups only, and
 * the machine must run; what Azure refuses to answer is told with its reason.
 * https://learn.microsoft.com/azure/network-watcher/ip-flow-verify-overview
 */
export async function verifyWithAzure(
  reader: ArmReader,
  location: string,
  questions: readonly FlowQuestion[],
  signal?: AbortSignal,
): Promise<Verification> {
  const interfaceIds = [...new Set(questions.map(question => question.interfaceId))];
  const effective: EffectiveGroups[] = [];
  for (const interfaceId of interfaceIds) {
    try {
      const answer = await reader.ask(
        `${interfaceId}/effectiveNetworkSecurityGroups?api-version=${apiVersion}`,
        undefined,
        signal,
      );
      const { value } = (answer ?? {}) as { value?: unknown };
      effective.push({ interfaceId, groups: Array.isArray(value) ? value : [] });
    } catch (error) {
      signal?.throwIfAborted();
      effective.push({ interfaceId, failure: explain(error) });
    }
  }
  const flows: FlowAnswer[] = [];
  const watchers = new Map<string, string | Error>();
  for (const question of questions) {
    const subscriptionId = question.machineId.split('/')[2] ?? '';
    let watcher = watchers.get(subscriptionId);
    if (watcher === undefined) {
      watcher = await findWatcher(reader, subscriptionId, location, signal);
      watchers.set(subscriptionId, watcher);
    }
    flows.push(
      watcher instanceof Error
        ? { question, failure: watcher.message }
        : await askFlow(reader, watcher, question, signal),
    );
  }
  const rank = ({ access, question: { expected } }: FlowAnswer) =>
    access === undefined || expected === undefined ? 1 : access === expected ? 2 : 0;
  flows.sort((a, b) => rank(a) - rank(b));
  return { flows, effective, differences: flows.filter(answer => rank(answer) === 0).length };
}

async function askFlow(
  reader: ArmReader,
  watcher: string,
  question: FlowQuestion,
  signal?: AbortSignal,
): Promise<FlowAnswer> {
  const body = {
    targetResourceId: question.machineId,
    targetNicResourceId: question.interfaceId,
    direction: 'Inbound',
    protocol: 'TCP',
    localPort: String(question.port),
    remotePort: '*',
    localIPAddress: question.localAddress,
    remoteIPAddress: question.client,
  };
  try {
    const answer = (await reader.ask(`${watcher}/ipFlowVerify?api-version=${apiVersion}`, body, signal)) as Record<
      string,
      unknown
    >;
    const { access, ruleName } = answer ?? {};
    if (access !== 'Allow' && access !== 'Deny')
      return { question, failure: 'Azure gave an answer that is not understood.' };
    return { question, access, ruleName: typeof ruleName === 'string' ? ruleName : '' };
  } catch (error) {
    signal?.throwIfAborted();
    return { question, failure: explain(error) };
  }
}

async function findWatcher(
  reader: ArmReader,
  subscriptionId: string,
  location: string,
  signal?: AbortSignal,
): Promise<string | Error> {
  try {
    const path = `/subscriptions/${encodeURIComponent(subscriptionId)}/providers/Microsoft.Network/networkWatchers?api-version=${apiVersion}`;
    for (const item of await reader.list(path, signal)) {
      const { id, location: region } = (item ?? {}) as Record<string, unknown>;
      if (typeof id === 'string' && String(region).toLowerCase() === location.toLowerCase()) return id;
    }
    return new Error(`There is no Network Watcher in ${location}: create one to let Azure verify flows there.`);
  } catch (error) {
    signal?.throwIfAborted();
    return new Error(explain(error));
  }
}
