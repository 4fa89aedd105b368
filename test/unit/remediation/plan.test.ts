import assert from 'node:assert/strict';
import { inventoryReport } from '../../../src/cli/inventory.ts';
import { type Plan, type PlanRequest, planChange } from '../../../src/remediation/plan.ts';
import { PlanError, type PlanProblem } from '../../../src/remediation/plan-error.ts';
import { pick, pickList } from '../../../src/remediation/plan-json.ts';
import { applySteps } from '../../../src/remediation/plan-steps.ts';
import { type Json, machineId, networkId, rule } from '../network/azure-resources.ts';
import { estate, plain } from './estates.ts';

const vm = machineId('vm1');

function plan(resources: readonly unknown[], request: Partial<PlanRequest>): Plan {
  const full: PlanRequest = {
    action: 'deny',
    machines: [vm],
    port: 22,
    random: () => 0.5,
    now: new Date(0),
    ...request,
  };
  const before = JSON.stringify(resources);
  const made = planChange(resources, full);
  assert.equal(JSON.stringify(resources), before, 'planning changes nothing');
  const after = inventoryReport(applySteps(resources, made.steps), [22, 3389, 5985, 5986, full.port]);
  for (const row of made.machines) {
    const verdict = after.machines.find(one => one.id === row.id)!.ports.find(one => one.port === row.port)!;
    assert.deepEqual({ reach: verdict.reach, certainty: verdict.certainty }, row.after, `${row.id} ${row.port}`);
  }
  return made;
}

function outcome(made: Plan, machine = vm, port = 22): string {
  const row = made.machines.find(one => one.id === machine && one.port === port);
  return `${row?.before.reach} > ${row?.after.reach}`;
}

function refused(resources: readonly unknown[], request: Partial<PlanRequest>, problem: PlanProblem): void {
  assert.throws(
    () => plan(resources, request),
    (error: unknown) => error instanceof PlanError && error.problem === problem && error.message.length > 20,
    problem,
  );
}

function rulesOf(resources: readonly unknown[], made: Plan, group = 'nsg1'): string[] {
  const found = applySteps(resources, made.steps).find(
    one => pick(one, 'id') === networkId('networkSecurityGroups', group),
  );
  return pickList(found, 'properties', 'securityRules')
    .map(one => pick(one, 'properties') as Json & { name: string })
    .map((one, i) => {
      const ports = pickList(one, 'destinationPortRanges');
      const sources = pickList(one, 'sourceAddressPrefixes');
      const name = pick(pickList(found, 'properties', 'securityRules')[i], 'name');
      return `${one.priority} ${one.access} ${sources.length > 0 ? sources.join() : one.sourceAddressPrefix} ${ports.length > 0 ? ports.join() : one.destinationPortRange} ${name}`;
    })
    .sort();
}

