import type { IpConfiguration, Machine, NetworkInterface } from '../network/network-model.ts';
import { writableBody } from './plan-body.ts';
import { refuseUnread } from './plan-close.ts';
import type { Draft } from './plan-draft.ts';
import { PlanError } from './plan-error.ts';
import { isObject, type JsonObject, pick, pickList, pickText, withProperty } from './plan-json.ts';
import { interfacesOf } from './plan-machines.ts';
import { comparable, parentOf, sameId } from './plan-resource-id.ts';

/** Where a jump path ends: the machine, and the IPv4 configuration that its load balancer sends to. */
export interface JumpTarget {
  readonly machine: Machine;
  readonly network: NetworkInterface;
  readonly configuration: IpConfiguration;
  /** `westeurope`, as Azure compares regions; undefined when it was not read. */
  readonly location: string | undefined;
  /** The virtual network, by what ids are compared by; undefined when it was not read. */
  readonly virtualNetwork: string | undefined;
}

/**
 * The interface that serves a machine's ports: the primary one, and of it the primary IPv4 configuration.
 * @throws PlanError when the machine has none that a load balancer can send to.
 */
export function jumpTarget(draft: Draft, machine: Machine): JumpTarget {
  refuseUnread(draft, machine);
  if (machine.kind !== 'virtual-machine')
    throw new PlanError(
      'not-supported',
      `${machine.name} is a scale set or an instance of one: its load balancer's inbound NAT rules belong to the scale set's model; change them there`,
    );
  const interfaces = interfacesOf(draft.model, machine).filter(one => draft.get(one.id) !== undefined);
  const resource = draft.get(machine.displayId);
  const listed = pickList(resource, 'properties', 'networkProfile', 'networkInterfaces');
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
  const subnet = configuration.subnet?.id;
  return {
    machine,
    network,
    configuration,
    location: regionOf(pickText(json, 'location') ?? pickText(resource, 'location')),
    virtualNetwork: subnet === undefined ? undefined : comparable(parentOf(subnet)),
  };
}

/**
 * One load balancer serves machines of one subscription, region and virtual network.
 * @throws PlanError that names two machines that it cannot serve together.
 * https://learn.microsoft.com/azure/load-balancer/backend-pool-management
 */
export function refuseApart(targets: readonly JumpTarget[]): void {
  const [first, ...rest] = targets;
  for (const other of rest) {
    const apart = first && whatKeepsApart(first, other);
    if (apart !== undefined)
      throw new PlanError(
        'load-balancer',
        `${first!.machine.name} and ${other.machine.name} are in different ${apart}, which no load balancer serves together: plan each of them alone`,
      );
  }
}

/** "regions", "virtual networks" or "subscriptions"; undefined for machines that one load balancer can serve. */
export function whatKeepsApart(one: JumpTarget, other: JumpTarget): string | undefined {
  const subscription = ({ machine }: JumpTarget): string => comparable(machine.displayId).split('/')[2] ?? '';
  if (subscription(one) !== subscription(other)) return 'subscriptions';
  if (differ(one.location, other.location)) return 'regions';
  return differ(one.virtualNetwork, other.virtualNetwork) ? 'virtual networks' : undefined;
}

export function differ(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && other !== undefined && one !== other;
}

/** `West Europe` and `westeurope` are one region. */
export function regionOf(location: string | undefined): string | undefined {
  return location?.replaceAll(' ', '').toLowerCase();
}

/** Writes an interface with one IP configuration changed. */
export function changeConfiguration(
  draft: Draft,
  { network, configuration }: Pick<JumpTarget, 'network' | 'configuration'>,
  title: string,
  change: (properties: JsonObject) => JsonObject,
): void {
  const json = draft.get(network.id)!;
  const configurations = pickList(json, 'properties', 'ipConfigurations').map(one => {
    if (!isObject(one) || pickText(one, 'name')?.toLowerCase() !== configuration.name.toLowerCase()) return one;
    const properties = pick(one, 'properties');
    return withProperty(one, 'properties', change(isObject(properties) ? properties : {}));
  });
  const properties = withProperty(pick(json, 'properties') as JsonObject, 'ipConfigurations', configurations);
  draft.put(
    title,
    pickText(json, 'id')!,
    writableBody(withProperty(json, 'properties', properties), 'Microsoft.Network/networkInterfaces'),
  );
}
