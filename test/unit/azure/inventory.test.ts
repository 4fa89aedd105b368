import assert from 'node:assert/strict';
import { createArmReader } from '../../../src/azure/arm-client.ts';
import { inventoryQueries, machinesQuery } from '../../../src/azure/graph-queries.ts';
import { type ReadingOptions, readInventory, type TenantScope } from '../../../src/azure/inventory.ts';
import { InventoryFileError, parseInventory, writeInventory } from '../../../src/azure/inventory-file.ts';
import { QueryQuota } from '../../../src/azure/patience.ts';
import { readTenants } from '../../../src/azure/subscriptions.ts';
import { verifyWithAzure } from '../../../src/azure/verification.ts';
import { demoAccount, demoSubscriptions, demoTenants, layDemoEstate } from '../../azure-server/demo-estate.ts';
import { serverError, throttled } from '../../azure-server/faults.ts';
import { layLargeEstate } from '../../azure-server/large-estate.ts';
import { AzureServer } from '../../azure-server/server.ts';
import { cloudOf, credentialFor, FakeClock, readerFor } from './local-azure.ts';

describe('reading an inventory', () => {
  let azure: AzureServer;
  let clock: FakeClock;

  beforeEach(async () => {
    clock = new FakeClock();
    azure = await AzureServer.start({ now: () => clock.now() });
    layDemoEstate(azure);
    azure.requests.length = 0;
  });

  afterEach(() => azure.close());

  const { production, shared, development } = demoSubscriptions;

  function scopes(account = demoAccount): TenantScope[] {
    const { contoso, fabrikam } = demoTenants;
    return [
      {
        tenantId: contoso.tenantId,
        subscriptionIds: [production, shared],
        open: () => readerFor(azure, contoso.tenantId, clock, account),
      },
      {
        tenantId: fabrikam.tenantId,
        subscriptionIds: [development],
        open: () => readerFor(azure, fabrikam.tenantId, clock, account),
      },
    ];
  }

  const read = (options: ReadingOptions = {}) => readInventory(scopes(), options);
  const ofType = (resources: readonly { readonly [name: string]: unknown }[], type: string) =>
    resources.filter(resource => String(resource.type).toLowerCase() === type);

  it('reads everything with a fixed number of queries and one list for each subscription', async () => {
    const { resources, problems, cancelled } = await read();
    assert.deepEqual([problems, cancelled], [[], false]);
    assert.equal(
      ofType(resources, 'microsoft.compute/virtualmachines').length,
      azure.store.ofType('microsoft.compute/virtualmachines').length,
    );
    assert.equal(ofType(resources, 'microsoft.compute/virtualmachinescalesets/virtualmachines').length, 3);
    assert.equal(ofType(resources, 'microsoft.network/effectivesecurityadminrules').length, 1);
    assert.equal(ofType(resources, 'microsoft.security/locations/jitnetworkaccesspolicies').length, 1);
    assert.ok(ofType(resources, 'microsoft.security/assessments').length > 20);
    assert.equal(azure.requests.length, 2 * inventoryQueries.length + 3);
  });

  it('leaves out what the account may not see, which is not the same as absent', async () => {
    const { resources } = await read();
    const ids = resources.map(resource => String(resource.id));
    assert.ok(!ids.some(id => id.includes('/resourceGroups/secret/')));
    assert.ok(ids.some(id => id.endsWith('/networkInterfaces/unreadable-group-nic')));
  });

  it('follows pages by their token and hands them out as they come', async () => {
    azure.graphPageSize = 7;
    const pages: string[] = [];
    const { resources, problems } = await read({ page: (_rows, query) => pages.push(query.title) });
    assert.deepEqual(problems, []);
    assert.equal(ofType(resources, 'microsoft.compute/virtualmachines').length, 42);
    const machines = azure.store.ofTypes([
      'microsoft.compute/virtualmachines',
      'microsoft.compute/virtualmachinescalesets',
    ]);
    assert.ok(pages.filter(title => title === 'machines').length >= Math.ceil(machines.length / 7));
  });

  it('waits for the quota that the answers name instead of running into it', async () => {
    azure.graphPageSize = 7;
    azure.graphQuota.limit = 15;
    const quota = new QueryQuota();
    const open = (tenantId: string) => () =>
      createArmReader({
        cloud: cloudOf(azure),
        credential: credentialFor(tenantId),
        trusted: azure.certificate,
        clock,
        quota,
      });
    const tenant = demoTenants.contoso.tenantId;
    const { problems } = await readInventory(
      [{ tenantId: tenant, subscriptionIds: [production, shared], open: open(tenant) }],
      { concurrency: 1 },
    );
    assert.deepEqual(problems, []);
    assert.ok(azure.requests.length > 15);
    assert.ok(azure.requests.every(request => request.status !== 429));
    assert.ok(clock.sleeps.length > 0 && clock.sleeps.every(pause => pause <= 5000));
  });

  it('comes back after throttling, failures and lost connections', async () => {
    azure.faults.add(
      { path: /resourcegraph/, call: 1, effect: throttled(3) },
      { path: /resourcegraph/, call: 3, effect: serverError(503) },
      { path: /resourcegraph/, call: 5, effect: { kind: 'drop' } },
      { path: /jitnetworkaccesspolicies/, call: 1, effect: throttled() },
    );
    const { problems, resources } = await read();
    assert.deepEqual(problems, []);
    assert.equal(ofType(resources, 'microsoft.compute/virtualmachines').length, 42);
    assert.ok(
      clock.sleeps.some(pause => pause >= 3000),
      'Retry-After is obeyed',
    );
  });

  it('gives up on what stays broken and says what is missing', async () => {
    azure.faults.add({ path: /jitnetworkaccesspolicies/, effect: serverError(500) });
    const { problems, resources } = await read();
    assert.equal(problems.length, 3);
    assert.deepEqual(new Set(problems.map(problem => problem.what)), new Set(['just-in-time policies']));
    assert.ok(resources.length > 100);
  });

  it('lets one tenant fail alone', async () => {
    const [good] = scopes();
    const broken: TenantScope = {
      tenantId: demoTenants.fabrikam.tenantId,
      subscriptionIds: [development],
      open: () => readerFor(azure, 'nobody', clock),
    };
    azure.faults.add({
      path: new RegExp(development),
      effect: {
        kind: 'answer',
        status: 403,
        body: {
          error: {
            code: 'AuthorizationFailed',
            message:
              "The client 'x' with object id 'x' does not have authorization to perform action 'Microsoft.Security/jitNetworkAccessPolicies/read' over scope '/s'",
          },
        },
      },
    });
    const { problems, resources } = await readInventory([good!, broken]);
    assert.ok(problems.every(problem => problem.tenantId === demoTenants.fabrikam.tenantId));
    assert.match(problems[0]!.message, /Microsoft\.Security\/jitNetworkAccessPolicies\/read/);
    assert.ok(ofType(resources, 'microsoft.compute/virtualmachines').length > 20);
  });

  it('says when Azure truncated an answer', async () => {
    azure.faults.add({ path: /resourcegraph/, call: 1, effect: { kind: 'truncate' } });
    const { problems } = await read({ concurrency: 1 });
    const [problem] = problems.filter(one => one.kind === 'truncated');
    assert.match(problem!.message, /Azure returned \d+ of \d+ machines/);
  });

  it('stops at once when cancelled, between and within requests', async () => {
    const abort = new AbortController();
    azure.graphPageSize = 5;
    const { cancelled } = await read({ signal: abort.signal, page: () => abort.abort() });
    assert.equal(cancelled, true);
    const slow = new AbortController();
    azure.faults.add({ effect: { kind: 'slow', milliseconds: 5000 } });
    const before = Date.now();
    setTimeout(() => slow.abort(), 20);
    assert.equal((await read({ signal: slow.signal })).cancelled, true);
    assert.ok(Date.now() - before < 3000);
  });

  it('lists tenants and their subscriptions, each tenant failing alone', async () => {
    const account = { id: '1', label: demoAccount };
    const home = demoTenants.contoso.tenantId;
    const found = await readTenants([account], async (_account, tenantId) => {
      if (tenantId === demoTenants.fabrikam.tenantId) throw new Error('needs another factor');
      return readerFor(azure, tenantId ?? home, clock, demoAccount);
    });
    assert.deepEqual(
      found.map(one => [
        one.tenant.displayName,
        one.subscriptions.map(item => item.displayName),
        one.failure !== undefined,
      ]),
      [
        ['Contoso', ['Production', 'Shared services'], false],
        ['Fabrikam', [], true],
      ],
    );
  });

  it('writes an inventory file and reads it back', async () => {
    const inventory = await read();
    const names = new Map([[production, 'Production']]);
    const text = writeInventory(inventory, names, new Date(0));
    const back = parseInventory(text, 'estate.json');
    assert.deepEqual(back.resources, inventory.resources);
    assert.deepEqual([...back.subscriptions], [...names]);
    assert.deepEqual(parseInventory(`\uFEFF[1, null, {"id": "/x"}]`, 'a').resources, [{ id: '/x' }]);
    assert.deepEqual(parseInventory('{"data": [{"id": "/x"}]}', 'a').resources.length, 1);
    for (const bad of ['', '{"resources": {}}', '"text"', '{', 'null']) {
      assert.throws(
        () => parseInventory(bad, 'bad.json'),
        (error: Error) => error instanceof InventoryFileError && error.message.startsWith('bad.json'),
      );
    }
  });

  it('asks Azure to verify, differences first', async () => {
    const reader = await readerFor(azure, demoTenants.contoso.tenantId, clock, demoAccount);
    const machine = azure.store.ofType('microsoft.compute/virtualmachines').find(one => one.name === 'web-01')!;
    const interfaceId = machine.properties.networkProfile.networkInterfaces[0].id;
    const localAddress = azure.store.get(interfaceId)!.properties.ipConfigurations[0].properties.privateIPAddress;
    const question = (port: number, expected: 'Allow' | 'Deny') => ({
      machineId: machine.id,
      interfaceId,
      localAddress,
      port,
      client: '9.9.9.9',
      expected,
    });
    const result = await verifyWithAzure(reader, 'westeurope', [question(22, 'Allow'), question(3389, 'Allow')]);
    assert.deepEqual(
      result.flows.map(flow => [flow.question.port, flow.access, flow.ruleName]),
      [
        [3389, 'Deny', 'defaultSecurityRules/DenyAllInBound'],
        [22, 'Allow', 'securityRules/allow-web-and-ssh'],
      ],
    );
    assert.equal(result.differences, 1);
    assert.equal(result.effective[0]?.groups?.length, 1);
    const managed = azure.store.ofType('microsoft.compute/virtualmachines').find(one => one.name === 'admin-denied')!;
    const nic = azure.store.get(managed.properties.networkProfile.networkInterfaces[0].id)!;
    const address = nic.properties.ipConfigurations[0].properties.privateIPAddress;
    const asked = { machineId: managed.id, interfaceId: nic.id, localAddress: address, port: 3389, client: '9.9.9.9' };
    const denied = await verifyWithAzure(reader, 'northeurope', [{ ...asked, expected: 'Deny' }]);
    assert.deepEqual([denied.differences, denied.flows[0]?.ruleName], [0, 'securityAdminRules/deny-rdp']);
    const elsewhere = await verifyWithAzure(reader, 'mars', [question(22, 'Allow')]);
    assert.match(elsewhere.flows[0]!.failure!, /no Network Watcher in mars/);
  });
});

