import type { Machine } from '../network/network-model.ts';
import { isWide } from '../network/reach.ts';
import { managementPorts } from '../network/verdict.ts';
import { Draft } from './plan-draft.ts';
import { PlanError } from './plan-error.ts';
import { isObject, type JsonObject, pickText } from './plan-json.ts';
import { balancerRefusal, chooseBalancer, type JumpBalancer, machineRefusal } from './plan-jump-balancer.ts';
import { ownAddresses } from './plan-jump-closing.ts';
import { freePorts, portRefusal, takenPorts } from './plan-jump-ports.ts';
import { type JumpTarget, jumpTarget, whatKeepsApart } from './plan-jump-target.ts';
import { wayAlready } from './plan-jump-way.ts';
import { findMachine } from './plan-machines.ts';
import { parseId } from './plan-resource-id.ts';
import { gatewayRefusal, outboundPool, type WayOut, wayOutOf } from './plan-way-out.ts';

export interface BalancerChoice {
  /** An id, or `new`. */
  readonly id: string;
  readonly name: string;
  readonly resourceGroup: string;
  /** Why it cannot carry the jump path. */
  readonly refusal?: string;
  /** The name of its address in DNS. */
  readonly fqdn?: string;
  readonly address?: string;
}

/** What is open beside the jump path, and what would close it. */
export interface DirectWay {
  /** `group/rule` of the rules that admit the internet or a wide range. */
  readonly openRules: readonly string[];
  /** Public addresses of the machines' own. */
  readonly addresses: readonly string[];
  /** Machines that have no way out to the internet but those. */
  readonly stranded: readonly string[];
  /** What can give them one, and why it cannot. */
  readonly waysOut: readonly { readonly kind: WayOut; readonly refusal: string | undefined }[];
}

/** What a person can choose of a jump path, from an inventory alone. Nothing of it throws but where it is said. */
export class JumpPathChoices {
  readonly #draft: Draft;
  readonly #balancers: readonly JsonObject[];
  /** A wizard asks before every step how many are still to come. */
  readonly #companions = new Map<string, readonly Machine[]>();

  constructor(resources: readonly unknown[], ports: readonly number[] = managementPorts) {
    this.#draft = new Draft(resources, ports);
    this.#balancers = resources.filter(isObject).filter(one => isLoadBalancer(one));
  }

  /** Why a machine can have no jump path; undefined when it can. */
  refusalOf(machine: string): string | undefined {
    const { value, refusal } = this.#try(() => machineRefusal(this.#draft, this.#targets([machine])[0]!));
    return value ?? refusal;
  }

  /** Machines that can share a load balancer with one, that one first. */
  companionsOf(machine: string): readonly Machine[] {
    const known = this.#companions.get(machine) ?? this.#findCompanions(machine);
    this.#companions.set(machine, known);
    return known;
  }

