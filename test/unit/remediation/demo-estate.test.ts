import assert from 'node:assert/strict';
import { createArmWriter } from '../../../src/azure/write.ts';
import { inventoryReport } from '../../../src/cli/inventory.ts';
import { managementPorts } from '../../../src/network/verdict.ts';
import { applyChange, ChangeFailed } from '../../../src/remediation/apply.ts';
import type { Plan, PlanAction, PlanRequest } from '../../../src/remediation/plan.ts';
import { PlanError } from '../../../src/remediation/plan-error.ts';
import { undoChange } from '../../../src/remediation/undo.ts';
import type { ApplyOptions } from '../../../src/remediation/write-step.ts';
import { demoTenants, layDemoEstate } from '../../azure-server/demo-estate.ts';
import { inProcessClient } from '../../azure-server/in-process.ts';
import { cloudOf, credentialFor } from '../azure/local-azure.ts';
import { type EstateState, LiveEstate } from './live-estate.ts';

const sources = ['203.0.113.7', '2001:db8::/64'];
const jump = { sources: ['203.0.113.7'] };

const actions: readonly [PlanAction, Partial<PlanRequest>][] = [
  ['deny', {}],
  ['deny', { whenFull: 'renumber' }],
  ['delete', {}],
  ['deny-management-ports', {}],
  ['tighten', { sources }],
  ['jump-path', jump],
  ['jump-path', { ...jump, closeDirect: true }],
  ['jump-path', { ...jump, closing: ['deny'] }],
  ['jump-path', { ...jump, closing: ['dissociate'], wayOut: 'nat-gateway' }],
  ['jump-path', { ...jump, closing: ['dissociate'], wayOut: 'outbound-rule', dnsLabel: 'demo-jump' }],
  ['jump-path', { ...jump, loadBalancer: 'new' }],
  ['just-in-time', {}],
  ['just-in-time', { sources: ['203.0.113.7'], hours: 1 }],
  ['firewall-dnat', {}],
  ['firewall-dnat', jump],
  ['bastion-developer', {}],
  ['bastion-developer', { closeDirect: true }],
  ['prevent', {}],
  ['prevent', { enforced: true }],
];

const full = process.env.PORTCULLIS_FULL === '1';

/** What the demo estate refuses on purpose. */
const refused =
  /A lock on .*\/frozen |needs Microsoft Defender for Servers plan 2|^read-only-01 .* Your account may not do this/;

describe('every action on the machines of the demo estate', function () {
  this.timeout(600_000);
  let live: LiveEstate;
  let state: EstateState;
  let inventory: readonly unknown[];
  let options: readonly ApplyOptions[];

  before(async () => {
    live = await LiveEstate.start();
    layDemoEstate(live.azure);
    state = live.state();
    inventory = live.resources();
    const common = await live.options();
    options = await Promise.all(
      Object.values(demoTenants).map(async ({ tenantId }) => ({
        ...common,
        writer: await createArmWriter({
          cloud: cloudOf(live.azure),
          credential: credentialFor(tenantId),
          clock: live.clock,
          client: inProcessClient(live.azure),
        }),
      })),
    );
  });

  after(() => live.close());

  const optionsFor = (machine: string): ApplyOptions => {
    const tenant = live.azure.subscriptions.get(machine.split('/')[2]!.toLowerCase())!.tenantId;
    return options[Object.values(demoTenants).findIndex(one => one.tenantId === tenant)]!;
  };

  for (const [salt, [action, request]] of actions.entries()) {
    it(`${action} ${JSON.stringify(request)}`, async () => {
      let made = 0;
      const machines = inventoryReport(inventory, [22, 3389]).machines.filter(
        (_, i) => i % (full ? 2 : 20) === salt % (full ? 2 : 20),
      );
      for (const { id, ports } of machines) {
        // Both ports where both are open; else the one that is, or SSH.
        const open = ports.filter(one => one.reach !== 'none').map(one => one.port);
        for (const port of open.length > 0 ? open : [22]) {
          let plan: Plan;
          try {
            plan = live.plan(inventory, action, { machines: [id], port, ...request });
          } catch (error) {
            assert.ok(error instanceof PlanError, String((error as Error).stack));
            continue;
          }
          live.restore(state);
          const title = `${id.split('/').at(-1)} ${port}`;
          const [before, picture] = [live.reach(managementPorts), live.picture()];
          try {
            const done = await applyChange(live.change(plan), optionsFor(id));
            made++;
            live.assertPromised(plan, before, title);
            const back = await undoChange(done, optionsFor(id));
            assert.deepEqual([back.state, back.remains], ['undone', []], title);
          } catch (error) {
            assert.ok(
              error instanceof ChangeFailed && refused.test(`${title}: ${error.message}`),
              `${title}: ${error}`,
            );
          }
          assert.deepEqual(live.picture(), picture, title);
        }
      }
      assert.ok(made > 0 || !full);
    });
  }
});