describe('an inventory of thousands', () => {
  const [subscriptions, machinesEach, pageSize] = process.env.PORTCULLIS_FULL ? [200, 50, 1000] : [10, 20, 50];

  it(`takes as many requests as its pages need for ${subscriptions * machinesEach} machines in ${subscriptions} subscriptions`, async () => {
    const azure = await AzureServer.start();
    azure.graphPageSize = pageSize;
    const { tenantId, subscriptionIds } = layLargeEstate(azure, subscriptions, machinesEach);
    azure.requests.length = 0;
    let firstMachines = 0;
    let pages = 0;
    const { resources, problems } = await readInventory(
      [{ tenantId, subscriptionIds, open: () => readerFor(azure, tenantId) }],
      {
        page: (rows, query) => {
          pages++;
          if (firstMachines === 0 && query === machinesQuery && rows.length > 0) firstMachines = pages;
        },
      },
    );
    const machines = resources.filter(one => one.type === 'microsoft.compute/virtualmachines').length;
    const network = resources.filter(one => String(one.type).startsWith('microsoft.network/')).length;
    const needed = [machines, network, 0, 0, 0].reduce((sum, rows) => sum + Math.max(1, Math.ceil(rows / pageSize)), 0);
    assert.deepEqual([problems, machines], [[], subscriptions * machinesEach]);
    assert.equal(azure.requests.length, needed + subscriptions);
    assert.ok(firstMachines < pages / 2, 'the first machines come long before the last page');
    await azure.close();
  });
});
