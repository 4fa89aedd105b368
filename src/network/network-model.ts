import type { AddressSet } from './address-set.ts';
import type { Field, FieldList, SecurityGroup } from './model.ts';
import type { Existence, ResourceDeclaration } from './resource.ts';
import type { Value } from './value.ts';

/** A value known, or unknown with the words of what it hangs on. */
export type Known<T> = { readonly known: true; readonly value: T } | Unclear;
export interface Unclear {
  readonly known: false;
  readonly dependsOn: readonly string[];
}

/** A reference to another resource, or to a part of one. */
export interface Reference {
  /** In lower case, as `identity` gives it; undefined when it cannot be compared with anything. */
  readonly id?: string;
  /** The last part of the id as written, or words that stand for it. */
  readonly name: string;
  /** What an id that cannot be compared, or a reference that may not be there, hangs on. */
  readonly dependsOn: readonly string[];
  /** Set when it may also be absent, or be another one than `id` says. */
  readonly uncertain?: true;
}

/** References, with words for further ones that may be there. */
export interface References {
  readonly items: readonly Reference[];
  readonly more?: readonly string[];
}

export type Family = 'v4' | 'v6';
export type NetworkSku = 'Basic' | 'Standard';

/** What every resource of the model has. */
export interface ModelResource {
  /** Identity, in lower case. */
  readonly id: string;
  /** As shown. */
  readonly name: string;
  readonly declaration: ResourceDeclaration;
}

export interface VirtualNetwork extends ModelResource {
  /** Identities of networks it is peered with and can be reached from; `more` when there may be others. */
  readonly peers: References;
  /** Its own address space; undefined when it was not read. */
  readonly addressSpace?: AddressSet;
  /** Address spaces of peers as a peering tells them, by identity. */
  readonly peerSpaces: ReadonlyMap<string, AddressSet>;
}

export interface Subnet {
  readonly id: string;
  readonly name: string;
  readonly virtualNetworkId: string;
  readonly prefixes?: AddressSet;
  readonly securityGroup?: Reference;
  readonly routeTable?: Reference;
  readonly declaration: ResourceDeclaration;
}

export interface PublicIpAddress {
  /** Undefined for one that a scale set makes for each instance. */
  readonly id?: string;
  readonly name: string;
  readonly sku: Known<NetworkSku>;
  readonly family: Family;
  /** The address when it is known. */
  readonly address?: string;
  readonly existence: Existence;
  /** Undefined for one that a scale set or machine makes in its profile. */
  readonly declaration?: ResourceDeclaration;
}

export interface IpConfiguration {
  readonly id: string;
  readonly name: string;
  readonly family: Family;
  readonly privateAddress: Known<AddressSet>;
  readonly subnet?: Reference | undefined;
  readonly publicIpAddress?: Reference | PublicIpAddress | undefined;
  readonly backendPools: References;
  readonly inboundNatRules: References;
  readonly inboundNatPools: References;
  readonly applicationGatewayPools: References;
  readonly applicationSecurityGroups: References;
}

export interface NetworkInterface {
  readonly id: string;
  readonly name: string;
  readonly securityGroup?: Reference | undefined;
  readonly ipConfigurations: readonly IpConfiguration[];
  /** Words for further configurations that may be there. */
  readonly more?: readonly string[] | undefined;
  readonly declaration: ResourceDeclaration;
}

/** A public or private address that a load balancer, firewall or gateway listens on. */
export interface Frontend {
  readonly id: string;
  readonly name: string;
  readonly publicIpAddress?: Reference;
  readonly publicIpPrefix?: Reference;
  readonly privateAddress?: Known<AddressSet>;
  /** Set when it cannot be told whether the frontend is public. */
  readonly unclear?: readonly string[];
}

export type TransportProtocol = 'Tcp' | 'Udp' | 'All';

export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** A rule of a load balancer that hands packets on: an inbound NAT rule of either version, a NAT pool, a balancing rule. */
export interface ForwardingRule {
  readonly kind: 'nat-rule' | 'nat-pool' | 'balancing-rule';
  readonly id: string;
  readonly name: string;
  readonly frontend?: Reference;
  readonly protocol: Known<TransportProtocol>;
  /** One port, or for version 2 rules and pools the range of which each machine gets one. 0 stands for all ports. */
  readonly frontendPort: Known<PortRange>;
  /** 0 stands for all ports. */
  readonly backendPort: Known<number>;
  readonly backendIpConfiguration?: Reference;
  readonly backendPools: References;
  /** With a floating IP the packet keeps the frontend's address as its destination. */
  readonly floating: boolean;
}

export interface BackendPool {
  readonly id: string;
  readonly name: string;
  readonly members: References;
  /** Members given by address. */
  readonly addresses: readonly BackendAddress[];
  readonly more?: readonly string[];
}

export interface BackendAddress {
  readonly address?: AddressSet;
  /** Set while the address is not known: whose private address it is, if that is known, and what it hangs on. */
  readonly unknown?: { readonly interface: string | undefined; readonly dependsOn: readonly string[] };
  readonly ipConfiguration?: Reference;
  readonly virtualNetworkId?: string;
  /** Frontend ports given to this member, by the lower-case name of the inbound NAT rule. */
  readonly natPorts: ReadonlyMap<string, number>;
}