describe('plans: deny', () => {
  it('denies by the rule itself when it is for management ports alone', () => {
    const resources = estate({ rules: [rule('ssh', '300 Allow Tcp * 22')] });
    const made = plan(resources, {});
    assert.equal(outcome(made), 'internet > none');
    assert.equal(made.steps.length, 1);
    assert.equal(made.steps[0]!.id, `${networkId('networkSecurityGroups', 'nsg1')}/securityRules/ssh`);
    assert.equal(pick(made.steps[0]!.body, 'properties', 'access'), 'Deny');
    assert.equal(pick(made.undo[0]!.body, 'properties', 'access'), 'Allow');
  });

  it('splits a rule that carries other ports', () => {
    const resources = estate({ rules: [rule('web', '300 Allow Tcp * 22,443')] });
    const made = plan(resources, {});
    assert.deepEqual(rulesOf(resources, made), ['299 Deny * 22 web-deny-22', '300 Allow * 443 web']);
    assert.match(made.alsoAffected.join(), /443/);
  });

  it('splits a rule for all ports and keeps the rest', () => {
    const resources = estate({ rules: [rule('all', '100 Allow * Internet *')] });
    const made = plan(resources, {});
    assert.deepEqual(rulesOf(resources, made), [
      '100 Allow Internet 0-21,23-65535 all',
      '101 Deny Internet 22 all-deny-22',
    ]);
    assert.equal(outcome(made), 'internet > none');
  });

  it('edits in place, or moves neighbours, where no priority is free', () => {
    const rules = [
      rule('a', '299 Deny Tcp * 8080'),
      rule('web', '300 Allow Tcp * 22,443'),
      rule('b', '301 Deny Tcp * 8081'),
    ];
    const resources = estate({ rules });
    const inPlace = plan(resources, {});
    assert.equal(inPlace.steps.length, 1);
    assert.match(inPlace.warnings.join(), /No priority is free/);
    assert.equal(outcome(inPlace), 'internet > none');
    const moved = plan(resources, { whenFull: 'renumber' });
    assert.deepEqual(rulesOf(resources, moved), [
      '299 Deny * 8080 a',
      '300 Deny * 22 web-deny-22',
      '301 Allow * 443 web',
      '302 Deny * 8081 b',
    ]);
  });

  it('closes every rule, also one in the shade of another', () => {
    const rules = [
      rule('v4', '100 Allow Tcp 0.0.0.0/1 22'),
      rule('all', '200 Allow Tcp * 20-25'),
      rule('x', '400 Allow Tcp * 22'),
    ];
    const made = plan(estate({ rules }), {});
    assert.equal(outcome(made), 'internet > none');
  });

  it('shows every machine behind a shared group', () => {
    const made = plan(estate({ rules: [rule('ssh', '300 Allow Tcp * 22')], machines: 12, shared: true }), {});
    assert.equal(made.machines.filter(row => row.port === 22).length, 12);
    assert.ok(made.machines.every(row => row.after.reach === 'none'));
    assert.equal(made.alsoAffected.filter(text => text.includes('too')).length, 11);
  });

  it('changes the group with the fewest machines of two in series', () => {
    const resources = estate({
      rules: [rule('ssh', '300 Allow Tcp * 22')],
      subnetRules: [rule('open', '300 Allow Tcp * *')],
      machines: 3,
    });
    const made = plan(resources, {});
    assert.deepEqual(
      made.steps.map(step => step.id.split('/').at(-3)),
      ['nsg1'],
    );
    assert.equal(made.machines.length, 1);
  });

  it("takes ids in any letter case, and keeps the inventory's", () => {
    const made = plan(estate({ rules: [rule('ssh', '300 Allow Tcp * 22')] }), { machines: [vm.toUpperCase()] });
    assert.equal(made.machines[0]!.id, vm);
  });
});

