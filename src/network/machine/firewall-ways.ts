import { parseAddresses, parsePrefix } from '../address-prefix.ts';
import {
  type AddressSet,
  everyV4,
  includesAddresses,
  intersectAddresses,
  isEmpty,
  noAddresses,
  uniteAddresses,
} from '../address-set.ts';
import { type Bounds, type Level, maxLevel, memberLevel, minLevel } from '../compiled-rule.ts';
import { interfaceKey, interfaceOfAddress } from '../interface-address.ts';
import { intersectIntervals, uniteIntervals } from '../intervals.ts';
import type { FieldList } from '../model.ts';
import type { AzureFirewall, DnatRule, IpConfiguration, NetworkInterface } from '../network-model.ts';
import { everyPort, noPorts, type PortSet, parsePorts } from '../port-set.ts';
import { publicAddresses } from '../reach.ts';
import { at, comparableId } from '../rest/values.ts';
import { tagKind } from '../service-tag.ts';
import { everySource, noSources, type SourceSet, sourcesOf, subtractSources, uniteSources } from '../source-set.ts';
import type { Estate } from './estate.ts';
import { type Forwarding, forwardsTo, publicAddressOf } from './load-balancer-ways.ts';
import { endpoint, type Way } from './way.ts';

/** A DNAT rule with its fields in sets. */
interface Translation {
  readonly firewall: AzureFirewall;
  readonly rule: DnatRule;
  readonly levels: Readonly<Record<'Tcp' | 'Udp', Level>>;
  /** The rule's own sources. */
  readonly own: Bounds<SourceSet>;
  /** What rules before it leave of them. */
  readonly left: Readonly<Record<'Tcp' | 'Udp', Bounds<SourceSet>>>;
  readonly dependsOn: readonly string[];
  readonly whole?: string;
  readonly to: AddressSet | undefined;
  readonly toDependsOn: readonly string[];
  /** What stands for an address that is not known, in lower case. */
  readonly toSymbol: string | undefined;
  readonly destinationPorts: Bounds<PortSet>;
  readonly translatedPort: number | 'same' | undefined;
}

/** Firewalls of an estate with their DNAT rules, classic and of policies, in the order of processing. */
export class FirewallIndex {
  readonly #estate: Estate;
  readonly #translations: Translation[] = [];
  /** Firewalls whose rules were not all read, with words for what is missing. */
  readonly #unread: { readonly firewall: AzureFirewall; readonly dependsOn: readonly string[] }[] = [];

  constructor(estate: Estate) {
    this.#estate = estate;
    for (const firewall of estate.model.firewalls) {
      const rules = [...firewall.rules];
      const policy = firewall.policy?.id;
      if (policy !== undefined) rules.push(...(estate.model.firewallPolicies.get(policy)?.rules ?? []));
      const dependsOn = this.#missingRules(firewall);
      if (dependsOn.length > 0) this.#unread.push({ firewall, dependsOn });
      rules.sort((a, b) => a.order - b.order);
      const before: Translation[] = [];
      for (const rule of rules) {
        const translation = this.#compile(firewall, rule, before);
        before.push(translation);
        this.#translations.push(translation);
      }
    }
  }

  get isEmpty(): boolean {
    return this.#translations.length === 0 && this.#unread.length === 0;
  }

  #missingRules({ policy, unread }: AzureFirewall): readonly string[] {
    if (!policy) return unread;
    if (policy.id === undefined) return [...unread, ...policy.dependsOn];
    const found = this.#estate.model.firewallPolicies.get(policy.id);
    return [...unread, ...(found?.unread ?? this.#estate.missingAt('firewall policy', policy))];
  }

  #compile(firewall: AzureFirewall, rule: DnatRule, before: readonly Translation[]): Translation {
    const dependsOn: string[] = [];
    const sources = this.#sources(rule, dependsOn);
    const destinationPorts = portBounds(rule.destinationPorts);
    const own = { Tcp: protocolLevel(rule.protocols, 'tcp'), Udp: protocolLevel(rule.protocols, 'udp') };
    const left = (protocol: 'Tcp' | 'Udp'): Bounds<SourceSet> => {
      let { must, may } = sources;
      for (const earlier of before) {
        const covered = minLevel(covers(earlier.rule, rule), earlier.levels[protocol]);
        if (covered === 0) continue;
        if (intersectIntervals(earlier.destinationPorts.may, destinationPorts.may).length === 0) continue;
        must = subtractSources(must, earlier.own.may);
        if (covered === 2 && includesPorts(earlier.destinationPorts.must, destinationPorts.may)) {
          may = subtractSources(may, earlier.own.must);
        }
      }
      return { must, may };
    };
    const to = rule.translatedAddress?.known ? parseAddresses(rule.translatedAddress.value) : undefined;
    const translated = rule.translatedPort;
    const whole = rule.sourceAddresses.items.find(item => item.known && item.value === '*') ? '*' : undefined;
    return {
      firewall,
      rule,
      levels: own,
      own: sources,
      left: { Tcp: left('Tcp'), Udp: left('Udp') },
      dependsOn,
      ...(whole ? { whole } : {}),
      to,
      toSymbol: comparableId(at(rule.value, 'translatedAddress')),
      toDependsOn: rule.translatedAddress && !rule.translatedAddress.known ? rule.translatedAddress.dependsOn : [],
      destinationPorts,
      translatedPort: !translated ? 'same' : translated.known ? Number(translated.value) || 'same' : undefined,
    };
  }

