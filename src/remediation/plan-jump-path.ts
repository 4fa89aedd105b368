import type { IpConfiguration, Machine, NetworkInterface } from '../network/network-model.ts';
import { writableBody } from './plan-body.ts';
import { closePort, isOpen, refuseUnread } from './plan-close.ts';
import type { Draft } from './plan-draft.ts';
import { PlanError } from './plan-error.ts';
import { isObject, type JsonObject, pick, pickList, pickText, withProperty } from './plan-json.ts';
import { interfacesOf } from './plan-machines.ts';
import { comparable, groupScope, parentOf, parseId, sameId } from './plan-resource-id.ts';
import { freeJustBefore, freeName, groupInDraft, isJitRule, makeRoom } from './plan-rules.ts';
import { type ChosenSources, type SourceGroup, sourceFields } from './plan-sources.ts';

export type DnsReuseScope = 'TenantReuse' | 'SubscriptionReuse' | 'ResourceGroupReuse' | 'NoReuse';

export interface JumpPathOptions {
  readonly sources?: ChosenSources;
  readonly closeDirect: boolean;
  /** A load balancer to use; else the public one that the machine is behind already, else a new one. */
  readonly loadBalancer?: string;
  /** The first port of the frontend; chosen at random when left out. */
  readonly frontendPort?: number;
  readonly dnsLabel?: string;
  readonly dnsScope?: DnsReuseScope;
  /** A number from 0 to below 1. */
  readonly random: () => number;
}

const firstHigh = 49152;
const lastHigh = 65535;

/**
 * A way to machines' ports through a load balancer, on high ports in a row of one frontend: public address, load
 * balancer, inbound NAT rules, the interfaces, and a security rule for the chosen sources in every group on the way.
 * https://learn.microsoft.com/azure/load-balancer/inbound-nat-rules
 */
export function jumpPath(draft: Draft, machines: readonly Machine[], port: number, options: JumpPathOptions): void {
  const targets = machines.map(machine => targetOf(draft, machine));
  const balancer = chosenBalancer(draft, targets, options);
  const frontend = balancer.existing ? publicFrontend(draft, balancer.existing) : undefined;
  const taken = balancer.existing ? frontendPorts(balancer.existing, frontend) : [];
  const start = firstPort(taken, targets.length, options);
  const names = targets.map(({ machine }) => `jump-${machine.name}-${port}`);
  if (!balancer.existing) newBalancer(draft, balancer.id, targets, names, port, start, options);
  targets.forEach(({ machine, network, configuration }, i) => {
    const ruleId = `${balancer.id}/inboundNatRules/${names[i]}`;
    if (balancer.existing) {
      if (draft.child(ruleId))
        throw new PlanError(
          'load-balancer',
          `load balancer ${parseId(balancer.id).name} already has an inbound NAT rule ${names[i]}: the jump path is there, or take that rule away first`,
        );
      draft.put(
        `Add inbound NAT rule ${names[i]}: frontend port ${start + i} to port ${port} of ${machine.name}`,
        ruleId,
        {
          name: names[i],
          properties: natProperties(frontend!, start + i, port),
        },
      );
    }
    admit(draft, { machine, network, configuration }, port, options.sources);
    associate(draft, network, configuration, ruleId, machine);
  });
  draft.warnings.add(
    'A jump path costs: a Standard public IP address is billed by the hour, rules and traffic of a Standard load balancer may be.',
  );
  draft.warnings.add('A high port hides nothing: the security rules alone decide who comes in.');
  if (!options.sources)
    draft.warnings.add(
      'No source was chosen, so no rule admits anybody on the jump path beyond those that stand there already.',
    );
  if (options.closeDirect) for (const target of targets) closeDirect(draft, target, port, options);
}

interface Target {
  readonly machine: Machine;
  readonly network: NetworkInterface;
  readonly configuration: IpConfiguration;
}

