import { env } from 'vscode';
import type { CommandManager } from '../../commands/command-manager.ts';
import { OperationError } from '../../commands/operation-error.ts';
import { pickText } from '../../remediation/plan-json.ts';
import { jumpFrontend } from '../../remediation/plan-jump-address.ts';
import type { Estate } from '../estate.ts';
import type { MachinesNode, PathNode } from '../nodes.ts';
import { addressText, connectCommand, type JumpConnection } from './jump-connection.ts';

/** What the row of a jump path offers. */
export function registerJumpPathCommands(manager: CommandManager, estate: Estate): void {
  manager.register('portcullis.connectJumpPath', async (node?: MachinesNode) => {
    const { connect } = await import('./connect.ts');
    await connect(connectionOf(estate, node));
  });
  manager.register('portcullis.copyJumpAddress', async (node?: MachinesNode) => {
    const connection = connectionOf(estate, node);
    await env.clipboard.writeText(connectCommand(connection) ?? addressText(connection));
  });
}

/** @throws OperationError when the row is none of a jump path with a public address. */
function connectionOf(estate: Estate, node: MachinesNode | undefined): JumpConnection {
  const connection = node?.kind === 'path' ? jumpConnection(estate, node) : undefined;
  if (!connection)
    throw new OperationError('This is no jump path with a public address: choose the row of one in the Machines view.');
  return connection;
}

function jumpConnection(estate: Estate, { machine, port, path }: PathNode): JumpConnection | undefined {
  const balancer = path.kind === 'lb-nat-rule' && path.through ? estate.resource(path.through.id) : undefined;
  const { id, inboundNatRules } = path.ipConfiguration;
  const natRules = inboundNatRules.items.flatMap(rule => rule.id ?? []);
  const frontend = balancer && jumpFrontend(balancer, id, port.port, natRules);
  const address = frontend?.address === undefined ? undefined : estate.resource(frontend.address);
  const host = pickText(address, 'properties', 'dnsSettings', 'fqdn') ?? pickText(address, 'properties', 'ipAddress');
  if (!frontend || host === undefined) return undefined;
  const userName = userNameOf(estate, machine.id);
  return {
    machine: machine.name,
    subscriptionId: machine.subscriptionId,
    host,
    port: frontend.port,
    backendPort: port.port,
    ...(userName === undefined ? {} : { userName }),
  };
}

/** The administrator that a machine was made with. */
export function userNameOf(estate: Estate, machine: string): string | undefined {
  return pickText(estate.resource(machine), 'properties', 'osProfile', 'adminUsername');
}
