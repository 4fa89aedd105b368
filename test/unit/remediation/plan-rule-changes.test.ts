import assert from 'node:assert/strict';
import { changeTemplates, type RuleChange } from '../../../src/findings/fixes/rule-changes.ts';
import { managementPorts } from '../../../src/network/verdict.ts';
import { type Plan, type PlanAction, planChange } from '../../../src/remediation/plan.ts';
import { pick } from '../../../src/remediation/plan-json.ts';
import { ruleChangesOf } from '../../../src/remediation/plan-rule-changes.ts';
import { applied, type Bed, bedOf } from '../findings/fixes/fix-bed.ts';
import { type Json, machineId, rule } from '../network/azure-resources.ts';
import { armTexts } from '../templates/verdict-table/arm-text.ts';
import { bicepTexts } from '../templates/verdict-table/bicep-text.ts';
import {
  type Estate,
  Item,
  Parameter,
  type Resource,
  type Term,
  type Texts,
  Variable,
} from '../templates/verdict-table/estate.ts';
import { terraformTexts } from '../templates/verdict-table/terraform-text.ts';
import { estate } from './estates.ts';

const languages: readonly (readonly [string, (estate: Estate) => Texts])[] = [
  ['ARM', armTexts],
  ['Bicep', bicepTexts],
  ['Terraform', estate => terraformTexts(estate)],
];

function plan(action: PlanAction, rules: readonly Json[], more: object = {}): Plan {
  return planChange(estate({ rules }), {
    action,
    machines: [machineId('vm1')],
    port: 22,
    sources: action === 'tighten' || action === 'jump-path' ? ['203.0.113.7'] : [],
    random: () => 0.3,
    now: new Date(0),
    ...more,
  });
}

const groupType = 'Microsoft.Network/networkSecurityGroups';
type Properties = { readonly [name: string]: Term };

const inline = (rules: readonly Json[], more: Partial<Estate> = {}): Estate => ({
  resources: [{ symbol: 'nsg', type: groupType, name: 'nsg1', properties: { securityRules: rules as Term } }],
  ...more,
});

const standing = (rules: readonly Json[], existing = false): Estate => ({
  resources: [
    {
      symbol: 'nsg',
      type: groupType,
      name: 'nsg1',
      properties: { securityRules: [] },
      ...(existing ? { existing: true as const } : {}),
    },
    ...rules.map(
      (one, i): Resource => ({
        symbol: `rule${i}`,
        type: `${groupType}/securityRules`,
        name: pick(one, 'name') as string,
        parent: 'nsg',
        properties: pick(one, 'properties') as Properties,
      }),
    ),
  ],
});

/** The group's verdicts, one line. */
function verdicts({ analyses }: Bed): string[] {
  return analyses.flatMap(({ groups }) =>
    groups.map(
      ({ group, verdicts: all }) =>
        `${group.name.known ? group.name.value : '?'} ${all.map(one => `${one.port} ${one.reach}`).join(', ')}`,
    ),
  );
}

/** The same group as the plan leaves it, written in a template anew. */
async function promised(rules: readonly Json[], made: Plan): Promise<string[]> {
  const left = new Map(rules.map(one => [pick(one, 'name'), one]));
  for (const step of made.steps) {
    if (!/securityRules\/[^/]+$/.test(step.id)) continue;
    const name = step.id.split('/').at(-1);
    if (step.method === 'DELETE') left.delete(name);
    else left.set(name, { name: name!, properties: step.body!.properties as Json } as Json);
  }
  return verdicts(await bedOf(armTexts(inline([...left.values()]))));
}

const ssh = rule('ssh', '300 Allow Tcp * 22');
const mixed = rule('mixed', '300 Allow Tcp * 22,443');
const wide = rule('wide', '300 Allow Tcp 203.0.0.0/16 20-25');
const web = rule('web', '310 Allow Tcp * 443');
const late = rule('late', '400 Deny * * 22');

const actions: readonly (readonly [string, PlanAction, readonly Json[]])[] = [
  ['deny', 'deny', [ssh, web]],
  ['deny with another port', 'deny', [mixed, late]],
  ['delete', 'delete', [ssh, web]],
  [
    'deny in front',
    'deny-management-ports',
    [wide, web, mixed].map((one, i) => (i === 2 ? rule('mixed', '320 Allow Tcp * 22,443') : one)),
  ],
  ['tighten', 'tighten', [ssh, web]],
  ['tighten with another port', 'tighten', [mixed, web]],
  ['a jump path, with the direct way denied', 'jump-path', [ssh, web]],
];