/** The interface that serves the machine's port: the primary one, and of it the primary IPv4 configuration. */
function targetOf(draft: Draft, machine: Machine): Target {
  refuseUnread(draft, machine);
  if (machine.kind !== 'virtual-machine')
    throw new PlanError(
      'not-supported',
      `${machine.name} is a scale set or an instance of one: its load balancer's inbound NAT rules belong to the scale set's model; change them there`,
    );
  const interfaces = interfacesOf(draft.model, machine).filter(one => draft.get(one.id) !== undefined);
  const listed = pickList(draft.get(machine.displayId), 'properties', 'networkProfile', 'networkInterfaces');
  const primary = listed.find(one => pick(one, 'properties', 'primary') === true);
  const network = interfaces.find(one => sameId(pickText(primary, 'id'), one.id)) ?? interfaces[0];
  const json = network && draft.get(network.id);
  if (!network || !json)
    throw new PlanError('not-readable', `no network interface of ${machine.name} is in what was read`);
  const v4 = network.ipConfigurations.filter(one => one.family === 'v4');
  const main = pickList(json, 'properties', 'ipConfigurations').find(
    one => pick(one, 'properties', 'primary') === true,
  );
  const name = pickText(main, 'name')?.toLowerCase();
  const configuration = v4.find(one => one.name.toLowerCase() === name) ?? v4[0];
  if (!configuration)
    throw new PlanError('not-supported', `${machine.name} has no IPv4 configuration for a load balancer to send to`);
  return { machine, network, configuration };
}

interface Balancer {
  readonly id: string;
  /** Undefined for a new one. */
  readonly existing?: JsonObject;
}

function chosenBalancer(draft: Draft, targets: readonly Target[], options: JumpPathOptions): Balancer {
  for (const target of targets) refuseBasicAddress(draft, target);
  const publicOnes = new Map<string, JsonObject>();
  for (const { machine, configuration } of targets) {
    for (const reference of [...configuration.backendPools.items, ...configuration.inboundNatRules.items]) {
      if (reference.id === undefined) continue;
      const id = parentOf(reference.id);
      const balancer = draft.get(id);
      if (!balancer)
        throw new PlanError(
          'not-readable',
          `load balancer ${parseId(id).name}, which ${machine.name} is behind, is not in what was read`,
        );
      if (isBasic(balancer))
        throw new PlanError(
          'load-balancer',
          `${machine.name} is behind load balancer ${pickText(balancer, 'name')} of the retired Basic SKU, and Azure takes no Standard one beside it: upgrade it first`,
        );
      if (isPublic(balancer)) publicOnes.set(comparable(id), balancer);
    }
    refuseMixedAvailabilitySet(draft, machine);
  }
  const named = options.loadBalancer;
  if (named !== undefined) {
    const chosen = draft.get(named);
    if (!chosen) throw new PlanError('not-readable', `load balancer ${named} is not in what was read`);
    if (isBasic(chosen))
      throw new PlanError(
        'load-balancer',
        `load balancer ${pickText(chosen, 'name')} has the retired Basic SKU: upgrade it, or choose another`,
      );
    const other = [...publicOnes.values()].find(one => !sameId(pickText(one, 'id'), named));
    if (other)
      throw new PlanError(
        'load-balancer',
        `the interface is behind public load balancer ${pickText(other, 'name')} already, and Azure takes one public one: choose that one`,
      );
    return { id: pickText(chosen, 'id')!, existing: chosen };
  }
  if (publicOnes.size > 1)
    throw new PlanError(
      'load-balancer',
      'the machines are behind different public load balancers: plan each of them alone',
    );
  const [existing] = publicOnes.values();
  if (existing) return { id: pickText(existing, 'id')!, existing };
  const first = targets[0]!;
  const id = `${groupScope(parseId(first.machine.displayId))}/providers/Microsoft.Network/loadBalancers/${first.machine.name}-jump-lb`;
  const there = draft.get(id);
  if (there) return { id: pickText(there, 'id')!, existing: there };
  return { id };
}

function isBasic(resource: JsonObject): boolean {
  return (pickText(resource, 'sku', 'name') ?? 'Basic').toLowerCase() === 'basic';
}

function isPublic(balancer: JsonObject): boolean {
  return pickList(balancer, 'properties', 'frontendIPConfigurations').some(
    one =>
      pick(one, 'properties', 'publicIPAddress') !== undefined ||
      pick(one, 'properties', 'publicIPPrefix') !== undefined,
  );
}

function refuseBasicAddress(draft: Draft, { machine, network }: Target): void {
  for (const { publicIpAddress } of network.ipConfigurations) {
    const id = publicIpAddress && 'dependsOn' in publicIpAddress ? publicIpAddress.id : undefined;
    const address = id === undefined ? undefined : draft.get(id);
    if (address && isBasic(address))
      throw new PlanError(
        'load-balancer',
        `${machine.name} has public IP ${pickText(address, 'name')} of the retired Basic SKU, which Azure does not mix with a Standard load balancer: upgrade it first`,
      );
  }
}

