import { parseAddresses } from '../address-prefix.ts';
import { intersectAddresses, isEmpty } from '../address-set.ts';
import { type Level, minLevel } from '../compiled-rule.ts';
import { interfaceKey } from '../interface-address.ts';
import type {
  BackendAddress,
  BackendPool,
  ForwardingRule,
  Frontend,
  IpConfiguration,
  LoadBalancer,
  NetworkInterface,
  Reference,
} from '../network-model.ts';
import { publicAddresses } from '../reach.ts';
import type { Estate } from './estate.ts';
import { endpoint, type Way } from './way.ts';

/** A rule that hands packets on to an interface, and how surely the interface is one of its backends. */
export interface Forwarding {
  readonly balancer: LoadBalancer;
  readonly rule: ForwardingRule;
  readonly frontend: Frontend | undefined;
  readonly level: Level;
  readonly dependsOn: readonly string[];
}

/** Who hands packets on to an IP configuration. */
export interface Forwardings {
  readonly forwardings: readonly Forwarding[];
  readonly unread: readonly Unread[];
}

const noForwardings: Forwardings = { forwardings: [], unread: [] };

interface RuleOf {
  readonly balancer: LoadBalancer;
  readonly rule: ForwardingRule;
}

interface PoolAddress {
  readonly pool: BackendPool;
  readonly address: BackendAddress;
}

/** Load balancers, by what interfaces are their backends. */
export class LoadBalancerIndex {
  readonly #estate: Estate;
  readonly #byRule = new Map<string, RuleOf>();
  readonly #byPool = new Map<string, RuleOf[]>();
  readonly #byConfiguration = new Map<string, RuleOf[]>();
  readonly #pools = new Map<string, BackendPool>();
  readonly #poolsByMember = new Map<string, string[]>();
  readonly #poolsByAddress: PoolAddress[] = [];
  readonly #members = new Map<string, number>();

