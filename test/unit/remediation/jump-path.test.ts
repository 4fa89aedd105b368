import assert from 'node:assert/strict';
import fc from 'fast-check';
import { inventoryReport } from '../../../src/cli/inventory.ts';
import { type Plan, type PlanRequest, planChange } from '../../../src/remediation/plan.ts';
import { PlanError } from '../../../src/remediation/plan-error.ts';
import { type JsonObject, pick, pickList, pickText } from '../../../src/remediation/plan-json.ts';
import { firstHigh, freePorts, lastFrontend, portRefusal } from '../../../src/remediation/plan-jump-ports.ts';
import { applySteps } from '../../../src/remediation/plan-steps.ts';
import {
  type Json,
  loadBalancer,
  machine,
  machineId,
  networkId,
  nic,
  part,
  publicFrontend,
  publicIp,
  resource,
  rule,
  securityGroup,
  subnetId,
  virtualNetwork,
} from '../network/azure-resources.ts';
import { estate, plain } from './estates.ts';

const open = [rule('ssh', '300 Allow Tcp * 22')];
const office = ['203.0.113.7'];

function plan(resources: readonly unknown[], more: Partial<PlanRequest> = {}): Plan {
  const made = planChange(resources, {
    action: 'jump-path',
    machines: [machineId('vm1')],
    port: 22,
    sources: office,
    random: () => 0.5,
    now: new Date(0),
    ...more,
  });
  const after = applySteps(resources, made.steps);
  const report = inventoryReport(after, [22, 3389, 5985, 5986]);
  for (const row of made.machines) {
    const verdict = report.machines.find(one => one.id === row.id)!.ports.find(one => one.port === row.port)!;
    assert.deepEqual({ reach: verdict.reach, certainty: verdict.certainty }, row.after, `${row.id} ${row.port}`);
  }
  assert.deepEqual(plain(applySteps(after, made.undo)), plain(resources), 'taken back');
  return made;
}

const stepNames = (made: Plan): string[] =>
  made.steps.map(step => `${step.method} ${step.id.split('/').slice(-2).join('/')}`);
const stepTo = (made: Plan, kind: string): JsonObject =>
  made.steps.find(step => step.id.split('/').at(-2) === kind)!.body!;

function refused(resources: readonly unknown[], more: Partial<PlanRequest>, message: RegExp): void {
  assert.throws(
    () => plan(resources, more),
    (error: unknown) => {
      assert.ok(error instanceof PlanError, String(error));
      assert.match(error.message, message);
      return true;
    },
  );
}

interface Behind {
  readonly sku?: 'Basic' | 'Standard';
  readonly natPort?: number;
  /** A rule that balances port 22 over the machine's pool. */
  readonly balanced?: boolean;
  readonly vnet?: string;
  readonly location?: string;
  readonly internal?: boolean;
  readonly properties?: Json;
  readonly rest?: Json;
}

/** A machine vm1 without a public address, and a load balancer `lb` with vm2 behind it. */
function balanced(behind: Behind = {}): Json[] {
  const { natPort = 50001, sku = 'Standard', vnet = 'vnet' } = behind;
  const natRule = {
    ...part('lb', 'inboundNatRules', 'ssh'),
    name: 'ssh',
    properties: {
      frontendIPConfiguration: part('lb', 'frontendIPConfigurations', 'fe'),
      frontendPort: natPort,
      backendPort: 22,
      protocol: 'Tcp',
    },
  };
  const frontend = behind.internal
    ? {
        ...part('lb', 'frontendIPConfigurations', 'fe'),
        name: 'fe',
        properties: { subnet: { id: subnetId('default') } },
      }
    : publicFrontend('lb', 'lb-ip');
  return [
    securityGroup('nsg1', rule('ssh', '300 Allow Tcp 198.51.100.0/28 22')),
    publicIp('lb-ip', 'Standard', '20.0.0.99', { dnsSettings: { domainNameLabel: 'lb', fqdn: 'lb.example' } }),
    { ...nic('nic1', { nsg: 'nsg1' }), location: 'westeurope' },
    machine('vm1', 'nic1'),
    {
      ...nic('nic2', {
        nsg: 'nsg1',
        privateIp: '10.0.0.5',
        subnet: subnetId('default', vnet),
        more: { loadBalancerInboundNatRules: [part('lb', 'inboundNatRules', 'ssh')] },
      }),
      location: 'westeurope',
    },
    machine('vm2', 'nic2'),
    {
      ...loadBalancer('lb', sku, {
        frontendIPConfigurations: [frontend],
        inboundNatRules: [natRule],
        loadBalancingRules: [],
        ...behind.properties,
      }),
      location: behind.location ?? 'West Europe',
      ...behind.rest,
    },
    virtualNetwork('vnet', { default: null }),
    virtualNetwork('other', { default: null }),
  ];
}