/** Machines of one availability set have either all Basic or all Standard load balancers and addresses. */
function refuseMixedAvailabilitySet(draft: Draft, machine: Machine): void {
  const set = pickText(draft.get(machine.displayId), 'properties', 'availabilitySet', 'id');
  if (set === undefined) return;
  for (const other of draft.model.machines) {
    if (
      other.id === machine.id ||
      !sameId(pickText(draft.get(other.displayId), 'properties', 'availabilitySet', 'id'), set)
    )
      continue;
    for (const network of interfacesOf(draft.model, other)) {
      for (const { publicIpAddress, backendPools, inboundNatRules } of network.ipConfigurations) {
        const address = publicIpAddress && 'dependsOn' in publicIpAddress ? publicIpAddress.id : undefined;
        const ids = [...backendPools.items, ...inboundNatRules.items].flatMap(one =>
          one.id === undefined ? [] : [parentOf(one.id)],
        );
        for (const id of address === undefined ? ids : [...ids, address]) {
          const resource = draft.get(id);
          if (resource && isBasic(resource))
            throw new PlanError(
              'load-balancer',
              `${other.name} in the same availability set uses ${pickText(resource, 'name')} of the Basic SKU, which Azure does not mix with a Standard load balancer: upgrade it first`,
            );
        }
      }
    }
  }
}

function publicFrontend(draft: Draft, balancer: JsonObject): string {
  const id = pickText(balancer, 'id')!;
  const found = pickList(balancer, 'properties', 'frontendIPConfigurations').find(one => {
    const address = pickText(one, 'properties', 'publicIPAddress', 'id');
    const version =
      address === undefined ? undefined : pickText(draft.get(address), 'properties', 'publicIPAddressVersion');
    return address !== undefined && version?.toLowerCase() !== 'ipv6';
  });
  if (!found)
    throw new PlanError(
      'load-balancer',
      `load balancer ${pickText(balancer, 'name')} has no public IPv4 frontend: choose another`,
    );
  return pickText(found, 'id') ?? `${id}/frontendIPConfigurations/${pickText(found, 'name')}`;
}

/** Ports that rules use already on a frontend. */
function frontendPorts(balancer: JsonObject, frontend: string | undefined): (readonly [number, number])[] {
  const out: (readonly [number, number])[] = [];
  for (const list of ['inboundNatRules', 'loadBalancingRules', 'inboundNatPools']) {
    for (const rule of pickList(balancer, 'properties', list)) {
      const at = pickText(rule, 'properties', 'frontendIPConfiguration', 'id');
      if (at !== undefined && frontend !== undefined && !sameId(at, frontend)) continue;
      const single = Number(pick(rule, 'properties', 'frontendPort') ?? 0);
      const start = Number(pick(rule, 'properties', 'frontendPortRangeStart') ?? 0);
      const end = Number(pick(rule, 'properties', 'frontendPortRangeEnd') ?? 0);
      if (single > 0) out.push([single, single]);
      if (start > 0) out.push([start, end]);
    }
  }
  return out;
}

/** The first of so many free ports in a row. @throws PlanError when there are none, or the wanted ones are taken. */
function firstPort(taken: readonly (readonly [number, number])[], count: number, options: JumpPathOptions): number {
  const free = (start: number): boolean =>
    start + count - 1 <= 65534 + 1 && !taken.some(([from, to]) => from <= start + count - 1 && to >= start);
  const wanted = options.frontendPort;
  if (wanted !== undefined) {
    if (!Number.isInteger(wanted) || wanted < 1 || wanted + count - 1 > 65534)
      throw new PlanError('load-balancer', `frontend port ${wanted} is not a port from 1 to 65534`);
    if (!free(wanted))
      throw new PlanError('load-balancer', `frontend port ${wanted} is taken on this load balancer: choose another`);
    return wanted;
  }
  const span = lastHigh - firstHigh - count + 1;
  const begin = Math.min(span - 1, Math.max(0, Math.floor(options.random() * span)));
  for (let i = 0; i < span; i++) {
    const start = firstHigh + ((begin + i) % span);
    if (free(start)) return start;
  }
  throw new PlanError('load-balancer', `the load balancer has no ${count} free ports in a row from ${firstHigh} on`);
}

function natProperties(frontend: string, frontendPort: number, backendPort: number): JsonObject {
  return {
    frontendIPConfiguration: { id: frontend },
    protocol: 'Tcp',
    frontendPort,
    backendPort,
    enableFloatingIP: false,
    idleTimeoutInMinutes: 4,
  };
}

