import { type AddressSet, noAddresses, uniteAddresses } from '../address-set.ts';
import type { Destination } from '../cells.ts';
import type { Level } from '../compiled-rule.ts';
import { interfaceKey } from '../interface-address.ts';
import type { SecurityGroup } from '../model.ts';
import type { IpConfiguration, NetworkInterface, NetworkModel, Reference, References } from '../network-model.ts';
import { at, itemsOf } from '../rest/values.ts';
import { compileGroup, type RuleLayer, unreadableLayer } from '../rule-layer.ts';
import { identity } from '../value.ts';
import { type AdminLayers, compileAdminRules } from './admin-layers.ts';
import type { Way } from './way.ts';

/** What machines of one model share: compiled groups, and who belongs to what. */
export class Estate {
  readonly #layers = new Map<string, RuleLayer>();
  readonly #admin = new Map<string, AdminLayers | undefined>();
  #associations: Map<string, string> | undefined;
  #taken: Map<string, AddressSet> | undefined;

  constructor(readonly model: NetworkModel) {}

  /** Words for something that is referred to and not among what was read. */
  missing(what: string, name: string): string {
    return this.model.live ? `not readable: ${what} ${name}` : `not in this template: ${what} ${name}`;
  }

  /** The same of a reference, with the parameters that its id is made of. */
  missingAt(what: string, reference: Reference, name = reference.name): string[] {
    const own = reference.dependsOn.filter(text => !/^(subscription|resourceGroup|deployment|tenant)\(\)/.test(text));
    const called = name.includes('{') && own.length > 0 ? `named by ${own.join(', ')}` : name;
    return [this.missing(what, called), ...own];
  }

  /** The groups that a packet to an interface passes, the subnet's first. */
  groupsOf(network: NetworkInterface, configuration: IpConfiguration): RuleLayer[] {
    const out: RuleLayer[] = [];
    const ofSubnet = this.subnetLayer(configuration.subnet);
    if (ofSubnet) out.push(ofSubnet);
    const ofInterface = this.interfaceLayer(network);
    if (ofInterface) out.push(ofInterface);
    return out;
  }

  /** The group of an interface; undefined when it has none. */
  interfaceLayer(network: NetworkInterface): RuleLayer | undefined {
    // Azure says it on both sides, but an inventory may have only the group's.
    const reference = network.securityGroup ?? this.#associated(network.id);
    return reference && this.#groupLayer(reference);
  }

  /** The group of a subnet; undefined when it surely has none. */
  subnetLayer(reference: Reference | undefined): RuleLayer | undefined {
    if (!reference) return undefined;
    const subnet = reference.id === undefined ? undefined : this.model.subnets.get(reference.id);
    const group = subnet?.securityGroup ?? (reference.id === undefined ? undefined : this.#associated(reference.id));
    if (group) return this.#groupLayer(group);
    if (subnet) return undefined;
    const because =
      reference.id === undefined ? reference.dependsOn : this.missingAt('subnet', reference, subnetName(reference));
    return unreadableLayer(`(group of subnet ${subnetName(reference)})`, because);
  }

  #groupLayer(reference: Reference): RuleLayer {
    if (reference.id === undefined || reference.uncertain) {
      return unreadableLayer(`(group from ${reference.dependsOn.join(', ')})`, reference.dependsOn);
    }
    const known = this.#layers.get(reference.id);
    if (known) return known;
    const group = this.model.securityGroupsById.get(reference.id);
    const layer = group
      ? compileGroup(this.#complete(group, group.name.known ? group.name.value : reference.name))
      : unreadableLayer(reference.name, this.missingAt('security group', reference));
    this.#layers.set(reference.id, layer);
    return layer;
  }

  /** Of a group that is only read in part, further rules may be there. */
  #complete(group: SecurityGroup, name: string): SecurityGroup {
    if (!group.partial || group.furtherRules) return group;
    const dependsOn = [this.missing('rules of security group', name)];
    return { ...group, furtherRules: { kind: 'unknown', dependsOn, origin: [] } };
  }