const lb = networkId('loadBalancers', 'lb');

describe('plans: a jump path through a load balancer that is there', () => {
  it('adds a rule to it on a port that is free, and takes its name and address as they are', () => {
    const made = plan(balanced(), { loadBalancer: lb });
    assert.deepEqual(stepNames(made), [
      'PUT inboundNatRules/jump-vm1-22',
      'PUT securityRules/allow-jump-vm1-22',
      'PUT networkInterfaces/nic1',
    ]);
    const port = Number(pick(stepTo(made, 'inboundNatRules'), 'properties', 'frontendPort'));
    assert.ok(port >= firstHigh && port <= lastFrontend && port !== 50001);
  });

  it('refuses a port that is taken, and names it', () => {
    refused(balanced(), { loadBalancer: lb, frontendPort: 50001 }, /frontend port 50001 is taken/);
    assert.doesNotThrow(() => plan(balanced(), { loadBalancer: lb, frontendPort: 50002 }));
  });

  it('goes through the rule that leads to the port already, since Azure takes no second one', () => {
    const made = plan(balanced(), { machines: [machineId('vm2')] });
    assert.deepEqual(stepNames(made), ['PUT securityRules/allow-jump-vm2-22']);
    refused(balanced(), { machines: [machineId('vm2')], frontendPort: 50009 }, /ssh leads to port 22 of vm2 already/);
    refused(balanced(), { machines: [machineId('vm2')], sources: [] }, /name the sources/);
  });

  it('refuses a second rule to a port that a load-balancing rule sends to', () => {
    const pool = part('lb', 'backendAddressPools', 'pool');
    const resources = balanced({
      properties: {
        backendAddressPools: [{ ...pool, name: 'pool' }],
        loadBalancingRules: [
          {
            name: 'ssh-for-all',
            properties: {
              frontendIPConfiguration: part('lb', 'frontendIPConfigurations', 'fe'),
              backendAddressPool: pool,
              frontendPort: 22,
              backendPort: 22,
              protocol: 'Tcp',
            },
          },
        ],
      },
    }).map(one =>
      pickText(one, 'name') === 'nic1'
        ? nic('nic1', { nsg: 'nsg1', more: { loadBalancerBackendAddressPools: [pool] } })
        : one,
    );
    refused(resources, {}, /load balancing rule ssh-for-all of lb sends to port 22 of vm1 already/);
  });

  const unusable: readonly [string, Behind, RegExp][] = [
    ['of the Basic SKU', { sku: 'Basic' }, /retired Basic SKU/],
    ['of the Gateway SKU', { rest: { sku: { name: 'Gateway' } } }, /SKU Gateway/],
    ['across regions', { rest: { sku: { name: 'Standard', tier: 'Global' } } }, /cross-region/],
    ['in another region', { location: 'North Europe' }, /in North Europe and vm1 in westeurope/],
    ['of another virtual network', { vnet: 'other' }, /virtual network other/],
    ['without a public frontend', { internal: true }, /no public frontend/],
  ];
  for (const [what, behind, message] of unusable)
    it(`refuses one ${what}`, () => refused(balanced(behind), { loadBalancer: lb }, message));

  it('refuses a machine behind a Basic one, whichever is chosen', () => {
    for (const wanted of [undefined, 'new', lb])
      refused(
        balanced({ sku: 'Basic' }),
        { machines: [machineId('vm2')], ...(wanted === undefined ? {} : { loadBalancer: wanted }) },
        /vm2 is behind load balancer lb of the retired Basic SKU/,
      );
  });

  it('refuses another public one for an interface that is behind one', () => {
    refused(
      balanced(),
      { machines: [machineId('vm2')], loadBalancer: 'new' },
      /behind public load balancer lb already/,
    );
  });

  it('refuses an availability set that mixes SKUs', () => {
    const set = { availabilitySet: { id: networkId('availabilitySets', 'set') } };
    const resources = balanced({ sku: 'Basic' }).map(one =>
      /virtualMachines/.test(String(one.type)) ? { ...one, properties: { ...(one.properties as Json), ...set } } : one,
    );
    refused(resources, { loadBalancer: 'new' }, /vm2 in the same availability set as vm1 uses lb/);
  });

  it('refuses machines that one load balancer cannot serve', () => {
    const both = [machineId('vm1'), machineId('vm2')];
    refused(balanced({ vnet: 'other', internal: true }), { machines: both }, /different virtual networks/);
    const moved = balanced().map(one => (one.name === 'nic1' ? { ...one, location: 'northeurope' } : one));
    refused(moved, { machines: both }, /different regions/);
  });

  it('gives machines with one name in two resource groups a rule each', () => {
    const elsewhere = (text: string): string =>
      text.replaceAll('nic1', 'nic9').replace(/resourceGroups\/[^/]+/, 'resourceGroups/second');
    const twin = balanced()
      .filter(one => one.name === 'vm1')
      .map(one => JSON.parse(elsewhere(JSON.stringify(one))) as Json);
    const [second] = twin;
    const own = String(pickText(pickList(second, 'properties', 'networkProfile', 'networkInterfaces')[0], 'id'));
    const resources = [...balanced(), second!, { ...nic('nic9', { nsg: 'nsg1', privateIp: '10.0.0.9' }), id: own }];
    const made = plan(resources, {
      machines: [machineId('vm1'), String(second!.id)],
      loadBalancer: lb,
      frontendPort: 51000,
    });
    const rules = made.steps.filter(step => step.id.includes('/inboundNatRules/'));
    assert.deepEqual(
      rules.map(step => [step.body!.name, pick(step.body, 'properties', 'frontendPort')]),
      [
        ['jump-vm1-22', 51000],
        ['jump-vm1-22-2', 51001],
      ],
    );
  });
});