  constructor(estate: Estate) {
    this.#estate = estate;
    for (const balancer of estate.model.loadBalancers.values()) {
      for (const rule of balancer.rules) {
        const entry = { balancer, rule };
        this.#byRule.set(rule.id, entry);
        for (const pool of rule.backendPools.items) if (pool.id !== undefined) push(this.#byPool, pool.id, entry);
        const direct = rule.backendIpConfiguration?.id;
        if (direct !== undefined) push(this.#byConfiguration, direct, entry);
      }
      for (const pool of balancer.pools) {
        this.#pools.set(pool.id, pool);
        for (const member of pool.members.items)
          if (member.id !== undefined) push(this.#poolsByMember, member.id, pool.id);
        for (const address of pool.addresses) {
          if (address.ipConfiguration?.id !== undefined) push(this.#poolsByMember, address.ipConfiguration.id, pool.id);
          else if (address.address || address.unknown) this.#poolsByAddress.push({ pool, address });
        }
      }
    }
    if (this.#byPool.size === 0) return;
    for (const one of estate.model.interfaces.values()) {
      for (const configuration of one.ipConfigurations) {
        if (!this.#concerns(configuration)) continue;
        for (const pool of this.#poolsOf(configuration)) this.#members.set(pool, (this.#members.get(pool) ?? 0) + 1);
      }
    }
  }

  /** Identities of the pools that an IP configuration is surely in. */
  #poolsOf(configuration: IpConfiguration): Set<string> {
    const out = new Set<string>();
    for (const pool of configuration.backendPools.items) if (pool.id !== undefined && !pool.uncertain) out.add(pool.id);
    for (const pool of this.#poolsByMember.get(configuration.id) ?? []) out.add(pool);
    for (const { pool, address } of this.#poolsByAddress)
      if (this.#isAddressOf(address, configuration) === true) out.add(pool.id);
    return out;
  }

  /** Whether an address of a pool is that of an IP configuration; undefined when it may be. */
  #isAddressOf({ address, unknown, virtualNetworkId }: BackendAddress, to: IpConfiguration): boolean | undefined {
    const network = this.#estate.networkOf(to.subnet);
    if (virtualNetworkId !== undefined && network !== undefined && virtualNetworkId !== network) return false;
    const { privateAddress } = to;
    if (address) return privateAddress.known && !isEmpty(intersectAddresses(address, privateAddress.value));
    const owner = unknown?.interface;
    return owner === undefined ? undefined : interfaceKey(to.id.replace(/\/ipconfigurations\/[^/]*$/, '')) === owner;
  }

  /** All rules that hand packets on to an IP configuration, and words for balancers that were not read. */
  forwardingsTo(configuration: IpConfiguration): Forwardings {
    return this.#concerns(configuration) ? this.#forwardingsTo(configuration) : noForwardings;
  }

  /** Whether anything at all speaks of the IP configuration: of most, nothing does. */
  #concerns(configuration: IpConfiguration): boolean {
    const { inboundNatRules, inboundNatPools, backendPools } = configuration;
    for (const list of [inboundNatRules, inboundNatPools, backendPools]) {
      if (list.items.length > 0 || list.more) return true;
    }
    return (
      this.#poolsByAddress.length > 0 ||
      this.#byConfiguration.has(configuration.id) ||
      this.#poolsByMember.has(configuration.id)
    );
  }

  #forwardingsTo(configuration: IpConfiguration): Forwardings {
    const found = new Map<ForwardingRule, Forwarding>();
    const unread: Unread[] = [];
    const add = ({ balancer, rule }: RuleOf, level: Level, dependsOn: readonly string[]): void => {
      const before = found.get(rule);
      if (before && before.level >= level) return;
      found.set(rule, { balancer, rule, frontend: frontendOf(balancer, rule), level, dependsOn });
    };
    const follow = (reference: Reference, kind: Unread['kind'], rules: (id: string) => readonly RuleOf[]): void => {
      const level: Level = reference.uncertain ? 1 : 2;
      if (reference.id === undefined) {
        unread.push({ kind, name: reference.name, dependsOn: reference.dependsOn });
        return;
      }
      const entries = rules(reference.id);
      for (const entry of entries) add(entry, level, reference.dependsOn);
      if (entries.length > 0) return;
      const parent = balancerOf(reference.id);
      const balancer = this.#estate.model.loadBalancers.get(parent);
      if (balancer && !balancer.more) return;
      const name = balancer?.name ?? parent.slice(parent.lastIndexOf('/') + 1);
      unread.push({ kind, name, dependsOn: balancer?.more ?? [this.#estate.missing('load balancer', name)] });
    };
    const single = (id: string): readonly RuleOf[] => {
      const entry = this.#byRule.get(id);
      return entry ? [entry] : [];
    };
    for (const reference of configuration.inboundNatRules.items) follow(reference, 'lb-nat-rule', single);
    for (const reference of configuration.inboundNatPools.items) follow(reference, 'lb-nat-rule', single);
    for (const reference of configuration.backendPools.items) {
      follow(reference, 'lb-rule', id => this.#byPool.get(id) ?? []);
    }
    for (const entry of this.#byConfiguration.get(configuration.id) ?? []) add(entry, 2, []);
    for (const pool of this.#poolsOf(configuration)) {
      for (const entry of this.#byPool.get(pool) ?? []) add(entry, 2, []);
      const balancer = this.#byPool.has(pool) ? undefined : this.#estate.model.loadBalancers.get(balancerOf(pool));
      if (balancer?.more) unread.push({ kind: 'lb-rule', name: balancer.name, dependsOn: balancer.more });
    }
    for (const { pool, address } of this.#poolsByAddress)
      if (this.#isAddressOf(address, configuration) === undefined)
        for (const entry of this.#byPool.get(pool.id) ?? []) add(entry, 1, address.unknown?.dependsOn ?? []);
    for (const [list, kind] of [
      [configuration.inboundNatRules, 'lb-nat-rule'],
      [configuration.inboundNatPools, 'lb-nat-rule'],
      [configuration.backendPools, 'lb-rule'],
    ] as const) {
      if (list.more) unread.push({ kind, name: 'load balancer', dependsOn: list.more });
    }
    return { forwardings: [...found.values()], unread };
  }

  /** The port of a frontend that leads to one member: its own, or the range of which it has one. */
  frontendPort({ rule }: Forwarding, configuration: IpConfiguration, port: number): string {
    if (!rule.frontendPort.known) return '?';
    const { first, last } = rule.frontendPort.value;
    if (first === 0 && last === 0) return String(port);
    if (first === last) return String(first);
    for (const pool of rule.backendPools.items) {
      if (pool.id === undefined) continue;
      for (const address of this.#pools.get(pool.id)?.addresses ?? []) {
        const mine =
          address.ipConfiguration?.id === configuration.id ||
          (address.address && configuration.privateAddress.known && sameAddress(address, configuration));
        const given = mine ? address.natPorts.get(rule.name.toLowerCase()) : undefined;
        if (given !== undefined) return String(given);
      }
      if (rule.kind === 'nat-rule' && this.#members.get(pool.id) === 1) return String(first);
    }
    return `${first}-${last}`;
  }
}

function sameAddress(address: BackendAddress, configuration: IpConfiguration): boolean {
  if (!address.address || !configuration.privateAddress.known) return false;
  return !isEmpty(intersectAddresses(address.address, configuration.privateAddress.value));
}

/** A balancer, or a rule of it, that an interface refers to and that was not read. */
export interface Unread {
  readonly kind: 'lb-nat-rule' | 'lb-rule';
  readonly name: string;
  readonly dependsOn: readonly string[];
}

/** How surely a rule hands packets for a port of the machine on. */
export function forwardsTo(rule: ForwardingRule, protocol: 'Tcp' | 'Udp', port: number): Level {
  const { protocol: own, backendPort } = rule;
  if (own.known && own.value !== 'All' && own.value !== protocol) return 0;
  if (backendPort.known && backendPort.value !== port && backendPort.value !== 0) return 0;
  return own.known && backendPort.known ? 2 : 1;
}

/** Ways through load balancers with a public frontend. */
export function loadBalancerWays(
  estate: Estate,
  index: LoadBalancerIndex,
  { forwardings, unread }: Forwardings,
  network: NetworkInterface,
  configuration: IpConfiguration,
  protocol: 'Tcp' | 'Udp',
  port: number,
): Way[] {
  const ways: Way[] = [];
  for (const forwarding of forwardings) {
    const { balancer, rule, frontend } = forwarding;
    const matches = forwardsTo(rule, protocol, port);
    const open = publicLevel(rule, frontend);
    const level = minLevel(forwarding.level, minLevel(matches, open.level));
    if (level === 0) continue;
    const address = publicAddressOf(estate, frontend);
    const dependsOn = [...forwarding.dependsOn, ...open.dependsOn];
    for (const part of [rule.protocol, rule.backendPort]) if (!part.known) dependsOn.push(...part.dependsOn);
    ways.push({
      kind: rule.kind === 'balancing-rule' ? 'lb-rule' : 'lb-nat-rule',
      frontend: endpoint(
        address ?? frontend?.name ?? balancer.name,
        index.frontendPort(forwarding, configuration, port),
      ),
      interface: network,
      ipConfiguration: configuration,
      family: familyOf(estate, frontend) ?? configuration.family,
      level,
      dependsOn,
      openWithoutGroups: balancer.sku.known ? { known: true, value: balancer.sku.value === 'Basic' } : balancer.sku,
      through: { id: balancer.id, rule: rule.name },
      // An address that is not given yet will be a public one.
      ...(rule.floating ? { floating: parseAddresses(address ?? '') ?? publicAddresses } : {}),
    });
  }
  for (const one of unread) {
    ways.push({
      kind: one.kind,
      frontend: one.name,
      interface: network,
      ipConfiguration: configuration,
      family: configuration.family,
      level: 1,
      dependsOn: one.dependsOn,
      openWithoutGroups: { known: false, dependsOn: one.dependsOn },
    });
  }
  return ways;
}

function publicLevel(
  rule: ForwardingRule,
  frontend: Frontend | undefined,
): { level: Level; dependsOn: readonly string[] } {
  if (!frontend) {
    const dependsOn = rule.frontend?.dependsOn.length ? rule.frontend.dependsOn : [`the frontend of rule ${rule.name}`];
    return { level: 1, dependsOn };
  }
  if (frontend.unclear) return { level: 1, dependsOn: frontend.unclear };
  const reference = frontend.publicIpAddress ?? frontend.publicIpPrefix;
  if (!reference) return { level: 0, dependsOn: [] };
  return reference.uncertain || reference.id === undefined
    ? { level: 1, dependsOn: reference.dependsOn }
    : { level: 2, dependsOn: [] };
}

function frontendOf(balancer: LoadBalancer, rule: ForwardingRule): Frontend | undefined {
  const id = rule.frontend?.id;
  const found = balancer.frontends.find(frontend => frontend.id === id);
  if (found) return found;
  return balancer.frontends.length === 1 ? balancer.frontends[0] : undefined;
}

/** The public address of a frontend as text: the address, or the name of the resource that will have one. */
export function publicAddressOf(estate: Estate, frontend: Frontend | undefined): string | undefined {
  const reference = frontend?.publicIpAddress;
  if (!reference) return frontend?.publicIpPrefix?.name;
  const address = reference.id === undefined ? undefined : estate.model.publicIpAddresses.get(reference.id);
  return address?.address ?? address?.name ?? reference.name;
}

function familyOf(estate: Estate, frontend: Frontend | undefined): 'v4' | 'v6' | undefined {
  const id = frontend?.publicIpAddress?.id;
  return id === undefined ? undefined : estate.model.publicIpAddresses.get(id)?.family;
}

function balancerOf(id: string): string {
  const parts = id.split('/');
  return parts.length > 2 ? parts.slice(0, -2).join('/') : id;
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
