import assert from 'node:assert/strict';
import fc from 'fast-check';
import { inventoryReport } from '../../../src/cli/inventory.ts';
import { type Plan, type PlanAction, planChange } from '../../../src/remediation/plan.ts';
import { PlanError } from '../../../src/remediation/plan-error.ts';
import { pick, pickList } from '../../../src/remediation/plan-json.ts';
import { applySteps } from '../../../src/remediation/plan-steps.ts';
import { type Json, machineId, rule } from '../network/azure-resources.ts';
import { estate, plain } from './estates.ts';

const sources = fc.constantFrom(
  ...['*', '*', 'Internet', '0.0.0.0/0', '0.0.0.0/1', '128.0.0.0/1', '203.0.113.0/24', '203.0.113.0/28', '::/0'],
  ...['VirtualNetwork', '10.0.0.0/8', '198.51.0.0/16', 'AzureCloud'],
);
const ports = fc.constantFrom('22', '22', '*', '20-25', '22,443', '443', '3389', '22,3389', '80,443', '1-65535');
const rules = fc
  .uniqueArray(
    fc.record({
      priority: fc.oneof(fc.integer({ min: 100, max: 108 }), fc.integer({ min: 4090, max: 4096 })),
      access: fc.constantFrom('Allow', 'Allow', 'Deny'),
      protocol: fc.constantFrom('Tcp', '*', 'Udp'),
      source: sources,
      ports,
    }),
    { selector: one => one.priority, maxLength: 8 },
  )
  .map(list =>
    list.map(
      (one, i): Json => rule(`r${i}`, `${one.priority} ${one.access} ${one.protocol} ${one.source} ${one.ports}`),
    ),
  );

const estates = fc.record(
  {
    rules,
    subnetRules: fc.option(rules, { nil: undefined }),
    machines: fc.integer({ min: 1, max: 3 }),
    shared: fc.boolean(),
  },
  { requiredKeys: ['rules', 'machines', 'shared'] },
);

const runs = process.env.PORTCULLIS_FULL === '1' ? 1000 : 40;
const watched = [22, 80, 443, 3389, 5985, 5986];

describe('plans over random estates', () => {
  const check = (action: PlanAction, more: (made: Plan, resources: readonly unknown[]) => void): void => {
    fc.assert(
      fc.property(estates, fc.boolean(), (shape, closeDirect) => {
        const resources = estate(shape as Parameters<typeof estate>[0]);
        let made: Plan;
        try {
          made = planChange(resources, {
            action,
            machines: [machineId('vm1')],
            port: 22,
            sources: action === 'tighten' || action === 'jump-path' ? ['203.0.113.7'] : [],
            closeDirect,
            whenFull: closeDirect ? 'renumber' : 'edit-in-place',
            random: () => 0.3,
            now: new Date(0),
          });
        } catch (error) {
          assert.ok(error instanceof PlanError, String(error));
          assert.ok(['already-closed', 'not-narrower', 'no-priority'].includes(error.problem), error.message);
          return;
        }
        assert.ok(made.steps.length > 0);
        const after = applySteps(resources, made.steps);
        const report = inventoryReport(after, watched);
        for (const row of made.machines) {
          const verdict = report.machines.find(one => one.id === row.id)!.ports.find(one => one.port === row.port)!;
          assert.deepEqual({ reach: verdict.reach, certainty: verdict.certainty }, row.after);
        }
        everyStepIsValid(resources, made);
        assert.deepEqual(plain(applySteps(after, made.undo)), plain(resources));
        more(made, resources);
      }),
      { numRuns: runs, seed: 7 },
    );
  };

  /** Azure takes no two rules of one direction and priority: not between two steps either. */
  const everyStepIsValid = (resources: readonly unknown[], made: Plan): void => {
    let now = resources;
    for (const step of [...made.steps, ...made.undo]) {
      now = applySteps(now, [step]);
      for (const one of now) {
        const list = pickList(one, 'properties', 'securityRules').map(item => pick(item, 'properties', 'priority'));
        assert.equal(new Set(list).size, list.length, `${step.title}: ${list.join()}`);
      }
    }
  };

  const reachOf = (resources: readonly unknown[], port: number): string[] =>
    inventoryReport(resources, [port]).machines.map(machine => machine.ports[0]!.reach);

  it('closes by deny, and leaves what is no management port as it was', () => {
    check('deny', (made, resources) => {
      assert.equal(made.machines[0]!.after.reach, 'none');
      const after = applySteps(resources, made.steps);
      for (const port of [80, 443]) assert.deepEqual(reachOf(after, port), reachOf(resources, port), `port ${port}`);
    });
  });

  it('closes by deleting', () => {
    check('delete', made => assert.equal(made.machines[0]!.after.reach, 'none'));
  });

  it('closes by one rule in front', () => {
    check('deny-management-ports', made => assert.equal(made.machines[0]!.after.reach, 'none'));
  });

  it('narrows, and never widens', () => {
    const order = ['none', 'restricted', 'wide', 'internet'];
    check('tighten', made => {
      assert.ok(['restricted', 'none'].includes(made.machines[0]!.after.reach));
      for (const row of made.machines)
        assert.ok(order.indexOf(row.after.reach) <= order.indexOf(row.before.reach), JSON.stringify(row));
    });
  });

  it('adds a jump path', () => {
    check('jump-path', (made, resources) => {
      const report = inventoryReport(applySteps(resources, made.steps), [22]);
      const machine = report.machines.find(one => one.id === machineId('vm1'))!;
      const path = machine.ports[0]!.paths.find(one => one.kind === 'lb-nat-rule');
      assert.ok(path && path.reach !== 'none');
    });
  });
});
