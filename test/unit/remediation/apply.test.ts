import assert from 'node:assert/strict';
import { explain } from '../../../src/azure/failure.ts';
import { readInventory } from '../../../src/azure/inventory.ts';
import { type ArmWriter, createArmWriter } from '../../../src/azure/write.ts';
import { inventoryReport } from '../../../src/cli/inventory.ts';
import { applyChange, ChangeFailed, rollBack } from '../../../src/remediation/apply.ts';
import { type Change, newChange } from '../../../src/remediation/change.ts';
import { type Plan, type PlanAction, type PlanRequest, planChange } from '../../../src/remediation/plan.ts';
import { EstateBuilder } from '../../azure-server/estate-builder.ts';
import type { FaultEffect } from '../../azure-server/faults.ts';
import { AzureServer } from '../../azure-server/server.ts';
import { cloudOf, credentialFor, FakeClock, readerFor } from '../azure/local-azure.ts';
import { plain } from './estates.ts';

const subscriptionId = '0f000000-0000-4000-8000-000000000001';
const tenantId = '0f000000-0000-4000-8000-0000000000aa';
const full = process.env.PORTCULLIS_FULL === '1';
const ports = [22, 3389, 5985, 5986, 443];

describe('applying plans to the local Azure', () => {
  let azure: AzureServer;
  let clock: FakeClock;
  let writer: ArmWriter;
  let machine: string;
  let group: string;

  beforeEach(async () => {
    clock = new FakeClock();
    azure = await AzureServer.start({ now: () => clock.now() });
    lay();
    writer = await createArmWriter({
      cloud: cloudOf(azure),
      credential: credentialFor(tenantId),
      trusted: azure.certificate,
      clock,
    });
  });

  afterEach(() => azure.close());

  const lay = (): void => {
    azure.faults.clear();
    azure.addTenant({ tenantId, displayName: 'Contoso', defaultDomain: 'contoso.example' });
    azure.addSubscription({ subscriptionId, displayName: 'Production', tenantId });
    azure.defender.setPlan(subscriptionId, 'P2');
    const estate = new EstateBuilder(azure, subscriptionId, 'westeurope', '20.50');
    group = estate.securityGroup('web', 'web-nsg', {
      'allow-web': '300 allow tcp 22,443 from Internet',
      'allow-ssh': '310 allow tcp 22 from *',
    });
    const { front } = estate.network('web', 'web-vnet', '10.1', { front: { networkSecurityGroup: { id: group } } });
    machine = estate.machine('web', 'web1', { subnet: front!, publicIp: 'Standard' });
    estate.machine('web', 'web2', { subnet: front!, publicIp: 'Standard' });
  };

  const read = async (): Promise<readonly unknown[]> => {
    const open = () => readerFor(azure, tenantId, clock);
    return (await readInventory([{ tenantId, subscriptionIds: [subscriptionId], open }])).resources;
  };

  const planned = async (action: PlanAction, more: Partial<PlanRequest> = {}): Promise<Plan> =>
    planChange(await read(), {
      action,
      machines: [machine],
      port: 22,
      sources: ['deny', 'delete', 'deny-management-ports'].includes(action) ? [] : ['203.0.113.7', '198.51.100.0/28'],
      random: () => 0.4,
      now: new Date(clock.now()),
      ...more,
    });

  const saved: Change[] = [];
  const options = () => ({
    writer,
    explain,
    journal: {
      save: async (change: Change) => {
        saved.push(structuredClone(change));
      },
    },
  });
  const begin = (plan: Plan): Change => newChange('c1', plan.action, new Date(clock.now()), plan);

  const promised = async (plan: Plan): Promise<void> => {
    const report = inventoryReport(await read(), ports);
    for (const row of plan.machines) {
      const verdict = report.machines
        .find(one => one.id.toLowerCase() === row.id.toLowerCase())!
        .ports.find(one => one.port === row.port)!;
      assert.deepEqual({ reach: verdict.reach, certainty: verdict.certainty }, row.after, `${row.id} ${row.port}`);
    }
  };

  const estateNow = async (): Promise<unknown> => withoutGenerated(plain(await read()));

  const variants: readonly [PlanAction, Partial<PlanRequest>][] = [
    ['deny', {}],
    ['deny', { whenFull: 'renumber' }],
    ['delete', {}],
    ['deny-management-ports', {}],
    ['tighten', {}],
    ['tighten', { sources: ['VirtualNetwork', '203.0.113.7'] }],
    ['jump-path', {}],
    ['jump-path', { closeDirect: true, dnsLabel: 'jump-web1' }],
    ['just-in-time', {}],
    ['prevent', {}],
  ];

  for (const [action, more] of variants) {
    it(`keeps the promise of ${action} ${JSON.stringify(more)}, and takes it back`, async () => {
      const before = await estateNow();
      const plan = await planned(action, more);
      const done = await applyChange(begin(plan), options());
      assert.equal(done.state, 'applied');
      await promised(plan);
      const undone = await rollBack(done, options(), 'undone');
      assert.deepEqual([undone.state, undone.remains], ['undone', []]);
      assert.deepEqual(await estateNow(), before);
    });
  }

  it('leaves all done or all taken back, whichever call fails and however', async function () {
    this.timeout(60_000);
    const effects: readonly FaultEffect[] = [
      { kind: 'answer', status: 500, body: { error: { code: 'InternalServerError', message: 'An error occurred.' } } },
      { kind: 'answer', status: 403, body: { error: { code: 'AuthorizationFailed', message: 'may not' } } },
      { kind: 'drop' },
      { kind: 'drop-after' },
    ];
    const plan = await planned('jump-path', { closeDirect: true });
    const before = await estateNow();
    for (const effect of effects) {
      for (let call = 1; call <= plan.steps.length; call += full ? 1 : 3) {
        azure.faults.clear();
        azure.faults.add({ call, method: 'PUT', effect });
        let outcome: Change;
        try {
          outcome = await applyChange(begin(plan), options());
        } catch (error) {
          assert.ok(error instanceof ChangeFailed, String(error));
          outcome = error.change;
        }
        azure.faults.clear();
        if (outcome.state === 'applied') {
          await promised(plan);
          outcome = await rollBack(outcome, options());
        }
        assert.equal(outcome.state, 'rolled-back', `${effect.kind} at ${call}: ${outcome.remains.join()}`);
        assert.deepEqual(await estateNow(), before, `${effect.kind} at ${call}`);
      }
    }
  });

  it('is finished or taken back from the journal after any crash', async function () {
    this.timeout(60_000);
    const plan = await planned('jump-path', { closeDirect: true });
    const before = await estateNow();
    saved.length = 0;
    await rollBack(await applyChange(begin(plan), options()), options());
    const states = saved.filter(change => change.state === 'applying').length;
    for (let crash = 0; crash < states; crash += full ? 1 : 3) {
      const kept: Change[] = [];
      const dying = {
        ...options(),
        journal: {
          save: async (change: Change) => {
            if (kept.length > crash) throw new Error('the process has ended');
            kept.push(structuredClone(change));
          },
        },
      };
      await applyChange(begin(plan), dying).catch(() => undefined);
      const last = kept.at(-1)!;
      if (crash % 2 === 0) {
        const finished = await applyChange(last, options());
        assert.equal(finished.state, 'applied');
        await rollBack(finished, options());
      } else {
        assert.equal((await rollBack(last, options())).state, 'rolled-back');
      }
      assert.deepEqual(await estateNow(), before, `crash after ${crash} savings`);
    }
  });

  it('keeps what another writer does to the same group meanwhile', async () => {
    const plan = await planned('deny');
    const other = { name: 'other', properties: { ...rule(), priority: 500 } };
    azure.faults.add({
      call: 1,
      method: 'PUT',
      effect: {
        kind: 'meanwhile',
        run: () => {
          const held = azure.store.get(group)!;
          const list = (held.properties as { securityRules: unknown[] }).securityRules;
          const next = { ...held, properties: { ...(held.properties as object), securityRules: [...list, other] } };
          azure.seed(next as never);
        },
      },
    });
    await applyChange(begin(plan), options());
    const text = JSON.stringify(await read());
    assert.ok(text.includes('"other"'));
    await promised(plan);
  });

  it("refuses a stale plan, and an undo over somebody else's change", async () => {
    const plan = await planned('deny');
    const done = await applyChange(begin(plan), options());
    await assert.rejects(applyChange(begin(plan), options()), /not as it was/);
    const { step } = done.steps.at(-1)!;
    const body = structuredClone(step.body) as { properties: { description?: string; access: string } };
    body.properties.access = 'Deny';
    body.properties.description = 'somebody else was here';
    await writer.write({ ...step, body });
    const undone = await rollBack(done, options(), 'undone');
    assert.ok(undone.state === 'undone' || undone.remains.some(text => text.includes('since')));
  });
});

function rule(): object {
  return {
    protocol: 'Tcp',
    sourcePortRange: '*',
    destinationPortRange: '8080',
    sourceAddressPrefix: '10.0.0.0/8',
    destinationAddressPrefix: '*',
    access: 'Allow',
    direction: 'Inbound',
  };
}

/** What Azure makes anew with every write. */
function withoutGenerated(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutGenerated);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !['etag', 'resourceGuid', 'provisioningState', 'changedTime', 'systemData'].includes(key))
      .map(([key, inner]) => [key, withoutGenerated(inner)]),
  );
}
