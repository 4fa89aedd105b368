import { everyAddress, everyV4, everyV6 } from '../address-set.ts';
import type { Certainty, Reach } from '../model.ts';
import type { IpConfiguration, Machine, NetworkInterface, NetworkModel } from '../network-model.ts';
import { describeSources, reachOf } from '../reach.ts';
import { layerOf, type RuleLayer, unreadableLayer } from '../rule-layer.ts';
import type { EvaluationOptions } from '../security-group.ts';
import { everySource, noSources, type SourceSet, uniteSources } from '../source-set.ts';
import { managementPorts } from '../verdict.ts';
import { Estate } from './estate.ts';
import { FirewallIndex } from './firewall-ways.ts';
import { gatewayWays } from './gateway-ways.ts';
import { type Forwardings, LoadBalancerIndex, loadBalancerWays } from './load-balancer-ways.ts';
import type { MachinePortVerdict, MachineVerdict } from './machine-verdict.ts';
import { GroupAnswers, type GroupsAnswer, WayVerdict } from './path-verdict.ts';
import { publicAddressWay } from './public-address-way.ts';
import { recommend } from './recommendations.ts';
import type { Way } from './way.ts';

/**
 * Who on the internet reaches the ports of machines, by every path from the internet: instance public addresses, load
 * balancers, firewalls and application gateways, through the security groups of subnet and interface.
 *
 * Not modelled: routes and appliances of others between a public address and a machine, network and threat rules of
 * Azure Firewall that drop what a DNAT rule has translated, HTTP listeners of application gateways,
 * front ends of Azure Front Door, global load balancers (their regional ones are), firewalls inside the machine, and
 * whether anything listens on the port.
 */
export class MachineEvaluation {
  readonly #estate: Estate;
  readonly #balancers: LoadBalancerIndex;
  readonly #firewalls: FirewallIndex;
  readonly #answers = new GroupAnswers();
  readonly #ports: readonly number[];
  readonly #protocol: 'Tcp' | 'Udp';
  readonly #jitMachines = new Set<string>();
  readonly #scaleSets = new Map<string, Machine>();

  constructor(
    readonly model: NetworkModel,
    options: EvaluationOptions = {},
  ) {
    this.#estate = new Estate(model);
    this.#balancers = new LoadBalancerIndex(this.#estate);
    this.#firewalls = new FirewallIndex(this.#estate);
    this.#ports = options.ports ?? managementPorts;
    this.#protocol = options.protocol ?? 'Tcp';
    for (const machine of model.machines) if (machine.kind === 'scale-set') this.#scaleSets.set(machine.id, machine);
    for (const policy of model.jitPolicies) for (const id of policy.machines.keys()) this.#jitMachines.add(id);
  }

  evaluate(machine: Machine): MachineVerdict {
    const attached = this.#interfacesOf(machine);
    const ends = this.#endsOf(attached);
    const ports = this.#ports.map(port => this.#judge(attached, ends, port));
    return {
      machine,
      ports,
      recommendations: recommend(ports, ends, attached.unread.length > 0, this.#jitMachines.has(machine.id)),
      existsWhen: machine.existence.kind === 'depends' ? machine.existence.on : [],
    };
  }

  #interfacesOf(machine: Machine): Attached {
    const interfaces: NetworkInterface[] = [];
    const unread: string[] = [...(machine.interfaces.more ?? [])];
    for (const reference of machine.interfaces.items) {
      const found = reference.id === undefined ? undefined : this.model.interfaces.get(reference.id);
      if (found && !reference.uncertain) interfaces.push(found);
      else if (reference.id === undefined || reference.uncertain) unread.push(...reference.dependsOn);
      else unread.push(...this.#estate.missingAt('network interface', reference));
    }
    // The interfaces of a scale set's instances are made after the profile, which tells as much of them.
    const described = this.#profileOf(machine);
    if (machine.kind !== 'scale-set-instance') interfaces.push(...described);
    else if (interfaces.length === 0 && described.length > 0) return { interfaces: described, unread: [] };
    for (const one of interfaces) if (one.more) unread.push(...one.more);
    return { interfaces, unread };
  }

  #profileOf(machine: Machine): readonly NetworkInterface[] {
    if (machine.inlineInterfaces.length > 0 || machine.scaleSetId === undefined) return machine.inlineInterfaces;
    if (machine.kind !== 'scale-set-instance') return [];
    return this.#scaleSets.get(machine.scaleSetId)?.inlineInterfaces ?? [];
  }