describe('plans: the name of a jump path', () => {
  it('asks for the scope that was chosen', () => {
    for (const dnsScope of ['TenantReuse', 'SubscriptionReuse', 'ResourceGroupReuse', 'NoReuse'] as const) {
      const address = stepTo(plan(estate({ rules: open }), { dnsLabel: 'jump-a', dnsScope }), 'publicIPAddresses');
      assert.deepEqual(pick(address, 'properties', 'dnsSettings'), {
        domainNameLabel: 'jump-a',
        domainNameLabelScope: dnsScope,
      });
    }
  });

  it('gives the address of an existing load balancer one only when it has none', () => {
    refused(balanced(), { loadBalancer: lb, dnsLabel: 'other' }, /has the DNS label lb already/);
    const nameless = balanced().map(one => (one.name === 'lb-ip' ? publicIp('lb-ip', 'Standard', '20.0.0.99') : one));
    const made = plan(nameless, { loadBalancer: lb, dnsLabel: 'jump-a' });
    assert.equal(pick(stepTo(made, 'publicIPAddresses'), 'properties', 'dnsSettings', 'domainNameLabel'), 'jump-a');
  });

  it('refuses what is no label', () => {
    for (const dnsLabel of ['A', '1a2', 'ends-', 'x'.repeat(64), 'a.b', ''])
      refused(estate({ rules: open }), { dnsLabel }, /is not one/);
  });
});

