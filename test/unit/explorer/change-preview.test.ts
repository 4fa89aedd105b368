import assert from 'node:assert/strict';
import { changeTitle, modalText, previewText, questionText } from '../../../src/explorer/change/change-preview.ts';
import type { Plan, PlannedMachine } from '../../../src/remediation/plan.ts';
import type { PlanStep } from '../../../src/remediation/plan-steps.ts';

const group = '/subscriptions/s/resourceGroups/web/providers';
const machine = (name: string, port: number, before: string, after: string): PlannedMachine => ({
  id: `${group}/Microsoft.Compute/${name}`,
  port,
  before: { reach: before, certainty: 'definite' },
  after: { reach: after, certainty: 'definite' },
});
const step = (title: string, body: PlanStep['body']): PlanStep => ({
  title,
  method: body === null ? 'DELETE' : 'PUT',
  id: `${group}/Microsoft.Network/networkSecurityGroups/nsg/securityRules/a`,
  apiVersion: '1',
  body,
});
const plan = (more: Partial<Plan>): Plan => ({
  version: 1,
  action: 'deny',
  steps: [step('Deny with rule nsg/a', { access: 'Deny' })],
  machines: [],
  alsoAffected: [],
  warnings: [],
  undo: [step('Take back', { access: 'Allow' })],
  ...more,
});

describe('what is shown before a change', () => {
  it('is a question that names the effect', () => {
    const one = [machine('virtualMachines/a', 22, 'internet', 'none')];
    const cases: readonly (readonly [readonly PlannedMachine[], string])[] = [
      [one, 'Close port 22 of a to the internet?'],
      [[...one, machine('virtualMachines/b', 22, 'wide', 'none')], 'Close port 22 of 2 machines to the internet?'],
      [[...one, machine('virtualMachines/a', 3389, 'wide', 'none')], 'Close ports 22, 3389 of a to the internet?'],
      [[machine('virtualMachines/a', 22, 'internet', 'restricted')], 'Change Azure for a?'],
      [[], 'Change Azure for a?'],
    ];
    for (const [machines, text] of cases) assert.equal(questionText(plan({ machines }), 'a'), text);
  });

  it('names each machine and its reach, instances of scale sets by their set', () => {
    const machines = [
      machine('virtualMachines/a', 22, 'internet', 'none'),
      machine('virtualMachines/b', 22, 'none', 'none'),
      machine('virtualMachineScaleSets/set/virtualMachines/0', 22, 'internet', 'internet'),
    ];
    assert.equal(
      modalText(plan({ machines, warnings: ['Take note.'] })),
      '1. Deny with rule nsg/a\n\na port 22: internet → none\nset/0 port 22: stays internet\n\nTake note.',
    );
  });

  it('stays short for many machines', () => {
    const machines = Array.from({ length: 500 }, (_, i) => machine(`virtualMachines/m${i}`, 22, 'internet', 'none'));
    const lines = Array.from({ length: 100 }, (_, i) => `Warning ${i}.`);
    const steps = Array.from({ length: 300 }, (_, i) => step(`Step ${i}`, {}));
    const text = modalText(plan({ machines, steps, warnings: lines, alsoAffected: lines }));
    assert.match(text, /^300 steps, which the preview shows\.\n\nPort 22: internet → none for 500 machines\n/);
    assert.ok(text.split('\n').length < 30, text);
  });

  it('shows the resources on both sides of the diff, and what is made or deleted', () => {
    assert.match(previewText(plan({}), 'before'), /"access": "Allow"/);
    assert.match(previewText(plan({}), 'after'), /"access": "Deny"/);
    assert.match(previewText(plan({ undo: [step('Take back', null)] }), 'before'), /\(not there\)/);
    assert.match(previewText(plan({ steps: [step('Delete', null)] }), 'after'), /\(not there\)/);
  });

  it('is called by its first step in the journal', () => {
    assert.equal(changeTitle(plan({})), 'Deny with rule nsg/a');
    assert.equal(changeTitle(plan({ steps: [step('A', {}), step('B', {}), step('C', {})] })), 'A, and 2 more');
  });
});