  #findCompanions(machine: string): Machine[] {
    const [first] = this.#targets([machine]);
    const others = this.#draft.model.machines.filter(other => {
      if (other.id === first!.machine.id || other.kind !== 'virtual-machine') return false;
      const target = this.#try(() => jumpTarget(this.#draft, other)).value;
      return target && (whatKeepsApart(first!, target) ?? machineRefusal(this.#draft, target)) === undefined;
    });
    return [first!.machine, ...others];
  }

  /** A new load balancer first, then those of the machines' region, the usable ones before the others. */
  balancersFor(machines: readonly string[], port: number): BalancerChoice[] {
    const targets = this.#targets(machines);
    const fresh = this.#try(() => chooseBalancer(this.#draft, targets, 'new'));
    const choices: BalancerChoice[] = this.#balancers.map(json => {
      const id = pickText(json, 'id')!;
      const refusal =
        balancerRefusal(this.#draft, json, targets) ??
        this.#try(() => {
          const balancer = chooseBalancer(this.#draft, targets, id);
          for (const target of targets) wayAlready(balancer, target, port);
          return balancer;
        }).refusal;
      const { fqdn, ip } = refusal === undefined ? this.#addressOf(machines, id) : {};
      return {
        id,
        name: pickText(json, 'name') ?? parseId(id).name,
        resourceGroup: parseId(id).resourceGroup,
        ...(refusal === undefined ? {} : { refusal }),
        ...(fqdn === undefined ? {} : { fqdn }),
        ...(ip === undefined ? {} : { address: ip }),
      };
    });
    choices.sort(
      (a, b) => Number(a.refusal !== undefined) - Number(b.refusal !== undefined) || a.name.localeCompare(b.name),
    );
    const id = fresh.value?.id ?? '';
    const { name, resourceGroup } = parseId(id);
    return [
      {
        id: 'new',
        name,
        resourceGroup,
        ...(fresh.refusal === undefined ? {} : { refusal: fresh.refusal }),
      },
      ...choices,
    ];
  }

  /** The name in DNS of a load balancer's address; undefined when it has none yet. */
  fqdnOf(machines: readonly string[], balancer: string): string | undefined {
    return balancer === 'new' ? undefined : this.#addressOf(machines, balancer).fqdn;
  }

  /** How many frontend ports a jump path needs that are not there yet. */
  portsNeeded(machines: readonly string[], balancer: string, port: number): number {
    const chosen = this.#balancer(machines, balancer);
    return this.#targets(machines).filter(target => wayAlready(chosen, target, port) === undefined).length;
  }

  /** @throws PlanError when the load balancer has no free ports in a row. */
  freePorts(machines: readonly string[], balancer: string, count: number, random: () => number): number {
    return freePorts(this.#taken(machines, balancer), count, random);
  }

  portRefusal(machines: readonly string[], balancer: string, first: number, count: number): string | undefined {
    return portRefusal(this.#taken(machines, balancer), first, count);
  }

  directWayOf(machines: readonly string[], port: number, balancer: string): DirectWay {
    const targets = this.#targets(machines);
    const paths = targets.flatMap(({ machine }) => this.#draft.port(machine, port).paths);
    const openRules = paths.filter(path => isWide(path.reach)).flatMap(path => path.decidedBy);
    const own = targets.filter(({ machine }) => ownAddresses(this.#draft, machine).length > 0);
    const outbound = this.#try(() => outboundPool(this.#balancer(machines, balancer))).refusal;
    const gateway = own.map(target => gatewayRefusal(this.#draft, target)).find(refusal => refusal !== undefined);
    return {
      openRules: [...new Set(openRules)],
      addresses: own.flatMap(({ machine }) => ownAddresses(this.#draft, machine)),
      stranded: own.filter(target => wayOutOf(this.#draft, target) === undefined).map(({ machine }) => machine.name),
      waysOut: [
        { kind: 'nat-gateway', refusal: gateway },
        { kind: 'outbound-rule', refusal: outbound },
      ],
    };
  }

  /** The region of a machine, as Azure writes it in paths. */
  regionOf(machine: string): string | undefined {
    return this.#targets([machine])[0]!.location;
  }

  /** The IP configuration that the jump path of a machine ends at, as ids are compared. */
  configurationOf(machine: string): string {
    return this.#targets([machine])[0]!.configuration.id;
  }

  #targets(machines: readonly string[]): JumpTarget[] {
    return machines.map(id => jumpTarget(this.#draft, findMachine(this.#draft.model, id)));
  }

  #balancer(machines: readonly string[], id: string): JumpBalancer {
    return chooseBalancer(this.#draft, this.#targets(machines), id);
  }

  #addressOf(machines: readonly string[], balancer: string): { readonly fqdn?: string; readonly ip?: string } {
    const { address } = this.#balancer(machines, balancer);
    const resource = address === undefined ? undefined : this.#draft.get(address);
    const fqdn = pickText(resource, 'properties', 'dnsSettings', 'fqdn');
    const ip = pickText(resource, 'properties', 'ipAddress');
    return { ...(fqdn === undefined ? {} : { fqdn }), ...(ip === undefined ? {} : { ip }) };
  }

  #taken(machines: readonly string[], id: string): ReturnType<typeof takenPorts> {
    const { existing, frontend } = this.#balancer(machines, id);
    return takenPorts(existing, frontend);
  }

  #try<T>(call: () => T): { readonly value?: T; readonly refusal?: string } {
    try {
      return { value: call() };
    } catch (error) {
      if (error instanceof PlanError) return { refusal: error.message };
      throw error;
    }
  }
}

function isLoadBalancer(resource: JsonObject): boolean {
  return pickText(resource, 'type')?.toLowerCase() === 'microsoft.network/loadbalancers';
}
