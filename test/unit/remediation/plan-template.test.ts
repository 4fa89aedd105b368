import assert from 'node:assert/strict';
import { inventoryReport } from '../../../src/cli/inventory.ts';
import type { ResourceDeclaration } from '../../../src/network/resource.ts';
import type { Value } from '../../../src/network/value.ts';
import { type Plan, type PlanAction, planChange } from '../../../src/remediation/plan.ts';
import { PlanError } from '../../../src/remediation/plan-error.ts';
import { pick } from '../../../src/remediation/plan-json.ts';
import { parseId } from '../../../src/remediation/plan-resource-id.ts';
import { planScript, type ScriptKind } from '../../../src/remediation/plan-script.ts';
import { applySteps, type PlanStep } from '../../../src/remediation/plan-steps.ts';
import { armLanguage } from '../../../src/templates/arm/language.ts';
import { type Json, machineId, networkId, rule } from '../network/azure-resources.ts';
import { language as bicep, filesOf } from '../templates/bicep/judging.ts';
import { estate } from './estates.ts';

const arm = armLanguage();

function plan(action: PlanAction, resources: readonly unknown[], more: object = {}): Plan {
  return planChange(resources, {
    action,
    machines: [machineId('vm1')],
    port: 22,
    sources: action === 'tighten' || action === 'jump-path' ? ['203.0.113.7'] : [],
    random: () => 0.3,
    now: new Date(0),
    ...more,
  });
}

/** What a template declares, as our own readers have it. */
function declarations(text: string, kind: ScriptKind): readonly ResourceDeclaration[] {
  const reading =
    kind === 'arm'
      ? arm.read('plan.json', filesOf({ 'plan.json': text }))
      : bicep.read('plan.bicep', filesOf({ 'plan.bicep': text }));
  assert.deepEqual(
    reading.problems.map(problem => problem.message),
    [],
    text,
  );
  return reading.declarations.filter(declaration => !declaration.existing);
}

function plain(value: Value): unknown {
  switch (value.kind) {
    case 'object':
      return Object.fromEntries([...value.properties()].map(one => [one.name, plain(one.value)]));
    case 'array':
      return value.items.map(plain);
    case 'null':
      return null;
    case 'unknown':
      return assert.fail(`unknown: ${value.dependsOn.join()}`);
    default:
      return value.value;
  }
}

/** What a template says of a resource beside what is sent. */
const envelope = new Set(['type', 'apiVersion', 'parent', 'dependsOn', 'scope']);

/** A declaration as the step that deploys it. */
function stepOf({ name, type, apiVersion, body }: ResourceDeclaration, steps: readonly PlanStep[]): PlanStep {
  const own = plain(name);
  const entries = [...body.properties()].filter(one => !envelope.has(one.name));
  const rest = Object.fromEntries(entries.map(one => [one.name, plain(one.value)]));
  const found = steps.find(step => {
    const id = parseId(step.id);
    const names = step.id
      .split('/providers/')
      .at(-1)!
      .split('/')
      .filter((_part, i) => i > 0 && i % 2 === 0);
    return id.type.toLowerCase() === type.toLowerCase() && names.join('/') === own;
  });
  assert.ok(found, `${type} ${own}`);
  assert.equal(apiVersion, found.apiVersion);
  return { ...found, body: { ...rest, name: found.id.split('/').at(-1) } };
}

/** Applies what the template declares, and what is left to do by hand. */
function checkTemplate(kind: ScriptKind, made: Plan, resources: readonly unknown[]): void {
  const text = planScript(made, kind);
  const written = declarations(text, kind).map(declaration => stepOf(declaration, made.steps));
  const puts = made.steps.filter(step => step.method === 'PUT');
  assert.deepEqual(
    written.map(step => step.id),
    puts.map(step => step.id),
    text,
  );
  for (const [i, step] of puts.entries()) {
    const { name: _, ...body } = step.body!;
    const { name: __, ...read } = written[i]!.body!;
    assert.deepEqual(read, body, step.title);
  }
  const all = made.steps.map(step => (step.method === 'PUT' ? written[puts.indexOf(step)]! : step));
  const report = inventoryReport(applySteps(resources, all), [22, 3389, 5985, 5986]);
  for (const row of made.machines) {
    const found = report.machines.find(one => one.id === row.id)?.ports.find(one => one.port === row.port);
    assert.deepEqual({ reach: found?.reach, certainty: found?.certainty }, row.after, text);
  }
  for (const step of made.steps.filter(one => one.method !== 'PUT'))
    assert.ok(text.includes(`${made.steps.indexOf(step) + 1}. ${step.title}: ${step.method} ${step.id}`), text);
}