describe('plans: who comes in by a jump path', () => {
  it('refuses sources that nobody on the internet has', () => {
    for (const source of ['VirtualNetwork', '10.0.0.0/8', networkId('applicationSecurityGroups', 'admins')])
      refused(estate({ rules: open }), { sources: [source] }, /nobody comes through a public load balancer as/);
    const made = plan(estate({ rules: open }), { sources: ['VirtualNetwork', ...office] });
    assert.match(made.warnings.join('\n'), /as VirtualNetwork/);
  });

  it('refuses IPv6 alone, which an IPv4 frontend never sees', () => {
    refused(estate({ rules: open }), { sources: ['2001:db8::/64'] }, /since its frontend has an IPv4 address/);
    const made = plan(estate({ rules: open }), { sources: ['2001:db8::/64', ...office] });
    assert.match(made.warnings.join('\n'), /as 2001:db8::\/64/);
  });

  it('refuses sources that a security admin rule keeps out anyway, and names it', () => {
    const denied = {
      id: `${networkId('virtualNetworks', 'vnet')}/effectiveSecurityAdminRules/no-ssh`,
      name: 'no-ssh',
      type: 'Microsoft.Network/effectiveSecurityAdminRules',
      properties: {
        access: 'Deny',
        direction: 'Inbound',
        priority: 10,
        protocol: 'Tcp',
        sources: [{ addressPrefix: '*', addressPrefixType: 'IPPrefix' }],
        destinations: [{ addressPrefix: '*', addressPrefixType: 'IPPrefix' }],
        sourcePortRanges: ['0-65535'],
        destinationPortRanges: ['22'],
      },
    };
    refused(
      [...estate({ rules: open }), denied],
      {},
      /would not come through to port 22 of vm1: no-ssh keeps them out/,
    );
  });

  it('stands before the Deny of just-in-time access and behind what that admits, and says so', () => {
    const rules = [
      rule('MicrosoftDefenderForCloud-JITRule-allow', '100 Allow Tcp 198.51.100.7 22'),
      rule('MicrosoftDefenderForCloud-JITRule-deny', '1000 Deny Tcp * 22'),
      rule('web', '2000 Allow Tcp * 443'),
    ];
    const made = plan(estate({ rules }));
    assert.equal(pick(stepTo(made, 'securityRules'), 'properties', 'priority'), 999);
    assert.match(made.warnings.join('\n'), /no longer guards port 22 from these sources/);
    const packed = Array.from({ length: 3 }, (_, i) =>
      rule(`MicrosoftDefenderForCloud-JITRule-${i}`, `${100 + i} Deny Tcp * 22`),
    );
    refused(estate({ rules: packed }), {}, /just-in-time/i);
  });

  it('admits them to the backend port in every group on the way', () => {
    const resources = estate({ rules: [], subnetRules: [] });
    const made = plan(resources, { port: 3389, frontendPort: 50000 });
    const rules = made.steps.filter(step => step.id.includes('/securityRules/'));
    assert.deepEqual(rules.map(step => step.id.split('/').at(-3)).sort(), ['nsg1', 'subnet-nsg']);
    for (const { body } of rules) {
      assert.equal(pick(body, 'properties', 'destinationPortRange'), '3389');
      assert.equal(pick(body, 'properties', 'destinationAddressPrefix'), '10.0.0.4');
    }
  });

  it('says so when the path is open to everybody', () => {
    const made = plan(estate({ rules: open }));
    assert.match(made.warnings.join('\n'), /open to the internet by nsg1\/ssh: deny that too/);
    assert.doesNotMatch(
      plan(estate({ rules: open }), { closing: ['deny'] }).warnings.join('\n'),
      /open to the internet/,
    );
  });

  it('denies an open rule first where nobody came in before', () => {
    const shut = estate({ rules: open }).map(one => {
      if (one.name !== 'nic1') return one;
      return JSON.parse(JSON.stringify(one), (key, value) => (key === 'publicIPAddress' ? undefined : value)) as Json;
    });
    const made = plan(shut, { closing: ['deny'] });
    assert.deepEqual(stepNames(made).slice(2), [
      'PUT securityRules/allow-jump-vm1-22',
      'PUT securityRules/ssh',
      'PUT networkInterfaces/nic1',
    ]);
    let now: readonly unknown[] = shut;
    for (const step of made.steps) {
      now = applySteps(now, [step]);
      const { reach } = inventoryReport(now, [22]).machines[0]!.ports[0]!;
      assert.ok(reach === 'none' || reach === 'restricted', `${step.title}: ${reach}`);
    }
  });
});

