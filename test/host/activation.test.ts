import assert from 'node:assert/strict';
import { commands, extensions } from 'vscode';

describe('activation', () => {
  it('registers every command that the manifest names', async () => {
    const extension = extensions.getExtension('portcullis.portcullis');
    assert.ok(extension, 'the extension is installed');
    await extension.activate();
    const registered = new Set(await commands.getCommands(true));
    const named: readonly { command: string }[] = extension.packageJSON.contributes.commands;
    const missing = named.map(entry => entry.command).filter(id => !registered.has(id));
    assert.deepEqual(missing, []);
  });
});
