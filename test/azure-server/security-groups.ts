import { isIP } from 'node:net';
import { type ChildKind, setBack, type TypeBehaviour } from './behaviours.ts';
import { networkError } from './errors.ts';
import type { Json, Resource } from './json.ts';

const ruleKind: ChildKind = {
  property: 'securityRules',
  type: 'Microsoft.Network/networkSecurityGroups/securityRules',
  defaults: {
    sourcePortRanges: [],
    destinationPortRanges: [],
    sourceAddressPrefixes: [],
    destinationAddressPrefixes: [],
  },
};

const defaultRules: readonly (readonly [string, string, string, string, string, number, string])[] = [
  [
    'AllowVnetInBound',
    'Allow inbound traffic from all VMs in VNET',
    'VirtualNetwork',
    'VirtualNetwork',
    'Allow',
    65000,
    'Inbound',
  ],
  [
    'AllowAzureLoadBalancerInBound',
    'Allow inbound traffic from azure load balancer',
    'AzureLoadBalancer',
    '*',
    'Allow',
    65001,
    'Inbound',
  ],
  ['DenyAllInBound', 'Deny all inbound traffic', '*', '*', 'Deny', 65500, 'Inbound'],
  [
    'AllowVnetOutBound',
    'Allow outbound traffic from all VMs to all VMs in VNET',
    'VirtualNetwork',
    'VirtualNetwork',
    'Allow',
    65000,
    'Outbound',
  ],
  [
    'AllowInternetOutBound',
    'Allow outbound traffic from all VMs to Internet',
    '*',
    'Internet',
    'Allow',
    65001,
    'Outbound',
  ],
  ['DenyAllOutBound', 'Deny all outbound traffic', '*', '*', 'Deny', 65500, 'Outbound'],
];

export const securityGroups: TypeBehaviour = {
  type: 'Microsoft.Network/networkSecurityGroups',
  children: [ruleKind],
  etag: 'weak',
  asynchronous: true,
  resourceGuid: true,
  complete(group) {
    group.properties.securityRules ??= [];
    group.properties.defaultSecurityRules = defaultRules.map(
      ([name, description, source, destination, access, priority, direction]) => ({
        name,
        id: `${group.id}/defaultSecurityRules/${name}`,
        etag: group.etag,
        type: 'Microsoft.Network/networkSecurityGroups/defaultSecurityRules',
        properties: {
          provisioningState: group.properties.provisioningState,
          description,
          protocol: '*',
          sourcePortRange: '*',
          destinationPortRange: '*',
          sourceAddressPrefix: source,
          destinationAddressPrefix: destination,
          access,
          priority,
          direction,
          sourcePortRanges: [],
          destinationPortRanges: [],
          sourceAddressPrefixes: [],
          destinationAddressPrefixes: [],
        },
      }),
    );
    for (const rule of group.properties.securityRules ?? []) {
      const { properties } = rule;
      if (typeof properties.direction === 'string')
        properties.direction = oneOf(properties.direction, ['Inbound', 'Outbound']);
      if (typeof properties.access === 'string') properties.access = oneOf(properties.access, ['Allow', 'Deny']);
    }
  },
  check(group) {
    const rules: Resource[] = group.properties.securityRules ?? [];
    for (const rule of rules) checkRule(rule);
    const taken = new Map<string, string>();
    for (const rule of rules) {
      const key = `${rule.properties.direction} ${rule.properties.priority}`;
      const other = taken.get(key);
      if (other !== undefined) {
        throw networkError(
          400,
          'SecurityRuleConflict',
          `Security rule ${rule.name} conflicts with rule ${other}. Rules cannot have the same Priority and Direction. To learn more, see aka.ms/nsgrules.`,
        );
      }
      taken.set(key, rule.name);
    }
    if (rules.length > 1000) {
      throw networkError(
        400,
        'MaxSecurityRulesPerNetworkSecurityGroupLimitReached',
        'At most 1000 security rules are allowed.',
      );
    }
  },
  render(group, store) {
    const all = store.referrers(group.id, 'networkSecurityGroup').map(referrer => referrer.id);
    setBack(
      group.properties,
      'networkInterfaces',
      all.filter(id => /\/networkinterfaces\/[^/]+$/i.test(id)),
    );
    setBack(
      group.properties,
      'subnets',
      all.filter(id => /\/subnets\/[^/]+$/i.test(id)),
    );
  },
  inUse(group, store) {
    const users = store.referrers(group.id, 'networkSecurityGroup').map(referrer => referrer.id);
    if (users.length === 0) return undefined;
    return networkError(
      400,
      'InUseNetworkSecurityGroupCannotBeDeleted',
      `Network security group ${group.id} cannot be deleted because it is in use by the following resources: ${users.join(', ')}. In order to delete the Network security group, remove the association with the resource(s). To learn how to do this, see aka.ms/deletensg.`,
    );
  },
};

function oneOf(text: string, allowed: readonly string[]): string {
  return allowed.find(value => value.toLowerCase() === text.toLowerCase()) ?? text;
}

const protocols = new Set(['tcp', 'udp', 'icmp', 'esp', 'ah', '*']);