describe('plans: the direct way beside a jump path', () => {
  const closings: readonly [NonNullable<PlanRequest['closing']>, boolean, boolean][] = [
    [[], false, true],
    [['deny'], true, true],
    [['dissociate'], false, false],
    [['deny', 'dissociate'], true, false],
  ];
  for (const [closing, denied, keeps] of closings) {
    it(`closes it by ${closing.join(' and ') || 'nothing'}, as chosen`, () => {
      const resources = estate({ rules: open });
      const after = applySteps(resources, plan(resources, { closing }).steps);
      const group = after.find(one => pickText(one, 'name') === 'nsg1');
      const ssh = pickList(group, 'properties', 'securityRules').find(one => pickText(one, 'name') === 'ssh');
      assert.equal(pick(ssh, 'properties', 'access'), denied ? 'Deny' : 'Allow');
      const nic1 = after.find(one => pickText(one, 'name') === 'nic1');
      const [configuration] = pickList(nic1, 'properties', 'ipConfigurations');
      assert.equal(pick(configuration, 'properties', 'publicIPAddress') !== undefined, keeps);
    });
  }

  it('gives the subnet a NAT gateway before the address goes, and says who goes out by it too', () => {
    const made = plan(estate({ rules: open, machines: 2 }), { closing: ['dissociate'], wayOut: 'nat-gateway' });
    const names = stepNames(made);
    const at = (name: string): number => names.findIndex(one => one.endsWith(name));
    assert.ok(at('natGateways/vm1-nat') > at('publicIPAddresses/vm1-nat-ip'));
    assert.ok(at('subnets/default') > at('natGateways/vm1-nat'));
    assert.ok(names.lastIndexOf('PUT networkInterfaces/nic1') > at('subnets/default'));
    assert.match(made.alsoAffected.join('\n'), /Machine vm2 in subnet default goes out by the NAT gateway/);
    assert.match(made.warnings.join('\n'), /vm1 goes out to the internet by NAT gateway vm1-nat/);
    const { body } = made.steps[at('subnets/default')]!;
    assert.equal(pick(body, 'properties', 'addressPrefix'), '10.0.0.0/24');
    assert.equal(made.undo.filter(step => step.id.endsWith('/subnets/default'))[0]!.method, 'PUT');
  });

  it('makes one NAT gateway for several machines', () => {
    const made = plan(estate({ rules: open, machines: 3 }), {
      machines: ['vm1', 'vm2', 'vm3'].map(machineId),
      closing: ['deny', 'dissociate'],
      wayOut: 'nat-gateway',
    });
    assert.equal(stepNames(made).filter(name => name.includes('natGateways/')).length, 1);
    assert.ok(made.machines.filter(row => row.port === 22).every(row => row.after.reach === 'restricted'));
  });

  it('lets the machine out by an outbound rule of the new load balancer', () => {
    const made = plan(estate({ rules: open }), { closing: ['dissociate'], wayOut: 'outbound-rule' });
    const balancer = stepTo(made, 'loadBalancers');
    assert.equal(pickList(balancer, 'properties', 'outboundRules').length, 1);
    assert.match(made.warnings.join('\n'), /vm1 goes out to the internet by load balancer vm1-jump-lb/);
    refused(balanced(), { loadBalancer: lb, closing: ['dissociate'], wayOut: 'outbound-rule' }, /choose a NAT gateway/);
  });

  it('refuses a NAT gateway beside Basic neighbours', () => {
    const resources = [
      ...estate({ rules: open }),
      publicIp('old', 'Basic', '20.0.0.50'),
      nic('nic8', { publicIp: 'old', privateIp: '10.0.0.8' }),
    ];
    refused(
      resources,
      { closing: ['dissociate'], wayOut: 'nat-gateway' },
      /takes no NAT gateway beside old, which has the retired Basic SKU/,
    );
  });

  it('says that the machine may lose its way out when none is given', () => {
    assert.match(
      plan(estate({ rules: open }), { closing: ['dissociate'] }).warnings.join('\n'),
      /may lose its way out/,
    );
    const gateway = resource('natGateways', 'gw', {});
    const through = estate({ rules: open }).map(one =>
      one.name !== 'vnet'
        ? one
        : (JSON.parse(
            JSON.stringify(one).replace('"addressPrefix"', `"natGateway":{"id":"${gateway.id}"},"addressPrefix"`),
          ) as Json),
    );
    const made = plan([...through, gateway], { closing: ['dissociate'], wayOut: 'nat-gateway' });
    assert.match(made.warnings.join('\n'), /goes out to the internet by NAT gateway gw/);
    assert.ok(!stepNames(made).some(name => name.includes('natGateways/')));
  });
});

