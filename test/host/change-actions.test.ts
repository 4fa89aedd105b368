import assert from 'node:assert/strict';
import { type ConfigurationTarget, env, window, workspace } from 'vscode';
import { bastionCommand } from '../../src/explorer/change/bastion-actions.ts';
import { demoSubscriptions } from '../azure-server/demo-estate.ts';
import { ChangeStage, stageSupported } from './change-stage.ts';

const { production, shared, development } = demoSubscriptions;
const office = '198.51.100.16/28';

describe('the actions that change Azure', function () {
  this.timeout(90_000);
  let stage: ChangeStage;

  before(function () {
    if (!stageSupported) this.skip();
  });

  beforeEach(async () => {
    stage = await ChangeStage.open([production, shared, development]);
  });

  afterEach(() => stage?.close());

  const group = (name: string) => stage.id('Microsoft.Network/networkSecurityGroups', name);
  const rules = (name: string): { name: string; properties: Record<string, unknown> }[] =>
    stage.azure.store.get(group(name))!.properties.securityRules;
  const rule = (name: string, of: string) => rules(of).find(one => one.name === name)?.properties;
  /** Applies, compares the rows, undoes, and compares again. */
  const undone = async () => {
    const before = stage.journal.changes.filter(change => change.state === 'applied');
    for (const change of before) await stage.run('undoChange', { change });
    assert.ok(stage.journal.changes.every(change => change.state === 'undone'));
  };

  describe('delete, and deny in front', () => {
    it('deletes the open rule and gives it back', async () => {
      await stage.run('deleteOpenRule', stage.row('late-deny', 3389));
      assert.equal(rule('allow-rdp', 'late-deny-nsg'), undefined);
      assert.equal(stage.reach('late-deny', 3389), 'none');
      await undone();
      assert.equal(stage.reach('late-deny', 3389), 'internet');
    });

    it('denies all management ports with one rule in front', async () => {
      await stage.run('denyManagementPorts', stage.row('dev-01', 3389));
      for (const port of [22, 3389, 5985, 5986]) assert.equal(stage.reach('dev-01', port), 'none');
      assert.match(stage.told[0]!, /^Close ports .* of \d+ machines to the internet\?/);
      await undone();
      assert.equal(stage.reach('dev-01', 3389), 'internet');
    });
  });

  describe('tighten', () => {
    it('narrows to several sources at once, IPv6 among them, after refusing what is none', async () => {
      stage.picks.push([/Enter Addresses/, /^VirtualNetwork$/]);
      stage.inputs.push({ refused: '1.2.3.4/33', because: /1\.2\.3\.4\/33/ });
      stage.inputs.push({ refused: '0.0.0.0/0', because: /is the internet/ }, `${office}, 2001:db8::/64`);
      await stage.run('tightenSource', stage.row('asg-member'));
      assert.equal(stage.reach('asg-member'), 'restricted');
      assert.deepEqual(rule('ssh-to-admins', 'asg-nsg')!.sourceAddressPrefixes, [office, '2001:db8::/64']);
      assert.deepEqual(
        rules('asg-nsg').map(one => one.properties.sourceAddressPrefix ?? ''),
        ['', 'VirtualNetwork'],
      );
      assert.doesNotMatch(stage.told.join('\n'), /more than/i);
      await undone();
      assert.equal(stage.reach('asg-member'), 'internet');
    });

    it('offers saved sources and the application security groups of the machine’s network', async () => {
      const settings = workspace.getConfiguration('portcullis');
      const target = 1 satisfies ConfigurationTarget;
      await settings.update('trustedSources', [office, 'not an address'], target);
      try {
        stage.picks.push([new RegExp(`^${office}$`)]);
        await stage.run('tightenSource', stage.row('halves'));
      } finally {
        await settings.update('trustedSources', undefined, target);
      }
      assert.ok(stage.lastItems.includes('admin-hosts'), stage.lastItems.join());
      assert.ok(!stage.lastItems.includes('not an address'));
      assert.equal(rule('both', 'halves-nsg')!.sourceAddressPrefix, office);
    });

    it('admits an application security group', async () => {
      stage.picks.push([/^admin-hosts$/]);
      await stage.run('tightenSource', stage.row('halves'));
      assert.equal(stage.reach('halves'), 'none');
      assert.equal((rule('both', 'halves-nsg')!.sourceApplicationSecurityGroups as unknown[]).length, 1);
    });

    it('takes more than now only when that is said in so many words', async () => {
      stage.picks.push([/Enter Addresses/], [/Enter Addresses/]);
      stage.inputs.push('203.0.113.0/24', '203.0.113.0/24');
      stage.answer = (_message, buttons) => buttons.find(button => button === 'Apply');
      await stage.run('tightenSource', stage.row('jump-office'));
      assert.match(stage.told[0]!, /lets in addresses that are kept out now/);
      assert.deepEqual(stage.writes, []);
      stage.answer = (_message, buttons) => buttons[0];
      await stage.run('tightenSource', stage.row('jump-office'));
      assert.match(stage.told.join('\n'), /is more than before/);
      assert.equal(rule('ssh-from-office', 'jump-office-nsg')!.sourceAddressPrefix, '203.0.113.0/24');
    });

    it('asks before it looks an address up, once, and never without being told to', async () => {
      const asked: URL[] = [];
      const { fetch } = globalThis;
      globalThis.fetch = async input => {
        asked.push(new URL(String(input)));
        return new Response('198.51.100.7');
      };
      try {
        stage.picks.push([/My Address/], /Look It Up/);
        stage.answer = () => undefined;
        await assert.rejects(stage.run('tightenSource', stage.row('halves')));
        assert.ok(asked.length < 1, 'no consent');
        stage.answer = (_message, buttons) => buttons[0];
        for (const name of ['halves', 'late-deny']) {
          stage.picks.push([/My Address/], /Look It Up/);
          await stage.run('tightenSource', stage.row(name, name === 'halves' ? 22 : 3389));
        }
        stage.picks.push([/My Address/], /Enter It/);
        stage.inputs.push('198.51.100.8');
        await stage.run('tightenSource', stage.row('asg-member'));
      } finally {
        globalThis.fetch = fetch;
      }
      assert.ok(asked.length === 4 && asked.every(url => url.protocol === 'https:'), asked.join());
      assert.equal(stage.told.filter(text => /Look up your public address/.test(text)).length, 2);
      assert.equal(rule('both', 'halves-nsg')!.sourceAddressPrefix, '198.51.100.7');
    });
  });

  describe('just-in-time access', () => {
    it('is enabled for a machine in the policy that is there, which keeps its other machines', async () => {
      stage.picks.push(/^3 hours$/, []);
      await stage.run('enableJustInTime', stage.row('halves'));
      const policies = [...stage.azure.defender.policies.values()];
      const machines = policies.flatMap(policy => policy.properties.virtualMachines as { id: string }[]);
      assert.equal(machines.length, 3);
      assert.match(stage.told[0]!, /The Deny of just-in-time access comes after/);
      assert.match(stage.shown('halves').context, /\bjit\b/);
      await undone();
      assert.doesNotMatch(stage.shown('halves').context, /\bjit\b/);
    });

    it('is not enabled, nor its plan switched on, without Defender for Servers plan 2', async () => {
      stage.picks.push(/^3 hours$/, []);
      await assert.rejects(
        stage.run('enableJustInTime', stage.row('admin-denied', 3389)),
        /needs Defender for Servers plan 2, and subscription Shared services has plan 1/,
      );
      assert.deepEqual(stage.writes, []);
    });

    it('is requested with a reason, shown with its end, and told where it does not close', async () => {
      stage.picks.push(/^2 hours$/, /Enter It/);
      stage.inputs.push('198.51.100.7', { refused: ' ', because: /Say why/ }, 'Patch the kernel');
      await stage.run('requestAccess', stage.row('jit-closed'));
      assert.equal(stage.reach('jit-closed'), 'restricted');
      await stage.run('showJustInTime', stage.row('jit-closed'));
      const text = () => window.activeTextEditor?.document.getText() ?? '';
      assert.match(text(), /SSH 22 from 198\.51\.100\.7 until .*: Patch the kernel/);
      assert.match(text(), /Nothing else opens the covered ports/);
      await stage.run('showJustInTime', stage.row('jit-overruled'));
      assert.match(text(), /Open all the same[\s\S]*SSH 22 from Internet, by jit-leaky-nsg\/old-ssh/);
    });

    it('is not requested where no policy covers the machine', async () => {
      const machine = { kind: 'machine', key: '', machine: stage.machine('halves') };
      await assert.rejects(stage.run('requestAccess', machine), /halves is under no just-in-time policy/);
    });
  });

  describe('Azure Firewall', () => {
    it('narrows a DNAT rule, and removes it', async () => {
      stage.picks.push([/Enter Addresses/]);
      stage.inputs.push(office);
      await stage.run('tightenFirewallRule', stage.row('app-classic', 3389));
      assert.equal(stage.reach('app-classic', 3389), 'restricted');
      await undone();
      await stage.run('removeFirewallRule', stage.row('app-classic', 3389));
      assert.equal(stage.reach('app-classic', 3389), 'none');
      await undone();
      assert.equal(stage.reach('app-classic', 3389), 'internet');
    });

    it('publishes a machine through one of the firewalls', async () => {
      stage.picks.push(/^classic-fw$/, [/Enter Addresses/]);
      stage.inputs.push(office);
      await stage.run('publishThroughFirewall', stage.row('app-bastion', 3389));
      assert.equal(stage.reach('app-bastion', 3389), 'restricted');
      await undone();
      assert.equal(stage.reach('app-bastion', 3389), 'none');
    });

    it('does not publish what a firewall leads to already', () =>
      assert.rejects(
        stage.run('publishThroughFirewall', stage.row('app-classic', 3389)),
        /leads to port 3389 .* already/,
      ));
  });

  describe('Bastion', () => {
    it('is recognised, and offers the portal and a command to start', async () => {
      assert.match(stage.shown('app-bastion').context, /\bbastion\b/);
      assert.doesNotMatch(stage.shown('halves').context, /\bbastion\b/);
      stage.picks.push(/In a Terminal/);
      await stage.run('connectThroughBastion', stage.row('app-bastion', 3389));
      assert.deepEqual(stage.lastItems, ['$(link-external) In the Azure Portal', '$(terminal) In a Terminal']);
      const terminal = window.terminals.find(one => one.name === 'Bastion: app-bastion');
      assert.ok(terminal);
      terminal.dispose();
      await assert.rejects(stage.run('connectThroughBastion', stage.row('halves')), /No Bastion that was read serves/);
    });

    it('takes no command out of a name', () => {
      const id = (name: string) => `/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/bastionHosts/${name}`;
      const command = bastionCommand(id("a'; rm -rf ~ #"), '/subscriptions/s/x`$(y)', false);
      assert.doesNotMatch(command, /[;`$#~]|'[^' ]*' rm/);
    });

    it('is created with the Developer SKU, and the direct way closed behind it', async () => {
      stage.picks.push(/^Close the direct way$/);
      await stage.run('createBastion', stage.row('late-deny', 3389));
      assert.equal(stage.reach('late-deny', 3389), 'none');
      assert.match(stage.shown('late-deny').context, /\bbastion\b/);
      await undone();
      assert.equal(stage.reach('late-deny', 3389), 'internet');
    });
  });

  describe('prevention', () => {
    const assignments = () =>
      [...stage.azure.authorization.extensions.values()].filter(one => /policyassignments/i.test(one.type));

    it('only reports at first, leaves out what is excluded, and lists what is in violation', async () => {
      stage.picks.push([/^web$/], /^Report Only$/);
      await stage.run('preventPublicAddresses', stage.group('Production', 'subscription'));
      const [assignment] = assignments();
      assert.equal(assignment?.properties.enforcementMode, 'DoNotEnforce');
      assert.deepEqual(
        assignment.properties.notScopes.map((scope: string) => scope.split('/').pop()),
        ['web'],
      );
      assert.match(stage.told[0]!, /no-group-standard-nic has a public IP already/);
      assert.doesNotMatch(stage.told[0]!, /web-01-nic/);
    });

    it('is enforced later, and given back as it was', async () => {
      const scope = stage.group('web (Production)');
      for (const mode of [/^Report Only$/, /^Enforce$/]) {
        stage.picks.push(mode);
        await stage.run('preventPublicAddresses', scope);
      }
      assert.equal(assignments()[0]?.properties.enforcementMode, 'Default');
      await stage.run('undoChange', { change: stage.journal.changes[0] });
      assert.equal(assignments()[0]?.properties.enforcementMode, 'DoNotEnforce');
    });

    it('asks for the scope when started from the palette', async () => {
      stage.picks.push(/^data$/, /^Enforce$/);
      await stage.run('preventPublicAddresses');
      assert.match(assignments()[0]!.id, /resourceGroups\/data\//);
    });
  });

  describe('closing all', () => {
    it('closes a resource group with one question, and says on each row how it went', async () => {
      await stage.run('closeAll', stage.group('web (Production)'));
      assert.equal(stage.told.filter(text => /^(Close|Change)/.test(text)).length, 1 + 1, 'one question, one message');
      for (const name of ['web-01', 'web-06', 'late-deny', 'halves', 'dual-stack', 'winrm', 'asg-member']) {
        assert.equal(
          stage.machine(name).verdict!.ports.every(port => port.reach === 'none' || port.reach === 'restricted'),
          true,
          name,
        );
        assert.match(stage.shown(name).description, /closed just now/, name);
      }
      assert.equal(stage.reach('jump-office'), 'restricted', 'what few addresses reach is left to them');
      assert.doesNotMatch(stage.shown('jump-office').description, /closed just now/);
      assert.ok(stage.journal.changes.every(change => change.state === 'applied'));
      await undone();
      assert.equal(stage.reach('web-01'), 'internet');
    });

    it('writes to several groups at once, and to each one after another', async () => {
      let [now, most] = [0, 0];
      stage.azure.faults.add({
        method: 'PUT',
        path: /networksecuritygroups/,
        effect: {
          kind: 'meanwhile',
          run: () => {
            now++;
            most = Math.max(most, now);
            setTimeout(() => now--, 30);
          },
        },
      });
      stage.azure.latency = 30;
      await stage.run('closeAll', stage.group('web (Production)'));
      assert.ok(most > 1 && most <= 4, `${most} at once`);
    });

    it('leaves a machine that no rule governs, and says so beforehand', async () => {
      await stage.run('closeAll', stage.group('data (Production)')).catch(() => undefined);
      await stage.run('closeAll', stage.group('Production', 'subscription'));
      assert.match(stage.told.join('\n'), /no-group-basic stays open at ports 22, 3389, 5985, 5986: no rule governs/);
      assert.doesNotMatch(stage.shown('no-group-basic').description, /closed/);
    });

    it('goes on when one group is refused, and names the reason on its machines', async () => {
      stage.azure.faults.add({
        method: 'PUT',
        path: /halves-nsg/,
        effect: { kind: 'answer', status: 403, body: { error: { code: 'RequestDisallowedByPolicy', message: 'No.' } } },
      });
      await stage.run('closeAll', stage.group('web (Production)'));
      assert.match(stage.shown('halves').description, /not closed: Azure Policy forbids this/);
      assert.equal(stage.reach('halves'), 'internet');
      assert.equal(stage.reach('late-deny', 3389), 'none');
      assert.match(stage.told.at(-1)!, /^\d+ of \d+ machines are as promised\. The others: /);
    });

    it('takes the marked rows, also when Deny was chosen on one of them', async () => {
      const rows = [stage.row('halves'), stage.row('late-deny', 3389), stage.row('jump-office')];
      await stage.run('denyPort', rows[0], rows);
      assert.deepEqual(
        [stage.reach('halves'), stage.reach('late-deny', 3389), stage.reach('jump-office')],
        ['none', 'none', 'restricted'],
      );
    });

    it('stops before anything is written when one of the groups is locked', async () => {
      await assert.rejects(
        stage.run('closeAll', stage.group('Development', 'subscription')),
        /Resource group frozen .* is locked/,
      );
      assert.deepEqual(stage.writes, []);
    });

    it('says that there is nothing to close', () =>
      assert.rejects(stage.run('closeAll', stage.group('managed (Shared services)')), /nothing to close/));
  });

  it('copies a script of any action for somebody who may', async () => {
    stage.azure.authorization.permissions = [{ scope: '/', actions: ['*/read'] }];
    await assert.rejects(
      stage.run('denyPort', stage.row('halves')),
      (error: Error & { options: { actions: { title: string; run(): Promise<void> }[] } }) => {
        assert.deepEqual(
          error.options.actions.map(action => action.title),
          ['Copy as Script'],
        );
        void error.options.actions[0]!.run();
        return true;
      },
    );
    for (let tries = 0; tries < 100 && !/halves-nsg/.test(await env.clipboard.readText()); tries++)
      await new Promise(resolve => setTimeout(resolve, 20));
    assert.match(await env.clipboard.readText(), /halves-nsg/);
  });
});
