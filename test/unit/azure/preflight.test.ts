import assert from 'node:assert/strict';
import { preflight } from '../../../src/azure/preflight.ts';
import type { PlanStep } from '../../../src/remediation/plan-steps.ts';
import { EstateBuilder } from '../../azure-server/estate-builder.ts';
import { AzureServer } from '../../azure-server/server.ts';
import { readerFor } from './local-azure.ts';

const subscriptionId = '0f000000-0000-4000-8000-000000000001';
const tenantId = '0f000000-0000-4000-8000-0000000000aa';
const subscription = `/subscriptions/${subscriptionId}`;
const group = `${subscription}/resourceGroups/web`;
const nsg = `${group}/providers/Microsoft.Network/networkSecurityGroups/web-nsg`;
const jit = `${group}/providers/Microsoft.Security/locations/westeurope/jitNetworkAccessPolicies/default`;

const step = (method: PlanStep['method'], id: string): PlanStep => ({
  title: 'x',
  method,
  id,
  apiVersion: '2024-05-01',
  body: method === 'DELETE' ? null : {},
});

describe('preflight, with the local Azure', () => {
  let azure: AzureServer;
  let state: string | undefined;

  beforeEach(async () => {
    state = 'Enabled';
    azure = await AzureServer.start();
    azure.addTenant({ tenantId, displayName: 'Contoso', defaultDomain: 'contoso.example' });
    azure.addSubscription({ subscriptionId, displayName: 'Production', tenantId });
    new EstateBuilder(azure, subscriptionId, 'westeurope', '20.50').securityGroup('web', 'web-nsg', {
      ssh: '100 allow tcp 22 from Internet',
    });
  });

  afterEach(() => azure.close());

  const check = (steps: readonly PlanStep[], undo: readonly PlanStep[] = []) =>
    preflight(
      { steps, undo },
      {
        readerOf: () => readerFor(azure, tenantId),
        subscriptionName: () => 'Production',
        subscriptionState: () => state,
      },
    );
  const lock = (scope: string, level: string, notes?: string) =>
    azure.request('PUT', `${scope}/providers/Microsoft.Authorization/locks/prod?api-version=2020-05-01`, {
      properties: { level, ...(notes ? { notes } : {}) },
    });
  const rule = [step('PUT', `${nsg}/securityRules/ssh`)];

  it('finds nothing in the way of an owner', async () => {
    assert.deepEqual(await check(rule), { stops: [], notes: [] });
  });

  it('writes nothing', async () => {
    azure.requests.length = 0;
    await check([...rule, step('PUT', jit)]);
    assert.deepEqual([...new Set(azure.requests.map(request => request.method))], ['GET']);
  });

  it('names the right that a custom role lacks, where, and whom to ask', async () => {
    const action = 'Microsoft.Network/networkSecurityGroups/securityRules/write';
    azure.authorization.permissions = [{ scope: subscription, actions: ['*'], notActions: [action] }];
    assert.deepEqual((await check(rule)).stops, [
      `You need ${action} on web-nsg in resource group web (subscription Production): ask its owner for a role that has it, such as Network Contributor.`,
    ]);
  });

  it('takes a right that is given on the group alone', async () => {
    azure.authorization.permissions = [
      { scope: '/', actions: ['*/read'] },
      { scope: nsg, actions: ['Microsoft.Network/*'] },
    ];
    assert.deepEqual((await check(rule)).stops, []);
  });

  for (const [scope, name] of [
    [subscription, 'Subscription Production'],
    [group, 'Resource group web (subscription Production)'],
    [nsg, 'web-nsg in resource group web (subscription Production)'],
  ] as const)
    it(`names a ReadOnly lock on ${name}`, async () => {
      lock(scope, 'ReadOnly', 'Change freeze');
      assert.deepEqual((await check(rule)).stops, [
        `${name} is locked (ReadOnly lock “prod”: Change freeze): remove the lock, or ask its owner to.`,
      ]);
    });

  it('lets a CanNotDelete lock pass that only undoing would meet, and says so', async () => {
    lock(group, 'CanNotDelete');
    const { stops, notes } = await check(rule, [step('DELETE', `${nsg}/securityRules/ssh`)]);
    assert.deepEqual(stops, []);
    assert.match(notes.join(), /CanNotDelete lock “prod”\): this change cannot be undone/);
    assert.equal((await check([step('DELETE', `${nsg}/securityRules/ssh`)])).stops.length, 1);
  });

  it('reads the locks of the groups where those of the subscription may not be listed', async () => {
    lock(group, 'ReadOnly');
    azure.authorization.permissions = [{ scope: group, actions: ['*'] }];
    assert.equal((await check(rule)).stops.length, 1);
  });

  it('goes on, and says so, where permissions or locks cannot be read', async () => {
    azure.authorization.permissions = [
      { scope: '/', actions: ['*'], notActions: ['Microsoft.Authorization/locks/read'] },
    ];
    azure.faults.add({
      path: /permissions/,
      effect: { kind: 'answer', status: 400, body: { error: { code: 'BadRequest', message: 'Not today.' } } },
    });
    const { stops, notes } = await check(rule);
    assert.deepEqual(stops, []);
    assert.match(notes.join('\n'), /securityRules\/write could not be found out \(Not today\.\)/);
    assert.match(notes.join('\n'), /locked could not be found out/);
  });

  for (const [plan, text] of [
    ['Free', /has none/],
    ['P1', /has plan 1/],
    ['P2', undefined],
  ] as const)
    it(`${text ? 'stops' : 'lets'} just-in-time access with Defender for Servers ${plan}, and switches nothing on`, async () => {
      azure.defender.setPlan(subscriptionId, plan);
      const { stops } = await check([step('PUT', jit)]);
      if (text) assert.match(stops.join(), text);
      else assert.deepEqual(stops, []);
    });

  it('stops at a subscription that is disabled', async () => {
    state = 'Disabled';
    assert.match((await check(rule)).stops.join(), /Subscription Production is disabled/);
  });
});
