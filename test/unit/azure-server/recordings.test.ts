import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { covers, parsePath, typeKey } from '../../azure-server/ids.ts';
import type { Json } from '../../azure-server/json.ts';
import type { Answer } from '../../azure-server/operations.ts';
import { behaviours } from '../../azure-server/other-types.ts';
import { findTarget } from '../../azure-server/resources.ts';
import { AzureServer } from '../../azure-server/server.ts';

const recordings = resolve(import.meta.dirname, '../../../../shared/recordings');

interface Exchange {
  readonly request: { readonly method: string; readonly url: string; readonly body?: Json };
  readonly response: { readonly status: number; readonly headers: Record<string, string>; readonly body?: Json };
  readonly polls?: readonly { readonly request: { readonly url: string }; readonly response: Exchange['response'] }[];
  readonly truncated?: unknown;
}

/** Properties of single resources that depend on what the recorded subscription had switched on, by pattern. */
const optional =
  /resourceGuid|tags|zones|systemData|etag|identity|extendedLocation|macAddress|ddos|ipTags|vmId|timeCreated|instanceView|ipConfigurationProfiles|privateEndpoint|publicIPPrefix|primary$|internalFqdn|ipamPool|nicAuxiliary|idleTimeout|\.size\b|additionalProperties|virtualNetworkGateway|serviceAssociationLinks|resourceNavigationLinks|purpose|flowLogs|inboundNatRulesPortMapping|virtualRouterIps|hubIPAddresses|workload|remoteGateways|migration|enableVmProtection|ipv6Rule|defaultOutboundAccess/i;

/** Back references: they come from other resources, which are not in the exchange. Their own test makes those. */
const derived =
  /properties\.(networkInterfaces|virtualMachine|ipConfiguration|subnets|backendIPConfigurations?|outboundRules|ruleCollectionGroups|remote\w*AddressSpace|natGateway)\b(\[\])?(\.id|\.addressPrefixes(\[\])?)? |\.ipConfigurations(\[\]\.id)? (array|string)$|loadBalancerBackendAddresses\[\]|(serviceEndpoints|delegations|resources)\[\].*provisioningState|ipConfigurations\[\]\.properties\.provisioningState/;

/** The paths of a JSON value with the type at each: `properties.securityRules[].name string`. */
function shape(value: Json, path = '', into = new Set<string>()): Set<string> {
  if (Array.isArray(value)) {
    into.add(`${path} array`);
    for (const item of value) shape(item, `${path}[]`, into);
  } else if (value !== null && typeof value === 'object') {
    for (const [name, item] of Object.entries(value)) shape(item, path === '' ? name : `${path}.${name}`, into);
  } else if (value !== null) into.add(`${path} ${typeof value}`);
  return into;
}

function missing(recorded: Json, own: Json): string[] {
  const have = shape(own);
  return [...shape(recorded)].filter(entry => !have.has(entry) && !optional.test(entry) && !derived.test(entry));
}

