import { env, Uri, window, workspace } from 'vscode';
import { addressText, connectCommand, type JumpConnection, rdpFile } from './jump-connection.ts';

/** Connects as the machine's port is for: a terminal, a remote desktop file, or a command to run elsewhere. */
export async function connect(connection: JumpConnection): Promise<void> {
  const command = connectCommand(connection);
  if (connection.backendPort === 3389) return openRemoteDesktop(connection);
  if (connection.backendPort === 22 && command !== undefined) {
    const terminal = window.createTerminal({ name: `SSH ${connection.machine}` });
    terminal.show();
    terminal.sendText(command);
    return;
  }
  const text = command ?? addressText(connection);
  const chosen = await window.showInformationMessage(`Connect to ${connection.machine}: ${text}`, 'Copy');
  if (chosen === 'Copy') await env.clipboard.writeText(text);
}

async function openRemoteDesktop(connection: JumpConnection): Promise<void> {
  const [folder] = workspace.workspaceFolders ?? [];
  const name = `${connection.machine.replace(/[^\w.-]/g, '-')}.rdp`;
  const target = await window.showSaveDialog({
    title: 'Save Remote Desktop File',
    saveLabel: 'Save and Open',
    filters: { 'Remote Desktop': ['rdp'] },
    ...(folder ? { defaultUri: Uri.joinPath(folder.uri, name) } : {}),
  });
  if (!target) return;
  await workspace.fs.writeFile(target, new TextEncoder().encode(rdpFile(connection)));
  await env.openExternal(target);
}