  /** A group that says itself that it belongs to a subnet or interface, as Azure's answers do. */
  #associated(id: string): Reference | undefined {
    if (!this.#associations) {
      this.#associations = new Map();
      for (const group of this.model.securityGroupsById.values()) {
        for (const list of ['subnets', 'networkInterfaces']) {
          for (const item of itemsOf(at(group.declaration.body, 'properties', list)).items) {
            const member = identity(at(item, 'id'));
            if (member !== undefined) this.#associations.set(member, group.id);
          }
        }
      }
    }
    const group = this.#associations.get(id);
    return group === undefined
      ? undefined
      : { id: group, name: group.slice(group.lastIndexOf('/') + 1), dependsOn: [] };
  }

  /** Security admin rules in effect for the network of a subnet. */
  adminOf(configuration: IpConfiguration): AdminLayers | undefined {
    if (this.model.securityAdminRules.size === 0) return undefined;
    const network = this.networkOf(configuration.subnet);
    if (network === undefined) return undefined;
    if (!this.#admin.has(network)) {
      const rules = this.model.securityAdminRules.get(network);
      this.#admin.set(network, rules ? compileAdminRules(rules) : undefined);
    }
    return this.#admin.get(network);
  }

  /** The identity of a subnet's virtual network. */
  networkOf(subnet: Reference | undefined): string | undefined {
    if (subnet?.id === undefined) return undefined;
    const known = this.model.subnets.get(subnet.id);
    if (known) return known.virtualNetworkId;
    const end = subnet.id.lastIndexOf('/subnets/');
    return end > 0 ? subnet.id.slice(0, end) : undefined;
  }

  prefixesOf(subnet: Reference | undefined): AddressSet | undefined {
    return subnet?.id === undefined ? undefined : this.model.subnets.get(subnet.id)?.prefixes;
  }

  /** The addresses that interfaces in a subnet's network surely have: no other one is given them. */
  takenIn(subnet: Reference | undefined): AddressSet {
    if (!this.#taken) {
      this.#taken = new Map();
      for (const { declaration, ipConfigurations } of this.model.interfaces.values()) {
        if (declaration.existence.kind !== 'certain') continue;
        for (const { privateAddress, subnet: own } of ipConfigurations) {
          const network = this.networkOf(own);
          if (network === undefined || !privateAddress.known) continue;
          this.#taken.set(network, uniteAddresses(this.#taken.get(network) ?? noAddresses, privateAddress.value));
        }
      }
    }
    return this.#taken.get(this.networkOf(subnet) ?? '') ?? noAddresses;
  }

  /**
   * Where packets on a way go, as security groups see it: the private address of the IP configuration; with a floating
   * IP the frontend's address, which belongs to no application security group.
   * https://learn.microsoft.com/azure/load-balancer/load-balancer-floating-ip
   */
  destinationOf({ interface: network, ipConfiguration: configuration, family, floating }: Way): Destination {
    const { applicationSecurityGroups: groups, privateAddress } = configuration;
    if (floating) return { family, where: floating, groups: new Set(), moreGroups: false };
    const known = new Set<string>();
    let moreGroups = groups.more !== undefined;
    for (const group of groups.items) {
      if (group.id === undefined || group.uncertain) moreGroups = true;
      else known.add(group.id);
    }
    const where = privateAddress.known ? privateAddress.value : this.prefixesOf(configuration.subnet);
    const addresses = where && (family === 'v4' ? where.v4 : where.v6);
    return {
      family,
      ...(where && addresses && addresses.length > 0 ? { where } : {}),
      groups: known,
      moreGroups,
      ...(network.ipConfigurations[0]?.id === configuration.id ? { interface: interfaceKey(network.id) } : {}),
    };
  }

  /** How surely packets get from one subnet's network to another's: the same network, or a peered one. */
  connected(
    from: References,
    to: Reference | undefined,
  ): { readonly level: Level; readonly dependsOn: readonly string[] } {
    const target = this.networkOf(to);
    const sources = from.items.map(reference => this.networkOf(reference));
    if (target === undefined || sources.length === 0 || sources.includes(undefined)) {
      return { level: 1, dependsOn: ['which networks are connected'] };
    }
    let level: Level = 0;
    const words: string[] = [];
    for (const source of sources) {
      if (source === target || this.#peered(source!, target) || this.#peered(target, source!))
        return { level: 2, dependsOn: [] };
      for (const id of [source!, target]) {
        const network = this.model.virtualNetworks.get(id);
        if (network && !network.peers.more) continue;
        level = 1;
        words.push(
          network ? network.peers.more![0]! : this.missing('virtual network', id.slice(id.lastIndexOf('/') + 1)),
        );
      }
    }
    return { level, dependsOn: words };
  }

  #peered(a: string, b: string): boolean {
    return this.model.virtualNetworks.get(a)?.peers.items.some(peer => peer.id === b) ?? false;
  }
}

function subnetName(reference: Reference): string {
  const parts = reference.id?.split('/') ?? [];
  const at = parts.lastIndexOf('virtualnetworks');
  return at >= 0 && parts[at + 1] !== undefined ? `${parts[at + 1]}/${reference.name}` : reference.name;
}
