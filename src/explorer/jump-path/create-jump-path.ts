import { CancellationError, type Memento, window } from 'vscode';
import { isLabelAvailable } from '../../azure/dns-names.ts';
import { readJumpAddresses } from '../../azure/jump-address.ts';
import { OperationError } from '../../commands/operation-error.ts';
import { managementPorts } from '../../network/verdict.ts';
import type { Plan } from '../../remediation/plan.ts';
import { PlanError } from '../../remediation/plan-error.ts';
import { JumpPathChoices } from '../../remediation/plan-jump-choices.ts';
import { hasPublicV4, whoNeverComes } from '../../remediation/plan-jump-rules.ts';
import { parseId } from '../../remediation/plan-resource-id.ts';
import { chosenSources } from '../../remediation/plan-sources.ts';
import type { ChangeFlow } from '../change/change-flow.ts';
import { planFor, random } from '../change/change-plan.ts';
import { lookUpOwnAddress, lookupHosts, trustedSources } from '../change/change-sources.ts';
import { openReaderOf } from '../change/change-writer.ts';
import type { Estate } from '../estate.ts';
import type { MachinesNode } from '../nodes.ts';
import type { JumpConnection } from './jump-connection.ts';
import { userNameOf } from './jump-path-commands.ts';
import type { JumpPathAnswers, JumpPathOffer } from './jump-path-context.ts';
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
  const ports = machine.verdict?.ports.map(one => one.port) ?? managementPorts;
  const choices = new JumpPathChoices(estate.resources, ports);
  const refusal = choices.refusalOf(machine.id);
  if (refusal !== undefined) throw new OperationError(`No jump path: ${refusal}. Nothing was changed.`);
  const answers = await asked(flow, choices, { first: machine.id, ports }, node, selected ?? []);
  const { machines = [machine.id], port = 22, balancer = 'new' } = answers;
  const plan = await planFor(estate, requestOf(answers));
  const subject = machines.length === 1 ? parseId(machines[0]!).name : `${machines.length} machines`;
  const done = await flow.run(plan, subject, `Create jump path to ${subject}`);
  if (!done) return;
  await showJumpPaths(flow, await connectionsOf(estate, choices, plan, { machines, port, balancer }));
}

async function asked(
  { parts: { estate, memory } }: ChangeFlow,
  choices: JumpPathChoices,
  { first, ports }: Pick<JumpPathOffer, 'first' | 'ports'>,
  node: MachinesNode | undefined,
  selected: readonly MachinesNode[],
): Promise<Partial<JumpPathAnswers>> {
  const location = choices.regionOf(first);
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
    ports,
    selected: together(choices, first, selected),
    trustedSources: trustedSources().filter(one => whoNeverComes(chosenSources([one])) === undefined),
    lookupHosts: lookupHosts(),
    lookUpOwnAddress: () => ownAddress(memory),
    labelRefusal,
    random,
  };
  try {
    return await askForJumpPath(offer, node && 'port' in node ? node.port.port : undefined);
  } catch (error) {
    if (error instanceof PlanError) throw new OperationError(`No jump path: ${error.message}. Nothing was changed.`);
    throw error;
  }
}

/** The machines of selected rows that can share a load balancer with the first; says of the others that they do not. */
function together(choices: JumpPathChoices, first: string, selected: readonly MachinesNode[]): string[] {
  const ids = [...new Set(selected.flatMap(one => ('machine' in one ? [one.machine.id] : [])))];
  const companions = new Set(choices.companionsOf(first).map(one => one.displayId.toLowerCase()));
  const apart = ids.filter(id => !companions.has(id.toLowerCase()));
  if (apart.length > 0)
    void window.showInformationMessage(
      `${apart.map(id => parseId(id).name).join(', ')} cannot share a load balancer with ${parseId(first).name}: create that jump path by itself.`,
    );
  return ids.filter(id => !apart.includes(id));
}

/** The person's own IPv4 address; undefined when they did not agree, or it was not found. */
async function ownAddress(memory: Memento): Promise<readonly string[] | undefined> {
  try {
    const found = await lookUpOwnAddress(memory);
    const usable = found.filter(hasPublicV4);
    if (usable.length > 0) return usable;
    void window.showWarningMessage(
      `You are seen as ${found.join(', ')}, and a jump path has an IPv4 address: enter an IPv4 address of yours.`,
    );
  } catch (error) {
    if (error instanceof OperationError) void window.showWarningMessage(error.message);
    else if (!(error instanceof CancellationError)) throw error;
  }
  return undefined;
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
