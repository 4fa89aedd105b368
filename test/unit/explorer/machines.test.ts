import assert from 'node:assert/strict';
import type { ArmResource } from '../../../src/azure/inventory.ts';
import { inventoryReport } from '../../../src/cli/inventory.ts';
import { type JudgedInventory, judgeInventory } from '../../../src/explorer/inventory-verdicts.ts';
import {
  describeFilter,
  fingerprint,
  type Grouping,
  groupMachines,
  type ListedMachine,
  listedMachine,
  type MachineFilter,
  matchesFilter,
  openMachines,
} from '../../../src/explorer/machine-list.ts';
import { machineSummary, portSummary, proofLines } from '../../../src/explorer/machine-text.ts';
import { secureScore } from '../../../src/explorer/secure-score.ts';
import { questionsFor, verificationText } from '../../../src/explorer/verification-report.ts';
import { FlowEvaluation } from '../../../src/network/flow/flow.ts';
import { layDemoEstate } from '../../azure-server/demo-estate.ts';
import { render } from '../../azure-server/resources.ts';
import { AzureServer } from '../../azure-server/server.ts';

const ports = [22, 3389, 5985, 5986];

describe('machines on screen', () => {
  let machines: readonly ListedMachine[];
  let resources: ArmResource[];
  let judged: JudgedInventory;

  before(async () => {
    const azure = await AzureServer.start();
    layDemoEstate(azure);
    resources = [
      ...[...azure.store.all()]
        .filter(one => !one.id.includes('/resourceGroups/secret/'))
        .map(one => render(one, azure.store)),
      ...azure.networkRows,
      ...azure.defender.rows(),
      ...azure.defender.policies.values(),
    ];
    judged = await judgeInventory(resources, ports);
    machines = judged.machines;
    await azure.close();
  });

  const machine = (name: string) => machines.find(one => one.name === name)!;

  const summaries: readonly (readonly [string, string])[] = [
    ['web-01', 'SSH 22 · open to the internet'],
    ['dev-01', 'SSH 22, RDP 3389, WinRM 5985, WinRM over TLS 5986 · open to the internet'],
    ['db-01', 'closed to the internet'],
    ['jump-office', 'SSH 22 · open to few addresses'],
    ['two-groups', 'SSH 22 · open to few addresses'],
    ['no-group-standard', 'closed to the internet'],
    ['late-deny', 'RDP 3389 · open to the internet'],
    ['early-deny', 'closed to the internet'],
    ['dual-stack', 'SSH 22 · open to the internet'],
    ['asg-outsider', 'closed to the internet'],
    ['lb-01', 'SSH 22 · open to the internet'],
    ['lb-02', 'closed to the internet'],
    ['farm-01', 'RDP 3389 · open to the internet'],
    ['uniform/1', 'SSH 22 · open to the internet'],
    ['jit-overruled', 'SSH 22 · open to the internet'],
    ['app-classic', 'RDP 3389 · open to the internet'],
    ['app-policy', 'SSH 22 · open to a wide range of addresses'],
    ['admin-denied', 'closed to the internet'],
    ['behind-basic', 'RDP 3389 · open to the internet'],
    ['unreadable-group', 'SSH 22, RDP 3389, WinRM 5985, WinRM over TLS 5986 · may be open to the internet'],
  ];
  for (const [name, summary] of summaries) {
    it(`says of ${name}: ${summary}`, () => assert.equal(machineSummary(machine(name).verdict!), summary));
  }

  it('lists the machines of a scale set, not the set beside them', () => {
    const names = machines.map(one => one.name);
    assert.ok(names.includes('uniform/0') && !names.includes('uniform') && !names.includes('flexible'));
  });

  it('names what a conditional port hangs on', () => {
    const [port] = machine('unreadable-group').verdict!.ports;
    assert.match(
      portSummary(port!),
      /^may be open to the internet · depends on not readable: security group secret-nsg$/,
    );
  });

  it('proves a port by frontend, rules in order and one client', () => {
    const lines = proofLines(machine('web-01').verdict!).slice(0, 4);
    assert.deepEqual(lines.slice(0, 3), [
      'SSH 22: open to the internet',
      '  20.50.0.1:22 by public IP address · open to the internet',
      '    web-nsg/allow-web-and-ssh (priority 200) admits Internet',
    ]);
    assert.match(lines[3]!, /^ {4}A client at [\d.]+ gets through\.$/);
  });

  it('groups in every way, each machine where it belongs', () => {
    const names = (grouping: Grouping) =>
      groupMachines(machines, grouping, id => id.slice(0, 4)).map(group => [group.label, group.machines.length]);
    assert.equal(names('subscription').length, 3);
    assert.deepEqual(
      names('reach').map(([label]) => label),
      ['Open to the internet', 'Open to a wide range', 'Open to few addresses', 'Closed to the internet'],
    );
    const byPort = groupMachines(machines, 'port', id => id);
    assert.deepEqual(byPort.map(group => group.label).slice(0, 2), ['SSH 22', 'RDP 3389']);
    assert.ok(byPort.filter(group => group.machines.some(one => one.name === 'dev-01')).length === 4);
    assert.ok(groupMachines(machines, 'resource-group', id => id).length > 5);
  });

  const filters: readonly (readonly [MachineFilter, readonly string[]])[] = [
    [{ text: 'WEB-0' }, ['web-01', 'web-02', 'web-03', 'web-04', 'web-05', 'web-06']],
    [{ reach: ['wide'] }, ['app-policy', 'winrm']],
    [{ tag: 'team=data' }, ['db-01', 'db-02', 'db-03']],
    [{ tag: 'team', text: 'db' }, ['db-01', 'db-02', 'db-03']],
    [{ power: 'stopped' }, ['stopped']],
    [{ text: 'web', reach: ['none'], power: 'running' }, ['asg-outsider', 'early-deny']],
  ];
  for (const [filter, names] of filters) {
    it(`filters by ${describeFilter(filter)}`, () => {
      const kept = machines.filter(one => matchesFilter(one, filter)).map(one => one.name);
      assert.deepEqual(kept.sort(), [...names].sort());
    });
  }

  it('counts open machines for the badge and tells a change by a fingerprint', () => {
    assert.equal(
      openMachines(machines),
      machines.filter(one => machineSummary(one.verdict!).includes('open to the internet')).length,
    );
    const one = machine('web-01');
    assert.equal(fingerprint(one), fingerprint({ ...one }));
    assert.notEqual(fingerprint(one), fingerprint(machine('web-02')));
    assert.notEqual(fingerprint(one), fingerprint(listedMachine({ id: one.id })));
  });

  it('sets the score beside Defender’s and says why they differ', () => {
    const score = secureScore(judged.score, machines, resources);
    assert.deepEqual(score.own, inventoryReport(resources, ports).score);
    assert.ok(score.defender && score.defender.max === 8);
    const jit = score.recommendations.find(one => one.key === 'jit')!;
    const office = jit.machines.find(one => one.machine.name === 'jump-office')!;
    assert.deepEqual([office.own, office.defender], ['Healthy', 'Unhealthy']);
    assert.match(office.note!, /Defender for Cloud/);
  });

  it('asks Azure about the machine’s own addresses, and reports differences first', () => {
    const flows = new FlowEvaluation(judged.model);
    const questions = questionsFor(machine('web-01'), flows);
    assert.deepEqual(
      questions.map(one => [one.port, one.localAddress, one.expected, one.expectedRule]),
      [
        [22, '10.10.0.4', 'Allow', 'allow-web-and-ssh'],
        [3389, '10.10.0.4', 'Deny', 'DenyAllInBound'],
        [5985, '10.10.0.4', 'Deny', 'DenyAllInBound'],
        [5986, '10.10.0.4', 'Deny', 'DenyAllInBound'],
      ],
    );
    // Security groups decide about machines without a public way as well, and about none where there are none.
    assert.deepEqual(
      ['db-01', 'no-group-standard'].map(name => questionsFor(machine(name), flows).map(one => one.expected)),
      [
        ['Deny', 'Deny', 'Deny', 'Deny'],
        ['Allow', 'Allow', 'Allow', 'Allow'],
      ],
    );
    const text = verificationText(machine('web-01'), {
      differences: 1,
      flows: [{ question: questions[0]!, access: 'Deny', ruleName: 'securityRules/x' }],
      effective: [{ interfaceId: '/nic', failure: 'The machine does not run.' }],
    });
    assert.match(text, /1 difference:\n {2}DIFFERS {2}SSH 22 from .* Azure says Deny by securityRules\/x, here Allow/);
    assert.match(text, /no answer: The machine does not run\./);
  });
});

