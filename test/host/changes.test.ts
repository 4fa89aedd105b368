import assert from 'node:assert/strict';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { window } from 'vscode';
import type { CommandManager } from '../../src/commands/command-manager.ts';
import { registerChangeCommands } from '../../src/explorer/change/change-commands.ts';
import { ChangeJournal } from '../../src/explorer/change/change-journal.ts';
import { Estate } from '../../src/explorer/estate.ts';
import type { ListedMachine } from '../../src/explorer/machine-list.ts';
import { ResourceDocuments } from '../../src/explorer/resource-documents.ts';
import { demoSubscriptions, layDemoEstate } from '../azure-server/demo-estate.ts';
import { AzureServer } from '../azure-server/server.ts';
import { TestMemory, TestSessions } from './test-sessions.ts';

type Handler = (...args: unknown[]) => unknown;

describe('closing a port from the machines view', () => {
  let azure: AzureServer;
  let estate: Estate;
  let journal: ChangeJournal;
  let trusted: string[];
  let machine: ListedMachine;
  const handlers = new Map<string, Handler>();
  const asked: string[] = [];
  const original = window.showWarningMessage;

  before(function () {
    if (typeof setDefaultCACertificates !== 'function') this.skip();
    trusted = getCACertificates('default');
  });

  beforeEach(async () => {
    azure = await AzureServer.start();
    setDefaultCACertificates([...trusted, azure.certificate]);
    layDemoEstate(azure);
    estate = new Estate(new TestSessions(azure), new TestMemory(), () => undefined);
    journal = new ChangeJournal(new TestMemory());
    await estate.signIn();
    await estate.choose([demoSubscriptions.production]);
    machine = estate.machines.find(one =>
      one.verdict?.ports.some(
        port =>
          port.port === 22 &&
          port.paths.some(path => path.kind === 'public-ip' && path.reach === 'internet' && path.groups.length > 0),
      ),
    )!;
    const manager = { register: (id: string, handler: Handler) => handlers.set(id, handler) };
    registerChangeCommands(manager as unknown as CommandManager, {
      estate,
      documents: new ResourceDocuments(estate),
      journal,
      machineOf: async () => machine,
    });
    Object.assign(window, {
      showWarningMessage: async (_message: string, options: { detail?: string }) => {
        asked.push(options.detail ?? '');
        return 'Apply';
      },
    });
  });

  afterEach(async () => {
    Object.assign(window, { showWarningMessage: original });
    estate?.dispose();
    await azure?.close();
  });

  after(() => {
    if (trusted) setDefaultCACertificates(trusted);
  });

  const row = () => {
    const port = estate.machines.find(one => one.id === machine.id)!.verdict!.ports.find(one => one.port === 22)!;
    return { kind: 'port', key: '', machine, port };
  };

  it('asks once, changes Azure, keeps the change and takes it back', async function () {
    this.timeout(30_000);
    await handlers.get('portcullis.denyPort')!(row());
    assert.match(asked.at(-1)!, /22/);
    const [change] = journal.changes;
    assert.equal(change?.state, 'applied');
    await estate.refresh();
    assert.equal(row().port.reach, 'none');
    await handlers.get('portcullis.undoChange')!({ change });
    assert.equal(journal.changes[0]?.state, 'undone');
    await estate.refresh();
    assert.equal(row().port.reach, 'internet');
  });
});