  #judge({ unread }: Attached, ends: readonly End[], port: number): MachinePortVerdict {
    const paths: WayVerdict[] = [];
    for (const end of ends) {
      for (const way of this.#waysTo(end, port)) paths.push(new WayVerdict(way, this.#askGroups(way, end, port)));
    }
    return new CombinedVerdict(port, this.#protocol, paths, unread);
  }

  #endsOf({ interfaces }: Attached): End[] {
    const ends: End[] = [];
    for (const network of interfaces) {
      for (const configuration of network.ipConfigurations) {
        ends.push({
          network,
          configuration,
          layers: this.#estate.groupsOf(network, configuration),
          forwardings: this.#balancers.forwardingsTo(configuration),
        });
      }
    }
    return ends;
  }

  #waysTo({ network, configuration, forwardings }: End, port: number): Way[] {
    const own = publicAddressWay(this.#estate, network, configuration, port);
    const ways: Way[] = own ? [own] : [];
    if (forwardings.forwardings.length > 0 || forwardings.unread.length > 0) {
      ways.push(
        ...loadBalancerWays(this.#estate, this.#balancers, forwardings, network, configuration, this.#protocol, port),
      );
    }
    if (!this.#firewalls.isEmpty) {
      ways.push(...this.#firewalls.waysTo(forwardings.forwardings, network, configuration, this.#protocol, port));
    }
    if (this.model.applicationGateways.size > 0 && this.#protocol === 'Tcp') {
      ways.push(...gatewayWays(this.#estate, network, configuration, port));
    }
    return ways;
  }

  #askGroups(way: Way, { layers }: End, port: number): GroupsAnswer {
    const admin = this.#estate.adminOf(way.ipConfiguration);
    if (layers.length === 0 && !admin) return { layers };
    const verdict = this.#answers.ask({
      groups: layers.length > 0 ? layers : withoutGroups(way),
      ...(admin ? { admin } : {}),
      protocol: this.#protocol,
      port,
      destination: this.#estate.destinationOf(way),
      ...(way.relay ? { inside: way.relay.from } : {}),
    });
    return { layers, verdict };
  }
}

/** What stands for the security groups where there are none: the SKU closes the way, or leaves it open. */
function withoutGroups({ openWithoutGroups: open, frontend }: Way): readonly RuleLayer[] {
  if (!open.known) return [unreadableLayer(`(SKU of ${frontend})`, open.dependsOn)];
  return open.value ? [] : [layerOf('(Standard SKU without a security group)', [])];
}

/** An address of a machine, with the groups before it and the load balancers that send to it. */
interface End {
  readonly network: NetworkInterface;
  readonly configuration: IpConfiguration;
  readonly layers: readonly RuleLayer[];
  readonly forwardings: Forwardings;
}

/** A machine's interfaces, and words for those that cannot be told. */
interface Attached {
  readonly interfaces: readonly NetworkInterface[];
  readonly unread: readonly string[];
}

/** One machine; for many of the same model use one {@link MachineEvaluation}. */
export function evaluateMachine(
  model: NetworkModel,
  machine: Machine,
  options: EvaluationOptions = {},
): MachineVerdict {
  return new MachineEvaluation(model, options).evaluate(machine);
}

/** All machines of a model, in its order. */
export function evaluateMachines(model: NetworkModel, options: EvaluationOptions = {}): MachineVerdict[] {
  const evaluation = new MachineEvaluation(model, options);
  return model.machines.map(machine => evaluation.evaluate(machine));
}

/** The ways to a port taken together. */
class CombinedVerdict implements MachinePortVerdict {
  readonly reach: Reach;
  readonly atLeast: Reach;
  readonly certainty: Certainty;
  readonly #possible: SourceSet;

  constructor(
    readonly port: number,
    readonly protocol: 'Tcp' | 'Udp',
    readonly paths: readonly WayVerdict[],
    readonly unread: readonly string[],
  ) {
    let possible = unread.length > 0 ? everySource : noSources;
    let certain = noSources;
    for (const path of paths) {
      possible = uniteSources(possible, path.possible);
      certain = uniteSources(certain, path.certain);
    }
    this.#possible = possible;
    this.reach = reachOf(possible);
    this.atLeast = reachOf(certain);
    this.certainty = this.reach === this.atLeast ? 'definite' : 'conditional';
  }

  get dependsOn(): readonly string[] {
    if (this.certainty === 'definite') return [];
    return [...new Set([...this.unread, ...this.paths.flatMap(path => path.dependsOn)])];
  }

  get sources(): readonly string[] {
    if (this.reach === 'none') return [];
    const open = this.paths.filter(path => path.reach !== 'none');
    const families = new Set(open.map(path => path.ipConfiguration.family));
    const within =
      families.size === 1 && this.unread.length === 0 ? (families.has('v4') ? everyV4 : everyV6) : everyAddress;
    const whole =
      open.find(path => path.whole !== undefined)?.whole ?? (this.unread.length > 0 ? 'Internet' : undefined);
    return describeSources(this.#possible, whole, within);
  }
}
