import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { Authorization, actionOf } from './authorization.ts';
import { type Certificate, makeCertificate } from './certificate.ts';
import { Defender } from './defender.ts';
import { ArmError, groupNotFound, resourceNotFound } from './errors.ts';
import { type FaultEffect, Faults } from './faults.ts';
import { type ArmPath, covers, parsePath, typeKey } from './ids.ts';
import { copy, type Json, type Resource } from './json.ts';
import { queryPortMapping } from './load-balancers.ts';
import { effectiveGroups, ipFlowVerify } from './network-watcher.ts';
import { type Answer, guidOf, Operations } from './operations.ts';
import { dnsNameAvailable } from './public-ips.ts';
import { GraphQuota, ResourceGraph } from './resource-graph.ts';
import {
  findTarget,
  list,
  patchTags,
  put,
  type ResourceContext,
  read,
  remove,
  seed,
  type WriteRequest,
} from './resources.ts';
import { ResourceStore } from './store.ts';
import { readToken, type TokenClaims } from './tokens.ts';

export interface Subscription {
  readonly subscriptionId: string;
  readonly displayName: string;
  readonly tenantId: string;
  readonly state?: 'Enabled' | 'Disabled' | 'Warned';
}

export interface Tenant {
  readonly tenantId: string;
  readonly displayName: string;
  readonly defaultDomain: string;
  /** Accounts that belong to it or are guests; undefined: all. */
  readonly accounts?: readonly string[];
}

export interface LoggedRequest {
  readonly method: string;
  /** With its query. */
  readonly url: string;
  readonly body: Json;
  readonly account: string;
  /** 0 when the connection was dropped. */
  status: number;
}

export interface AzureServerOptions {
  readonly port?: number;
  /** The time, for tests that do not wait. */
  readonly now?: () => number;
  /** How long a long-running operation takes; 0: it is done at the first poll. */
  readonly operationMilliseconds?: number;
  /** Time before each answer. */
  readonly latency?: number;
}

/**
 * Azure Resource Manager on loopback HTTPS. Everything is in memory; `store`, `authorization`, `defender` and `faults`
 * may be used directly to arrange a test.
 */
export class AzureServer {
  readonly store = new ResourceStore();
  readonly authorization = new Authorization();
  readonly faults = new Faults();
  readonly groups = new Map<string, Resource>();
  readonly subscriptions = new Map<string, Subscription>();
  readonly tenants: Tenant[] = [];
  readonly requests: LoggedRequest[] = [];
  /** Rows of `networkresources`. */
  readonly networkRows: Json[] = [];
  readonly operations: Operations;
  readonly defender: Defender;
  readonly graph: ResourceGraph;
  readonly graphQuota: GraphQuota;
  operationMilliseconds: number;
  latency: number;
  graphPageSize = 1000;
  readonly #sockets = new Set<Duplex>();
  readonly #context: ResourceContext;
  #guids = 0;
  #account = '';

  private constructor(
    private readonly server: Server,
    private readonly keys: Certificate,
    options: AzureServerOptions,
  ) {
    const now = options.now ?? Date.now;
    this.operationMilliseconds = options.operationMilliseconds ?? 0;
    this.latency = options.latency ?? 0;
    this.operations = new Operations(() => this.endpoint, now);
    this.#context = {
      store: this.store,
      operations: this.operations,
      guid: () => guidOf(`guid ${++this.#guids}`),
      dnsZone: 'cloudapp.azure.com',
      operationMilliseconds: () => this.operationMilliseconds,
      groups: this.groups,
    };
    this.defender = new Defender(() => this.#context, now);
    this.graphQuota = new GraphQuota(now);
    this.graph = new ResourceGraph(
      {
        store: this.store,
        rows: table => this.#rows(table),
        tenantOf: id => this.subscriptions.get(id.toLowerCase())?.tenantId,
        mayRead: row => this.#mayRead(row),
        pageSize: () => this.graphPageSize,
      },
      this.graphQuota,
    );
  }