describe('bad inventories on screen', () => {
  const vm = '/subscriptions/s/resourceGroups/G/providers/Microsoft.Compute/virtualMachines/a';
  const inventories: readonly (readonly [string, unknown[], string])[] = [
    ['a machine without properties', [{ id: vm, type: 'Microsoft.Compute/virtualMachines' }], 'a'],
    [
      'an interface that is missing',
      [
        {
          id: vm,
          type: 'microsoft.compute/virtualmachines',
          properties: { networkProfile: { networkInterfaces: [{ id: '/x/y/nic' }] } },
        },
      ],
      'a',
    ],
    [
      'wrong types everywhere',
      [{ id: vm, type: 'Microsoft.Compute/virtualMachines', tags: [1], location: 7, properties: [] }],
      'a',
    ],
  ];
  for (const [title, resources, name] of inventories) {
    it(`shows ${title}`, async () => {
      const { machines } = await judgeInventory(resources as ArmResource[], ports);
      assert.deepEqual(
        machines.map(one => one.name),
        [name],
      );
      assert.ok(machineSummary(machines[0]!.verdict!).length > 0);
    });
  }

  it('does not take a missing interface for closed', async () => {
    const { machines } = await judgeInventory(inventories[1]![1] as ArmResource[], ports);
    assert.match(machineSummary(machines[0]!.verdict!), /may be open to the internet/);
  });
});