function newBalancer(
  draft: Draft,
  id: string,
  targets: readonly Target[],
  names: readonly string[],
  port: number,
  start: number,
  options: JumpPathOptions,
): void {
  const first = targets[0]!;
  const location =
    pickText(draft.get(first.network.id), 'location') ?? pickText(draft.get(first.machine.displayId), 'location');
  if (location === undefined)
    throw new PlanError('not-readable', `the region of ${first.machine.name} is not in what was read`);
  const scope = groupScope(parseId(first.machine.displayId));
  const wanted = `${scope}/providers/Microsoft.Network/publicIPAddresses/${first.machine.name}-jump-ip`;
  let addressId = wanted;
  for (let i = 2; draft.get(addressId); i++) addressId = `${wanted}-${i}`;
  const label = options.dnsLabel;
  if (label !== undefined && !/^[a-z][a-z0-9-]{1,61}[a-z0-9]$/.test(label))
    throw new PlanError(
      'load-balancer',
      `DNS label '${label.slice(0, 70)}' is not one: 3 to 63 small letters, digits and hyphens, a letter first`,
    );
  draft.put(`Create static public IP ${parseId(addressId).name}`, addressId, {
    location,
    sku: { name: 'Standard' },
    properties: {
      publicIPAllocationMethod: 'Static',
      publicIPAddressVersion: 'IPv4',
      ...(label === undefined
        ? {}
        : { dnsSettings: { domainNameLabel: label, domainNameLabelScope: options.dnsScope ?? 'ResourceGroupReuse' } }),
    },
  });
  const frontend = `${id}/frontendIPConfigurations/jump`;
  draft.put(
    `Create load balancer ${parseId(id).name}: frontend port ${start} to port ${port} of ${first.machine.name}`,
    id,
    {
      location,
      sku: { name: 'Standard' },
      properties: {
        frontendIPConfigurations: [{ name: 'jump', properties: { publicIPAddress: { id: addressId } } }],
        inboundNatRules: names.map((name, i) => ({ name, properties: natProperties(frontend, start + i, port) })),
      },
    },
  );
}

/** Makes the interface the target of the inbound NAT rule, with everything else as it was. */
function associate(
  draft: Draft,
  network: NetworkInterface,
  configuration: IpConfiguration,
  ruleId: string,
  machine: Machine,
): void {
  changeConfiguration(
    draft,
    network,
    configuration,
    `Join interface ${network.name} of ${machine.name} to the inbound NAT rule`,
    properties =>
      withProperty(properties, 'loadBalancerInboundNatRules', [
        ...pickList(properties, 'loadBalancerInboundNatRules'),
        { id: ruleId },
      ]),
  );
}

function changeConfiguration(
  draft: Draft,
  network: NetworkInterface,
  configuration: IpConfiguration,
  title: string,
  change: (properties: JsonObject) => JsonObject,
): void {
  const json = draft.get(network.id)!;
  const id = pickText(json, 'id')!;
  const configurations = pickList(json, 'properties', 'ipConfigurations').map(one => {
    if (!isObject(one) || pickText(one, 'name')?.toLowerCase() !== configuration.name.toLowerCase()) return one;
    const properties = pick(one, 'properties');
    return withProperty(one, 'properties', change(isObject(properties) ? properties : {}));
  });
  const properties = withProperty(pick(json, 'properties') as JsonObject, 'ipConfigurations', configurations);
  draft.put(
    title,
    id,
    writableBody(withProperty(json, 'properties', properties), 'Microsoft.Network/networkInterfaces'),
  );
}