describe('plans: what cannot be planned', () => {
  const open = [rule('ssh', '300 Allow Tcp * 22')];
  it('says why', () => {
    refused(estate({ rules: open }), { machines: ['/nowhere'] }, 'machine-not-found');
    refused(estate({ rules: [] }), {}, 'already-closed');
    refused(estate({ rules: open }), { action: 'tighten', sources: ['*'] }, 'source');
    refused(estate({ rules: open }), { action: 'tighten', sources: ['Internet'] }, 'source');
    refused(estate({ rules: open }), { action: 'tighten', sources: ['0.0.0.0/0'] }, 'source');
    refused(estate({ rules: open }), { action: 'tighten', sources: ['1.2.3.4/33'] }, 'source');
    refused(estate({ rules: open }), { action: 'tighten', sources: [] }, 'source');
    const few = [rule('ssh', '300 Allow Tcp 203.0.113.0/28 22')];
    refused(estate({ rules: few }), { action: 'tighten', sources: ['203.0.113.0/24'] }, 'not-narrower');
    refused(estate({ rules: few }), { action: 'tighten', sources: ['203.0.113.0/28'] }, 'not-narrower');
    refused(estate({ rules: few }), { action: 'tighten', sources: ['198.51.100.1'] }, 'not-narrower');
    const jit = [rule('MicrosoftDefenderForCloud-JITRule-1', '100 Allow Tcp * 22')];
    for (const action of ['deny', 'delete', 'tighten'] as const)
      refused(estate({ rules: jit }), { action, sources: ['203.0.113.7'] }, 'just-in-time-rule');
    const all = estate({ rules: open });
    refused(
      all.filter(one => !String(pick(one, 'id')).includes('networkSecurityGroups')),
      {},
      'not-readable',
    );
    refused(
      all.filter(one => !String(pick(one, 'id')).includes('networkInterfaces')),
      {},
      'not-readable',
    );
    refused(estate({ rules: undefined, sku: 'Basic' }), {}, 'no-rule');
  });

  it('does not write beside rules that were not read', () => {
    const unread = estate({ rules: open }).map(one =>
      pick(one, 'id') === networkId('networkSecurityGroups', 'nsg1')
        ? { ...one, properties: { provisioningState: 'Succeeded' } }
        : one,
    );
    for (const action of ['deny', 'deny-management-ports', 'jump-path'] as const)
      refused(unread, { action, sources: ['203.0.113.7'] }, 'not-readable');
  });

  it('sends to Virtual Network Manager for what it always allows', () => {
    const admin = {
      id: `${networkId('virtualNetworks', 'vnet')}/effectiveSecurityAdminRules/r`,
      name: 'always',
      type: 'Microsoft.Network/effectiveSecurityAdminRules',
      properties: {
        access: 'AlwaysAllow',
        direction: 'Inbound',
        priority: 10,
        protocol: 'Tcp',
        sources: [{ addressPrefix: '203.0.113.0/24', addressPrefixType: 'IPPrefix' }],
        destinations: [{ addressPrefix: '*', addressPrefixType: 'IPPrefix' }],
        sourcePortRanges: ['0-65535'],
        destinationPortRanges: ['22'],
      },
    };
    for (const action of ['deny', 'deny-management-ports', 'delete'] as const)
      refused([...estate({ rules: open }), admin], { action }, 'admin-rule');
    refused([...estate({ rules: [] }), admin], { action: 'tighten', sources: ['203.0.113.7'] }, 'admin-rule');
  });

  const scopeOf = (id: string): string => id.slice(0, id.indexOf('/providers/'));
  const lock = (scope: string, level: string): Json => ({
    id: `${scope}/providers/Microsoft.Authorization/locks/board`,
    name: 'board',
    type: 'Microsoft.Authorization/locks',
    properties: { level },
  });

  it('stops at locks that were read, and tells what could not be taken back', () => {
    const group = scopeOf(vm).toUpperCase();
    const at = (scope: string, level: string) => [...estate({ rules: open }), lock(scope, level)];
    for (const scope of [group, networkId('networkSecurityGroups', 'nsg1'), '/subscriptions/s1']) {
      for (const action of ['deny', 'delete', 'deny-management-ports', 'jump-path'] as const)
        refused(at(scope, 'ReadOnly'), { action, sources: ['203.0.113.7'] }, 'locked');
      refused(at(scope, 'CanNotDelete'), { action: 'delete' }, 'locked');
      assert.deepEqual(outcome(plan(at(scope, 'CanNotDelete'), {})), 'internet > none');
      assert.match(
        plan(at(scope, 'CanNotDelete'), { action: 'deny-management-ports' }).warnings.join(),
        /cannot be taken back while CanNotDelete lock board stands/,
      );
    }
    assert.deepEqual(outcome(plan(at('/subscriptions/s1/resourceGroups/other', 'ReadOnly'), {})), 'internet > none');
  });

  it('does not put machines under just-in-time access where the subscription has not the plan for it', () => {
    const pricing = (properties: Json): Json => ({
      id: '/subscriptions/s1/providers/Microsoft.Security/pricings/VirtualMachines',
      name: 'VirtualMachines',
      type: 'Microsoft.Security/pricings',
      properties,
    });
    const withPlan = (properties: Json) => [...estate({ rules: open }), pricing(properties)];
    const action = 'just-in-time';
    refused(withPlan({ pricingTier: 'Free' }), { action }, 'not-supported');
    refused(withPlan({ pricingTier: 'Standard', subPlan: 'P1' }), { action }, 'not-supported');
    for (const properties of [{ pricingTier: 'Standard', subPlan: 'P2' }, { pricingTier: 'Standard' }])
      assert.equal(plan(withPlan(properties), { action }).steps.length, 1);
  });
});

describe('plans: delete, deny in front, tighten', () => {
  it('deletes the rule and says what else it carried', () => {
    const made = plan(estate({ rules: [rule('web', '300 Allow Tcp * 22,443')] }), { action: 'delete' });
    assert.deepEqual([made.steps[0]!.method, made.steps[0]!.body], ['DELETE', null]);
    assert.match(made.alsoAffected.join(), /443/);
    assert.equal(outcome(made), 'internet > none');
  });

  it('denies management ports before every other rule, moving those at the very front', () => {
    const resources = estate({ rules: [rule('all', '100 Allow * * *')] });
    const made = plan(resources, { action: 'deny-management-ports' });
    assert.deepEqual(rulesOf(resources, made), [
      '100 Deny Internet 22,3389,5985,5986 deny-management-ports-from-internet',
      '101 Allow * * all',
    ]);
    assert.equal(outcome(made), 'internet > none');
    assert.equal(outcome(made, vm, 3389), 'internet > none');
  });

  it('narrows the sources, IPv4 and IPv6 together', () => {
    const resources = estate({ rules: [rule('ssh', '300 Allow Tcp * 22')] });
    const made = plan(resources, { action: 'tighten', sources: ['203.0.113.7', '2001:db8::/64'] });
    assert.deepEqual(rulesOf(resources, made), ['300 Allow 203.0.113.7,2001:db8::/64 22 ssh']);
    assert.equal(outcome(made), 'internet > restricted');
    assert.equal('sourceAddressPrefix' in (pick(made.steps[0]!.body, 'properties') as object), false);
  });

  it('splits a rule that carries other ports, and writes a tag in a rule of its own', () => {
    const resources = estate({ rules: [rule('web', '300 Allow Tcp * 22,443')] });
    const made = plan(resources, { action: 'tighten', sources: ['203.0.113.7', 'VirtualNetwork'] });
    assert.deepEqual(rulesOf(resources, made), [
      '299 Allow 203.0.113.7 22 web-port-22',
      '300 Allow * 443 web',
      '301 Allow VirtualNetwork 22 web-port-22-2',
    ]);
    assert.equal(outcome(made), 'internet > restricted');
  });

  it('takes an application security group, which is nobody on the internet', () => {
    const group = networkId('applicationSecurityGroups', 'admins');
    const made = plan(estate({ rules: [rule('ssh', '300 Allow Tcp * 22')] }), { action: 'tighten', sources: [group] });
    assert.deepEqual(pick(made.steps[0]!.body, 'properties', 'sourceApplicationSecurityGroups'), [{ id: group }]);
    assert.equal(outcome(made), 'internet > none');
  });
});

