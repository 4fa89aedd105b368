import { env, Uri, window } from 'vscode';
import { OperationError } from '../../commands/operation-error.ts';
import { pickOne } from '../../commands/quick-pick.ts';
import { pickText } from '../../remediation/plan-json.ts';
import { parseId } from '../../remediation/plan-resource-id.ts';
import { servingBastions } from '../machine-marks.ts';
import type { MachinesNode } from '../nodes.ts';
import type { ChangeFlow } from './change-flow.ts';
import { planFor } from './change-plan.ts';
import { targetOf } from './change-targets.ts';

/** Connects through a Bastion that serves the machine: in the portal, or by the az command line where the SKU lets it. */
export async function connectThroughBastion(flow: ChangeFlow, node: MachinesNode | undefined): Promise<unknown> {
  const { estate, machineOf } = flow.parts;
  const machine = await machineOf(node);
  const model = estate.judged?.model;
  const resourceOf = (id: string) => estate.resource(id);
  const hosts = model && machine.verdict ? servingBastions(model, machine.verdict.machine, resourceOf) : [];
  const [host] = hosts.flatMap(one => (one.declaration.id.kind === 'string' ? [one.declaration.id.value] : []));
  if (host === undefined)
    throw new OperationError(
      `No Bastion that was read serves the network of ${machine.name}: “Create Developer Bastion” makes a free one.`,
    );
  const native = ['standard', 'premium'].includes(pickText(estate.resource(host), 'sku', 'name')?.toLowerCase() ?? '');
  const windows =
    pickText(estate.resource(machine.id), 'properties', 'storageProfile', 'osDisk', 'osType')?.toLowerCase() ===
    'windows';
  const { portal } = estate.sessions.cloud;
  const tenant = estate.tenantOf(machine.subscriptionId)?.tenant.tenantId ?? '';
  const path = machine.id.split('/').map(encodeURIComponent).join('/');
  const items = [
    {
      label: '$(link-external) In the Azure Portal',
      detail: `Opens ${machine.name} at “Connect through Bastion”`,
      run: () =>
        env.openExternal(Uri.parse(`${portal}/#@${encodeURIComponent(tenant)}/resource${path}/bastionHost`, true)),
    },
    ...(native
      ? [
          {
            label: '$(terminal) In a Terminal',
            detail: `Puts the command “az network bastion ${windows ? 'rdp' : 'ssh'}” there; you start it`,
            run: () => prepareTerminal(machine.name, bastionCommand(host, machine.id, windows)),
          },
        ]
      : []),
  ];
  const chosen = await pickOne(items, {
    title: `Connect to ${machine.name} through ${parseId(host).name}`,
  });
  return chosen.run();
}

/** https://learn.microsoft.com/azure/bastion/connect-vm-native-client-linux */
export function bastionCommand(bastionId: string, machineId: string, windows: boolean): string {
  const { name, resourceGroup, subscription } = parseId(bastionId);
  return [
    `az network bastion ${windows ? 'rdp' : 'ssh'}`,
    `--subscription ${quoted(subscription)}`,
    `--name ${quoted(name)}`,
    `--resource-group ${quoted(resourceGroup)}`,
    `--target-resource-id ${quoted(machineId)}`,
    ...(windows ? [] : ['--auth-type AAD']),
  ].join(' ');
}

/** A name from Azure as one word of a command line, in POSIX shells and PowerShell alike. */
function quoted(text: string): string {
  return `'${text.replace(/[^\p{L}\p{N}_./()-]/gu, '')}'`;
}

function prepareTerminal(name: string, command: string): void {
  const terminal = window.createTerminal({ name: `Bastion: ${name}` });
  terminal.show();
  terminal.sendText(command, false);
}

/** A Bastion of the Developer SKU for the machine's network, and the closing of the direct way when it is wished for. */
export async function createBastion(flow: ChangeFlow, node: MachinesNode | undefined): Promise<unknown> {
  const { machine, port } = await targetOf(flow.parts, node, 'any');
  const open = machine.verdict?.ports.some(one => one.port === port && one.reach !== 'none') ?? false;
  const closeDirect = open && (await askCloseDirect());
  const request = { action: 'bastion-developer', machines: [machine.id], port, closeDirect } as const;
  return flow.run(await planFor(flow.parts.estate, request), machine.name);
}

async function askCloseDirect(): Promise<boolean> {
  const leave = { label: 'Leave the direct way as it is', close: false };
  const detail = 'Denies management ports from the internet; Bastion goes on working';
  const chosen = await pickOne([leave, { label: 'Close the direct way', detail, close: true }], {
    title: 'The Way That Is Open Now',
  });
  return chosen.close;
}
