import assert from 'node:assert/strict';
import { env, Uri } from 'vscode';
import { ChangeJournal } from '../../src/explorer/change/change-journal.ts';
import type { Change, ChangeState } from '../../src/remediation/change.ts';
import { demoSubscriptions } from '../azure-server/demo-estate.ts';
import { ChangeStage, stageSupported } from './change-stage.ts';
import { TestMemory } from './test-sessions.ts';

const { production, shared, development } = demoSubscriptions;
const reading = '?api-version=2024-05-01';

describe('changing Azure from the machines view', function () {
  this.timeout(60_000);
  let stage: ChangeStage;

  before(function () {
    if (!stageSupported) this.skip();
  });

  beforeEach(async () => {
    stage = await ChangeStage.open([production, shared, development]);
  });

  afterEach(() => stage?.close());

  const run = (command: string, ...args: unknown[]) => stage.run(command, ...args);
  const row = (name: string, port?: number) => stage.row(name, port);
  const reach = (name: string, port?: number) => stage.reach(name, port);
  const group = (name: string) => stage.id('Microsoft.Network/networkSecurityGroups', name);

  describe('deny', () => {
    it('asks once, changes Azure, shows it at once, keeps the change and takes it back', async () => {
      await run('denyPort', row('jump-office'));
      assert.match(stage.told[0]!, /Close port 22 of jump-office to the internet\?/);
      assert.match(stage.told[0]!, /jump-office port 22: restricted → none/);
      const [change] = stage.journal.changes;
      assert.equal(change?.state, 'applied');
      assert.equal(reach('jump-office'), 'none', 'the row is closed without another reading');
      assert.match(stage.told.at(-1)!, /^Done: /);
      await run('undoChange', { change });
      assert.equal(stage.journal.changes[0]?.state, 'undone');
      assert.equal(reach('jump-office'), 'restricted');
      await stage.estate.refresh();
      assert.equal(reach('jump-office'), 'restricted');
    });

    it('changes nothing when the question is not answered with yes', async () => {
      stage.answer = () => undefined;
      await run('denyPort', row('web-01'));
      assert.deepEqual([stage.writes, stage.journal.changes], [[], []]);
    });

    it('copies a script in place of changing anything', async () => {
      stage.answer = () => 'Copy as Script';
      await run('denyPort', row('web-01'));
      assert.match(await env.clipboard.readText(), /az rest/);
      assert.deepEqual(stage.writes, []);
    });

    it('edits the templates that declare the group in place of Azure', async () => {
      stage.declared = name =>
        name === 'web-nsg' ? [{ uri: Uri.file('/main.bicep'), line: 0, label: 'main.bicep:1' }] : [];
      stage.answer = (_message, buttons) => buttons.find(button => button === 'Edit Templates Instead');
      await run('denyPort', row('web-01'));
      assert.deepEqual(stage.writes, []);
      assert.ok(stage.changedTemplates.length > 0);
      assert.ok(stage.changedTemplates.every(change => change.group === 'web-nsg'));
    });

    it('does not offer to edit templates that declare nothing of it', async () => {
      stage.answer = (_message, buttons) => {
        assert.ok(!buttons.includes('Edit Templates Instead'));
        return undefined;
      };
      await run('denyPort', row('web-01'));
    });

    it('begins at a group, as the editor names it', async () => {
      stage.picks.push(/^web-01: SSH/, /^Deny$/);
      await run('closeDeployedGroup', group('web-nsg'));
      assert.equal(reach('web-01'), 'none');
      await assert.rejects(run('closeDeployedGroup', group('web-nsg')), /open to the internet/);
      await assert.rejects(
        run('closeDeployedGroup', '/subscriptions/s/none'),
        /No machine that was read is behind none/,
      );
    });

    it('tells of every machine behind the group, and what else the rule carried', async () => {
      await run('denyPort', row('web-01'));
      for (const name of ['web-01', 'web-06', 'stopped']) assert.equal(reach(name), 'none', name);
      assert.match(stage.told[0]!, /Close port 22 of 7 machines/);
      assert.equal(stage.azure.store.get(group('web-nsg'))!.properties.securityRules.length, 3);
    });
  });

  describe('preflight', () => {
    it('names a lock with its scope before anything is written', async () => {
      await assert.rejects(
        run('denyPort', row('locked-01')),
        /Resource group frozen \(subscription Development\) is locked \(ReadOnly lock “prod-freeze”: Change freeze\): remove the lock, or ask its owner to\. Nothing was changed\./,
      );
      assert.deepEqual([stage.writes, stage.told, stage.journal.changes], [[], [], []]);
    });

    it('names the right that a role lacks', async () => {
      const action = 'Microsoft.Network/networkSecurityGroups/securityRules/write';
      stage.azure.authorization.permissions = [{ scope: '/', actions: ['*'], notActions: [action] }];
      await assert.rejects(run('denyPort', row('halves')), (error: Error) => {
        assert.match(error.message, new RegExp(`You need ${action} on halves-nsg in resource group web`));
        assert.match(error.message, /such as Network Contributor\. Nothing was changed\.$/);
        return true;
      });
      assert.deepEqual(stage.writes, []);
    });

    it('knows that a role stops at the edge of a resource group', async () => {
      await assert.rejects(
        run('denyPort', row('read-only-01')),
        /You need .* on audited-nsg in resource group audited/,
      );
      assert.deepEqual(stage.writes, []);
    });

    it('stops in a subscription that is read-only for the person', async () => {
      stage.azure.authorization.permissions = [{ scope: '/', actions: ['*/read'] }];
      await assert.rejects(run('denyPort', row('halves')), /You need .*securityRules\/write/);
      assert.deepEqual(stage.writes, []);
    });

    it('takes nothing from an inventory file', async () => {
      const before = row('halves');
      await stage.estate.showFile('a.json', JSON.stringify({ resources: [...stage.estate.resources] }));
      await assert.rejects(run('denyPort', before), /inventory file/);
    });

    it('tells a policy’s denial plainly, with nothing left behind', async () => {
      stage.azure.authorization.policyRules = [
        { scope: '/', reason: 'No Deny rules here', denies: one => /securityRules$/.test(one.type) },
      ];
      await assert.rejects(run('denyPort', row('halves')), /Azure Policy forbids this.*No Deny rules here/);
      assert.equal(reach('halves'), 'internet');
    });
  });

  describe('a stale tree', () => {
    it('says that a rule is gone, and shows what is there', async () => {
      stage.azure.request('DELETE', `${group('halves-nsg')}/securityRules/both${reading}`);
      await assert.rejects(run('denyPort', row('halves')), /halves-nsg\/both is no longer there.*Nothing was changed/);
      assert.equal(reach('halves'), 'none');
      assert.deepEqual([stage.writes, stage.told], [[], []]);
    });

    it('says that a rule was changed', async () => {
      const id = `${group('halves-nsg')}/securityRules/both${reading}`;
      const rule = stage.azure.request('GET', id).body as { properties: object };
      stage.azure.request('PUT', id, {
        properties: { ...rule.properties, description: 'x', sourceAddressPrefixes: ['198.51.100.0/28'] },
      });
      await assert.rejects(run('denyPort', row('halves')), /halves-nsg\/both is not as it was/);
      assert.equal(reach('halves'), 'restricted');
    });

    it('says that the machine is gone', async () => {
      stage.azure.store.delete(stage.machine('halves').id);
      await assert.rejects(run('denyPort', row('halves')), /Machine halves is no longer there/);
    });
  });

  it('keeps changes that are saved beside each other, whatever the memory reads back', async () => {
    class LateMemory extends TestMemory {
      #before: unknown;
      override get<T>(): T {
        return this.#before as T;
      }
      override async update(key: string, value: unknown): Promise<void> {
        this.#before = super.get(key);
        await super.update(key, value);
      }
    }
    const journal = new ChangeJournal(new LateMemory());
    const change = (id: string, state: ChangeState): Change => ({
      ...{ id, state, title: id, startedAt: '', steps: [], remains: [] },
    });
    for (const state of ['applying', 'applied'] as const)
      await Promise.all(['a', 'b', 'c'].map(id => journal.save(change(id, state))));
    assert.deepEqual(journal.changes.map(one => `${one.id} ${one.state}`).sort(), [
      'a applied',
      'b applied',
      'c applied',
    ]);
    assert.deepEqual(journal.unfinished, []);
  });

  it('tells when Azure shows something else than was promised', async () => {
    // Somebody opens the port by an earlier rule while the change is under way.
    const again = {
      ...{ access: 'Allow', direction: 'Inbound', priority: 150, protocol: 'Tcp', sourceAddressPrefix: '*' },
      ...{ sourcePortRange: '*', destinationAddressPrefix: '*', destinationPortRange: '22' },
    };
    const open = () => {
      stage.azure.request('PUT', `${group('web-nsg')}/securityRules/again${reading}`, { properties: again });
    };
    stage.azure.faults.add({ method: 'PUT', path: /securityrules/, call: 1, effect: { kind: 'meanwhile', run: open } });
    await run('denyPort', row('web-01'));
    assert.match(
      stage.told.at(-1)!,
      /But: SSH 22 of web-01 is open to the internet by web-nsg\/again, where closed was promised/,
    );
    assert.equal(reach('web-01'), 'internet');
  });
});