function checkRule(rule: Resource): void {
  const p = rule.properties ?? {};
  if (!/^[a-z0-9_]([\w.-]{0,78}\w)?$/i.test(rule.name)) {
    throw networkError(
      400,
      'InvalidResourceName',
      `Resource name ${rule.name} is invalid. The name can be up to 80 characters long. It must begin with a word character, and it must end with a word character or with '_'. The name may contain word characters or '.', '-', '_'.`,
    );
  }
  for (const name of ['protocol', 'access', 'direction', 'priority']) {
    if (p[name] === undefined || p[name] === null) {
      throw networkError(
        400,
        'MissingRequiredParameter',
        `Required parameter ${name} is missing for security rule with Id: ${rule.id}.`,
      );
    }
  }
  if (!Number.isInteger(p.priority) || p.priority < 100 || p.priority > 4096) {
    throw networkError(
      400,
      'SecurityRuleInvalidPriority',
      `Security rule has invalid Priority. Value provided: ${p.priority}. Priority should be between 100 and 4096.`,
    );
  }
  if (
    !protocols.has(String(p.protocol).toLowerCase()) ||
    !['Inbound', 'Outbound'].includes(p.direction) ||
    !['Allow', 'Deny'].includes(p.access)
  ) {
    throw networkError(
      400,
      'InvalidRequestFormat',
      `Cannot parse the request: security rule ${rule.name} has a protocol, access or direction that is not known.`,
    );
  }
  if (typeof p.description === 'string' && p.description.length > 140) {
    throw networkError(
      400,
      'SecurityRuleDescriptionTooLong',
      `The description of security rule ${rule.name} exceeds 140 characters.`,
    );
  }
  for (const side of ['source', 'destination'] as const) {
    checkPorts(p, side);
    checkAddresses(rule, p, side);
  }
}

function checkPorts(p: Json, side: string): void {
  const single = p[`${side}PortRange`];
  const plural = p[`${side}PortRanges`] ?? [];
  if (plural === null || !Array.isArray(plural)) {
    throw networkError(400, 'InvalidRequestFormat', 'Cannot parse the request.');
  }
  if (!single && plural.length === 0) {
    throw networkError(
      400,
      'SecurityRuleParameterMissing',
      `Security rule must specify ${side}PortRange or ${side}PortRanges.`,
    );
  }
  for (const range of single ? [single, ...plural] : plural) {
    const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(String(range));
    const from = Number(match?.[1]);
    const to = Number(match?.[2] ?? match?.[1]);
    const star = range === '*' && plural.length === 0;
    if (!star && (!match || from > 65535 || to > 65535 || from > to)) {
      throw networkError(
        400,
        'SecurityRuleInvalidPortRange',
        `Security rule has invalid Port range. Value provided: ${range}. Value should be an integer OR integer range with '-' delimiter. Valid range 0-65535.`,
      );
    }
  }
}

function checkAddresses(rule: Resource, p: Json, side: string): void {
  const single = p[`${side}AddressPrefix`];
  const plural = p[`${side}AddressPrefixes`] ?? [];
  const groups = p[`${side}ApplicationSecurityGroups`] ?? [];
  if (!Array.isArray(plural) || !Array.isArray(groups)) {
    throw networkError(400, 'InvalidRequestFormat', 'Cannot parse the request.');
  }
  if (!single && plural.length === 0 && groups.length === 0) {
    throw networkError(
      400,
      'SecurityRuleParameterMissing',
      `Required security rule parameters are missing for security rule with Id: ${rule.id}. Security rule must specify ${side}AddressPrefixes, ${side}AddressPrefix, or ${side}ApplicationSecurityGroups.`,
    );
  }
  if (groups.length > 0 && (single || plural.length > 0)) {
    throw networkError(
      400,
      'SecurityRuleCannotMixAddressesAndApplicationSecurityGroups',
      `Security rule ${rule.id} cannot specify both address prefixes and application security groups as ${side}.`,
    );
  }
  const title = `${side[0]!.toUpperCase()}${side.slice(1)}`;
  for (const prefix of plural) {
    if (isTag(prefix)) {
      throw networkError(
        400,
        'SecurityRuleParameterContainsUnsupportedValue',
        `Security rule parameter ${title}AddressPrefix for rule with Id ${rule.id} cannot specify existing VIRTUALNETWORK, INTERNET, AZURELOADBALANCER, '*' or system tags. Unsupported value used: ${prefix}.`,
      );
    }
  }
  for (const prefix of single ? [single, ...plural] : plural) {
    if (!isTag(prefix) && !isPrefix(String(prefix))) {
      throw networkError(
        400,
        'SecurityRuleInvalidAddressPrefix',
        `Security rule has invalid Address prefix. Value provided: ${prefix}. To learn more, see aka.ms/nsgrules.`,
      );
    }
  }
}

function isTag(prefix: unknown): boolean {
  return (
    prefix === '*' ||
    (typeof prefix === 'string' && /^[a-z][a-z0-9]*(\.[a-z0-9]+)?$/i.test(prefix) && isIP(prefix) === 0)
  );
}

/** Bare integers are accepted and echoed: recorded. */
function isPrefix(text: string): boolean {
  if (/^\d+$/.test(text)) return true;
  const [address = '', bits, more] = text.split('/');
  const version = isIP(address);
  if (version === 0 || more !== undefined) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}