describe('frontend ports', () => {
  it('are free, in a row, high, and found whenever there are any', () => {
    const taken = fc.array(
      fc
        .tuple(fc.integer({ min: firstHigh, max: lastFrontend }), fc.integer({ min: 0, max: 4000 }))
        .map(([from, more]) => [from, Math.min(lastFrontend, from + more)] as const),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(
        taken,
        fc.integer({ min: 1, max: 20 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (list, count, at) => {
          const isFree = (first: number): boolean =>
            list.every(([from, to]) =>
              Array.from({ length: count }, (_, i) => first + i).every(port => port < from || port > to),
            );
          let first: number;
          try {
            first = freePorts(list, count, () => at);
          } catch {
            for (let one = firstHigh; one + count - 1 <= lastFrontend; one++) assert.ok(!isFree(one), String(one));
            return;
          }
          assert.ok(first >= firstHigh && first + count - 1 <= lastFrontend && isFree(first));
          assert.equal(portRefusal(list, first, count), undefined);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('end at 65534', () => {
    assert.equal(portRefusal([], lastFrontend, 1), undefined);
    assert.match(portRefusal([], lastFrontend, 2)!, /65534/);
    assert.match(portRefusal([], 65535, 1)!, /65534/);
    assert.match(portRefusal([], 0.5, 1)!, /not a port/);
    assert.match(portRefusal([[50005, 50009]], 50000, 6)!, /50005 is taken/);
  });
});

const order = ['none', 'restricted', 'wide', 'internet'];
const randomRules = fc
  .uniqueArray(
    fc.record({
      priority: fc.integer({ min: 100, max: 106 }),
      access: fc.constantFrom('Allow', 'Allow', 'Deny'),
      source: fc.constantFrom('*', 'Internet', '203.0.113.0/24', '0.0.0.0/1', '10.0.0.0/8', 'VirtualNetwork'),
      ports: fc.constantFrom('22', '*', '22,443', '3389', '20-25'),
    }),
    { selector: one => one.priority, maxLength: 6 },
  )
  .map(list =>
    list.map((one, i): Json => rule(`r${i}`, `${one.priority} ${one.access} Tcp ${one.source} ${one.ports}`)),
  );

const shapes = fc.record({
  rules: fc.option(randomRules, { nil: undefined }),
  subnetRules: fc.option(randomRules, { nil: undefined }),
  machines: fc.integer({ min: 1, max: 3 }),
  shared: fc.boolean(),
});

const choices = fc.record(
  {
    count: fc.integer({ min: 1, max: 3 }),
    sources: fc.constantFrom(office, ['203.0.113.7', '2001:db8::/48'], []),
    closing: fc.subarray(['deny', 'dissociate'] as const),
    wayOut: fc.constantFrom('nat-gateway' as const, 'outbound-rule' as const),
    dnsLabel: fc.constant('jump-a'),
  },
  { requiredKeys: ['count', 'sources', 'closing'] },
);

describe('plans: jump paths over random estates', () => {
  const runs = process.env.PORTCULLIS_FULL === '1' ? 1000 : 25;

  it('keep their promise, are taken back, and open nothing on the way that is not promised', function () {
    this.timeout(300_000);
    fc.assert(
      fc.property(shapes, choices, fc.boolean(), (shape, { count, ...chosen }, isPublic) => {
        const made = estate({ ...shape, ...(shape.rules ? {} : { shared: false }) } as Parameters<typeof estate>[0]);
        const resources = isPublic ? made : withoutPublicAddresses(made);
        const machines = [1, 2, 3].slice(0, Math.min(count, shape.machines)).map(i => machineId(`vm${i}`));
        const before = reaches(resources);
        const planned = plan(resources, { ...chosen, machines });
        let now: readonly unknown[] = resources;
        const after = reaches(applySteps(resources, planned.steps));
        for (const step of planned.steps) {
          now = applySteps(now, [step]);
          for (const [key, reach] of reaches(now)) {
            const most = Math.max(order.indexOf(before.get(key)!), order.indexOf(after.get(key)!));
            assert.ok(order.indexOf(reach) <= most, `${step.title}: ${key} is ${reach}`);
          }
        }
        for (const id of machines) {
          if (chosen.sources.length > 0) assert.notEqual(after.get(`${id} 22`), 'none', id);
          if (chosen.closing.includes('deny')) assert.ok(['none', 'restricted'].includes(after.get(`${id} 22`)!), id);
        }
      }),
      { numRuns: runs, seed: 11 },
    );
  });

  const reaches = (resources: readonly unknown[]): Map<string, string> =>
    new Map(
      inventoryReport(resources, [22, 443, 3389]).machines.flatMap(({ id, ports }) =>
        ports.map(({ port, reach }): [string, string] => [`${id} ${port}`, reach]),
      ),
    );
});

function withoutPublicAddresses(resources: readonly Json[]): Json[] {
  return resources
    .filter(one => !/publicIPAddresses/i.test(String(one.type)))
    .map(
      one => JSON.parse(JSON.stringify(one), (key, value) => (key === 'publicIPAddress' ? undefined : value)) as Json,
    );
}
