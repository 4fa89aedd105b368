import {
  type Address,
  type AddressSet,
  block,
  everyAddress,
  formatAddress,
  includesAddresses,
  intersectAddresses,
  isEmpty,
  uniteAllAddresses,
} from '../address-set.ts';
import type { Level } from '../compiled-rule.ts';
import { Estate } from '../machine/estate.ts';
import type { Direction } from '../model.ts';
import type { IpConfiguration, Machine, NetworkInterface, NetworkModel, Reference } from '../network-model.ts';
import { publicAddresses } from '../reach.ts';
import {
  adminOutcome,
  type DecisionPlace,
  type FlowDecision,
  groupOutcome,
  noAdminRule,
  type Outcome,
} from './flow-layers.ts';
import { azureHost, type FlowEnd, type InNetwork, type Packet } from './packet.ts';

export type FlowAccess = 'allow' | 'deny' | 'unknown';

/** Whether a packet that opens a connection arrives, and who decided. */
export interface FlowVerdict {
  readonly access: FlowAccess;
  /**
   * In the order they are met: the sender's side, then the receiver's. Of a side with several possible outcomes all of
   * them; after what surely denies nothing more.
   */
  readonly decisions: readonly FlowDecision[];
  /** What it hangs on; empty when the access is known. */
  readonly dependsOn: readonly string[];
}

/**
 * Whether packets get from one address to another, as Azure's IP flow verify answers it, without asking Azure: outbound
 * security admin rules and security groups of the sender (its interface's, then its subnet's), inbound ones of the
 * receiver (its subnet's, then its interface's), default rules, `VirtualNetwork` with the space of peers, application
 * security groups, and whether the two networks are connected at all. Traffic within a subnet is filtered as well.
 *
 * Not modelled: user-defined routes and appliances on the way, networks that a gateway connects (said to be unknown),
 * which addresses other service tags stand for (said to be unknown), firewalls inside the machines.
 * https://learn.microsoft.com/azure/network-watcher/ip-flow-verify-overview
 */
export class FlowEvaluation {
  readonly #estate: Estate;
  readonly #gateways = new Set<string>();
  readonly #inNetwork = new Map<string, InNetwork>();
  #byAddress: Map<string, FlowEnd[]> | undefined;

  constructor(readonly model: NetworkModel) {
    this.#estate = new Estate(model);
    for (const subnet of model.subnets.values())
      if (subnet.name.toLowerCase() === 'gatewaysubnet') this.#gateways.add(subnet.virtualNetworkId);
  }

  /** The ends of a machine: one for each IP configuration of its interfaces that were read. */
  endsOf(machine: Machine): FlowEnd[] {
    const interfaces = machine.interfaces.items.flatMap(one => {
      const found = one.id === undefined ? undefined : this.model.interfaces.get(one.id);
      return found ? [found] : [];
    });
    return [...interfaces, ...machine.inlineInterfaces].flatMap(network =>
      network.ipConfigurations.map(configuration => this.endOf(network, configuration)),
    );
  }

  endOf(network: NetworkInterface, configuration: IpConfiguration): FlowEnd {
    const own = configuration.privateAddress.known ? configuration.privateAddress.value : undefined;
    const first = own?.v4[0] ?? own?.v6[0];
    return {
      where: own ?? this.#estate.prefixesOf(configuration.subnet) ?? everyAddress,
      shown: first === undefined ? network.name : formatAddress(first),
      interface: network,
      configuration,
    };
  }

  /** The interfaces that have a private address; none when it is outside of what was read. */
  endsAt(address: Address): readonly FlowEnd[] {
    if (!this.#byAddress) {
      this.#byAddress = new Map();
      for (const network of this.model.interfaces.values()) {
        for (const configuration of network.ipConfigurations) {
          const end = this.endOf(network, configuration);
          if (!configuration.privateAddress.known) continue;
          const known = this.#byAddress.get(end.shown);
          if (known) known.push(end);
          else this.#byAddress.set(end.shown, [end]);
        }
      }
    }
    return this.#byAddress.get(formatAddress(address)) ?? [];
  }