describe('plans: jump path', () => {
  const open = [rule('ssh', '300 Allow Tcp * 22')];
  it('adds a load balancer and leaves the direct way unless asked', () => {
    const resources = estate({ rules: open });
    const made = plan(resources, { action: 'jump-path', sources: ['203.0.113.7'] });
    assert.deepEqual(
      made.steps.map(step => step.id.split('/').slice(-2).join('/')),
      [
        'publicIPAddresses/vm1-jump-ip',
        'loadBalancers/vm1-jump-lb',
        'securityRules/allow-jump-vm1-22',
        'networkInterfaces/nic1',
      ],
    );
    assert.equal(outcome(made), 'internet > internet');
    const nic = made.steps.at(-1)!.body;
    const properties = pick(pickList(nic, 'properties', 'ipConfigurations')[0], 'properties') as Json;
    assert.equal(properties.privateIPAddress, '10.0.0.4');
    assert.ok(properties.publicIPAddress, 'the public address stays');
    assert.equal(pick(nic, 'properties', 'enableAcceleratedNetworking'), true);
    assert.equal(pick(nic, 'properties', 'macAddress'), undefined);
    assert.deepEqual(pick(nic, 'tags'), { team: 'a' });
  });

  it('closes the direct way', () => {
    const made = plan(estate({ rules: open }), { action: 'jump-path', sources: ['203.0.113.7'], closeDirect: true });
    assert.equal(outcome(made), 'internet > restricted');
    assert.match(made.warnings.join(), /NAT gateway/);
    const undone = inventoryReport(applySteps(applySteps(estate({ rules: open }), made.steps), made.undo), [22]);
    assert.equal(undone.machines[0]!.ports[0]!.reach, 'internet');
  });

  it('gives several machines ports in a row of one load balancer', () => {
    const resources = estate({ rules: open, machines: 3 });
    const machines = ['vm1', 'vm2', 'vm3'].map(machineId);
    const made = plan(resources, { action: 'jump-path', machines, sources: ['203.0.113.7'], frontendPort: 50000 });
    const balancer = made.steps.find(step => step.id.includes('loadBalancers'))!;
    assert.deepEqual(
      pickList(balancer.body, 'properties', 'inboundNatRules').map(one => pick(one, 'properties', 'frontendPort')),
      [50000, 50001, 50002],
    );
  });

  it('gives a machine without any security group one', () => {
    const resources = estate({ rules: undefined });
    const made = plan(resources, { action: 'jump-path', sources: ['203.0.113.7'] });
    assert.equal(outcome(made), 'none > restricted');
    assert.deepEqual(plain(applySteps(applySteps(resources, made.steps), made.undo)), plain(resources));
  });

  it('refuses a Basic public IP beside a Standard load balancer', () => {
    refused(estate({ rules: open, sku: 'Basic' }), { action: 'jump-path', sources: ['203.0.113.7'] }, 'load-balancer');
  });
});

describe('plans: undo', () => {
  it('gives back the writable state of every resource', () => {
    const rules = [rule('web', '300 Allow Tcp * 22,443'), rule('all', '400 Allow * * *')];
    for (const action of ['deny', 'delete', 'deny-management-ports', 'tighten', 'jump-path'] as const) {
      const resources = estate({ rules });
      const made = plan(resources, { action, sources: ['203.0.113.7'], closeDirect: true });
      const back = applySteps(applySteps(resources, made.steps), made.undo);
      const bare = (list: readonly unknown[]): unknown => plain(list);
      assert.deepEqual(bare(back), bare(resources), action);
    }
  });
});
