import { BlockList, isIP } from 'node:net';
import { networkError } from './errors.ts';
import { parentId } from './ids.ts';
import { type Json, type Resource, sameId } from './json.ts';
import type { ResourceStore } from './store.ts';

/*
 * Azure's side of a verification, written apart from the product's evaluation: one packet at a time, first match by
 * priority, subnet's group before the interface's.
 */

interface AppliedGroup {
  readonly group: Resource;
  readonly association: object;
}

/** The groups on the way into an interface, in the order in which inbound traffic meets them. */
export function groupsOf(nic: Resource, store: ResourceStore): AppliedGroup[] {
  const found: AppliedGroup[] = [];
  const subnetId = nic.properties.ipConfigurations?.[0]?.properties?.subnet?.id;
  const subnet = subnetOf(subnetId, store);
  const onSubnet = store.get(subnet?.properties.networkSecurityGroup?.id ?? '');
  if (onSubnet) found.push({ group: onSubnet, association: { subnet: { id: subnet!.id } } });
  const onNic = store.get(nic.properties.networkSecurityGroup?.id ?? '');
  if (onNic) found.push({ group: onNic, association: { networkInterface: { id: nic.id } } });
  return found;
}

/** The final answer of `effectiveNetworkSecurityGroups`. */
export function effectiveGroups(nic: Resource, store: ResourceStore): object {
  requireRunning(nic, store);
  const network = virtualNetworkPrefixes(nic, store);
  return {
    value: groupsOf(nic, store).map(({ group, association }) => ({
      networkSecurityGroup: { id: group.id },
      association,
      effectiveSecurityRules: [...(group.properties.securityRules ?? []), ...group.properties.defaultSecurityRules].map(
        (rule: Resource) => effectiveRule(rule, network),
      ),
    })),
  };
}

function effectiveRule(rule: Resource, network: readonly string[]): object {
  const p = rule.properties;
  const list = rule.type.split('/').pop();
  const addresses = (side: string): string[] => {
    const all = [
      ...(p[`${side}AddressPrefix`] ? [p[`${side}AddressPrefix`]] : []),
      ...(p[`${side}AddressPrefixes`] ?? []),
    ];
    return all.flatMap(prefix =>
      prefix === '*' ? ['0.0.0.0/0', '0.0.0.0/0'] : /^\d+(\.\d+){3}$/.test(prefix) ? [`${prefix}/32`] : [prefix],
    );
  };
  const ports = (side: string): string[] => {
    const all = [...(p[`${side}PortRange`] ? [p[`${side}PortRange`]] : []), ...(p[`${side}PortRanges`] ?? [])];
    return all.map(range => (range === '*' ? '0-65535' : String(range).includes('-') ? range : `${range}-${range}`));
  };
  const expanded = (side: string) => {
    const found = addresses(side).flatMap(prefix => expand(prefix, network));
    return found.length > 0 ? found : undefined;
  };
  const single = (values: string[]) => (values.length > 0 ? values[0] : undefined);
  return {
    name: `${list}/${rule.name}`,
    protocol: p.protocol === '*' ? 'All' : p.protocol,
    sourcePortRange: single(ports('source')),
    destinationPortRange: single(ports('destination')),
    sourcePortRanges: ports('source'),
    destinationPortRanges: ports('destination'),
    sourceAddressPrefix: single(addresses('source')),
    destinationAddressPrefix: single(addresses('destination')),
    sourceAddressPrefixes: addresses('source'),
    destinationAddressPrefixes: addresses('destination'),
    expandedSourceAddressPrefix: expanded('source'),
    expandedDestinationAddressPrefix: expanded('destination'),
    access: p.access,
    priority: p.priority,
    direction: p.direction,
  };
}

function expand(prefix: string, network: readonly string[]): string[] {
  switch (prefix.toLowerCase()) {
    case 'virtualnetwork':
      return [...network, '168.63.129.16/32'];
    case 'azureloadbalancer':
      return ['168.63.129.16/32', 'fe80::1234:5678:9abc/128'];
    case 'internet':
      return ['0.0.0.0/1', '128.0.0.0/1'];
    default:
      return [];
  }
}

