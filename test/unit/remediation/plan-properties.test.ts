import assert from 'node:assert/strict';
import fc from 'fast-check';
import { inventoryReport } from '../../../src/cli/inventory.ts';
import { managementPorts } from '../../../src/network/verdict.ts';
import { type Plan, type PlanAction, type PlanRequest, planChange } from '../../../src/remediation/plan.ts';
import { PlanError } from '../../../src/remediation/plan-error.ts';
import { pick, pickList } from '../../../src/remediation/plan-json.ts';
import { applySteps } from '../../../src/remediation/plan-steps.ts';
import { machineId } from '../network/azure-resources.ts';
import { plain } from './estates.ts';
import { firstMachine, randomEstates } from './random-estates.ts';

const runs = process.env.PORTCULLIS_FULL === '1' ? 1000 : 40;

/** What a plan of each action is asked with, by one random flag. */
const requests: Readonly<Record<string, (flag: boolean) => Partial<PlanRequest>>> = {
  tighten: flag => ({ sources: flag ? ['203.0.113.7'] : ['203.0.113.0/28', '2001:db8:0:1::/64', 'VirtualNetwork'] }),
  'jump-path': flag => ({ sources: ['203.0.113.7'], closeDirect: flag }),
  'just-in-time': flag => (flag ? { sources: ['203.0.113.7'] } : {}),
  'firewall-dnat': flag => (flag ? { sources: ['203.0.113.7'] } : {}),
  'bastion-developer': flag => ({ closeDirect: flag }),
  prevent: flag => ({ enforced: flag }),
  'fix-all': () => ({ machines: [] }),
};

/** Reasons for which there may be no plan for a random estate. */
const excuses = new Set([
  'already-closed',
  'not-narrower',
  'no-priority',
  'no-rule',
  'not-supported',
  'source',
  'load-balancer',
  'just-in-time-rule',
]);

describe('plans over random estates', () => {
  const check = (action: PlanAction, more: (made: Plan, resources: readonly unknown[]) => void = () => undefined) => {
    let planned = 0;
    fc.assert(
      fc.property(randomEstates, fc.boolean(), (resources, flag) => {
        let made: Plan;
        try {
          made = planChange(resources, {
            action,
            machines: [firstMachine],
            port: 22,
            whenFull: flag ? 'renumber' : 'edit-in-place',
            random: () => 0.3,
            now: new Date(0),
            ...requests[action]?.(flag),
          });
        } catch (error) {
          assert.ok(error instanceof PlanError, String((error as Error).stack));
          assert.ok(excuses.has(error.problem), error.message);
          return;
        }
        planned++;
        assert.ok(made.steps.length > 0);
        assert.ok(
          made.steps.every(step => !/JITRule/.test(step.id)),
          'a rule of just-in-time access is never written to',
        );
        const after = applySteps(resources, made.steps);
        assert.deepEqual(reached(after), promised(made, reached(resources)));
        everyStepIsValid(resources, made);
        assert.deepEqual(plain(applySteps(after, made.undo)), plain(resources));
        more(made, resources);
      }),
      { numRuns: runs, seed: 7 },
    );
    assert.ok(planned > runs / 20, `${planned} of ${runs} estates had a plan`);
  };

  /** Reach of every machine's management ports. */
  const reached = (resources: readonly unknown[]): Map<string, object> =>
    new Map(
      inventoryReport(resources, managementPorts).machines.flatMap(machine =>
        machine.ports.map(({ port, reach, certainty }): [string, object] => [
          `${machine.id} ${port}`,
          { reach, certainty },
        ]),
      ),
    );

  /** The same as a plan promises it: what it does not name does not change. */
  const promised = (made: Plan, before: Map<string, object>): Map<string, object> => {
    const out = new Map(before);
    for (const row of made.machines) {
      assert.deepEqual(before.get(`${row.id} ${row.port}`), row.before);
      out.set(`${row.id} ${row.port}`, row.after);
    }
    return out;
  };

  /** Azure takes no two rules of one direction and priority: not between two steps either. */
  const everyStepIsValid = (resources: readonly unknown[], made: Plan): void => {
    let now = resources;
    for (const step of [...made.steps, ...made.undo]) {
      now = applySteps(now, [step]);
      for (const one of now) {
        const list = pickList(one, 'properties', 'securityRules').map(
          item => `${pick(item, 'properties', 'direction')} ${pick(item, 'properties', 'priority')}`,
        );
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

  it('changes the rules by which firewalls translate', () => {
    check('firewall-dnat');
  });

  for (const action of ['just-in-time', 'bastion-developer', 'prevent', 'fix-all'] as const)
    it(`keeps the promise of ${action}`, () => check(action));

  it('adds a jump path', () => {
    check('jump-path', (made, resources) => {
      const report = inventoryReport(applySteps(resources, made.steps), [22]);
      const machine = report.machines.find(one => one.id === machineId('vm1'))!;
      const path = machine.ports[0]!.paths.find(one => one.kind === 'lb-nat-rule');
      assert.ok(path && path.reach !== 'none');
    });
  });
});
