import assert from 'node:assert/strict';
import { createArmWriter } from '../../../src/azure/write.ts';
import { inventoryReport } from '../../../src/cli/inventory.ts';
import { applyChange, ChangeFailed } from '../../../src/remediation/apply.ts';
import type { Change } from '../../../src/remediation/change.ts';
import type { Plan } from '../../../src/remediation/plan.ts';
import { ChangedByOthers, changedSince, rollBack, undoChange } from '../../../src/remediation/undo.ts';
import type { ApplyOptions } from '../../../src/remediation/write-step.ts';
import type { Json } from '../../azure-server/json.ts';
import { cloudOf, credentialFor } from '../azure/local-azure.ts';
import { plain } from './estates.ts';
import { type EstateState, LiveEstate, tenantId } from './live-estate.ts';
import { idOf, layVariants, planOf, type Variant, variants, webGroup } from './variants.ts';

const full = process.env.PORTCULLIS_FULL === '1';
const network = '?api-version=2024-05-01';
const titled = (title: string): Variant => variants.find(one => one.title === title)!;
const firewall = idOf('hub', 'Microsoft.Network/azureFirewalls', 'hub-fw');
const rdpRule = `${idOf('web', 'Microsoft.Network/networkSecurityGroups', 'rdp-nsg')}/securityRules/allow-rdp`;
const policy = `${idOf('hub', 'Microsoft.Network/firewallPolicies', 'hub-policy')}/ruleCollectionGroups/inbound`;
const webInterface = idOf('web', 'Microsoft.Network/networkInterfaces', 'web1-nic');
const justInTime = idOf('web', 'Microsoft.Security/locations/westeurope', 'jitNetworkAccessPolicies/default');
const justInTimeApi = '?api-version=2020-01-01';

const otherRule = {
  properties: {
    protocol: 'Tcp',
    sourcePortRange: '*',
    destinationPortRange: '8081',
    sourceAddressPrefix: '10.0.0.0/8',
    destinationAddressPrefix: '*',
    access: 'Allow',
    direction: 'Inbound',
    priority: 700,
  },
};