describe('the local Azure beside recorded traffic', function () {
  this.timeout(60_000);
  let azure: AzureServer;

  before(async function () {
    if (!existsSync(recordings)) this.skip();
    azure = await AzureServer.start();
  });

  after(() => azure?.close());

  const uncovered = new Map<string, number>();
  const leave = (why: string) => void uncovered.set(why, (uncovered.get(why) ?? 0) + 1);

  /** Of the addresses and balancers that a body refers to. */
  let balancerSku = 'Standard';

  function reset(): void {
    balancerSku = 'Standard';
    azure.store.clear();
    azure.groups.clear();
    azure.subscriptions.clear();
    azure.authorization.extensions.clear();
  }

  /** Makes the resources that a body refers to, as bare as they can be. */
  function arrange(body: Json, own: string): void {
    const pending: Json[] = [body];
    while (pending.length > 0) {
      const value = pending.pop();
      if (value === null || typeof value !== 'object') continue;
      if (!Array.isArray(value) && typeof value.id === 'string') stub(value.id, own);
      pending.push(...Object.values(value));
    }
  }

  function stub(id: string, own: string): void {
    if (!id.startsWith('/subscriptions/') || id.toLowerCase().startsWith(own.toLowerCase())) return;
    const target = findTarget(parsePath(id));
    if (!target || (target.behaviour.type.includes('virtualMachines') && own !== 'none')) return;
    open(id);
    const existing = azure.store.get(target.resourceId);
    const resource: Json = existing
      ? structuredClone(existing)
      : { id: target.resourceId, location: 'westus', properties: {} };
    const [step] = target.steps;
    if (step) {
      resource.properties[step.kind.property] ??= [];
      const list = resource.properties[step.kind.property];
      if (!list.some((item: Json) => item.name.toLowerCase() === step.name.toLowerCase()))
        list.push({ name: step.name, properties: {} });
    }
    if (!existing && /PublicIP|loadBalancers/i.test(target.behaviour.type)) resource.sku = { name: balancerSku };
    azure.seed(resource);
  }

  function open(id: string): void {
    const { subscriptionId, resourceGroup } = parsePath(id);
    if (subscriptionId === undefined) return;
    azure.addSubscription({ subscriptionId, displayName: 'recorded', tenantId: 't' });
    if (
      resourceGroup !== undefined &&
      !azure.groups.has(`/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}`.toLowerCase())
    ) {
      azure.addGroup(subscriptionId, resourceGroup, 'westus');
    }
  }

  /** Puts a recorded resource there; a child into a parent that is otherwise empty. */
  function place(resource: Json): void {
    const target = findTarget(parsePath(resource.id));
    if (!target) return;
    open(resource.id);
    arrange(resource, target.resourceId);
    const [step] = target.steps;
    if (!step) azure.seed(resource);
    else {
      const parent = azure.store.get(target.resourceId) ?? {
        id: target.resourceId,
        location: 'westus',
        properties: {},
      };
      const whole: Json = structuredClone(parent);
      whole.properties[step.kind.property] = [...(whole.properties[step.kind.property] ?? []), resource];
      azure.seed(whole);
    }
  }

  function replay(exchange: Exchange): { answer: Answer; recorded: Json } | string {
    const { request, response } = exchange;
    if (exchange.truncated) return 'cut when recorded';
    const url = new URL(request.url);
    const path = parsePath(decodeURIComponent(url.pathname));
    if (/[<>]|AZURE_SUBSCRIPTION_ID/.test(path.text) && path.subscriptionId === undefined)
      return 'no subscription in the path';
    reset();
    open(path.text);
    const relative = `${url.pathname}${url.search}`;
    const call = (method: string, body?: Json) => azure.request(method, relative, body);
    switch (request.method) {
      case 'GET': {
        if (response.status !== 200 || typeof response.body !== 'object' || response.body === null)
          return `GET ${response.status}`;
        const items: Json[] | undefined = Array.isArray(response.body.value) ? response.body.value : undefined;
        const list = items !== undefined && !findTarget(path);
        if (!list && !findTarget(path)) return `GET ${typeKey(path) || path.text.split('/').slice(-1)}`;
        if (list && !behaviours.has(typeKey(path)) && !findTarget(parsePath(items?.[0]?.id ?? '/')))
          return `list ${typeKey(path)}`;
        const outside = list && items.length > 0 && !items.some(item => covers(path.scope, String(item?.id)));
        if (outside) return 'list whose ids were replaced when recorded';
        for (const item of list ? items : [response.body]) if (typeof item?.id === 'string') place(item);
        return { answer: call('GET'), recorded: response.body };
      }
      case 'PUT': {
        const target = findTarget(path);
        if (!target) return `PUT ${typeKey(path)}`;
        if (response.status >= 300) return `PUT answered ${response.status}`;
        if (typeof request.body !== 'object' || request.body === null) return 'PUT whose body was not recorded';
        balancerSku = request.body.sku?.name ?? (/loadBalancers/i.test(target.behaviour.type) ? 'Basic' : 'Standard');
        arrange(request.body, target.resourceId);
        if (response.status === 200 && response.body?.id) place(response.body);
        else if (target.steps.length > 0) stub(target.resourceId, 'none');
        return { answer: call('PUT', request.body), recorded: response.body };
      }
      case 'DELETE': {
        const target = findTarget(path);
        if (!target) return `DELETE ${typeKey(path)}`;
        if (response.status >= 300) return `DELETE answered ${response.status}`;
        stub(path.text, 'none');
        return { answer: call('DELETE'), recorded: response.body };
      }
      default:
        return `${request.method} ${path.types.at(-1)}`;
    }
  }

  it('answers reads and writes in the recorded shape', () => {
    let replayed = 0;
    const problems = new Map<string, string[]>();
    for (const { file, exchange } of exchanges()) {
      const outcome = replay(exchange);
      if (typeof outcome === 'string') {
        leave(outcome);
        continue;
      }
      replayed++;
      const { answer, recorded } = outcome;
      const found: string[] = [];
      // Old versions answered some creations at once; this one always as today's versions do.
      if (answer.status !== exchange.response.status)
        found.push(
          `status ${answer.status} instead of ${exchange.response.status}: ${JSON.stringify(answer.body ?? null).slice(0, 200)}`,
        );
      else if (recorded && answer.body) found.push(...missing(recorded, answer.body));
      for (const header of ['azure-asyncoperation', 'location']) {
        const own = answer.headers?.[header] !== undefined;
        if (answer.status < 300 && exchange.response.headers[header] !== undefined && !own)
          found.push(`header ${header} is missing`);
      }
      if (found.length > 0) problems.set(file, found);
    }
    const gaps = [...uncovered].sort((a, b) => b[1] - a[1]).map(([why, count]) => `${count} × ${why}`);
    if (process.env.PORTCULLIS_FULL)
      console.log(`      ${replayed} exchanges replayed; not covered: ${gaps.join(', ')}`);
    assert.ok(replayed > 300, `${replayed} exchanges were replayed`);
    assert.deepEqual(Object.fromEntries(problems), {});
  });

  it('follows operations as recorded: InProgress until Succeeded, and an empty end of a deletion', () => {
    let followed = 0;
    for (const { exchange } of exchanges('lro')) {
      const { request, response, polls = [] } = exchange;
      if (request.method === 'POST' || !findTarget(parsePath(new URL(request.url).pathname)) || response.status >= 300)
        continue;
      const outcome = replay(exchange);
      if (typeof outcome === 'string' || outcome.answer.status >= 300) continue;
      const headers = outcome.answer.headers ?? {};
      if (headers['azure-asyncoperation'] === undefined) continue;
      followed++;
      const status = azure.request('GET', headers['azure-asyncoperation']);
      const recorded = polls.filter(poll => poll.request.url.includes('/operations/')).at(-1);
      if (recorded?.response.body) assert.deepEqual(missing(recorded.response.body, status.body), []);
      const last = polls.filter(poll => poll.request.url.includes('/operationResults/')).at(-1);
      if (last?.response.status === 204 && headers.location)
        assert.equal(azure.request('GET', headers.location).status, 204);
    }
    assert.ok(followed > 40, `${followed} operations were followed`);
  });

  it('refuses to delete what is in use with the recorded codes and messages', () => {
    const seen = new Set<string>();
    for (const { exchange } of exchanges('errors')) {
      const code: string = exchange.response.body?.error?.code ?? '';
      const message: string = exchange.response.body?.error?.message ?? '';
      if (!/^(NicInUse|InUse(NetworkSecurityGroup|Subnet)CannotBeDeleted|PublicIPAddressCannotBeDeleted)$/.test(code))
        continue;
      const url = new URL(exchange.request.url);
      const own = parsePath(url.pathname).text;
      const user = /(?:resource|resources:|in use by) (\/subscriptions\/[^\s,]+?)(?:\.? |\.$)/
        .exec(message)?.[1]
        ?.replace(/\.$/, '');
      assert.ok(user, message);
      reset();
      open(own);
      open(user);
      const nic = user.split('/ipConfigurations/')[0]!;
      const property = {
        NicInUse: 'networkInterfaces',
        InUseSubnetCannotBeDeleted: 'subnet',
        PublicIPAddressCannotBeDeleted: 'publicIPAddress',
      }[code];
      if (code === 'NicInUse') {
        azure.seed({ id: own });
        azure.seed({ id: user, properties: { networkProfile: { networkInterfaces: [{ id: own }] } } });
      } else if (property) {
        const subnet = /Subnet (\S+) is/.exec(message)?.[1];
        const target = subnet ? `${own}/subnets/${subnet}` : own;
        azure.seed({
          id: own,
          properties: subnet ? { subnets: [{ name: subnet, properties: { addressPrefix: '10.0.0.0/24' } }] } : {},
        });
        azure.seed({
          id: nic,
          properties: {
            ipConfigurations: [{ name: user.split('/').pop(), properties: { [property]: { id: target } } }],
          },
        });
      } else {
        azure.seed({ id: own });
        azure.seed({ id: nic, properties: { networkSecurityGroup: { id: own }, ipConfigurations: [] } });
      }
      const answer = azure.request('DELETE', `${url.pathname}${url.search}`);
      assert.deepEqual([answer.status, answer.body], [exchange.response.status, exchange.response.body]);
      seen.add(code);
    }
    assert.equal(seen.size, 4);
  });
});

function* exchanges(folder?: string): Iterable<{ file: string; exchange: Exchange }> {
  for (const topic of folder ? [folder] : readdirSync(recordings)) {
    if (topic.includes('.') || ((topic === 'errors' || topic === 'transcribed') && !folder)) continue;
    for (const name of readdirSync(join(recordings, topic))) {
      if (!name.endsWith('.json')) continue;
      yield { file: `${topic}/${name}`, exchange: JSON.parse(readFileSync(join(recordings, topic, name), 'utf8')) };
    }
  }
}
