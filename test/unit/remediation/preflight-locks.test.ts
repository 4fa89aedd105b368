import assert from 'node:assert/strict';
import type { PlanStep } from '../../../src/remediation/plan-steps.ts';
import { blockingLocks, type Lock } from '../../../src/remediation/preflight-locks.ts';

const subscription = '/subscriptions/s';
const group = `${subscription}/resourceGroups/web`;
const nsg = `${group}/providers/Microsoft.Network/networkSecurityGroups/web-nsg`;
const rule = `${nsg}/securityRules/allow-ssh`;

describe('locks in the way of a plan', () => {
  const cases: readonly (readonly [Lock['level'], string, PlanStep['method'], string, boolean])[] = [
    ['ReadOnly', subscription, 'PUT', rule, true],
    ['ReadOnly', group, 'PUT', rule, true],
    ['ReadOnly', nsg, 'PUT', rule, true],
    ['ReadOnly', group.toUpperCase(), 'PUT', rule, true],
    [
      'ReadOnly',
      group,
      'POST',
      `${group}/providers/Microsoft.Security/locations/l/jitNetworkAccessPolicies/p/initiate`,
      true,
    ],
    ['ReadOnly', `${group}-other`, 'PUT', rule, false],
    ['ReadOnly', `${subscription}/resourceGroups/we`, 'PUT', rule, false],
    ['ReadOnly', rule, 'PUT', nsg, false],
    ['CanNotDelete', group, 'PUT', rule, false],
    ['CanNotDelete', group, 'DELETE', rule, true],
    ['CanNotDelete', nsg, 'DELETE', nsg, true],
    ['CanNotDelete', rule, 'DELETE', nsg, true],
    ['CanNotDelete', `${nsg}-other`, 'DELETE', nsg, false],
  ];
  for (const [level, scope, method, id, blocked] of cases)
    it(`${level} on ${scope}: ${method} ${id} is ${blocked ? '' : 'not '}refused`, () => {
      const lock: Lock = { name: 'x', level, scope };
      const step: PlanStep = { title: '', method, id, apiVersion: '', body: null };
      assert.deepEqual(blockingLocks([step], [lock]), blocked ? [lock] : []);
    });
});