describe('applying changes', function () {
  this.timeout(60_000);
  let live: LiveEstate;
  let state: EstateState;
  let inventory: readonly unknown[];
  let options: ApplyOptions;

  before(async () => {
    live = await LiveEstate.start();
    layVariants(live);
    state = live.state();
    inventory = await live.inventory();
  });

  beforeEach(async () => {
    live.restore(state);
    options = await live.options();
  });

  after(() => live.close());

  const get = (id: string, version = network): Json => live.azure.request('GET', `${id}${version}`).body;
  const put = (id: string, body: Json, version = network): void => {
    const answer = live.azure.request('PUT', `${id}${version}`, body);
    assert.ok(answer.status < 300, JSON.stringify(answer.body));
  };
  /** What another writer does: reads, changes and writes back. */
  const edit = (id: string, change: (resource: Json) => void, version = network): void => {
    live.azure.operations.settle(true);
    const resource = get(id, version);
    change(resource);
    put(id, resource, version);
    live.azure.operations.settle(true);
  };
  const plan = (title: string): Plan => planOf(live, inventory, titled(title));
  const apply = (made: Plan): Promise<Change> => applyChange(live.change(made), options);

  it('works over the network, and is seen by Resource Graph', async () => {
    const { azure, clock } = live;
    const writer = await createArmWriter({
      cloud: cloudOf(azure),
      credential: credentialFor(tenantId),
      trusted: azure.certificate,
      clock,
    });
    const overNetwork = { ...options, writer };
    for (const title of [
      'deny: a split, and one Deny',
      'jump path: label, and the direct way closed',
      'just-in-time: merged into the policy',
    ]) {
      const [made, before] = [plan(title), plain(await live.inventory())];
      const done = await applyChange(live.change(made), overNetwork);
      const report = inventoryReport(await live.inventory(), [22]);
      for (const row of made.machines.filter(one => one.port === 22)) {
        const now = report.machines.find(one => one.id.toLowerCase() === row.id.toLowerCase())!.ports[0]!;
        assert.deepEqual({ reach: now.reach, certainty: now.certainty }, row.after, row.id);
      }
      assert.equal((await undoChange(done, overNetwork)).state, 'undone');
      assert.deepEqual(withoutGenerated(plain(await live.inventory())), withoutGenerated(before));
    }
  });

  describe('beside other writers', () => {
    /** What somebody else does, and how to tell that it is still there. */
    const others: readonly [string, string, () => void, () => boolean][] = [
      [
        'deny: a split, and one Deny',
        'a new rule of the group',
        () => put(`${webGroup}/securityRules/other`, otherRule),
        () => get(webGroup).properties.securityRules.some((one: Json) => one.name === 'other'),
      ],
      [
        'deny: a split, and one Deny',
        'another rule of the group changed',
        () => edit(`${webGroup}/securityRules/allow-out`, one => (one.properties.destinationPortRange = '9090')),
        () => get(`${webGroup}/securityRules/allow-out`).properties.destinationPortRange === '9090',
      ],
      [
        'jump path: label, and the direct way closed',
        'tags and a setting of the interface',
        () =>
          edit(webInterface, one => {
            one.tags = { owner: 'other' };
            one.properties.enableIPForwarding = true;
          }),
        () => get(webInterface).tags?.owner === 'other' && get(webInterface).properties.enableIPForwarding === true,
      ],
      [
        'firewall DNAT: tighten, classic',
        'another rule of the firewall',
        () =>
          edit(firewall, one => {
            const { rules } = one.properties.natRuleCollections[0].properties;
            rules.push({ ...rules[1], name: 'other', destinationPorts: ['8443'] });
          }),
        () => JSON.stringify(get(firewall)).includes('"other"'),
      ],
      [
        'firewall DNAT: remove, policy',
        'another rule collection of the policy',
        () =>
          edit(policy, one => {
            const [first] = one.properties.ruleCollections;
            const rules = [{ ...first.rules.at(-1), name: 'other', destinationPorts: ['3391'] }];
            one.properties.ruleCollections.push({ ...first, name: 'others', priority: 110, rules });
          }),
        () => JSON.stringify(get(policy)).includes('"others"'),
      ],
      [
        'just-in-time: merged into the policy',
        'a machine of the just-in-time policy',
        () =>
          edit(
            justInTime,
            one => {
              const [first] = one.properties.virtualMachines;
              one.properties.virtualMachines.push({ ...first, id: first.id.replace('web2', 'full1') });
            },
            justInTimeApi,
          ),
        () => JSON.stringify(get(justInTime, justInTimeApi).properties.virtualMachines).includes('full1'),
      ],
    ];

    for (const [title, what, act, survives] of others) {
      it(`keeps ${what}, whenever it comes: ${title}`, async () => {
        const made = plan(title);
        await apply(made);
        const calls = live.azure.requests.length;
        const putAt = live.azure.requests.findIndex(one => one.method === 'PUT') + 1;
        for (let call = 1; call <= calls; call += full ? 1 : Math.ceil(calls / 4)) {
          live.restore(state);
          const [reach, before] = [live.reach(), live.picture()];
          act();
          const theirs = live.picture();
          live.restore(state);
          live.azure.faults.add({ call, effect: { kind: 'meanwhile', run: act } });
          let outcome: Change;
          try {
            outcome = await apply(made);
          } catch (error) {
            assert.ok(error instanceof ChangeFailed, String(error));
            outcome = error.change;
          }
          live.azure.faults.clear();
          // A just-in-time policy has no ETag: what comes between reading and writing it cannot be seen.
          if (title.startsWith('just-in-time') && call === putAt) continue;
          const message = `at call ${call} of ${calls}: ${outcome.state} ${outcome.remains.join()}`;
          assert.ok(survives(), message);
          assert.equal(outcome.state, 'applied', message);
          live.assertNotWider(reach, message, made);
          const back = await rollBack(outcome, options);
          assert.deepEqual([back.state, back.remains], ['undone', []], message);
          assert.deepEqual(live.picture(), theirs, message);
          assert.notDeepEqual(theirs, before);
        }
      });
    }

    it('lets several changes go on at once, two of them in one group', async () => {
      const rdp = `${webGroup}/securityRules/allow-rdp`;
      put(rdp, { properties: { ...otherRule.properties, destinationPortRange: '3389', sourceAddressPrefix: '*' } });
      const resources = live.resources();
      const plans = [
        planOf(live, resources, titled('deny: a split, and one Deny')),
        live.plan(resources, 'tighten', { machines: ['web2'], port: 3389, sources: ['203.0.113.7'] }),
        planOf(live, resources, titled('deny: no free priority, renumbered')),
        planOf(live, resources, titled('tighten RDP')),
      ];
      const before = live.picture();
      // Each of them with a writer of its own, as in two windows.
      const writers = await Promise.all(plans.map(() => live.options()));
      const done = await Promise.all(plans.map((one, i) => applyChange(live.change(one), writers[i]!)));
      for (const [i, one] of done.entries()) {
        assert.equal(one.state, 'applied');
        for (const { step } of one.steps) if (step.method === 'PUT') assert.ok(get(step.id), `${i} ${step.title}`);
      }
      assert.deepEqual(get(rdp).properties.sourceAddressPrefix, '203.0.113.7');
      assert.match(
        live.reach().get(`${idOf('web', 'Microsoft.Compute/virtualMachines', 'web1').toLowerCase()} 22`)!,
        /^none/,
      );
      const back = await Promise.all(done.map((one, i) => undoChange(one, writers[i]!)));
      assert.deepEqual(
        back.map(one => one.state),
        ['undone', 'undone', 'undone', 'undone'],
      );
      assert.deepEqual(live.picture(), before);
    });
  });

  describe('a stale plan', () => {
    const stale: readonly [string, string, () => void, RegExp][] = [
      [
        'the rule is gone',
        'delete',
        () => live.azure.request('DELETE', `${webGroup}/securityRules/allow-web${network}`),
        /not as it was.*gone/,
      ],
      [
        'the rule has other sources',
        'tighten RDP',
        () => edit(rdpRule, one => (one.properties.sourceAddressPrefix = '10.0.0.0/8')),
        /sourceAddressPrefix: was Internet, is 10\.0\.0\.0\/8/,
      ],
      [
        'the priority was taken meanwhile',
        'deny: a split, and one Deny',
        () => put(`${webGroup}/securityRules/other`, { properties: { ...otherRule.properties, priority: 299 } }),
        /same Priority and Direction/,
      ],
      [
        'the machine and its interface are gone',
        'jump path: new load balancer',
        () => {
          live.azure.request('DELETE', `${idOf('web', 'Microsoft.Compute/virtualMachines', 'web1')}${network}`);
          live.azure.request('DELETE', `${webInterface}${network}`);
        },
        /not as it was.*gone/,
      ],
      [
        'the load balancer is there already',
        'jump path: new load balancer',
        () =>
          put(idOf('web', 'Microsoft.Network/loadBalancers', 'web1-jump-lb'), {
            location: 'westeurope',
            sku: { name: 'Standard' },
            properties: {},
          }),
        /there is one already/,
      ],
      [
        'the label was taken',
        'jump path: label, and the direct way closed',
        () => {
          const id = idOf('web', 'Microsoft.Network/publicIPAddresses', 'web1-jump-ip');
          put(id, {
            location: 'westeurope',
            sku: { name: 'Standard' },
            properties: { publicIPAllocationMethod: 'Static' },
          });
        },
        /there is one already/,
      ],
      [
        'the DNAT rule leads elsewhere',
        'firewall DNAT: tighten, classic',
        () => edit(firewall, one => (one.properties.natRuleCollections[0].properties.rules[0].translatedPort = '3389')),
        /translatedPort|rules\[ssh\]/,
      ],
      [
        'the group is locked',
        'deny: a split, and one Deny',
        () => put(`${webGroup}/providers/Microsoft.Authorization/locks/keep`, { properties: { level: 'ReadOnly' } }),
        /lock on .*web-nsg.*Nothing was changed/,
      ],
      [
        'the subscription may only be read',
        'deny: a split, and one Deny',
        () => {
          live.azure.authorization.permissions = [{ scope: '/', actions: ['*/read'] }];
        },
        /needs Microsoft\.Network\/networkSecurityGroups\/securityRules\/write/,
      ],
      [
        'a policy forbids it',
        'jump path: new load balancer',
        () => {
          live.azure.authorization.policyRules = [
            {
              scope: '/',
              reason: 'No public addresses',
              denies: ({ type }) => /publicIPAddresses/i.test(type),
            },
          ];
        },
        /disallowed by policy.*No public addresses/,
      ],
    ];

    afterEach(() => {
      live.azure.authorization.permissions = [{ scope: '/', actions: ['*'] }];
      live.azure.authorization.policyRules = [];
    });

    for (const [what, title, act, expected] of stale) {
      it(`is refused with the reason, and leaves nothing: ${what}`, async () => {
        const made = plan(title);
        act();
        live.azure.operations.settle(true);
        const picture = live.picture();
        await assert.rejects(apply(made), (error: unknown) => {
          assert.ok(error instanceof ChangeFailed);
          assert.match(error.message, expected);
          assert.match(error.message, /Nothing was changed|was taken back/);
          return true;
        });
        assert.deepEqual(live.picture(), picture);
      });
    }
  });

  describe("an undo over somebody else's change", () => {
    const changed: readonly [string, string, () => void, RegExp][] = [
      [
        'a field that Azure fills in itself was changed',
        'tighten RDP',
        () => edit(rdpRule, one => (one.properties.description = 'kept shut by hand')),
        /description: was not there, is kept shut by hand/,
      ],
      [
        'the rule was closed',
        'tighten RDP',
        () => edit(rdpRule, one => (one.properties.access = 'Deny')),
        /access: was Allow, is Deny/,
      ],
      [
        'the rule was deleted',
        'tighten RDP',
        () => live.azure.request('DELETE', `${rdpRule}${network}`),
        /the resource: was .* is not there/,
      ],
      [
        'a rule of its name was made anew',
        'delete',
        () => put(`${webGroup}/securityRules/allow-web`, { properties: { ...otherRule.properties, priority: 310 } }),
        /the resource: was not there, is/,
      ],
      [
        'the new load balancer serves others',
        'jump path: new load balancer',
        () =>
          edit(idOf('web', 'Microsoft.Network/loadBalancers', 'web1-jump-lb'), one => {
            const [first] = one.properties.inboundNatRules;
            const properties = { ...first.properties, frontendPort: 50_123, backendPort: 8443 };
            delete properties.backendIPConfiguration;
            one.properties.inboundNatRules.push({ name: 'other', properties });
          }),
        /inboundNatRules\[other\]: was not there/,
      ],
      [
        'the interface has new tags',
        'jump path: new load balancer',
        () => edit(webInterface, one => (one.tags = { owner: 'other' })),
        /tags: was not there, is \{"owner":"other"\}/,
      ],
    ];

    for (const [what, title, act, expected] of changed) {
      it(`says what it is and takes nothing back: ${what}`, async () => {
        const done = await apply(plan(title));
        assert.deepEqual(await changedSince(done, options.writer), []);
        act();
        live.azure.operations.settle(true);
        const picture = live.picture();
        await assert.rejects(undoChange(done, options), (error: unknown) => {
          assert.ok(error instanceof ChangedByOthers);
          assert.match(error.message, expected);
          return true;
        });
        assert.deepEqual(live.picture(), picture);
      });
    }

    it('takes back the rest when asked to, and names what it leaves', async () => {
      const done = await apply(plan('deny: a split, and one Deny'));
      const rule = `${webGroup}/securityRules/allow-web`;
      edit(rule, one => (one.properties.sourceAddressPrefix = '10.0.0.0/8'));
      const back = await rollBack(done, options);
      assert.equal(back.state, 'partly');
      assert.match(back.remains.join(), /allow-web.*sourceAddressPrefix: was Internet, is 10\.0\.0\.0\/8/);
      assert.equal(get(rule).properties.destinationPortRange, '443');
      assert.deepEqual(
        get(webGroup).properties.securityRules.map((one: Json) => one.name),
        get(webGroup)
          .properties.securityRules.map((one: Json) => one.name)
          .filter((name: string) => !/deny-22/.test(name)),
      );
    });
  });

  it('takes back a change of a journal that kept only the plan', async () => {
    const picture = live.picture();
    const done = await apply(plan('deny: a split, and one Deny'));
    const steps = done.steps.map(({ step, inverse, state: reached }) => ({ step, inverse, state: reached }));
    const back = await undoChange({ ...done, steps }, options);
    assert.deepEqual([back.state, back.remains], ['undone', []]);
    assert.deepEqual(live.picture(), picture);
  });

  it('waits as long as Azure asks before it sends a refused write again', async () => {
    const made = plan('tighten RDP');
    live.azure.faults.add({
      method: 'PUT',
      call: 1,
      effect: { kind: 'answer', status: 429, headers: { 'retry-after': '17' }, body: {} },
    });
    live.clock.sleeps.length = 0;
    assert.equal((await apply(made)).state, 'applied');
    assert.ok(live.clock.sleeps.includes(17_000), live.clock.sleeps.join());
  });

  it('reads again and writes again when an operation was superseded by another', async () => {
    const effect = {
      kind: 'operation-fails',
      code: 'CanceledAndSupersededDueToAnotherOperation',
      message: 'Operation PutSecurityRuleOperation was canceled and superseded.',
    } as const;
    live.azure.faults.add({ method: 'PUT', call: 1, effect });
    assert.equal((await apply(plan('tighten RDP'))).state, 'applied');
  });
});

/** What Azure makes anew with every write. */
function withoutGenerated(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutGenerated);
  if (typeof value === 'string') return value.replace(/(JITRule[_-])\d+_[0-9A-F]+/, '$1');
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !['etag', 'resourceGuid', 'provisioningState', 'changedTime', 'systemData'].includes(key))
      .map(([key, inner]) => [key, withoutGenerated(inner)]),
  );
}