describe('plans made in templates', () => {
  for (const [title, action, rules] of actions) {
    for (const [language, write] of languages) {
      for (const [shape, made] of [
        ['rules in the group', inline(rules)],
        ['rules that stand alone', standing(rules)],
      ] as const) {
        it(`${title}: ${language}, ${shape}`, async () => {
          const planned = plan(action, rules, action === 'jump-path' ? { closing: ['deny'] } : {});
          const changes = ruleChangesOf(planned);
          assert.ok(changes.length > 0);
          const texts = write(made);
          const bed = await bedOf(texts);
          const changed = changeTemplates(changes, { ...bed, ports: managementPorts });
          assert.deepEqual([changed.left, changed.touches], [[], []], JSON.stringify(changed.edits));
          const after = { ...texts, ...applied(bed, changed.edits) };
          assert.deepEqual(
            verdicts(await bedOf(after)),
            await promised(rules, planned),
            Object.values(after).join('\n'),
          );
        });
      }
    }
  }

  it('edits the place that decides', async () => {
    const source = new Variable('admins');
    const properties = { ...(pick(ssh, 'properties') as Properties), sourceAddressPrefix: source };
    const shape = inline([{ name: 'ssh', properties } as unknown as Json], { variables: { admins: '*' } });
    const changes = ruleChangesOf(plan('tighten', [ssh]));
    for (const [language, write] of languages) {
      const bed = await bedOf(write(shape));
      const { edits } = changeTemplates(changes, { ...bed, ports: managementPorts });
      assert.equal(edits.length, 1, language);
      const text = Object.values(applied(bed, edits))[0]!;
      assert.match(text, /admins"?\s*[:=]\s*["']203\.0\.113\.7["']|var admins = '203\.0\.113\.7'/, language);
    }
  });

  it('says what else the text makes', async () => {
    const names = inline([ssh], { variables: { names: ['nsg1', 'nsg2'] } });
    const [group] = names.resources!;
    const shape = { ...names, resources: [{ ...group!, name: new Item(), each: new Variable('names') }] };
    const changes = ruleChangesOf(plan('deny', [ssh]));
    for (const [language, write] of languages) {
      const bed = await bedOf(write(shape));
      const changed = changeTemplates(changes, { ...bed, ports: managementPorts });
      assert.deepEqual([changed.left, changed.touches], [[], ["also in 'nsg2'"]], language);
      assert.equal(changed.made.length, 1, language);
    }
  });

  it('leaves what no template here declares, or has no place for', async () => {
    const changes = ruleChangesOf(plan('deny', [ssh]));
    const other: RuleChange = { ...changes[0]!, group: 'elsewhere' };
    for (const [language, write] of languages) {
      const bed = await bedOf(write(inline([web])));
      const changed = changeTemplates([...changes, other], { ...bed, ports: managementPorts });
      assert.deepEqual(
        [changed.edits, changed.left],
        [[], ["Rule 'ssh' of 'nsg1' is not declared in a template here.", "No template here declares 'elsewhere'."]],
        language,
      );
    }
  });

  it('makes the rule of a group that is declared elsewhere what it is in Azure', async () => {
    const changes = ruleChangesOf(plan('deny', [mixed]));
    for (const [language, write] of languages) {
      const bed = await bedOf(write(standing([mixed], true)));
      const changed = changeTemplates(changes, { ...bed, ports: managementPorts });
      assert.deepEqual(changed.left, [], language);
    }
  });

  it('keeps a parameter that the change is not about', async () => {
    const properties = { ...(pick(ssh, 'properties') as Properties), description: new Parameter('why') };
    const shape = inline([{ name: 'ssh', properties } as unknown as Json], { parameters: { why: { type: 'string' } } });
    for (const [language, write] of languages) {
      const bed = await bedOf(write(shape));
      const changed = changeTemplates(ruleChangesOf(plan('deny', [ssh])), { ...bed, ports: managementPorts });
      assert.deepEqual(changed.left, [], language);
    }
  });
});

describe('what a plan changes in rules', () => {
  it('is the difference of each rule, once', () => {
    const [change] = ruleChangesOf(plan('deny', [ssh]));
    assert.deepEqual(change, { group: 'nsg1', rule: 'ssh', kind: 'set', properties: new Map([['access', 'Deny']]) });
    const split = ruleChangesOf(plan('deny', [mixed])).map(({ kind, rule: name }) => `${kind} ${name}`);
    assert.deepEqual(split, ['add mixed-deny-22', 'set mixed']);
    const [removal] = ruleChangesOf(plan('delete', [ssh]));
    assert.deepEqual([removal?.kind, removal?.properties.size], ['remove', 0]);
  });
});