  #sources(rule: DnatRule, dependsOn: string[]): Bounds<SourceSet> {
    let must = noSources;
    let may = noSources;
    const addAll = (list: FieldList<string>): void => {
      for (const item of list.items) {
        if (item.known) {
          const set = sourcesIn(item.value);
          must = uniteSources(must, set);
          may = uniteSources(may, set);
        } else {
          may = item.alternatives ? item.alternatives.map(sourcesIn).reduce(uniteSources, may) : everySource;
          dependsOn.push(...item.dependsOn);
        }
      }
      if (!list.rest) return;
      may = everySource;
      dependsOn.push(...list.rest.dependsOn);
    };
    addAll(rule.sourceAddresses);
    for (const reference of rule.sourceIpGroups.items) {
      const group = reference.id === undefined ? undefined : this.#estate.model.ipGroups.get(reference.id);
      if (group && !reference.uncertain) {
        addAll(group.addresses);
      } else {
        may = everySource;
        dependsOn.push(
          ...(reference.id === undefined ? reference.dependsOn : [this.#estate.missing('IP group', reference.name)]),
        );
      }
    }
    const { sourceAddresses: own, sourceIpGroups: groups } = rule;
    const given = own.items.length > 0 || own.rest || groups.items.length > 0 || groups.more;
    if (!given && this.#estate.model.live) {
      may = everySource;
      dependsOn.push(`the sources of DNAT rule ${rule.name}, which are not given`);
    }
    if (rule.sourceIpGroups.more) {
      may = everySource;
      dependsOn.push(...rule.sourceIpGroups.more);
    }
    return { must, may };
  }

  /** Ways by which a firewall hands packets for a machine's port on, directly or through an internal load balancer. */
  waysTo(
    forwardings: readonly Forwarding[],
    network: NetworkInterface,
    configuration: IpConfiguration,
    protocol: 'Tcp' | 'Udp',
    port: number,
  ): Way[] {
    const ways: Way[] = [];
    const { privateAddress } = configuration;
    const own = privateAddress.known ? privateAddress.value : this.#estate.prefixesOf(configuration.subnet);
    ways.push(...this.#ways(network, configuration, protocol, port, own, privateAddress.known ? 2 : 1));
    ways.push(...this.#unreadWays(network, configuration));
    const seen = new Set<string>();
    for (const { rule, frontend, level } of forwardings) {
      const address = frontend?.privateAddress;
      if (!frontend || !address?.known || frontend.publicIpAddress || frontend.publicIpPrefix) continue;
      const matches = minLevel(level, forwardsTo(rule, protocol, port));
      if (matches === 0 || !rule.frontendPort.known) continue;
      const on = rule.frontendPort.value.first === 0 ? port : rule.frontendPort.value.first;
      if (seen.has(`${frontend.id} ${on}`)) continue;
      seen.add(`${frontend.id} ${on}`);
      ways.push(...this.#ways(network, configuration, protocol, on, address.value, matches));
    }
    return ways;
  }

  #ways(
    network: NetworkInterface,
    configuration: IpConfiguration,
    protocol: 'Tcp' | 'Udp',
    port: number,
    address: AddressSet | undefined,
    sure: Level,
  ): Way[] {
    const ways: Way[] = [];
    for (const translation of this.#translations) {
      const { firewall, rule } = translation;
      let level = translation.levels[protocol];
      const dependsOn: string[] = [];
      for (const item of rule.protocols.items) if (!item.known) dependsOn.push(...item.dependsOn);
      level = minLevel(level, portLevel(translation, port));
      if (level === 0) continue;
      if (translation.to) {
        if (address && isEmpty(intersectAddresses(translation.to, address))) continue;
        const { privateAddress } = configuration;
        if (!privateAddress.known && includesAddresses(this.#estate.takenIn(configuration.subnet), translation.to))
          continue;
        if (!address || sure === 1) {
          level = minLevel(level, 1);
          dependsOn.push(`the private address of interface ${network.name}`);
        }
      } else if (translation.toDependsOn.length > 0) {
        const named = namesInterface(translation.toSymbol, network.id);
        if (named === false) continue;
        if (named === undefined) level = minLevel(level, 1);
        if (named === undefined) dependsOn.push(...translation.toDependsOn);
      } else {
        continue;
      }
      if (translation.translatedPort === undefined && rule.translatedPort && !rule.translatedPort.known) {
        dependsOn.push(...rule.translatedPort.dependsOn);
      }
      const near = this.#near(firewall, configuration);
      level = minLevel(level, near.level);
      if (level === 0) continue;
      dependsOn.push(...near.dependsOn);
      for (const frontend of this.#frontends(translation, port)) {
        const reached = minLevel(level, frontend.level);
        ways.push({
          kind: 'firewall-dnat',
          frontend: frontend.text,
          interface: network,
          ipConfiguration: configuration,
          family: configuration.family,
          level: reached,
          dependsOn: frontend.level === 1 ? [...dependsOn, ...frontend.dependsOn] : dependsOn,
          openWithoutGroups: { known: true, value: true },
          relay: {
            sources: translation.left[protocol],
            from: this.#from(firewall),
            dependsOn: translation.dependsOn,
            decidedBy: [`${firewall.name}/${rule.name}`],
            ...(translation.whole ? { whole: translation.whole } : {}),
          },
          through: { id: firewall.id, rule: rule.name },
        });
      }
    }
    return ways;
  }

  /** Of a firewall whose rules were not all read, one that leads to any port is possible. */
  #unreadWays(network: NetworkInterface, configuration: IpConfiguration): Way[] {
    return this.#unread.flatMap(({ firewall, dependsOn }): Way[] => {
      const addresses = this.#addresses(firewall);
      const near = this.#near(firewall, configuration);
      if (addresses.length === 0 || near.level === 0) return [];
      return [
        {
          kind: 'firewall-dnat',
          frontend: endpoint(addresses.join(' or '), '?'),
          interface: network,
          ipConfiguration: configuration,
          family: configuration.family,
          level: 1,
          dependsOn: [...dependsOn, ...near.dependsOn],
          openWithoutGroups: { known: true, value: true },
          relay: {
            sources: { must: noSources, may: everySource },
            from: this.#from(firewall),
            dependsOn,
            decidedBy: [`${firewall.name}/(not readable)`],
          },
          through: { id: firewall.id, rule: '(not readable)' },
          unread: true,
        },
      ];
    });
  }

  #near(firewall: AzureFirewall, configuration: IpConfiguration): { level: Level; dependsOn: readonly string[] } {
    if (firewall.subnets.items.length === 0 && firewall.hubAddresses.length > 0) {
      const network = this.#estate.networkOf(configuration.subnet);
      const hub = firewall.virtualHub?.id;
      const connected = hub === undefined ? undefined : this.#estate.model.hubConnections.get(hub);
      if (connected && network !== undefined) return { level: connected.has(network) ? 2 : 0, dependsOn: [] };
      return { level: 1, dependsOn: [`which networks are connected to the hub of firewall ${firewall.name}`] };
    }
    return this.#estate.connected(firewall.subnets, configuration.subnet);
  }

  /** Where a firewall sends from. */
  #from(firewall: AzureFirewall): AddressSet {
    if (firewall.subnets.items.length === 1) {
      const prefixes = this.#estate.prefixesOf(firewall.subnets.items[0]);
      if (prefixes) return prefixes;
    }
    return firewall.privateAddress ?? everyV4;
  }

