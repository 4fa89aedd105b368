import assert from 'node:assert/strict';
import type { PlanStep } from '../../../src/remediation/plan-steps.ts';
import {
  isPermitted,
  matchesAction,
  neededActions,
  roleFor,
  scopesOf,
} from '../../../src/remediation/preflight-permissions.ts';

const group = '/subscriptions/s/resourceGroups/web';
const nsg = `${group}/providers/Microsoft.Network/networkSecurityGroups/web-nsg`;
const nic = `${group}/providers/Microsoft.Network/networkInterfaces/web-nic`;
const write = 'Microsoft.Network/networkSecurityGroups/securityRules/write';

const step = (method: PlanStep['method'], id: string, body: object | null = null): PlanStep => ({
  title: 'x',
  method,
  id,
  apiVersion: '2024-05-01',
  body: body as PlanStep['body'],
});

describe('the rights that a plan needs', () => {
  const cases: readonly (readonly [string, PlanStep, readonly string[]])[] = [
    ['a rule written', step('PUT', `${nsg}/securityRules/a`, {}), [write]],
    [
      'a rule deleted',
      step('DELETE', `${nsg}/securityRules/a`),
      ['Microsoft.Network/networkSecurityGroups/securityRules/delete'],
    ],
    [
      'a policy against public addresses, at a subscription',
      step('PUT', '/subscriptions/s/providers/Microsoft.Authorization/policyAssignments/a', {}),
      ['Microsoft.Authorization/policyAssignments/write'],
    ],
    [
      'access requested',
      step('POST', `${group}/providers/Microsoft.Security/locations/we/jitNetworkAccessPolicies/default/initiate`, {}),
      ['Microsoft.Security/locations/jitNetworkAccessPolicies/initiate/action'],
    ],
    [
      'just-in-time access, which is also a write to the machine',
      step('PUT', `${group}/providers/Microsoft.Security/locations/we/jitNetworkAccessPolicies/default`, {
        properties: { virtualMachines: [{ id: `${group}/providers/Microsoft.Compute/virtualMachines/a` }] },
      }),
      ['Microsoft.Security/locations/jitNetworkAccessPolicies/write', 'Microsoft.Compute/virtualMachines/write'],
    ],
  ];
  for (const [what, one, actions] of cases)
    it(`are known for ${what}`, () =>
      assert.deepEqual(
        neededActions([one], []).map(needed => needed.action),
        actions,
      ));

  it('include joining what a body refers to for the first time, and only that', () => {
    const address = `${group}/providers/Microsoft.Network/publicIPAddresses/ip`;
    const subnet = `${group}/providers/Microsoft.Network/virtualNetworks/net/subnets/a`;
    const body = (ids: readonly string[]) => ({
      properties: { ipConfigurations: ids.map(id => ({ properties: { x: { id } } })) },
    });
    const steps = [step('PUT', nic, body([subnet, address]))];
    const undo = [step('PUT', nic, body([subnet]))];
    assert.deepEqual(neededActions(steps, undo), [
      { action: 'Microsoft.Network/networkInterfaces/write', id: nic },
      { action: 'Microsoft.Network/publicIPAddresses/join/action', id: address },
    ]);
  });

  it('are each asked for once', () => {
    const steps = ['a', 'b', 'A'].map(name => step('PUT', `${nsg}/securityRules/${name}`, {}));
    assert.equal(neededActions(steps, []).length, 2);
  });
});

describe('what roles allow', () => {
  const entry = (actions: readonly string[], notActions: readonly string[] = []) => ({ actions, notActions });
  const cases: readonly (readonly [string, Parameters<typeof isPermitted>[0], boolean])[] = [
    ['Owner', [entry(['*'])], true],
    ['Reader', [entry(['*/read'])], false],
    ['Network Contributor', [entry(['Microsoft.Network/*'])], true],
    ['the action in other letters', [entry(['microsoft.network/NETWORKSECURITYGROUPS/securityrules/Write'])], true],
    ['every write', [entry(['*/write'])], true],
    ['the group but not its rules', [entry(['Microsoft.Network/networkSecurityGroups/write'])], false],
    ['everything but writing rules', [entry(['*'], [write])], false],
    ['everything but rules', [entry(['*'], ['Microsoft.Network/networkSecurityGroups/securityRules/*'])], false],
    ['one role takes out, another gives', [entry(['*'], [write]), entry([write])], true],
    ['no role', [], false],
  ];
  for (const [what, entries, permitted] of cases)
    it(`${what}: ${permitted ? 'may' : 'may not'} write a rule`, () =>
      assert.equal(isPermitted(entries, write), permitted));

  const patterns: readonly (readonly [string, string, boolean])[] = [
    ['*', 'anything/at/all', true],
    ['a/*/c', 'a/b/b/c', true],
    ['a/*/c', 'a/c', false],
    ['a/*', 'a', false],
    ['ab*ba', 'aba', false],
    ['**', '', true],
    ['', 'a', false],
  ];
  for (const [pattern, action, fits] of patterns)
    it(`“${pattern}” ${fits ? 'fits' : 'does not fit'} ${action}`, () =>
      assert.equal(matchesAction(pattern, action), fits));

  it('is found out in little time for a pattern of stars alone', () => {
    const began = performance.now();
    assert.equal(matchesAction(`${'*a'.repeat(5000)}b`, 'a'.repeat(5000)), false);
    assert.ok(performance.now() - began < 500);
  });

  it('is looked up at the resource group first, then at the resource, a child’s at its parent', () => {
    assert.deepEqual(scopesOf(`${nsg}/securityRules/a`), [group, nsg]);
    assert.deepEqual(scopesOf(nic), [group, nic]);
    assert.deepEqual(scopesOf('/subscriptions/s/providers/Microsoft.Authorization/policyAssignments/a'), [
      '/subscriptions/s',
    ]);
    assert.deepEqual(scopesOf(`${group}/providers/Microsoft.Authorization/policyAssignments/a`), [group]);
  });

  it('can be asked for by a role’s name', () => {
    assert.equal(roleFor(write), 'Network Contributor');
    assert.equal(roleFor('Microsoft.Unheard/of/write'), 'Contributor');
  });
});