  evaluate(packet: Packet): FlowVerdict {
    const sides: (readonly Outcome[])[] = [this.#route(packet)];
    if (packet.from.configuration) sides.push(this.#side('Outbound', packet.from, packet));
    if (packet.to.configuration) sides.push(this.#side('Inbound', packet.to, packet));
    return joined(sides.flat());
  }

  /** What security groups and security admin rules on one side do, each in its turn. */
  #side(direction: Direction, end: FlowEnd, packet: Packet): Outcome[] {
    const network = this.#estate.networkOf(end.configuration!.subnet);
    const inNetwork = this.#inNetworkOf(network, end.configuration!.subnet);
    const out: Outcome[] = [];
    const rules = network === undefined ? undefined : this.model.securityAdminRules.get(network);
    if (rules && rules.length > 0) {
      const outcome = adminOutcome(rules, direction, packet, inNetwork);
      const always = outcome.decisions.filter(one => one.access === 'AlwaysAllow');
      out.push({ ...outcome, decisions: outcome.decisions.filter(one => one.rule !== noAdminRule) });
      if (always.length > 0 && always.length === outcome.decisions.length) return out;
      if (always.length > 0) return [...out, this.#skipped(direction, end, packet, inNetwork, outcome)];
    }
    return [...out, ...this.#groups(direction, end, packet, inNetwork)];
  }

  #groups(direction: Direction, end: FlowEnd, packet: Packet, inNetwork: InNetwork): Outcome[] {
    const places: [DecisionPlace, ReturnType<Estate['subnetLayer']>][] = [
      ['subnet', this.#estate.subnetLayer(end.configuration!.subnet)],
      ['interface', this.#estate.interfaceLayer(end.interface!)],
    ];
    if (direction === 'Outbound') places.reverse();
    return places.flatMap(([place, layer]) =>
      layer ? [groupOutcome(layer, place, direction, packet, inNetwork)] : [],
    );
  }

  /** Where it is not sure that the groups are skipped, their denials are possible ones. */
  #skipped(direction: Direction, end: FlowEnd, packet: Packet, inNetwork: InNetwork, admin: Outcome): Outcome {
    const groups = joined(this.#groups(direction, end, packet, inNetwork));
    if (groups.access === 'allow') return { decisions: groups.decisions, dependsOn: [] };
    return {
      decisions: [...admin.decisions.filter(one => one.access === 'AlwaysAllow'), ...groups.decisions],
      dependsOn: [...admin.dependsOn, ...groups.dependsOn],
    };
  }

  /** Whether the networks of the two ends are connected. */
  #route({ from, to }: Packet): readonly Outcome[] {
    const [a, b] = [from, to].map(end => this.#estate.networkOf(end.configuration?.subnet));
    const outside = [from, to].find(end => !end.configuration);
    if (outside) {
      const inside = outside === from ? to : from;
      // Who is on the internet comes by a public address, which is not asked here.
      if (includesAddresses(publicAddresses, outside.where) || includesAddresses(azureHost, outside.where)) return [];
      const network = this.#estate.networkOf(inside.configuration?.subnet);
      const { level } = this.#inNetworkOf(network, inside.configuration?.subnet)(outside);
      return level === 2 ? [] : [possibleRoute(`in which network ${outside.shown} is, and whether it is connected`)];
    }
    if (a !== undefined && a === b) return [];
    const { level, dependsOn } = this.#estate.connected(
      { items: [from.configuration!.subnet].filter(one => one !== undefined) },
      to.configuration!.subnet,
    );
    if (level === 2) return [];
    const names = [a, b].map(id => id?.slice(id.lastIndexOf('/') + 1) ?? 'an unknown network').join(' and ');
    if (level === 1) return [possibleRoute(...dependsOn)];
    const between = this.#between(a!, b!);
    return between
      ? [possibleRoute(`whether ${between} leads from one to the other of networks ${names}`)]
      : [
          {
            decisions: [{ direction: 'Outbound', place: 'route', rule: `no peering between ${names}`, access: 'Deny' }],
            dependsOn: [],
          },
        ];
  }

  /** What may lead from one network to another that is not its peer: gateways of both, or a peer of both. */
  #between(a: string, b: string): string | undefined {
    const [near, far] = [a, b].map(id => [id, ...this.#peersOf(id)]);
    if (near!.some(id => this.#gateways.has(id)) && far!.some(id => this.#gateways.has(id))) return 'a gateway';
    const shared = near!.find(id => far!.includes(id));
    return shared === undefined ? undefined : `a route by network ${shared.slice(shared.lastIndexOf('/') + 1)}`;
  }

  #peersOf(id: string): string[] {
    return this.model.virtualNetworks.get(id)?.peers.items.flatMap(peer => peer.id ?? []) ?? [];
  }

  /** The tag `VirtualNetwork` as the security groups of a subnet and its interfaces see it. */
  #inNetworkOf(id: string | undefined, subnet: Reference | undefined): InNetwork {
    const table = subnet?.id === undefined ? undefined : this.model.subnets.get(subnet.id)?.routeTable;
    const key = `${id} ${table?.id ?? ''}`;
    const known = this.#inNetwork.get(key);
    if (known) return known;
    const made = this.#makeInNetwork(id, table);
    this.#inNetwork.set(key, made);
    return made;
  }

  #makeInNetwork(id: string | undefined, table: Reference | undefined): InNetwork {
    const network = id === undefined ? undefined : this.model.virtualNetworks.get(id);
    const peers = new Set(id === undefined ? [] : this.#peersOf(id));
    const spaces: AddressSet[] = [azureHost];
    const unknown: string[] = [];
    const name = id?.slice(id.lastIndexOf('/') + 1) ?? 'that is not known';
    if (network?.addressSpace) spaces.push(network.addressSpace);
    else unknown.push(this.#estate.missing('address space of virtual network', name));
    for (const peer of peers) {
      const space = this.model.virtualNetworks.get(peer)?.addressSpace ?? network?.peerSpaces.get(peer);
      if (space) spaces.push(space);
      else
        unknown.push(this.#estate.missing('address space of virtual network', peer.slice(peer.lastIndexOf('/') + 1)));
    }
    if (network?.peers.more) unknown.push(...network.peers.more);
    if (id !== undefined && [id, ...peers].some(one => this.#gateways.has(one)))
      unknown.push(`which networks the gateway of virtual network ${name} connects`);
    // Prefixes of user-defined routes belong to the tag as well.
    if (table) unknown.push(`the prefixes of route table ${table.name}`);
    const space = uniteAllAddresses(spaces);
    return end => {
      const own = this.#estate.networkOf(end.configuration?.subnet);
      if (own !== undefined && (own === id || peers.has(own))) return { level: 2, dependsOn: [] };
      if (includesAddresses(space, end.where)) return { level: 2, dependsOn: [] };
      if (!end.configuration && includesAddresses(publicAddresses, end.where)) return { level: 0, dependsOn: [] };
      if (unknown.length > 0) return { level: 1, dependsOn: unknown };
      const level: Level = isEmpty(intersectAddresses(space, end.where)) ? 0 : 1;
      return { level, dependsOn: level === 1 ? [`the address of ${end.shown}`] : [] };
    };
  }
}

function possibleRoute(...dependsOn: readonly string[]): Outcome {
  return {
    decisions: (['Allow', 'Deny'] as const).map(access => ({
      direction: 'Outbound',
      place: 'route',
      rule: access === 'Allow' ? '(a route)' : '(no route)',
      access,
    })),
    dependsOn,
  };
}

/** All must allow: what surely denies ends it. */
function joined(outcomes: readonly Outcome[]): FlowVerdict {
  const denying = outcomes.find(
    outcome => outcome.decisions.length > 0 && outcome.decisions.every(one => one.access === 'Deny'),
  );
  if (denying) return { access: 'deny', decisions: denying.decisions, dependsOn: [] };
  const decisions = outcomes.flatMap(outcome => outcome.decisions);
  if (decisions.every(one => one.access !== 'Deny')) return { access: 'allow', decisions, dependsOn: [] };
  return { access: 'unknown', decisions, dependsOn: [...new Set(outcomes.flatMap(outcome => outcome.dependsOn))] };
}

/** An address that no interface has that was read: somebody on the internet, or in a network outside. */
export function outsideEnd(address: Address): FlowEnd {
  const width = typeof address === 'number' ? 32 : 128;
  return { where: block(address, width), shown: formatAddress(address) };
}