  #addresses({ frontends, hubAddresses }: AzureFirewall): string[] {
    return [...frontends.flatMap(frontend => publicAddressOf(this.#estate, frontend) ?? []), ...hubAddresses];
  }

  /** The public addresses and ports that a rule listens on for a translated port. */
  #frontends({ firewall, rule, translatedPort, destinationPorts }: Translation, port: number): FrontendText[] {
    const own = this.#addresses(firewall);
    if (own.length === 0) return [];
    const ownAddresses = own.map(text => parseAddresses(text));
    const addresses = new Map<string, { level: Level; dependsOn: readonly string[] }>();
    for (const item of rule.destinationAddresses.items) {
      if (!item.known) {
        // It is one of the firewall's own addresses, whichever: the rule would do nothing else.
        addresses.set(own.join(' or '), { level: 2, dependsOn: [] });
        continue;
      }
      const set = parsePrefix(item.value).addresses;
      if (isEmpty(intersectAddresses(set, publicAddresses))) continue;
      let matched = false;
      own.forEach((text, i) => {
        const mine = ownAddresses[i];
        if (!mine || !includesAddresses(set, mine)) return;
        matched = true;
        addresses.set(text, { level: 2, dependsOn: [] });
      });
      if (!matched && ownAddresses.includes(undefined)) addresses.set(item.value, { level: 2, dependsOn: [] });
    }
    const { items, rest } = rule.destinationAddresses;
    if (rest && items.length === 0) addresses.set(own.join(' or '), { level: 2, dependsOn: [] });
    else if (rest)
      for (const text of own) if (!addresses.has(text)) addresses.set(text, { level: 1, dependsOn: rest.dependsOn });
    const ports = translatedPort === 'same' ? String(port) : portsText(rule.destinationPorts, destinationPorts, port);
    return [...addresses].map(([text, { level, dependsOn }]) => ({ text: endpoint(text, ports), level, dependsOn }));
  }
}

/** Whether an unknown address is that of an interface; undefined when it may be anything. */
function namesInterface(symbol: string | undefined, id: string): boolean | undefined {
  if (symbol === undefined) return undefined;
  const key = interfaceOfAddress(symbol);
  if (key !== undefined) return key === interfaceKey(id);
  const at = symbol.indexOf(id);
  if (at >= 0 && !/[\w.-]/.test(symbol[at + id.length] ?? '')) return true;
  return symbol.includes('/networkinterfaces/') ? false : undefined;
}

interface FrontendText {
  readonly text: string;
  readonly level: Level;
  readonly dependsOn: readonly string[];
}

function portsText(list: FieldList<string>, bounds: Bounds<PortSet>, port: number): string {
  const known = list.items.flatMap(item => (item.known ? [item.value] : []));
  if (known.length > 0) return known.join(',');
  return bounds.must === everyPort ? String(port) : '?';
}

function portLevel(translation: Translation, port: number): Level {
  const { translatedPort, destinationPorts } = translation;
  if (translatedPort === 'same') return memberLevel(destinationPorts, port);
  if (translatedPort === undefined) return 1;
  if (translatedPort !== port) return 0;
  return destinationPorts.must.length > 0 ? 2 : destinationPorts.may.length > 0 ? 1 : 0;
}

function protocolLevel(list: FieldList<string>, protocol: 'tcp' | 'udp'): Level {
  let level: Level = list.rest ? 1 : 0;
  for (const item of list.items) {
    if (!item.known) level = maxLevel(level, 1);
    else if (item.value.toLowerCase() === protocol || item.value.toLowerCase() === 'any') level = 2;
  }
  return list.items.length === 0 && !list.rest ? 2 : level;
}

function portBounds(list: FieldList<string>): Bounds<PortSet> {
  let must = noPorts;
  let may = noPorts;
  for (const item of list.items) {
    if (item.known) {
      const { ports } = parsePorts(item.value);
      must = uniteIntervals(must, ports);
      may = uniteIntervals(may, ports);
    } else {
      may = everyPort;
    }
  }
  return { must, may: list.rest ? everyPort : may };
}

function includesPorts(outer: PortSet, inner: PortSet): boolean {
  return uniteIntervals(outer, inner).join() === outer.join();
}

/** How surely one rule listens wherever another one does. */
function covers(a: DnatRule, b: DnatRule): Level {
  const [outer, inner] = [destinationsOf(a), destinationsOf(b)];
  if (!outer || !inner) return 1;
  if (includesAddresses(outer, inner)) return 2;
  return isEmpty(intersectAddresses(outer, inner)) ? 0 : 1;
}

function destinationsOf(rule: DnatRule): AddressSet | undefined {
  const { items, rest } = rule.destinationAddresses;
  if (rest || items.some(item => !item.known)) return undefined;
  return items.reduce<AddressSet>(
    (all, item) => (item.known ? uniteAddresses(all, parsePrefix(item.value).addresses) : all),
    noAddresses,
  );
}

function sourcesIn(text: string): SourceSet {
  const { addresses, tags } = parsePrefix(text);
  const internet = tags.some(tag => tagKind(tag) === 'internet');
  const own = tags.filter(tag => tagKind(tag) === 'cloud' || tagKind(tag) === 'service');
  return sourcesOf(internet ? uniteAddresses(addresses, publicAddresses) : addresses, own);
}
