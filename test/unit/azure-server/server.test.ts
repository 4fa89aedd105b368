import assert from 'node:assert/strict';
import { request } from 'node:https';
import { managementPortsAssessments } from '../../azure-server/defender.ts';
import { serverError, throttled } from '../../azure-server/faults.ts';
import type { Json } from '../../azure-server/json.ts';
import { AzureServer } from '../../azure-server/server.ts';
import { makeToken } from '../../azure-server/tokens.ts';

const subscription = '11111111-1111-4111-8111-111111111111';
const tenantId = '99999999-9999-4999-8999-999999999999';
const group = `/subscriptions/${subscription}/resourceGroups/web`;
const network = `${group}/providers/Microsoft.Network`;
const version = '?api-version=2024-05-01';

const rule = (priority: number, more: Json = {}): Json => ({
  properties: {
    access: 'Allow',
    direction: 'Inbound',
    priority,
    protocol: 'Tcp',
    sourceAddressPrefix: 'Internet',
    sourcePortRange: '*',
    destinationAddressPrefix: '*',
    destinationPortRange: '22',
    ...more,
  },
});

describe('the local Azure', () => {
  let now = Date.parse('2026-11-24T10:00:00Z');
  let azure: AzureServer;

  beforeEach(async () => {
    azure = await AzureServer.start({ now: () => now });
    azure.addTenant({ tenantId, displayName: 'Contoso', defaultDomain: 'contoso.example' });
    azure.addSubscription({ subscriptionId: subscription, displayName: 'Production', tenantId });
    azure.addGroup(subscription, 'web', 'westeurope');
  });

  afterEach(() => azure.close());

  const put = (id: string, body: Json, headers: Record<string, string> = {}): Json =>
    azure.request('PUT', `${id}${version}`, body, headers);
  const get = (id: string): Json => azure.request('GET', `${id}${version}`);
  const remove = (id: string, headers: Record<string, string> = {}): Json =>
    azure.request('DELETE', `${id}${version}`, undefined, headers);

  function machine(): { nic: string; vm: string; nsg: string; pip: string } {
    const nsg = `${network}/networkSecurityGroups/web-nsg`;
    const pip = `${network}/publicIPAddresses/web-ip`;
    const nic = `${network}/networkInterfaces/web-nic`;
    const vm = `${group}/providers/Microsoft.Compute/virtualMachines/web`;
    put(nsg, { location: 'westeurope', properties: { securityRules: [{ name: 'ssh', ...rule(300) }] } });
    put(`${network}/virtualNetworks/net`, {
      location: 'westeurope',
      properties: {
        addressSpace: { addressPrefixes: ['10.1.0.0/16'] },
        subnets: [{ name: 'web', properties: { addressPrefix: '10.1.0.0/24' } }],
      },
    });
    put(pip, { location: 'westeurope', sku: { name: 'Standard' }, properties: { publicIPAllocationMethod: 'Static' } });
    put(nic, {
      location: 'westeurope',
      properties: {
        networkSecurityGroup: { id: nsg },
        ipConfigurations: [
          {
            name: 'ipconfig1',
            properties: { subnet: { id: `${network}/virtualNetworks/net/subnets/web` }, publicIPAddress: { id: pip } },
          },
        ],
      },
    });
    put(vm, { location: 'westeurope', properties: { networkProfile: { networkInterfaces: [{ id: nic }] } } });
    get(vm);
    return { nic, vm, nsg, pip };
  }

  function status(answer: Json): [number, string] {
    return [answer.status, answer.body?.error?.code ?? ''];
  }

  it('speaks HTTPS with its own certificate and refuses what has no token', async () => {
    const ask = (token?: string) =>
      new Promise<[number, Json]>((resolve, reject) => {
        const call = request(
          `${azure.endpoint}/subscriptions?api-version=2022-12-01`,
          { ca: azure.certificate, headers: token === undefined ? {} : { authorization: `Bearer ${token}` } },
          response => {
            let text = '';
            response.on('data', chunk => (text += chunk));
            response.on('end', () => resolve([response.statusCode ?? 0, JSON.parse(text)]));
          },
        );
        call.on('error', reject);
        call.end();
      });
    const account = 'ana@contoso.example';
    const [ok, found] = await ask(makeToken({ tenantId, account }));
    assert.equal(ok, 200);
    assert.deepEqual(
      found.value.map((item: Json) => item.displayName),
      ['Production'],
    );
    assert.equal((await ask())[1].error.code, 'AuthenticationFailed');
    assert.equal((await ask(makeToken({ tenantId, account, expires: 1 })))[1].error.code, 'ExpiredAuthenticationToken');
    const [, other] = await ask(makeToken({ tenantId: 'other', account }));
    assert.deepEqual(other.value, [], 'a token of another tenant lists that tenant’s subscriptions');
  });

  it('completes a group with its default rules, etags and states', () => {
    const id = `${network}/networkSecurityGroups/a`;
    const created = put(id, { location: 'West Europe' });
    assert.equal(created.status, 201);
    assert.equal(created.body.location, 'westeurope');
    assert.equal(created.body.properties.provisioningState, 'Updating');
    assert.equal(created.body.properties.defaultSecurityRules.length, 6);
    const after = get(id);
    assert.equal(after.body.properties.provisioningState, 'Succeeded');
    assert.notEqual(after.body.etag, created.body.etag);
    assert.equal(after.headers.etag, after.body.etag);
  });

  it('refuses invalid rules as recorded', () => {
    const id = `${network}/networkSecurityGroups/a`;
    put(id, { location: 'westeurope', properties: { securityRules: [{ name: 'one', ...rule(100) }] } });
    const at = (name: string) => `${id}/securityRules/${name}`;
    const refused: [string, Json, string][] = [
      ['same priority and direction', rule(100), 'SecurityRuleConflict'],
      ['a list in one string', rule(101, { destinationPortRange: '636, 389' }), 'SecurityRuleInvalidPortRange'],
      ['a port too high', rule(101, { destinationPortRange: '65536' }), 'SecurityRuleInvalidPortRange'],
      [
        'a tag in the plural',
        rule(101, { sourceAddressPrefix: undefined, sourceAddressPrefixes: ['VirtualNetwork'] }),
        'SecurityRuleParameterContainsUnsupportedValue',
      ],
      ['priority below 100', rule(99), 'SecurityRuleInvalidPriority'],
      ['no such address', rule(101, { sourceAddressPrefix: '10.0.0.0/33' }), 'SecurityRuleInvalidAddressPrefix'],
      ['no source', rule(101, { sourceAddressPrefix: undefined }), 'SecurityRuleParameterMissing'],
    ];
    for (const [title, body, code] of refused) {
      get(id);
      assert.deepEqual(status(put(at('two'), body)), [400, code], title);
    }
    assert.equal(get(id).body.properties.securityRules.length, 1, 'nothing of it was kept');
    assert.equal(put(at('three'), rule(101, { direction: 'Outbound', priority: 100 })).status, 201);
    get(id);
    assert.equal(put(at('four'), rule(102, { sourceAddressPrefix: '789' })).status, 201, 'a bare integer, as recorded');
  });

  it('honours If-Match and refuses writes while one is under way', () => {
    const id = `${network}/networkSecurityGroups/a`;
    put(id, { location: 'westeurope' });
    const { etag } = get(id).body;
    assert.deepEqual(status(put(`${id}/securityRules/x`, rule(100), { 'if-match': 'W/"0"' })), [
      412,
      'PreconditionFailed',
    ]);
    const list = get(id).body;
    assert.equal(list.etag, etag);
    azure.operationMilliseconds = 1000;
    assert.equal(put(id, { location: 'westeurope', properties: {} }, { 'if-match': etag }).status, 200);
    assert.deepEqual(status(put(`${id}/securityRules/x`, rule(100))), [429, 'RetryableError']);
    now += 1000;
    assert.equal(put(`${id}/securityRules/x`, rule(100)).status, 201);
  });

  it('signs operation locations anew with every answer', () => {
    const id = `${network}/networkSecurityGroups/a`;
    put(id, { location: 'westeurope' });
    azure.operationMilliseconds = 1000;
    const deleted = remove(id);
    assert.equal(deleted.status, 202);
    const poll = (url: string): Json => azure.request('GET', url);
    assert.deepEqual(poll(deleted.headers['azure-asyncoperation']).body, { status: 'InProgress' });
    const first = poll(deleted.headers.location);
    assert.equal(first.status, 202);
    assert.ok(first.headers.location.length > 4096);
    assert.deepEqual(status(poll(deleted.headers.location)), [403, 'InvalidOperationSignature']);
    now += 1000;
    assert.deepEqual(poll(deleted.headers['azure-asyncoperation']).body, { status: 'Succeeded' });
    assert.equal(poll(first.headers.location).status, 204);
  });

  it('keeps what is in use', () => {
    const { nic, nsg, pip, vm } = machine();
    const network_ = `${network}/virtualNetworks/net`;
    assert.deepEqual(status(remove(nsg)), [400, 'InUseNetworkSecurityGroupCannotBeDeleted']);
    assert.deepEqual(status(remove(pip)), [400, 'PublicIPAddressCannotBeDeleted']);
    assert.deepEqual(status(remove(nic)), [400, 'NicInUse']);
    assert.deepEqual(status(remove(`${network_}/subnets/web`)), [400, 'InUseSubnetCannotBeDeleted']);
    assert.deepEqual(status(remove(network_)), [400, 'InUseSubnetCannotBeDeleted']);
    assert.equal(get(nic).body.properties.virtualMachine.id, vm);
    assert.equal(get(pip).body.properties.ipConfiguration.id, `${nic}/ipConfigurations/ipconfig1`);
    assert.deepEqual(get(nsg).body.properties.networkInterfaces, [{ id: nic }]);
    assert.equal(remove(vm).status, 202);
    assert.equal(remove(nic).status, 202);
    assert.equal(remove(pip).status, 202);
    assert.equal(remove(network_).status, 202);
    assert.equal(remove(pip).status, 204, 'what is gone is gone');
  });

  it('enforces locks, permissions and policies before the resource provider', () => {
    const { nsg, nic } = machine();
    const lock = `${group}/providers/Microsoft.Authorization/locks/keep`;
    put(lock, { properties: { level: 'CanNotDelete' } });
    assert.deepEqual(status(remove(`${nsg}/securityRules/ssh`)), [409, 'ScopeLocked']);
    assert.equal(put(`${nsg}/securityRules/ssh`, rule(300, { access: 'Deny' })).status, 200);
    put(lock, { properties: { level: 'ReadOnly' } });
    assert.deepEqual(status(put(`${nsg}/securityRules/ssh`, rule(300))), [409, 'ScopeLocked']);
    remove(lock);
    azure.authorization.permissions = [
      { scope: '/', actions: ['*/read', 'Microsoft.Network/networkInterfaces/write', 'Microsoft.Authorization/*'] },
    ];
    assert.deepEqual(status(put(`${nsg}/securityRules/ssh`, rule(300))), [403, 'AuthorizationFailed']);
    const body = get(nic).body;
    body.properties.networkSecurityGroup = { id: `${network}/networkSecurityGroups/other` };
    assert.deepEqual(status(put(nic, body)), [403, 'LinkedAuthorizationFailed']);
    azure.authorization.permissions = [{ scope: '/', actions: ['*'] }];
    put(`${group}/providers/Microsoft.Authorization/policyAssignments/no-ip`, {
      properties: {
        policyDefinitionId: '/providers/Microsoft.Authorization/policyDefinitions/83a86a26-fd1f-447c-b59d-e51f44264114',
      },
    });
    assert.deepEqual(status(put(nic, get(nic).body)), [403, 'RequestDisallowedByPolicy']);
  });

  it('balances: skus, frontend ports, NAT rules of both kinds and their port mappings', () => {
    const { nic } = machine();
    const balancer = `${network}/loadBalancers/lb`;
    const basic = `${network}/publicIPAddresses/basic`;
    const standard = `${network}/publicIPAddresses/standard`;
    put(basic, { location: 'westeurope', properties: {} });
    put(standard, {
      location: 'westeurope',
      sku: { name: 'Standard' },
      properties: { publicIPAllocationMethod: 'Static', dnsSettings: { domainNameLabel: 'jump' } },
    });
    const body = (ip: string, natRules: Json[]) => ({
      location: 'westeurope',
      sku: { name: 'Standard' },
      properties: {
        frontendIPConfigurations: [{ name: 'f', properties: { publicIPAddress: { id: ip } } }],
        backendAddressPools: [{ name: 'p' }],
        inboundNatRules: natRules,
      },
    });
    const nat = (name: string, more: Json) => ({
      name,
      properties: {
        frontendIPConfiguration: { id: `${balancer}/frontendIPConfigurations/f` },
        protocol: 'Tcp',
        backendPort: 22,
        ...more,
      },
    });
    get(nic);
    assert.deepEqual(status(put(balancer, body(basic, []))), [400, 'PublicIPAndLBSkuDoNotMatch']);
    const pool = { id: `${balancer}/backendAddressPools/p` };
    assert.deepEqual(status(put(balancer, body(standard, [nat('v2', { backendAddressPool: pool })]))), [
      400,
      'MissedInboundNatRuleV2Properties',
    ]);
    const twice = [nat('a', { frontendPort: 50001 }), nat('b', { frontendPort: 50001 })];
    assert.equal(put(balancer, body(standard, twice)).status, 400);
    const good = [
      nat('v1', { frontendPort: 50001 }),
      nat('v2', {
        backendAddressPool: pool,
        frontendPortRangeStart: 51000,
        frontendPortRangeEnd: 51010,
        backendPort: 3389,
      }),
    ];
    assert.equal(put(balancer, body(standard, good)).status, 201);
    const card = get(nic).body;
    const configuration = card.properties.ipConfigurations[0].properties;
    configuration.loadBalancerBackendAddressPools = [pool];
    configuration.loadBalancerInboundNatRules = [{ id: `${balancer}/inboundNatRules/v1` }];
    assert.equal(put(nic, card).status, 200);
    const after = get(balancer).body;
    const [member] = after.properties.backendAddressPools[0].properties.loadBalancerBackendAddresses;
    assert.deepEqual(member.properties.inboundNatRulesPortMapping, [
      { inboundNatRuleName: 'v2', frontendPort: 51000, backendPort: 3389 },
    ]);
    const v1 = after.properties.inboundNatRules.find((item: Json) => item.name === 'v1');
    assert.equal(v1.properties.backendIPConfiguration.id, `${nic}/ipConfigurations/ipconfig1`);
    const asked = azure.request('POST', `${pool.id}/queryInboundNatRulePortMapping${version}`, {
      ipAddress: '10.1.0.4',
    });
    assert.deepEqual((asked.body as Json).inboundNatRulePortMappings[0].frontendPort, 51000);
    const dns = (label: string): Json =>
      azure.request(
        'GET',
        `/subscriptions/${subscription}/providers/Microsoft.Network/locations/westeurope/CheckDnsNameAvailability${version}&domainNameLabel=${label}`,
      );
    assert.deepEqual(dns('jump').body, { available: false });
    assert.deepEqual(dns('free').body, { available: true });
    remove(balancer);
    assert.equal(get(nic).body.properties.ipConfigurations[0].properties.loadBalancerInboundNatRules, undefined);
  });

  it('applies just-in-time policies and ends requests in time', () => {
    const { vm, nsg } = machine();
    const policy = `${group}/providers/Microsoft.Security/locations/westeurope/jitNetworkAccessPolicies/default`;
    const call = (method: string, id: string, body?: Json): Json =>
      azure.request(method, `${id}?api-version=2020-01-01`, body);
    const body = {
      kind: 'Basic',
      properties: {
        virtualMachines: [
          {
            id: vm.toUpperCase(),
            ports: [{ number: 22, protocol: 'TCP', allowedSourceAddressPrefix: '*', maxRequestAccessDuration: 'PT3H' }],
          },
        ],
      },
    };
    assert.equal(call('PUT', policy, body).status, 400, 'plan 2 is needed');
    azure.defender.setPlan(subscription, 'P2');
    const made = call('PUT', policy, body);
    assert.deepEqual([made.status, made.body.properties.provisioningState], [200, 'Updating']);
    const names = () =>
      get(nsg).body.properties.securityRules.map((r: Json) => `${r.properties.access} ${r.properties.priority}`);
    assert.deepEqual(names(), ['Allow 300', 'Deny 4096']);
    const asked = call('POST', `${policy}/initiate`, {
      virtualMachines: [
        {
          id: vm,
          ports: [
            {
              number: 22,
              allowedSourceAddressPrefix: '198.51.100.7',
              endTimeUtc: new Date(now + 3_600_000).toISOString(),
            },
          ],
        },
      ],
    });
    assert.deepEqual([asked.status, asked.body.virtualMachines[0].ports[0].status], [202, 'Initiating']);
    assert.deepEqual(names(), ['Allow 300', 'Deny 4096', 'Allow 100']);
    now += 3_700_000;
    assert.deepEqual(names(), ['Allow 300', 'Deny 4096']);
    assert.equal(call('DELETE', policy).status, 200);
    assert.deepEqual(names(), ['Allow 300']);
  });

  it('verifies flows by first match', () => {
    const { vm, nic, nsg } = machine();
    const watcher = `/subscriptions/${subscription}/resourceGroups/NetworkWatcherRG/providers/Microsoft.Network/networkWatchers/NetworkWatcher_westeurope`;
    azure.seed({ id: watcher, location: 'westeurope' });
    const verify = (port: string): Json => {
      const started: Json = azure.request('POST', `${watcher}/ipFlowVerify${version}`, {
        targetResourceId: vm,
        direction: 'Inbound',
        protocol: 'TCP',
        localPort: port,
        remotePort: '*',
        localIPAddress: '10.1.0.4',
        remoteIPAddress: '198.51.100.7',
      });
      assert.equal(started.status, 202);
      return (azure.request('GET', started.headers.location) as Json).body;
    };
    assert.deepEqual(verify('22'), {
      access: 'Allow',
      ruleName: 'securityRules/ssh',
      ruleId: `${nsg}/securityRules/ssh`,
    });
    assert.deepEqual(verify('3389'), { access: 'Deny', ruleName: 'defaultSecurityRules/DenyAllInBound', ruleId: '' });
    const effective: Json = azure.request('POST', `${nic}/effectiveNetworkSecurityGroups${version}`);
    const { body }: Json = azure.request('GET', effective.headers.location);
    assert.equal(body.value[0].effectiveSecurityRules.length, 7);
    assert.deepEqual(body.value[0].effectiveSecurityRules[0].destinationAddressPrefixes, ['0.0.0.0/0', '0.0.0.0/0']);
  });

  it('keeps DNS zones with record sets', () => {
    const zone = `${network}/dnsZones/contoso.example`;
    const dns = (method: string, id: string, body?: Json, headers: Record<string, string> = {}): Json =>
      azure.request(method, `${id}?api-version=2018-05-01`, body, headers);
    const cname = { properties: { TTL: 300, CNAMERecord: { cname: 'jump.westeurope.cloudapp.azure.com' } } };
    assert.equal(dns('PUT', `${zone}/CNAME/jump`, cname).status, 404, 'the zone comes first');
    assert.equal(dns('PUT', zone, { location: 'global' }).status, 201);
    const made = dns('PUT', `${zone}/CNAME/jump`, cname, { 'if-none-match': '*' });
    assert.deepEqual([made.status, made.body.properties.fqdn], [201, 'jump.contoso.example.']);
    assert.equal(dns('PUT', `${zone}/CNAME/jump`, cname, { 'if-none-match': '*' }).status, 412);
    assert.equal(dns('PUT', `${zone}/A/jump`, { properties: { TTL: 300 } }).status, 400);
    assert.equal(dns('GET', zone).body.properties.numberOfRecordSets, 3);
    assert.equal(dns('DELETE', `${zone}/CNAME/jump`).status, 200);
  });

  it('answers Resource Graph queries by page, with the string resultTruncated', () => {
    for (let index = 0; index < 25; index++) {
      azure.seed({ id: `${network}/networkSecurityGroups/g${String(index).padStart(2, '0')}`, location: 'westeurope' });
    }
    const query =
      "resources | where type =~ 'microsoft.network/networksecuritygroups' | project id, name | order by id asc";
    const ask = (options: Json, text = query): Json =>
      azure.request('POST', '/providers/Microsoft.ResourceGraph/resources?api-version=2024-04-01', {
        subscriptions: [subscription],
        query: text,
        options: { resultFormat: 'objectArray', ...options },
      });
    const first = ask({ $top: 10 }).body;
    assert.deepEqual([first.totalRecords, first.count, first.resultTruncated], [25, 10, 'false']);
    const second = ask({ $top: 10, $skipToken: first.$skipToken }).body;
    const third = ask({ $top: 10, $skipToken: second.$skipToken }).body;
    assert.deepEqual([third.count, third.$skipToken], [5, undefined]);
    assert.equal(third.data[4].name, 'g24');
    assert.equal(ask({ $skipToken: first.$skipToken }, `${query} `).status, 400, 'a token belongs to its query');
    assert.equal(ask({}, 'resources | frobnicate').status, 400);
    azure.graphQuota.limit = 2;
    now += 5000;
    ask({});
    assert.equal(ask({}).headers['x-ms-user-quota-remaining'], '0');
    const refused = ask({});
    assert.deepEqual(
      [...status(refused), refused.headers['x-ms-user-quota-resets-after']],
      [429, 'RateLimiting', '00:00:05'],
    );
    azure.authorization.permissions = [
      { scope: '/', actions: ['*'], notActions: ['Microsoft.Network/networkSecurityGroups/read'] },
    ];
    now += 5000;
    assert.equal(ask({}).body.totalRecords, 0, 'what may not be read is left out without a word');
  });

  it('counts the score of the control from its assessments', () => {
    const { vm } = machine();
    azure.defender.assess(vm, managementPortsAssessments.closedPorts, 'Unhealthy');
    azure.defender.assess(`${vm}2`, managementPortsAssessments.closedPorts, 'Healthy');
    const controls: Json = azure.request(
      'GET',
      `/subscriptions/${subscription}/providers/Microsoft.Security/secureScores/ascScore/secureScoreControls?api-version=2020-01-01`,
    );
    assert.deepEqual(controls.body.value[0].properties.score, { max: 8, current: 4, percentage: 0.5 });
  });

  it('fails on demand, at a chosen call', async () => {
    const account = 'ana@contoso.example';
    const call = () =>
      new Promise<string>(resolve => {
        const sent = request(
          `${azure.endpoint}/subscriptions/${subscription}?api-version=2022-12-01`,
          {
            ca: azure.certificate,
            agent: false,
            headers: { authorization: `Bearer ${makeToken({ tenantId, account })}` },
          },
          response => {
            response.resume();
            response.on('end', () => resolve(`${response.statusCode} ${response.headers['retry-after'] ?? ''}`.trim()));
          },
        );
        sent.on('error', () => resolve('dropped'));
        sent.end();
      });
    azure.faults.add(
      { call: 2, effect: throttled(7) },
      { call: 3, effect: throttled() },
      { call: 4, effect: serverError(503) },
      { call: 5, effect: { kind: 'drop' } },
      { call: 6, effect: { kind: 'slow', milliseconds: 5 } },
    );
    const seen: string[] = [];
    for (let index = 0; index < 6; index++) seen.push(await call());
    assert.deepEqual(seen, ['200', '429 7', '429', '503', 'dropped', '200']);
    assert.deepEqual(
      azure.requests.map(logged => logged.status),
      [200, 429, 429, 503, 0, 200],
    );
  });
});