const open = [rule('ssh', '300 Allow Tcp * 22')];
const mixed = [rule('web', '300 Allow Tcp * 22,443'), rule('other', '310 Allow * * *')];

const cases: readonly (readonly [string, PlanAction, Json[], object?])[] = [
  ['a Deny', 'deny', estate({ rules: open })],
  ['a rule split', 'deny', estate({ rules: mixed, subnetRules: mixed })],
  ['one rule in front', 'deny-management-ports', estate({ rules: mixed, machines: 3, shared: true })],
  ['a narrower source', 'tighten', estate({ rules: mixed })],
  ['a jump path', 'jump-path', estate({ rules: open })],
  [
    'a jump path, the direct way closed',
    'jump-path',
    estate({ rules: open, subnetRules: open }),
    { closeDirect: true },
  ],
];

describe('templates of plans', () => {
  for (const [title, action, resources, more] of cases) {
    for (const kind of ['arm', 'bicep'] as const) {
      it(`${title}, in ${kind}`, () => {
        const made = plan(action, resources, more);
        const ids = made.steps.filter(step => step.method === 'PUT').map(step => step.id.toLowerCase());
        if (kind === 'bicep' && new Set(ids).size < ids.length) {
          assert.throws(() => planScript(made, kind), /one resource twice/);
          return;
        }
        checkTemplate(kind, made, resources);
      });
    }
  }

  it('put each resource where it is, in the order of the plan', () => {
    const made = plan('jump-path', estate({ rules: open }));
    const template = JSON.parse(planScript(made, 'arm'));
    const names = template.resources.map((one: { name: string }) => one.name);
    for (const [i, one] of template.resources.entries()) {
      const { subscription, resourceGroup } = parseId(made.steps[i]!.id);
      assert.deepEqual([one.subscriptionId, one.resourceGroup], [subscription, resourceGroup]);
      if (i > 0)
        assert.match(one.dependsOn[0], new RegExp(`'${subscription}', '${resourceGroup}', .*'${names[i - 1]}'`));
    }
    const text = planScript(made, 'bicep');
    for (const symbol of text.matchAll(/dependsOn: \[\n {4}(\w+)/g))
      assert.match(text, new RegExp(`resource ${symbol[1]} `));
  });

  it('say what cannot be one', () => {
    assert.throws(() => planScript(plan('delete', estate({ rules: open })), 'arm'), PlanError);
    const made = plan('deny', estate({ rules: open }));
    const [step] = made.steps as [PlanStep];
    const elsewhere = { ...step, id: step.id.replace(/resourceGroups\/[^/]+/i, 'resourceGroups/other') };
    assert.throws(
      () => planScript({ ...made, steps: [step, elsewhere] }, 'bicep'),
      /resource group \S+ and resource group other/,
    );
    assert.equal(JSON.parse(planScript({ ...made, steps: [step, elsewhere] }, 'arm')).resources.length, 2);
  });

  it('assign a policy in its subscription', () => {
    const id = '/subscriptions/s1/providers/Microsoft.Authorization/policyAssignments/none';
    const step: PlanStep = { title: 'Assign', method: 'PUT', id, apiVersion: '2023-04-01', body: { properties: {} } };
    const made = { ...plan('deny', estate({ rules: open })), steps: [step] };
    const [deployment] = JSON.parse(planScript(made, 'arm')).resources;
    assert.deepEqual([deployment.subscriptionId, deployment.location], ['s1', '[resourceGroup().location]']);
    assert.match(planScript(made, 'bicep'), /targetScope = 'subscription'/);
  });

  it('take every text for what it is', () => {
    const hostile = ["it's", `\${x}`, '[concat()]', '[half', "\\'} resource x '", 'a\nb', '[[twice]'];
    let made = plan('deny', estate({ rules: open }));
    for (const description of hostile) {
      const [ssh] = open as [Json];
      const properties = { ...(ssh as { properties: object }).properties, description };
      const resources = estate({ rules: [{ ...ssh, properties } as Json] });
      made = plan('deny', resources);
      assert.equal(pick(made.steps[0]!.body, 'properties', 'description'), description);
      for (const kind of ['arm', 'bicep'] as const) checkTemplate(kind, made, resources);
    }
    const step = made.steps[0]!;
    const titled = {
      ...made,
      steps: [
        { ...step, title: "x\nresource evil 'y@1' = {}\n" },
        { ...step, id: `${networkId('networkSecurityGroups', 'a')}\nresource b`, method: 'DELETE' as const },
      ],
    };
    assert.equal(declarations(planScript(titled, 'bicep'), 'bicep').length, 1);
  });
});
