import { workspace } from 'vscode';
import { isLabelAvailable } from '../../azure/dns-names.ts';
import { readJumpAddresses } from '../../azure/jump-address.ts';
import { OperationError } from '../../commands/operation-error.ts';
import type { Plan } from '../../remediation/plan.ts';
import { PlanError } from '../../remediation/plan-error.ts';
import { JumpPathChoices } from '../../remediation/plan-jump-choices.ts';
import { parseId } from '../../remediation/plan-resource-id.ts';
import type { ChangeFlow } from '../change/change-flow.ts';
import { planFor } from '../change/change-plan.ts';
import { openReaderOf } from '../change/change-writer.ts';
import type { Estate } from '../estate.ts';
import type { MachinesNode } from '../nodes.ts';
import type { JumpConnection } from './jump-connection.ts';
import { userNameOf } from './jump-path-commands.ts';
import type { JumpPathAnswers } from './jump-path-context.ts';
import { showJumpPaths } from './jump-path-result.ts';
import { askForJumpPath } from './jump-path-wizard.ts';

/** Asks for a jump path to the machine of a row and those selected with it, makes it, and says where it begins. */
export async function createJumpPath(
  flow: ChangeFlow,
  node: MachinesNode | undefined,
  selected: readonly MachinesNode[] | undefined,
): Promise<void> {
  const { estate } = flow.parts;
  if (estate.fileName !== undefined)
    throw new OperationError('This is an inventory file: close it to change anything in Azure.');
  const machine = await flow.parts.machineOf(node);
  const choices = new JumpPathChoices(estate.resources);
  const refusal = choices.refusalOf(machine.id);
  if (refusal !== undefined) throw new OperationError(`No jump path: ${refusal}. Nothing was changed.`);
  const answers = await asked(flow, choices, machine.id, node, selected ?? []);
  const { machines = [machine.id], port = 22, balancer = 'new' } = answers;
  const plan = await planFor(estate, requestOf(answers));
  const subject = machines.length === 1 ? parseId(machines[0]!).name : `${machines.length} machines`;
  const done = await flow.run(plan, subject, `Create jump path to ${subject}`);
  if (!done) return;
  await showJumpPaths(flow, await connectionsOf(estate, choices, plan, { machines, port, balancer }));
}

async function asked(
  { parts: { estate } }: ChangeFlow,
  choices: JumpPathChoices,
  first: string,
  node: MachinesNode | undefined,
  selected: readonly MachinesNode[],
): Promise<Partial<JumpPathAnswers>> {
  const location = choices.regionOf(first);
  const trusted = workspace.getConfiguration('portcullis').get<unknown>('trustedSources');
  const labelRefusal = async (label: string): Promise<string | undefined> => {
    if (location === undefined) return undefined;
    try {
      const { subscription } = parseId(first);
      const reader = await openReaderOf(estate, subscription);
      if (await isLabelAvailable(reader, subscription, location, label)) return undefined;
      return `${label} is taken in ${location}: choose another label`;
    } catch {
      // The check is advice: Azure decides when the address is created.
      return undefined;
    }
  };
  const offer = {
    choices,
    first,
    selected: selected.flatMap(one => ('machine' in one ? [one.machine.id] : [])),
    trustedSources: Array.isArray(trusted) ? trusted.filter(one => typeof one === 'string') : [],
    labelRefusal,
    random: () => globalThis.crypto.getRandomValues(new Uint32Array(1))[0]! / 2 ** 32,
  };
  try {
    return await askForJumpPath(offer, node && 'port' in node ? node.port.port : undefined);
  } catch (error) {
    if (error instanceof PlanError) throw new OperationError(`No jump path: ${error.message}. Nothing was changed.`);
    throw error;
  }
}

function requestOf(answers: Partial<JumpPathAnswers>): Parameters<typeof planFor>[1] {
  const { machines = [], port = 22, balancer, dnsLabel, dnsScope, frontendPort, sources, closing, wayOut } = answers;
  return {
    action: 'jump-path',
    machines,
    port,
    sources: sources ?? [],
    closing: closing ?? [],
    ...(balancer === undefined ? {} : { loadBalancer: balancer }),
    ...(dnsLabel ? { dnsLabel } : {}),
    ...(dnsLabel && dnsScope ? { dnsScope } : {}),
    ...(frontendPort === undefined ? {} : { frontendPort }),
    ...(wayOut === undefined || wayOut === 'none' ? {} : { wayOut }),
  };
}

/** What Azure says of the finished paths: the name is read back, never put together. */
async function connectionsOf(
  estate: Estate,
  choices: JumpPathChoices,
  plan: Plan,
  { machines, port, balancer }: Pick<JumpPathAnswers, 'machines' | 'port' | 'balancer'>,
): Promise<JumpConnection[]> {
  const id = balancer === 'new' ? plan.steps.find(step => /\/loadBalancers\/[^/]+$/i.test(step.id))?.id : balancer;
  if (id === undefined) return [];
  const { subscription } = parseId(id);
  const reader = await openReaderOf(estate, subscription);
  const configurations = new Map(machines.map(machine => [choices.configurationOf(machine), machine]));
  const addresses = await readJumpAddresses(reader, id, [...configurations.keys()], port);
  return [...addresses].flatMap(([configuration, address]) => {
    const host = address.fqdn ?? address.ipAddress;
    const machine = configurations.get(configuration)!;
    const userName = userNameOf(estate, machine);
    return host === undefined
      ? []
      : [
          {
            machine: parseId(machine).name,
            subscriptionId: subscription,
            host,
            port: address.port,
            backendPort: port,
            ...(userName === undefined ? {} : { userName }),
          },
        ];
  });
}
