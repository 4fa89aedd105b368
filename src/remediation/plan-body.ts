import { isObject, type JsonObject, pick, without, withProperty } from './plan-json.ts';
import { parseId, rootOf } from './plan-resource-id.ts';

/**
 * What Azure writes itself and takes from nobody, by resource type in lower case; a name counts at any depth.
 * https://learn.microsoft.com/rest/api/virtualnetwork/network-interfaces/create-or-update
 */
const everywhere = ['etag', 'provisioningState', 'resourceGuid'];

const readOnly: ReadonlyMap<string, readonly string[]> = new Map([
  [
    'microsoft.network/networkinterfaces',
    [
      'macAddress',
      'primaryNic',
      'virtualMachine',
      'vnetEncryptionSupported',
      'tapConfigurations',
      'hostedWorkloads',
      'dscpConfiguration',
      'privateEndpoint',
      'privateLinkConnectionProperties',
      'defaultOutboundConnectivityEnabled',
      'appliedDnsServers',
      'internalFqdn',
      'internalDomainNameSuffix',
    ],
  ],
  ['microsoft.network/networksecuritygroups', ['defaultSecurityRules', 'networkInterfaces', 'subnets', 'flowLogs']],
  ['microsoft.network/networksecuritygroups/securityrules', []],
  [
    'microsoft.network/virtualnetworks/subnets',
    [
      ...['ipConfigurations', 'ipConfigurationProfiles', 'privateEndpoints', 'resourceNavigationLinks'],
      ...['serviceAssociationLinks', 'purpose', 'actions'],
    ],
  ],
  [
    'microsoft.network/loadbalancers',
    ['backendIPConfiguration', 'backendIPConfigurations', 'inboundNatRulesPortMapping'],
  ],
  ['microsoft.network/natgateways', ['subnets']],
  ['microsoft.network/dnszones/cname', ['fqdn', 'targetResource']],
  ['microsoft.network/loadbalancers/inboundnatrules', ['backendIPConfiguration']],
  ['microsoft.network/publicipaddresses', ['ipConfiguration', 'natGateway', 'fqdn']],
  ['microsoft.network/bastionhosts', ['dnsName']],
  ['microsoft.security/locations/jitnetworkaccesspolicies', ['requests', 'appendMode']],
  [
    'microsoft.authorization/policyassignments',
    ['scope', 'createdBy', 'createdOn', 'updatedBy', 'updatedOn', 'instanceId', 'latestDefinitionVersion'],
  ],
  ['microsoft.network/azurefirewalls', ['ipGroups']],
  ['microsoft.network/firewallpolicies/rulecollectiongroups', ['size']],
]);

/** Lists in parts of a resource that only say which others of its parts refer to them. */
const backReferences: ReadonlyMap<string, ReadonlyMap<string, readonly string[]>> = new Map([
  [
    'microsoft.network/loadbalancers',
    new Map([
      ['frontendipconfigurations', ['inboundnatrules', 'inboundnatpools', 'loadbalancingrules', 'outboundrules']],
      ['backendaddresspools', ['inboundnatrules', 'loadbalancingrules', 'outboundrule', 'outboundrules']],
      ['probes', ['loadbalancingrules']],
    ]),
  ],
]);

/** What stands beside `properties` in an answer and is no part of a body; Resource Graph adds the last ones. */
const envelope = new Set(
  [
    ['id', 'name', 'type', 'etag', 'systemData', 'kind', 'managedBy'],
    ['resourceGroup', 'subscriptionId', 'tenantId', 'apiVersion', 'createdTime', 'changedTime', 'provisioningState'],
  ]
    .flat()
    .map(name => name.toLowerCase()),
);

/** References that answers may show with all of their target's properties, of which a body needs the id. */
const references = new Set(
  [
    [
      'subnet',
      'networkSecurityGroup',
      'publicIPAddress',
      'virtualNetwork',
      'firewallPolicy',
      'frontendIPConfiguration',
      'natGateway',
      'routeTable',
    ],
    ['loadBalancerInboundNatRules', 'loadBalancerBackendAddressPools', 'applicationGatewayBackendAddressPools'],
    ['applicationSecurityGroups', 'sourceApplicationSecurityGroups', 'destinationApplicationSecurityGroups'],
    ['loadBalancerInboundNatPools', 'gatewayLoadBalancer', 'virtualNetworkTaps', 'sourceIpGroups'],
  ]
    .flat()
    .map(name => name.toLowerCase()),
);