/** The final answer of `ipFlowVerify`; `rows` are those of `networkresources`, for security admin rules. */
export function ipFlowVerify(body: Json, store: ResourceStore, rows: readonly Json[] = []): object {
  for (const name of [
    'targetResourceId',
    'direction',
    'protocol',
    'localPort',
    'remotePort',
    'localIPAddress',
    'remoteIPAddress',
  ]) {
    if (body?.[name] === undefined)
      throw networkError(400, 'MissingRequiredParameter', `Required parameter ${name} is missing.`);
  }
  if (isIP(body.remoteIPAddress) !== 4 || isIP(body.localIPAddress) !== 4) {
    throw networkError(400, 'InvalidIPAddress', `${body.remoteIPAddress} is not an IPv4 address.`);
  }
  const machine = store.get(body.targetResourceId);
  if (!machine) throw networkError(404, 'NotFound', `Resource ${body.targetResourceId} not found.`);
  const references: { id: string }[] = machine.properties.networkProfile?.networkInterfaces ?? [];
  const nic = references
    .map(reference => store.get(reference.id))
    .find(
      candidate =>
        candidate &&
        (sameId(candidate.id, body.targetNicResourceId) ||
          candidate.properties.ipConfigurations?.some(
            (c: Json) => c.properties.privateIPAddress === body.localIPAddress,
          )),
    );
  if (!nic)
    throw networkError(400, 'LocalIPAddressNotFound', `${body.localIPAddress} is not an address of ${machine.id}.`);
  requireRunning(nic, store);
  const network = virtualNetworkPrefixes(nic, store);
  const admin = adminRulesOf(nic, rows).find(rule => packetMatches(rule, body, nic, network, store));
  if (admin && admin.properties.access !== 'Allow') {
    const access = admin.properties.access === 'Deny' ? 'Deny' : 'Allow';
    return { access, ruleName: `securityAdminRules/${admin.name}`, ruleId: admin.id };
  }
  let decided = { access: 'Allow', ruleName: '', ruleId: '' };
  for (const { group } of groupsOf(nic, store)) {
    const rules: Resource[] = [...(group.properties.securityRules ?? []), ...group.properties.defaultSecurityRules]
      .filter((rule: Resource) => rule.properties.direction === body.direction)
      .sort((a: Resource, b: Resource) => a.properties.priority - b.properties.priority);
    const first = rules.find(rule => packetMatches(rule, body, nic, network, store));
    if (!first) continue;
    const list = first.type.split('/').pop();
    decided = {
      access: first.properties.access,
      ruleName: `${list}/${first.name}`,
      ruleId: list === 'securityRules' ? first.id : '',
    };
    if (decided.access === 'Deny') break;
  }
  return decided;
}

/** The security admin rules for an interface's network, first match first, in the form of security rules. */
function adminRulesOf(nic: Resource, rows: readonly Json[]): Resource[] {
  const subnetId: string = nic.properties.ipConfigurations?.[0]?.properties?.subnet?.id ?? '';
  const effective = rows.find(row => row.id.toLowerCase().startsWith(`${parentId(subnetId).toLowerCase()}/`));
  const configurations: { Id: string }[] = effective?.properties.EffectiveSecurityAdminConfigurations ?? [];
  const prefixes = configurations.map(({ Id }) => `${Id.split('/snapshots/')[0]!.toLowerCase()}/rulecollections/`);
  return rows
    .filter(row => prefixes.some(prefix => row.id.toLowerCase().startsWith(prefix)))
    .map(row => ({
      id: row.id,
      name: /\/rules\/([^/]+)\//i.exec(row.id)?.[1] ?? row.name,
      type: row.type,
      properties: {
        ...row.properties,
        sourceAddressPrefixes: row.properties.sources.map((one: Json) => one.addressPrefix),
        destinationAddressPrefixes: row.properties.destinations.map((one: Json) => one.addressPrefix),
      },
    }))
    .sort((a, b) => a.properties.priority - b.properties.priority);
}

