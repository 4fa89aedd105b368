import { env, type QuickPickItem, window } from 'vscode';
import type { ChangeFlow } from '../change/change-flow.ts';
import { connect } from './connect.ts';
import { addressText, connectCommand, type JumpConnection } from './jump-connection.ts';

/** Says where the finished jump paths begin, and offers to connect, to copy and to give the address a name of one's own. */
export async function showJumpPaths(flow: ChangeFlow, connections: readonly JumpConnection[]): Promise<void> {
  const [first] = connections;
  if (!first) return;
  const named = connections.find(one => /[a-z]/i.test(one.host));
  const alias = named === undefined ? [] : ['Add DNS Alias…'];
  const text =
    connections.length === 1
      ? `Jump path to ${first.machine}: ${connectCommand(first) ?? addressText(first)}`
      : `Jump paths at ${first.host} to ${connections.map(one => `${one.machine} (${one.port})`).join(', ')}`;
  const chosen = await window.showInformationMessage(text, 'Connect', 'Copy', ...alias);
  if (chosen === 'Connect') {
    const one = await pickConnection(connections);
    if (one) await connect(one);
  } else if (chosen === 'Copy') {
    await env.clipboard.writeText(connections.map(one => connectCommand(one) ?? addressText(one)).join('\n'));
  } else if (chosen !== undefined && named) {
    const { addAlias } = await import('./dns-alias.ts');
    await addAlias(flow, named.host, named.subscriptionId);
  }
}

async function pickConnection(connections: readonly JumpConnection[]): Promise<JumpConnection | undefined> {
  if (connections.length === 1) return connections[0];
  const items = connections.map((connection): QuickPickItem & { readonly connection: JumpConnection } => ({
    label: connection.machine,
    description: connectCommand(connection) ?? addressText(connection),
    connection,
  }));
  return (await window.showQuickPick(items, { title: 'Connect to' }))?.connection;
}