/** The whole of a resource as it would be sent in a PUT: every field that a caller may write, and no other. */
export function writableBody(resource: JsonObject, type: string): JsonObject {
  const drop = new Set([...everywhere, ...(readOnly.get(type.toLowerCase()) ?? [])].map(name => name.toLowerCase()));
  // A policy of Defender has a kind that a caller gives, and its place in its id; elsewhere it is the other way round.
  const isPolicy = /^microsoft\.security\//i.test(type);
  const kind = isPolicy ? pick(resource, 'kind') : undefined;
  const outer = without(resource, isPolicy ? new Set([...envelope, 'location']) : envelope);
  const entries = Object.entries(outer).flatMap(([key, value]): [string, unknown][] => {
    if (value === null || value === '') return [];
    if (key.toLowerCase() !== 'properties') return [[key, value]];
    return [[key, cleaned(withoutBackReferences(withoutTop(value, type), type), drop, 0)]];
  });
  return { ...(kind === undefined ? {} : { kind }), ...Object.fromEntries(entries) };
}

function withoutBackReferences(properties: unknown, type: string): unknown {
  const lists = backReferences.get(type.toLowerCase());
  if (!lists || !isObject(properties)) return properties;
  const out = Object.entries(properties).map(([list, items]): [string, unknown] => {
    const names = lists.get(list.toLowerCase());
    if (!names || !Array.isArray(items)) return [list, items];
    return [list, items.map(item => withInner(item, inner => withoutMembers(without(inner, new Set(names)))))];
  });
  return Object.fromEntries(out);
}

function withInner(item: unknown, change: (properties: JsonObject) => JsonObject): unknown {
  if (!isObject(item) || !isObject(pick(item, 'properties'))) return item;
  return withProperty(item, 'properties', change(pick(item, 'properties') as JsonObject));
}

/** Members of a pool that are interfaces belong to the interfaces, which name the pool. */
function withoutMembers(pool: JsonObject): JsonObject {
  const members = pick(pool, 'loadBalancerBackendAddresses');
  if (!Array.isArray(members)) return pool;
  const own = members.filter(one => pick(one, 'properties', 'networkInterfaceIPConfiguration') === undefined);
  return withProperty(pool, 'loadBalancerBackendAddresses', own);
}

/** `primary` is Azure's to say of an interface, and the caller's of an IP configuration. */
function withoutTop(value: unknown, type: string): unknown {
  const interfaceItself = type.toLowerCase() === 'microsoft.network/networkinterfaces';
  return interfaceItself && isObject(value) ? without(value, new Set(['primary'])) : value;
}

function cleaned(value: unknown, drop: ReadonlySet<string>, depth: number): unknown {
  if (depth > 40) return value;
  if (Array.isArray(value)) return value.filter(item => item !== null).map(item => cleaned(item, drop, depth + 1));
  if (!isObject(value)) return value;
  const nested = Object.hasOwn(value, 'properties') && depth > 0;
  const out: [string, unknown][] = [];
  for (const [key, inner] of Object.entries(value)) {
    const lower = key.toLowerCase();
    if (inner === null || drop.has(lower) || (nested && lower === 'type')) continue;
    if (references.has(lower)) out.push([key, referenced(inner, lower)]);
    else if (inner !== '' || depth > 0) out.push([key, cleaned(inner, drop, depth + 1)]);
  }
  return Object.fromEntries(out);
}

function referenced(value: unknown, name: string): unknown {
  if (Array.isArray(value)) return value.map(item => referenced(item, name));
  if (!isObject(value) || typeof pick(value, 'id') !== 'string') return value;
  const deleteOption = name === 'publicipaddress' ? pick(value, 'properties', 'deleteOption') : undefined;
  const id = { id: pick(value, 'id') };
  return deleteOption === undefined ? id : { ...id, properties: { deleteOption } };
}

/** A child resource's body: its name and what may be written of it. */
export function childBody(child: JsonObject, type: string): JsonObject {
  const name = pick(child, 'name');
  return {
    ...(typeof name === 'string' ? { name: name.slice(name.lastIndexOf('/') + 1) } : {}),
    ...writableBody(child, type),
  };
}

/** What would write a resource as it is: of a part that has an id and a state of its own, or of a whole. */
export function bodyOf(resource: JsonObject, id: string): JsonObject {
  const { type } = parseId(id);
  return rootOf(id) === id ? writableBody(resource, type) : childBody(resource, type);
}