/** Admits the chosen sources to the backend port in every group on the way; a machine without any gets one. */
function admit(draft: Draft, target: Target, port: number, sources: ChosenSources | undefined): void {
  const { machine, network, configuration } = target;
  if (!sources) return;
  const address = pickText(
    pickList(draft.get(network.id), 'properties', 'ipConfigurations').find(
      one => pickText(one, 'name')?.toLowerCase() === configuration.name.toLowerCase(),
    ),
    'properties',
    'privateIPAddress',
  );
  const ids: string[] = [];
  const ofSubnet = configuration.subnet?.id;
  if (ofSubnet !== undefined) {
    const subnet = draft.model.subnets.get(ofSubnet);
    if (!subnet)
      throw new PlanError(
        'not-readable',
        `subnet ${parseId(ofSubnet).name} of ${machine.name} is not in what was read: its security group may stand in the way`,
      );
    if (subnet.securityGroup?.id !== undefined) ids.push(subnet.securityGroup.id);
  }
  if (network.securityGroup?.id !== undefined && !ids.includes(network.securityGroup.id))
    ids.push(network.securityGroup.id);
  if (ids.length === 0) {
    createGroup(draft, target, port, sources, address ?? '*');
    return;
  }
  for (const id of ids) {
    for (const source of sources.groups) {
      const group = groupInDraft(draft, id);
      const inbound = group.rules
        .filter(rule => rule.inbound && Number.isFinite(rule.priority))
        .sort((a, b) => a.priority - b.priority);
      const firstOwn = inbound.find(rule => !isJitRule(rule.name));
      const priority =
        firstOwn === undefined
          ? 200
          : (freeJustBefore(group, firstOwn.priority) ?? makeRoom(draft, group.id, firstOwn.priority));
      const name = freeName(groupInDraft(draft, id), `allow-jump-${machine.name}-${port}`);
      draft.put(
        `Admit ${source.values.join(', ')} to port ${port} of ${machine.name} with new rule ${group.name}/${name}`,
        `${group.id}/securityRules/${name}`,
        { name, properties: allowing(source, port, address ?? '*', priority) },
      );
    }
  }
}

function allowing(source: SourceGroup, port: number, address: string, priority: number): JsonObject {
  return dropAbsent({
    description: 'Jump path through a load balancer.',
    protocol: 'Tcp',
    ...sourceFields(source),
    sourcePortRange: '*',
    destinationAddressPrefix: address,
    destinationPortRange: String(port),
    access: 'Allow',
    priority,
    direction: 'Inbound',
  });
}

/** A Standard load balancer lets nobody in where there is no group: the interface gets one that admits the sources. */
function createGroup(draft: Draft, target: Target, port: number, sources: ChosenSources, address: string): void {
  const { machine, network } = target;
  const json = draft.get(network.id)!;
  const id = `${groupScope(parseId(machine.displayId))}/providers/Microsoft.Network/networkSecurityGroups/${machine.name}-jump-nsg`;
  if (draft.get(id))
    throw new PlanError(
      'not-supported',
      `security group ${machine.name}-jump-nsg is there and not in use: associate it first`,
    );
  const rules = sources.groups.map((source, i) => ({
    name: `allow-jump-${machine.name}-${port}${i > 0 ? `-${i + 1}` : ''}`,
    properties: allowing(source, port, address, 200 + i),
  }));
  draft.put(`Create security group ${machine.name}-jump-nsg that admits ${sources.text} to port ${port}`, id, {
    location: pickText(json, 'location'),
    properties: { securityRules: rules },
  });
  const properties = withProperty(pick(json, 'properties') as JsonObject, 'networkSecurityGroup', { id });
  draft.put(
    `Put interface ${network.name} of ${machine.name} behind the new security group`,
    pickText(json, 'id')!,
    writableBody(withProperty(json, 'properties', properties), 'Microsoft.Network/networkInterfaces'),
  );
}

function dropAbsent(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}

/** Closes what opened the port before, and takes the machine's own public addresses from it. */
function closeDirect(draft: Draft, { machine }: Target, port: number, options: JumpPathOptions): void {
  const own = new Set(
    draft.steps.filter(step => /\/securityRules\/allow-jump-/i.test(step.id)).map(step => comparable(step.id)),
  );
  if (isOpen(draft.port(machine, port).reach))
    closePort(draft, machine, port, { how: 'deny', spare: own, wideOnly: true });
  for (const network of interfacesOf(draft.model, machine)) {
    for (const configuration of network.ipConfigurations) {
      const address = configuration.publicIpAddress;
      if (!address || !('dependsOn' in address) || draft.get(network.id) === undefined) continue;
      changeConfiguration(
        draft,
        network,
        configuration,
        `Take public IP ${address.name} from interface ${network.name} of ${machine.name}`,
        properties => withProperty(properties, 'publicIPAddress', undefined),
      );
      draft.warnings.add(
        `${machine.name} may lose its way out to the internet with public IP ${address.name}: give its subnet a NAT gateway, or the load balancer an outbound rule, first. The address itself stays and is billed.`,
      );
    }
  }
  if (!options.sources)
    draft.warnings.add(`The direct way to ${machine.name} closes and no source was chosen: nobody comes in any more.`);
}
