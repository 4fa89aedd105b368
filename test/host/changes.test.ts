import assert from 'node:assert/strict';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { commands, type Disposable, env, window, workspace } from 'vscode';
import type { CommandManager } from '../../src/commands/command-manager.ts';
import { registerChangeCommands } from '../../src/explorer/change/change-commands.ts';
import { ChangeJournal } from '../../src/explorer/change/change-journal.ts';
import { Estate } from '../../src/explorer/estate.ts';
import type { ListedMachine } from '../../src/explorer/machine-list.ts';
import type { MachinesNode } from '../../src/explorer/nodes.ts';
import { ResourceDocuments, resourceScheme } from '../../src/explorer/resource-documents.ts';
import { demoSubscriptions, layDemoEstate } from '../azure-server/demo-estate.ts';
import { AzureServer } from '../azure-server/server.ts';
import { TestMemory, TestSessions } from './test-sessions.ts';

type Handler = (...args: unknown[]) => Promise<unknown>;

const { production, shared, development } = demoSubscriptions;
const reading = '?api-version=2024-05-01';

describe('changing Azure from the machines view', function () {
  this.timeout(60_000);
  let azure: AzureServer;
  let estate: Estate;
  let journal: ChangeJournal;
  let memory: TestMemory;
  let trusted: string[];
  const handlers = new Map<string, Handler>();
  /** Questions and messages, in the order shown. */
  const told: string[] = [];
  /** What the person answers to questions, by what they contain; else the first button. */
  let answer: (message: string, buttons: readonly (string | { title: string })[]) => unknown;
  const { showWarningMessage, showInformationMessage } = window;
  let provided: Disposable;

  before(function () {
    if (typeof setDefaultCACertificates !== 'function') this.skip();
    trusted = getCACertificates('default');
  });

  beforeEach(async () => {
    azure = await AzureServer.start();
    setDefaultCACertificates([...trusted, azure.certificate]);
    layDemoEstate(azure);
    estate = new Estate(new TestSessions(azure), new TestMemory(), () => undefined);
    memory = new TestMemory();
    journal = new ChangeJournal(memory);
    await estate.signIn();
    await estate.choose([production, shared, development]);
    const documents = new ResourceDocuments(estate);
    provided = workspace.registerTextDocumentContentProvider(resourceScheme, documents);
    const manager = { register: (id: string, handler: Handler) => handlers.set(id, handler) };
    registerChangeCommands(manager as unknown as CommandManager, {
      estate,
      documents,
      journal,
      memory,
      machineOf: async node => (node as { machine: ListedMachine }).machine,
    });
    told.length = 0;
    answer = (_message, buttons) => buttons[0];
    const show = async (message: string, ...rest: unknown[]) => {
      const [options, ...buttons] = rest as [{ detail?: string; modal?: boolean }, ...string[]];
      told.push([message, options?.detail ?? ''].join('\n'));
      return options?.modal ? answer(message, buttons) : undefined;
    };
    Object.assign(window, { showWarningMessage: show, showInformationMessage: show });
  });

  afterEach(async () => {
    Object.assign(window, { showWarningMessage, showInformationMessage });
    provided?.dispose();
    await commands.executeCommand('workbench.action.closeAllEditors');
    estate?.dispose();
    await azure?.close();
  });

  after(() => {
    if (trusted) setDefaultCACertificates(trusted);
  });

  const machine = (name: string): ListedMachine => {
    const found = estate.machines.find(one => one.name === name);
    assert.ok(found, `no machine ${name}`);
    return found;
  };
  const reach = (name: string, port = 22) => machine(name).verdict?.ports.find(one => one.port === port)?.reach;
  const row = (name: string, port = 22): MachinesNode => {
    const found = machine(name);
    return { kind: 'port', key: '', machine: found, port: found.verdict!.ports.find(one => one.port === port)! };
  };
  const run = (command: string, ...args: unknown[]) => handlers.get(`portcullis.${command}`)!(...args);
  const idOf = (type: string, name: string) =>
    azure.store.ofType(type.toLowerCase()).find(resource => resource.name === name)!.id;
  const group = (name: string) => idOf('Microsoft.Network/networkSecurityGroups', name);
  const writes = () =>
    azure.requests.filter(request => request.method !== 'GET' && !/resourcegraph/i.test(request.url));

  describe('deny', () => {
    it('asks once, changes Azure, shows it at once, keeps the change and takes it back', async () => {
      await run('denyPort', row('jump-office'));
      assert.match(told[0]!, /Close port 22 of jump-office to the internet\?/);
      assert.match(told[0]!, /jump-office port 22: restricted → none/);
      const [change] = journal.changes;
      assert.equal(change?.state, 'applied');
      assert.equal(reach('jump-office'), 'none', 'the row is closed without another reading');
      assert.match(told.at(-1)!, /^Done: /);
      await run('undoChange', { change });
      assert.equal(journal.changes[0]?.state, 'undone');
      assert.equal(reach('jump-office'), 'restricted');
      await estate.refresh();
      assert.equal(reach('jump-office'), 'restricted');
    });

    it('changes nothing when the question is not answered with yes', async () => {
      answer = () => undefined;
      await run('denyPort', row('web-01'));
      assert.deepEqual([writes(), journal.changes], [[], []]);
    });

    it('copies a script in place of changing anything', async () => {
      answer = () => 'Copy as Script';
      await run('denyPort', row('web-01'));
      assert.match(await env.clipboard.readText(), /az rest/);
      assert.deepEqual(writes(), []);
    });

    it('tells of every machine behind the group, and what else the rule carried', async () => {
      await run('denyPort', row('web-01'));
      for (const name of ['web-01', 'web-06', 'stopped']) assert.equal(reach(name), 'none', name);
      assert.match(told[0]!, /Close port 22 of 7 machines/);
      assert.equal(azure.store.get(group('web-nsg'))!.properties.securityRules.length, 3);
    });
  });

  describe('preflight', () => {
    it('names a lock with its scope before anything is written', async () => {
      await assert.rejects(
        run('denyPort', row('locked-01')),
        /Resource group frozen \(subscription Development\) is locked \(ReadOnly lock “prod-freeze”: Change freeze\): remove the lock, or ask its owner to\. Nothing was changed\./,
      );
      assert.deepEqual([writes(), told, journal.changes], [[], [], []]);
    });

    it('names the right that a role lacks', async () => {
      const action = 'Microsoft.Network/networkSecurityGroups/securityRules/write';
      azure.authorization.permissions = [{ scope: '/', actions: ['*'], notActions: [action] }];
      await assert.rejects(run('denyPort', row('halves')), (error: Error) => {
        assert.match(error.message, new RegExp(`You need ${action} on halves-nsg/both in resource group web`));
        assert.match(error.message, /such as Network Contributor\. Nothing was changed\.$/);
        return true;
      });
      assert.deepEqual(writes(), []);
    });

    it('stops in a subscription that is read-only for the person', async () => {
      azure.authorization.permissions = [{ scope: '/', actions: ['*/read'] }];
      await assert.rejects(run('denyPort', row('halves')), /You need .*securityRules\/write/);
      assert.deepEqual(writes(), []);
    });

    it('takes nothing from an inventory file', async () => {
      const before = row('halves');
      await estate.showFile('a.json', JSON.stringify({ resources: [...estate.resources] }));
      await assert.rejects(run('denyPort', before), /inventory file/);
    });

    it('tells a policy’s denial plainly, with nothing left behind', async () => {
      azure.authorization.policyRules = [
        { scope: '/', reason: 'No Deny rules here', denies: one => /securityRules$/.test(one.type) },
      ];
      await assert.rejects(run('denyPort', row('halves')), /Azure Policy forbids this.*No Deny rules here/);
      assert.equal(reach('halves'), 'internet');
    });
  });

  describe('a stale tree', () => {
    it('says that a rule is gone, and shows what is there', async () => {
      azure.request('DELETE', `${group('halves-nsg')}/securityRules/both${reading}`);
      await assert.rejects(run('denyPort', row('halves')), /halves-nsg\/both is no longer there.*Nothing was changed/);
      assert.equal(reach('halves'), 'none');
      assert.deepEqual([writes(), told], [[], []]);
    });

    it('says that a rule was changed', async () => {
      const id = `${group('halves-nsg')}/securityRules/both${reading}`;
      const rule = azure.request('GET', id).body as { properties: object };
      azure.request('PUT', id, {
        properties: { ...rule.properties, description: 'x', sourceAddressPrefixes: ['198.51.100.0/28'] },
      });
      await assert.rejects(run('denyPort', row('halves')), /halves-nsg\/both is not as it was/);
      assert.equal(reach('halves'), 'restricted');
    });

    it('says that the machine is gone', async () => {
      azure.store.delete(machine('halves').id);
      await assert.rejects(run('denyPort', row('halves')), /Machine halves is no longer there/);
    });
  });

  it('tells when Azure shows something else than was promised', async () => {
    // Somebody opens the port by an earlier rule while the change is under way.
    const again = {
      ...{ access: 'Allow', direction: 'Inbound', priority: 150, protocol: 'Tcp', sourceAddressPrefix: '*' },
      ...{ sourcePortRange: '*', destinationAddressPrefix: '*', destinationPortRange: '22' },
    };
    const open = () => {
      azure.request('PUT', `${group('web-nsg')}/securityRules/again${reading}`, { properties: again });
    };
    azure.faults.add({ method: 'PUT', path: /securityrules/, call: 1, effect: { kind: 'meanwhile', run: open } });
    await run('denyPort', row('web-01'));
    assert.match(
      told.at(-1)!,
      /But: SSH 22 of web-01 is open to the internet by web-nsg\/again, where closed was promised/,
    );
    assert.equal(reach('web-01'), 'internet');
  });
});