export interface LoadBalancer extends ModelResource {
  readonly sku: Known<NetworkSku>;
  readonly frontends: readonly Frontend[];
  readonly pools: readonly BackendPool[];
  readonly rules: readonly ForwardingRule[];
  /** Words for further rules that may be there. */
  readonly more?: readonly string[];
}

/** A destination NAT rule of a firewall. */
export interface DnatRule {
  readonly name: string;
  readonly collection: string;
  /** Collections in the order of processing, and rules within them. */
  readonly order: number;
  readonly protocols: FieldList<string>;
  readonly sourceAddresses: FieldList<string>;
  readonly sourceIpGroups: References;
  readonly destinationAddresses: FieldList<string>;
  readonly destinationPorts: FieldList<string>;
  readonly translatedAddress: Field<string> | undefined;
  readonly translatedPort: Field<string> | undefined;
  readonly value: Value;
  readonly declaration: ResourceDeclaration;
}

export interface AzureFirewall extends ModelResource {
  readonly frontends: readonly Frontend[];
  /** Public addresses of a firewall in a virtual hub. */
  readonly hubAddresses: readonly string[];
  /** The hub of Virtual WAN that it stands in. */
  readonly virtualHub?: Reference;
  readonly subnets: References;
  readonly privateAddress?: AddressSet;
  readonly rules: readonly DnatRule[];
  /** Words for rules of its own that were not read. */
  readonly unread: readonly string[];
  readonly policy?: Reference;
}

export interface FirewallPolicy extends ModelResource {
  readonly rules: readonly DnatRule[];
  /** Words for rules of it that were not read. */
  readonly unread: readonly string[];
}

export interface IpGroup extends ModelResource {
  readonly addresses: FieldList<string>;
}

/** A TCP or TLS route of an application gateway. */
export interface GatewayRoute {
  readonly name: string;
  readonly frontend?: Reference;
  readonly frontendPort: Known<number>;
  readonly backendPort: Known<number>;
  readonly pool?: Reference;
}

export interface ApplicationGateway extends ModelResource {
  readonly frontends: readonly Frontend[];
  readonly subnets: References;
  readonly pools: readonly BackendPool[];
  readonly routes: readonly GatewayRoute[];
}

export type MachineKind = 'virtual-machine' | 'scale-set' | 'scale-set-instance';

export interface Machine extends ModelResource {
  readonly kind: MachineKind;
  /** The id as written, for showing. */
  readonly displayId: string;
  readonly interfaces: References;
  /** Interfaces that the machine's own profile describes. */
  readonly inlineInterfaces: readonly NetworkInterface[];
  /** The scale set of an instance, by identity. */
  readonly scaleSetId?: string;
  readonly existence: Existence;
}

export interface JitPort {
  readonly port: number;
  readonly protocol: string;
}

export interface JitPolicy extends ModelResource {
  /** Ports by the machine's identity. */
  readonly machines: ReadonlyMap<string, readonly JitPort[]>;
}

export interface BastionHost extends ModelResource {
  readonly subnet?: Reference;
  readonly virtualNetwork?: Reference;
}

/** Security admin rules of a network manager, as they apply to some virtual networks. */
export interface SecurityAdminRule {
  readonly name: string;
  readonly access: Known<'Allow' | 'Deny' | 'AlwaysAllow'>;
  readonly direction: Field<string>;
  readonly priority: Field<number>;
  readonly protocol: Field<string>;
  readonly sources: FieldList<string>;
  readonly destinations: FieldList<string>;
  readonly sourcePorts: FieldList<string>;
  readonly destinationPorts: FieldList<string>;
}

/** All that was read, by identity. */
export interface NetworkModel {
  /** Groups with rules to judge, in the order declared. */
  readonly securityGroups: readonly SecurityGroup[];
  /** Every group that can be referred to, also those of which only the existence is known. */
  readonly securityGroupsById: ReadonlyMap<string, SecurityGroup>;
  readonly virtualNetworks: ReadonlyMap<string, VirtualNetwork>;
  readonly subnets: ReadonlyMap<string, Subnet>;
  readonly interfaces: ReadonlyMap<string, NetworkInterface>;
  readonly publicIpAddresses: ReadonlyMap<string, PublicIpAddress>;
  readonly loadBalancers: ReadonlyMap<string, LoadBalancer>;
  readonly firewalls: readonly AzureFirewall[];
  /** Virtual networks connected to a hub, by the hub's identity. */
  readonly hubConnections: ReadonlyMap<string, ReadonlySet<string>>;
  readonly firewallPolicies: ReadonlyMap<string, FirewallPolicy>;
  readonly ipGroups: ReadonlyMap<string, IpGroup>;
  readonly applicationGateways: ReadonlyMap<string, ApplicationGateway>;
  readonly machines: readonly Machine[];
  readonly jitPolicies: readonly JitPolicy[];
  readonly bastionHosts: readonly BastionHost[];
  /** By the identity of the virtual network. */
  readonly securityAdminRules: ReadonlyMap<string, readonly SecurityAdminRule[]>;
  /** Whether the resources came from Azure: what is missing is then not readable, else it is not in the template. */
  readonly live: boolean;
}
