import { type AddressSet, everyV4, everyV6 } from '../address-set.ts';
import type { Bounds, Level } from '../compiled-rule.ts';
import type { Family, IpConfiguration, Known, NetworkInterface } from '../network-model.ts';
import type { SourceSet } from '../source-set.ts';
import type { PathKind } from './machine-verdict.ts';

/** A way to a port of an interface, before the security groups are asked. */
export interface Way {
  readonly kind: PathKind;
  readonly frontend: string;
  readonly interface: NetworkInterface;
  readonly ipConfiguration: IpConfiguration;
  readonly family: Family;
  /** How surely the way is there and leads to the port. */
  readonly level: Level;
  /** What that hangs on, when it is not sure. */
  readonly dependsOn: readonly string[];
  /** Whether it is open when no security group is on it: with a Basic SKU. */
  readonly openWithoutGroups: Known<boolean>;
  /** Set when a firewall or gateway sends on from its own private address: who gets through it, and from where it sends. */
  readonly relay?: Relay;
  readonly through?: { readonly id: string; readonly rule: string };
  /** Set when packets keep the address that they were sent to: the frontend's, any public one when it is not known. */
  readonly floating?: AddressSet;
  /** Set when it stands for rules that were not read. */
  readonly unread?: true;
}

export interface Relay {
  readonly sources: Bounds<SourceSet>;
  readonly from: AddressSet;
  /** What the bounds hang on. */
  readonly dependsOn: readonly string[];
  /** `firewall/rule` of the rules that let somebody in. */
  readonly decidedBy: readonly string[];
  /** How "everybody" is written there. */
  readonly whole?: string;
}

export function familyAddresses(family: Family): AddressSet {
  return family === 'v4' ? everyV4 : everyV6;
}

/** `address:port`, with brackets around an IPv6 address. */
export function endpoint(address: string, port: number | string): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