  static async start(options: AzureServerOptions = {}): Promise<AzureServer> {
    const keys = await makeCertificate();
    const server = createServer({ key: keys.key, cert: keys.certificate });
    const azure = new AzureServer(server, keys, options);
    server.on('request', (request, response) => void azure.#serve(request, response));
    server.on('connection', socket => {
      azure.#sockets.add(socket);
      socket.on('close', () => azure.#sockets.delete(socket));
    });
    server.keepAliveTimeout = 60_000;
    await new Promise<void>(resolve => server.listen(options.port ?? 0, '127.0.0.1', resolve));
    return azure;
  }

  /** `https://127.0.0.1:port`, without a slash at its end. */
  get endpoint(): string {
    return `https://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** PEM, to be trusted by the client. */
  get certificate(): string {
    return this.keys.certificate;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>(resolve => this.server.close(() => resolve()));
  }

  addTenant(tenant: Tenant): void {
    this.tenants.push(tenant);
  }

  addSubscription(subscription: Subscription): void {
    this.subscriptions.set(subscription.subscriptionId.toLowerCase(), subscription);
  }

  addGroup(subscriptionId: string, name: string, location: string, tags: Json = {}): string {
    const id = `/subscriptions/${subscriptionId}/resourceGroups/${name}`;
    this.groups.set(id.toLowerCase(), {
      id,
      name,
      type: 'Microsoft.Resources/resourceGroups',
      location,
      tags,
      properties: { provisioningState: 'Succeeded' },
    });
    return id;
  }

  /** Puts a resource there as if it had been created long ago; its group is made when missing. */
  seed(resource: Json): Resource {
    const path = parsePath(resource.id);
    const groupId = `/subscriptions/${path.subscriptionId}/resourceGroups/${path.resourceGroup}`;
    if (!this.groups.has(groupId.toLowerCase()))
      this.addGroup(path.subscriptionId!, path.resourceGroup!, resource.location ?? 'westeurope');
    return seed(resource, this.#context);
  }

  /** A request without HTTP: what a client with this account would get. */
  request(
    method: string,
    url: string,
    body?: Json,
    headers: Record<string, string> = {},
    account = 'test@contoso.example',
  ): Answer {
    this.#account = account;
    try {
      return this.#answer(method, new URL(url, this.endpoint), body, headers, undefined, account, false);
    } catch (error) {
      if (!(error instanceof ArmError)) throw error;
      return { status: error.status, headers: error.headers, body: error.body };
    }
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    const answer = await this.exchange(
      request.method ?? 'GET',
      request.url ?? '/',
      headers,
      Buffer.concat(chunks).toString(),
    );
    if (answer) send(response, answer);
    else request.socket.destroy();
  }

  /**
   * One request as it comes over the wire, and what goes wrong with it; header names in lower case. Undefined when the
   * connection breaks.
   */
  async exchange(
    method: string,
    target: string,
    headers: Readonly<Record<string, string>>,
    text: string,
  ): Promise<Answer | undefined> {
    const url = new URL(target, this.endpoint);
    const logged: LoggedRequest = { method, url: target, body: undefined, account: '', status: 0 };
    this.requests.push(logged);
    const effects = this.faults.next(method, target);
    if (this.latency > 0) await new Promise(resolve => setTimeout(resolve, this.latency));
    for (const effect of effects) {
      if (effect.kind === 'slow') await new Promise(resolve => setTimeout(resolve, effect.milliseconds));
      if (effect.kind === 'meanwhile') effect.run();
      if (effect.kind === 'drop') return undefined;
      if (effect.kind === 'answer') {
        logged.status = effect.status;
        return effect;
      }
    }
    let answer: Answer;
    try {
      const claims = this.#authenticate(headers.authorization, url);
      (logged as { account: string }).account = claims.account;
      const body = text === '' ? undefined : parse(text);
      (logged as { body: Json }).body = body;
      const truncate = effects.some(effect => effect.kind === 'truncate');
      answer = this.#answer(method, url, body, headers, claims, claims.account, truncate, operationFault(effects));
      this.#failAfter(answer, url.pathname, effects);
    } catch (error) {
      if (!(error instanceof ArmError)) {
        answer = {
          status: 500,
          body: {
            error: {
              code: 'InternalServerError',
              message: error instanceof Error ? (error.stack ?? '') : String(error),
            },
          },
        };
      } else answer = { status: error.status, headers: error.headers, body: error.body };
    }
    const after = effects.find(effect => effect.kind === 'drop-after' || effect.kind === 'answer-after');
    if (after?.kind === 'drop-after') return undefined;
    if (after?.kind === 'answer-after') answer = after;
    logged.status = answer.status;
    return answer;
  }

  #failAfter(answer: Answer, path: string, effects: readonly FaultEffect[]): void {
    const effect = effects.find(candidate => candidate.kind === 'operation-fails-after');
    const link = answer.headers?.['azure-asyncoperation'];
    if (effect?.kind !== 'operation-fails-after' || link === undefined) return;
    const target = findTarget(parsePath(decodeURIComponent(path)));
    const markFailed = (): void => {
      const resource = copy(target && this.store.get(target.resourceId));
      if (!resource) return;
      resource.properties.provisioningState = 'Failed';
      this.store.put(resource);
    };
    this.operations.fail(link, markFailed, new ArmError(400, effect.code, effect.message));
  }

  #authenticate(header: string | undefined, url: URL): TokenClaims {
    const authenticate = {
      'www-authenticate': `Bearer authorization_uri="https://login.invalid/", error="invalid_token"`,
    };
    const claims = readToken(/^Bearer (.+)$/i.exec(header ?? '')?.[1] ?? '');
    if (!claims)
      throw new ArmError(
        401,
        'AuthenticationFailed',
        "Authentication failed. The 'Authorization' header is missing or is not a bearer token.",
        {},
        authenticate,
      );
    if ((claims.expires ?? 0) * 1000 < Date.now()) {
      throw new ArmError(
        401,
        'ExpiredAuthenticationToken',
        `The access token expiry UTC time '${new Date((claims.expires ?? 0) * 1000).toISOString()}' is earlier than current UTC time.`,
        {},
        authenticate,
      );
    }
    if (claims.audience !== undefined && new URL(claims.audience).origin !== new URL(this.endpoint).origin) {
      throw new ArmError(
        401,
        'InvalidAuthenticationTokenAudience',
        `The access token has been obtained for wrong audience or resource '${claims.audience}'.`,
        {},
        authenticate,
      );
    }
    const subscriptionId = parsePath(url.pathname).subscriptionId?.toLowerCase();
    const subscription = subscriptionId === undefined ? undefined : this.subscriptions.get(subscriptionId);
    if (subscription && subscription.tenantId !== claims.tenantId) {
      throw new ArmError(
        401,
        'InvalidAuthenticationTokenTenant',
        `The access token is from the wrong issuer 'https://sts.invalid/${claims.tenantId}/'. It must match the tenant 'https://sts.invalid/${subscription.tenantId}/' associated with this subscription.`,
        {},
        authenticate,
      );
    }
    return claims;
  }

  #answer(
    method: string,
    url: URL,
    body: Json,
    headers: Readonly<Record<string, string>>,
    claims: TokenClaims | undefined,
    account: string,
    truncate: boolean,
    failing?: ArmError,
  ): Answer {
    this.#account = account;
    this.operations.settle();
    this.defender.settle();
    const path = parsePath(decodeURIComponent(url.pathname));
    const apiVersion = url.searchParams.get('api-version') ?? '';
    if (apiVersion === '' && !/\/operation(s|results)\//i.test(path.text)) {
      throw new ArmError(
        400,
        'MissingApiVersionParameter',
        'The api-version query parameter (?api-version=) is required for all requests.',
      );
    }
    const platform = this.#platform(method, path, body, claims, account, truncate, url);
    if (platform) return platform;
    const subscription = this.subscriptions.get(path.subscriptionId?.toLowerCase() ?? '');
    if (path.subscriptionId !== undefined && !subscription) {
      throw new ArmError(404, 'SubscriptionNotFound', `The subscription '${path.subscriptionId}' could not be found.`);
    }
    const request: WriteRequest = {
      path,
      apiVersion,
      body,
      ...(headers['if-match'] === undefined ? {} : { ifMatch: headers['if-match'] }),
      ...(headers['if-none-match'] === undefined ? {} : { ifNoneMatch: headers['if-none-match'] }),
    };
    this.#authorize(method, path, body, account);
    if (path.provider?.toLowerCase() === 'microsoft.authorization')
      return this.#authorizationResource(method, path, body, account);
    if (path.provider?.toLowerCase() === 'microsoft.security') {
      const answer = this.defender.handle(method, path, body, apiVersion);
      if (answer) return answer;
    }
    if (path.provider === undefined) return this.#container(method, path, body, subscription);
    if (failing && (method === 'PUT' || method === 'DELETE')) return this.#failingOperation(path, apiVersion, failing);
    switch (method) {
      case 'GET': {
        if (path.types.length === path.names.length) return read(path, this.#context);
        const value = list(path, this.#context) ?? this.#scaleSetList(path);
        if (!value) throw resourceNotFound(path.text);
        return this.#page(value, url);
      }
      case 'PUT':
        return put(request, this.#context);
      case 'DELETE':
        return remove(request, this.#context);
      case 'PATCH':
        return patchTags(request, this.#context);
      case 'POST':
        return this.#act(path, body, apiVersion);
      default:
        throw new ArmError(405, 'MethodNotAllowed', `The request method '${method}' is not allowed.`);
    }
  }

  /** What belongs to no subscription, or to the platform: tenants, Resource Graph, operations, checks. */
  #platform(
    method: string,
    path: ArmPath,
    body: Json,
    claims: TokenClaims | undefined,
    account: string,
    truncate: boolean,
    url: URL,
  ): Answer | undefined {
    const lower = path.text.toLowerCase();
    if (lower === '/tenants') {
      const own = this.tenants.filter(tenant => tenant.accounts === undefined || tenant.accounts.includes(account));
      return {
        status: 200,
        body: {
          value: own.map(tenant => ({
            id: `/tenants/${tenant.tenantId}`,
            tenantId: tenant.tenantId,
            displayName: tenant.displayName,
            defaultDomain: tenant.defaultDomain,
            tenantCategory: 'Home',
          })),
        },
      };
    }
    if (lower === '/subscriptions') {
      const own = [...this.subscriptions.values()].filter(
        subscription =>
          (claims === undefined || subscription.tenantId === claims.tenantId) &&
          this.authorization.permissions.some(
            p =>
              (p.account === undefined || p.account === account) &&
              (covers(p.scope, `/subscriptions/${subscription.subscriptionId}`) ||
                covers(`/subscriptions/${subscription.subscriptionId}`, p.scope)),
          ),
      );
      return this.#page(own.map(shownSubscription), url);
    }
    if (lower === '/providers/microsoft.resourcegraph/resources' && method === 'POST')
      return this.graph.query(body, truncate);
    const operation = /\/locations\/[^/]+\/(operations|operationresults)\/([^/]+)$/i.exec(path.text);
    if (operation) return this.operations.poll(operation[1]!, operation[2]!, url);
    const dns = /\/providers\/microsoft\.network\/locations\/([^/]+)\/checkdnsnameavailability$/i.exec(path.text);
    if (dns)
      return {
        status: 200,
        body: { available: dnsNameAvailable(url.searchParams.get('domainNameLabel') ?? '', dns[1]!, this.store) },
      };
    return undefined;
  }

  #authorize(method: string, path: ArmPath, body: Json, account: string): void {
    const provider = path.provider?.toLowerCase();
    const verb =
      method === 'GET' || method === 'HEAD'
        ? 'read'
        : method === 'DELETE'
          ? 'delete'
          : method === 'POST'
            ? 'action'
            : 'write';
    if (path.types[0] === 'permissions' && provider === 'microsoft.authorization') return;
    const action =
      provider === undefined
        ? `Microsoft.Resources/subscriptions/${path.resourceGroup ? 'resourceGroups/' : ''}${verb}`
        : provider === 'microsoft.security'
          ? securityAction(path, verb)
          : actionOf(path, verb);
    const scope =
      path.types.length > path.names.length && path.types.length > 0
        ? path.names.length > 0
          ? path.text.slice(0, path.text.lastIndexOf('/'))
          : path.scope
        : path.text;
    this.authorization.require(account, action, scope || '/');
    if (verb === 'read') return;
    if (verb === 'write' && (provider === 'microsoft.network' || provider === 'microsoft.compute')) {
      const before = this.store.get(path.text);
      this.authorization.requireLinks(account, action, path.text, body, before);
    }
    if (provider === 'microsoft.authorization') return;
    this.authorization.requireUnlocked(scope, verb === 'delete' ? 'delete' : 'write');
    if (verb === 'write')
      this.authorization.requireCompliant(path.text, action.slice(0, action.lastIndexOf('/')), body);
  }

  #authorizationResource(method: string, path: ArmPath, body: Json, account: string): Answer {
    const [type] = path.types;
    if (type === 'permissions')
      return { status: 200, body: { value: this.authorization.permissionsOf(account, path.scope) } };
    if (path.names.length === 0) return { status: 200, body: { value: this.authorization.list(path, type!) } };
    const key = path.text.toLowerCase();
    const found = this.authorization.extensions.get(key);
    if (method === 'PUT')
      return {
        status: found && type !== 'policyassignments' ? 200 : 201,
        body: this.authorization.put(path, body, this.store),
      };
    if (method === 'DELETE') {
      this.authorization.extensions.delete(key);
      return found ? { status: 200, body: copy(found) } : { status: 204 };
    }
    if (!found)
      throw new ArmError(
        404,
        type === 'policyassignments' ? 'PolicyAssignmentNotFound' : 'ResourceNotFound',
        `The ${type} '${path.names[0]}' could not be found.`,
      );
    return { status: 200, body: copy(found) };
  }

  /** Subscriptions and resource groups. */
  #container(method: string, path: ArmPath, body: Json, subscription: Subscription | undefined): Answer {
    const segments = path.text.split('/').length;
    if (subscription && segments === 3) return { status: 200, body: shownSubscription(subscription) };
    if (segments === 4 && path.text.toLowerCase().endsWith('/resourcegroups')) {
      const own = [...this.groups.values()].filter(group =>
        group.id.toLowerCase().startsWith(`${path.text.toLowerCase()}/`),
      );
      return { status: 200, body: { value: copy(own) } };
    }
    const group = this.groups.get(path.text.toLowerCase());
    if (method === 'PUT') {
      const id = this.addGroup(path.subscriptionId!, path.resourceGroup!, String(body?.location ?? ''), body?.tags);
      return { status: group ? 200 : 201, body: copy(this.groups.get(id.toLowerCase())) };
    }
    if (!group) throw groupNotFound(path.resourceGroup ?? '');
    if (method === 'HEAD') return { status: 204 };
    return { status: 200, body: copy(group) };
  }

  #act(path: ArmPath, body: Json, apiVersion: string): Answer {
    const action = path.types.at(-1);
    const target = path.text.slice(0, path.text.lastIndexOf('/'));
    if (action === 'effectivenetworksecuritygroups') {
      const nic = this.store.get(target);
      if (!nic) throw resourceNotFound(target);
      return this.#later(path, apiVersion, nic.location ?? '', () => effectiveGroups(nic, this.store));
    }
    if (action === 'ipflowverify') {
      const watcher = this.store.get(target);
      if (!watcher) throw resourceNotFound(target);
      return this.#later(path, apiVersion, watcher.location ?? '', () =>
        ipFlowVerify(body, this.store, this.networkRows),
      );
    }
    if (action === 'queryinboundnatruleportmapping') {
      const balancer = this.store.get(target.split('/').slice(0, -2).join('/'));
      if (!balancer) throw resourceNotFound(target);
      return { status: 200, body: queryPortMapping(balancer, path.names.at(-1)!, body, this.store) };
    }
    if (action === 'listnetworkmanagereffectivesecurityadminrules') {
      const row = this.networkRows.find(candidate => candidate.id.toLowerCase().startsWith(`${target.toLowerCase()}/`));
      return { status: 200, body: { value: row?.properties?.effectiveSecurityAdminRules ?? [], skipToken: '' } };
    }
    throw resourceNotFound(path.text);
  }

  /** A POST whose answer comes by `Location` alone. */
  #later(path: ArmPath, apiVersion: string, location: string, complete: () => unknown): Answer {
    const { location: link } = this.operations.start({
      subscriptionId: path.subscriptionId!,
      provider: path.provider!,
      location,
      apiVersion,
      milliseconds: this.operationMilliseconds,
      finalStatus: 200,
      complete,
    });
    return { status: 202, headers: { location: link } };
  }

  #failingOperation(path: ArmPath, apiVersion: string, failing: ArmError): Answer {
    const { asyncOperation, location } = this.operations.start({
      subscriptionId: path.subscriptionId!,
      provider: path.provider!,
      location: 'westeurope',
      apiVersion,
      milliseconds: this.operationMilliseconds,
      complete: () => {
        throw failing;
      },
    });
    return { status: 202, headers: { 'azure-asyncoperation': asyncOperation, location } };
  }

  #scaleSetList(path: ArmPath): Json[] | undefined {
    const type = typeKey(path);
    if (
      type !== 'microsoft.compute/virtualmachinescalesets/networkinterfaces' &&
      type !== 'microsoft.compute/virtualmachinescalesets/publicipaddresses'
    )
      return undefined;
    const leaf = type.split('/').pop();
    const prefix = `${path.text.slice(0, path.text.lastIndexOf('/')).toLowerCase()}/`;
    return [...this.store.all()]
      .filter(
        resource =>
          resource.id.toLowerCase().startsWith(prefix) && resource.type.toLowerCase().split('/').pop() === leaf,
      )
      .map(copy);
  }

  #page(value: Json[], url: URL): Answer {
    const from = Number(url.searchParams.get('$skiptoken') ?? 0);
    const size = 500;
    if (value.length <= size) return { status: 200, body: { value } };
    const next = new URL(url);
    next.searchParams.set('$skiptoken', String(from + size));
    return {
      status: 200,
      body: { value: value.slice(from, from + size), ...(from + size < value.length ? { nextLink: next.href } : {}) },
    };
  }

  #mayRead(row: Json): boolean {
    const path = parsePath(String(row.id ?? ''));
    if (path.subscriptionId === undefined) return true;
    if (!this.subscriptions.has(path.subscriptionId.toLowerCase())) return false;
    return this.authorization.allowed(this.#account, `${row.type}/read`, path.text);
  }

  *#rows(table: string): Iterable<Json> {
    if (table === 'networkresources') yield* copy(this.networkRows);
    if (table === 'securityresources') yield* this.defender.rows();
    if (table === 'resourcecontainers') {
      for (const group of this.groups.values())
        yield {
          ...copy(group),
          type: 'microsoft.resources/subscriptions/resourcegroups',
          subscriptionId: parsePath(group.id).subscriptionId,
        };
    }
  }
}

function operationFault(effects: readonly FaultEffect[]): ArmError | undefined {
  const effect = effects.find(candidate => candidate.kind === 'operation-fails');
  return effect?.kind === 'operation-fails' ? new ArmError(400, effect.code, effect.message) : undefined;
}

function securityAction(path: ArmPath, verb: string): string {
  const names: Record<string, string> = {
    jitnetworkaccesspolicies: 'jitNetworkAccessPolicies',
    pricings: 'pricings',
    assessments: 'assessments',
  };
  if (path.types.at(-1) === 'initiate') return 'Microsoft.Security/locations/jitNetworkAccessPolicies/initiate/action';
  const type =
    path.types[0] === 'locations'
      ? `locations/${names[path.types[1] ?? ''] ?? path.types[1]}`
      : (names[path.types[0] ?? ''] ?? path.types.join('/'));
  return `Microsoft.Security/${type}/${verb}`;
}

function shownSubscription(subscription: Subscription): object {
  return {
    id: `/subscriptions/${subscription.subscriptionId}`,
    authorizationSource: 'RoleBased',
    managedByTenants: [],
    tags: {},
    subscriptionId: subscription.subscriptionId,
    tenantId: subscription.tenantId,
    displayName: subscription.displayName,
    state: subscription.state ?? 'Enabled',
    subscriptionPolicies: {
      locationPlacementId: 'Public_2014-09-01',
      quotaId: 'PayAsYouGo_2014-09-01',
      spendingLimit: 'Off',
    },
  };
}

function parse(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    throw new ArmError(400, 'InvalidRequestContent', 'The request content was invalid and could not be deserialized.');
  }
}

function send(
  response: ServerResponse,
  answer: { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: unknown },
): void {
  const text =
    answer.body === undefined ? '' : typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
  response.writeHead(answer.status, {
    ...(text === '' ? {} : { 'content-type': 'application/json; charset=utf-8' }),
    'x-ms-request-id': guidOf(`request ${Math.random()}`),
    'x-ms-ratelimit-remaining-subscription-global-reads': '3749',
    ...answer.headers,
  });
  response.end(text);
}