function packetMatches(
  rule: Resource,
  packet: Json,
  nic: Resource,
  network: readonly string[],
  store: ResourceStore,
): boolean {
  const p = rule.properties;
  if (p.protocol !== '*' && p.protocol.toLowerCase() !== packet.protocol.toLowerCase()) return false;
  const inbound = packet.direction === 'Inbound';
  const local = inbound ? 'destination' : 'source';
  const remote = inbound ? 'source' : 'destination';
  return (
    portMatches(p, local, packet.localPort) &&
    portMatches(p, remote, packet.remotePort) &&
    addressMatches(p, local, packet.localIPAddress, network, nic, store) &&
    addressMatches(p, remote, packet.remoteIPAddress, network, undefined, store)
  );
}

function portMatches(p: Json, side: string, port: string): boolean {
  const ranges = [...(p[`${side}PortRange`] ? [p[`${side}PortRange`]] : []), ...(p[`${side}PortRanges`] ?? [])];
  return ranges.some(range => {
    if (range === '*' || range === '0-65535') return true;
    if (port === '*') return false;
    const [from, to = from] = String(range).split('-').map(Number);
    return Number(port) >= from! && Number(port) <= to!;
  });
}

function addressMatches(
  p: Json,
  side: string,
  address: string,
  network: readonly string[],
  nic: Resource | undefined,
  store: ResourceStore,
): boolean {
  const groups: { id: string }[] = p[`${side}ApplicationSecurityGroups`] ?? [];
  if (groups.length > 0) {
    const members = nic ? [nic] : store.ofType('microsoft.network/networkinterfaces');
    return members.some(member =>
      (member.properties.ipConfigurations ?? []).some(
        (c: Json) =>
          c.properties.privateIPAddress === address &&
          (c.properties.applicationSecurityGroups ?? []).some((own: { id: string }) =>
            groups.some(group => sameId(group.id, own.id)),
          ),
      ),
    );
  }
  const prefixes: string[] = [
    ...(p[`${side}AddressPrefix`] ? [p[`${side}AddressPrefix`]] : []),
    ...(p[`${side}AddressPrefixes`] ?? []),
  ];
  return prefixes.some(prefix => {
    switch (prefix.toLowerCase()) {
      case '*':
      case 'any':
        return true;
      case 'virtualnetwork':
        return within(address, [...network, '168.63.129.16/32']);
      case 'internet':
        return !within(address, [
          ...network,
          '168.63.129.16/32',
          '10.0.0.0/8',
          '172.16.0.0/12',
          '192.168.0.0/16',
          '100.64.0.0/10',
        ]);
      case 'azureloadbalancer':
        return address === '168.63.129.16';
      default:
        return within(address, [prefix]);
    }
  });
}

function within(address: string, prefixes: readonly string[]): boolean {
  const list = new BlockList();
  for (const prefix of prefixes) {
    const [base = '', bits] = prefix.split('/');
    const version = isIP(base);
    if (version === 0) continue;
    list.addSubnet(
      base,
      bits === undefined ? (version === 4 ? 32 : 128) : Number(bits),
      version === 4 ? 'ipv4' : 'ipv6',
    );
  }
  return list.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6');
}

function subnetOf(id: string | undefined, store: ResourceStore): Resource | undefined {
  if (id === undefined) return undefined;
  return (store.get(parentId(id))?.properties.subnets ?? []).find((subnet: Resource) => sameId(subnet.id, id));
}

function virtualNetworkPrefixes(nic: Resource, store: ResourceStore): string[] {
  const subnetId = nic.properties.ipConfigurations?.[0]?.properties?.subnet?.id;
  return store.get(parentId(subnetId ?? ''))?.properties.addressSpace?.addressPrefixes ?? [];
}

function requireRunning(nic: Resource, store: ResourceStore): void {
  const machineId = store
    .referrers(nic.id, 'networkInterfaces')
    .find(referrer => /\/virtualmachines\//i.test(referrer.id))?.id;
  const machine = machineId === undefined ? undefined : store.get(machineId);
  const power = machine?.properties.extended?.instanceView?.powerState?.code ?? 'PowerState/running';
  if (machine && power === 'PowerState/running') return;
  throw networkError(
    400,
    'NetworkInterfaceNotAttachedToRunningVM',
    `Network interface ${nic.id} is not attached to a running virtual machine.`,
  );
}
