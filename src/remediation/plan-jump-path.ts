import type { Machine } from '../network/network-model.ts';
import { isWide } from '../network/reach.ts';
import { writableBody } from './plan-body.ts';
import { isOpen } from './plan-close.ts';
import type { Draft } from './plan-draft.ts';
import { PlanError } from './plan-error.ts';
import { type JsonObject, pick, pickList, pickText, withProperty } from './plan-json.ts';
import { chooseBalancer, freeId, type JumpBalancer, newFrontend } from './plan-jump-balancer.ts';
import { closeDirectWay, type DirectClosing, denyBeforehand } from './plan-jump-closing.ts';
import { freePorts, portRefusal, takenPorts } from './plan-jump-ports.ts';
import { admitToBackend, refuseNobody } from './plan-jump-rules.ts';
import { changeConfiguration, type JumpTarget, jumpTarget, refuseApart } from './plan-jump-target.ts';
import { type JumpWay, wayAlready } from './plan-jump-way.ts';
import { groupScope, parseId, sameId } from './plan-resource-id.ts';
import type { ChosenSources } from './plan-sources.ts';
import { newOutboundRule, outboundPool, type WayOut } from './plan-way-out.ts';

export const dnsReuseScopes = ['ResourceGroupReuse', 'SubscriptionReuse', 'TenantReuse', 'NoReuse'] as const;
export type DnsReuseScope = (typeof dnsReuseScopes)[number];

export interface JumpPathOptions {
  readonly sources?: ChosenSources;
  /** What closes the direct way; it stays as it is when empty. */
  readonly closing: readonly DirectClosing[];
  /** How machines that lose their public addresses reach the internet from then on. */
  readonly wayOut?: WayOut;
  /** The id of a load balancer, or `new`; else the public one that the machine is behind already, else a new one. */
  readonly loadBalancer?: string;
  /** The first port of the frontend; chosen at random when left out. */
  readonly frontendPort?: number;
  readonly dnsLabel?: string;
  readonly dnsScope?: DnsReuseScope;
  /** A number from 0 to below 1. */
  readonly random: () => number;
}

/**
 * A way to machines' ports through a load balancer, on high ports in a row of one frontend: public address, load
 * balancer, inbound NAT rules, the interfaces, and a security rule for the chosen sources in every group on the way.
 * A rule of the load balancer that leads to the port already is used as it is: Azure takes no second one.
 * https://learn.microsoft.com/azure/load-balancer/inbound-nat-rules
 * @throws PlanError when Azure would not take it, or nobody would come through.
 */
export function jumpPath(draft: Draft, machines: readonly Machine[], port: number, options: JumpPathOptions): void {
  if (options.sources) refuseNobody(draft, options.sources);
  const targets = machines.map(machine => jumpTarget(draft, machine));
  refuseApart(targets);
  const balancer = chooseBalancer(draft, targets, options.loadBalancer);
  const ways = targets.map(target => wayAlready(balancer, target, port));
  const added = targets.filter((_, i) => ways[i] === undefined);
  refuseNothingToDo(targets, ways, port, options);
  if (options.dnsLabel !== undefined) refuseLabel(options.dnsLabel);
  const pool = options.wayOut === 'outbound-rule' ? outboundPool(balancer) : undefined;
  const ruleIds = added.length === 0 ? [] : addRules(draft, balancer, added, port, options);
  if (balancer.existing && options.dnsLabel !== undefined) nameAddress(draft, balancer, options);
  const own = targets.map(target => {
    const ruleId = ruleIds[added.indexOf(target)];
    const wide = isWide(draft.port(target.machine, port).reach);
    const made = options.sources ? admitToBackend(draft, target, port, options.sources) : new Set<string>();
    const join = (on: Draft): void => associate(on, target, ruleId, pool);
    if (options.closing.includes('deny') && !wide) denyBeforehand(draft, target.machine, port, made, join);
    if (ruleId !== undefined || pool !== undefined) join(draft);
    return made;
  });
  // Everybody has a new way in before the first one loses the old.
  const made = new Set(own.flatMap(ids => [...ids]));
  for (const target of targets) closeDirectWay(draft, target, port, { ...options, made });
  for (const target of targets) tellWhoComesIn(draft, balancer, target, port, options);
  draft.warnings.add(
    'A jump path costs: a Standard public IP address is billed by the hour, rules and traffic of a Standard load balancer may be.',
  );
  draft.warnings.add('A high port hides nothing: the security rules alone decide who comes in.');
}

function refuseNothingToDo(
  targets: readonly JumpTarget[],
  ways: readonly (JumpWay | undefined)[],
  port: number,
  { sources, closing, frontendPort, wayOut }: JumpPathOptions,
): void {
  const at = ways.findIndex(way => way !== undefined);
  if (at < 0) return;
  const way = ways[at]!;
  const there = `inbound NAT rule ${way.name} leads to port ${port} of ${targets[at]!.machine.name} already${way.frontendPort === undefined ? '' : `, from frontend port ${way.frontendPort}`}`;
  const allThere = ways.every(one => one !== undefined);
  if (allThere && frontendPort !== undefined && way.frontendPort !== frontendPort)
    throw new PlanError(
      'load-balancer',
      `${there}, and Azure takes no second one to the same port: leave the frontend port out to use it`,
    );
  if (allThere && !sources && closing.length === 0 && wayOut === undefined)
    throw new PlanError('load-balancer', `${there}: name the sources that it shall admit`);
}

function refuseLabel(label: string): void {
  if (!isDnsLabel(label))
    throw new PlanError(
      'load-balancer',
      `DNS label '${label.slice(0, 70)}' is not one: 3 to 63 small letters, digits and hyphens, a letter first`,
    );
}

/** Whether Azure takes a text as the label of a public address. */
export function isDnsLabel(label: string): boolean {
  return /^[a-z][a-z0-9-]{1,61}[a-z0-9]$/.test(label);
}

/** Adds inbound NAT rules to the load balancer, or makes it with them. Gives their ids. */
function addRules(
  draft: Draft,
  balancer: JumpBalancer,
  targets: readonly JumpTarget[],
  port: number,
  options: JumpPathOptions,
): string[] {
  const taken = takenPorts(balancer.existing, balancer.frontend);
  const refusal =
    options.frontendPort === undefined ? undefined : portRefusal(taken, options.frontendPort, targets.length);
  if (refusal !== undefined) throw new PlanError('load-balancer', refusal);
  const start = options.frontendPort ?? freePorts(taken, targets.length, options.random);
  const names = ruleNames(balancer, targets, port);
  const rules = names.map((name, i) => ({ name, properties: natProperties(balancer.frontend, start + i, port) }));
  if (!balancer.existing) createBalancer(draft, balancer, targets, rules, options);
  else
    rules.forEach((rule, i) => {
      draft.put(
        `Add inbound NAT rule ${rule.name}: frontend port ${start + i} to port ${port} of ${targets[i]!.machine.name}`,
        `${balancer.id}/inboundNatRules/${rule.name}`,
        rule,
      );
    });
  return names.map(name => `${balancer.id}/inboundNatRules/${name}`);
}

function ruleNames(balancer: JumpBalancer, targets: readonly JumpTarget[], port: number): string[] {
  const taken = new Set(
    pickList(balancer.existing, 'properties', 'inboundNatRules').map(rule => pickText(rule, 'name')?.toLowerCase()),
  );
  return targets.map(({ machine }) => {
    const wanted = `jump-${machine.name}-${port}`.slice(0, 76);
    let name = wanted;
    for (let i = 2; taken.has(name.toLowerCase()); i++) name = `${wanted}-${i}`;
    taken.add(name.toLowerCase());
    return name;
  });
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

function createBalancer(
  draft: Draft,
  { id, frontend }: JumpBalancer,
  targets: readonly JumpTarget[],
  rules: readonly JsonObject[],
  options: JumpPathOptions,
): void {
  const { machine, network } = targets[0]!;
  const location = pickText(draft.get(network.id), 'location') ?? pickText(draft.get(machine.displayId), 'location');
  if (location === undefined)
    throw new PlanError('not-readable', `the region of ${machine.name} is not in what was read`);
  const scope = groupScope(parseId(machine.displayId));
  const address = freeId(draft, `${scope}/providers/Microsoft.Network/publicIPAddresses/${machine.name}-jump-ip`);
  draft.put(`Create static public IP ${parseId(address).name}`, address, {
    location,
    sku: { name: 'Standard' },
    properties: {
      publicIPAllocationMethod: 'Static',
      publicIPAddressVersion: 'IPv4',
      ...(options.dnsLabel === undefined ? {} : { dnsSettings: dnsSettings(options) }),
    },
  });
  const ports = rules.map(
    (rule, i) =>
      `frontend port ${pick(rule, 'properties', 'frontendPort')} to port ${pick(rule, 'properties', 'backendPort')} of ${targets[i]!.machine.name}`,
  );
  draft.put(`Create load balancer ${parseId(id).name}: ${ports.join(', ')}`, id, {
    location,
    sku: { name: 'Standard' },
    properties: {
      frontendIPConfigurations: [{ name: newFrontend, properties: { publicIPAddress: { id: address } } }],
      ...(options.wayOut === 'outbound-rule' ? newOutboundRule(id, frontend) : {}),
      inboundNatRules: rules,
    },
  });
}

function dnsSettings({ dnsLabel, dnsScope }: JumpPathOptions): JsonObject {
  return { domainNameLabel: dnsLabel, domainNameLabelScope: dnsScope ?? 'ResourceGroupReuse' };
}

/** Gives the frontend's address a name, when it has none. */
function nameAddress(draft: Draft, { id, address }: JumpBalancer, options: JumpPathOptions): void {
  const json = address === undefined ? undefined : draft.get(address);
  if (!json)
    throw new PlanError(
      'not-readable',
      `the public IP of load balancer ${parseId(id).name} is not in what was read: leave the DNS label out`,
    );
  const name = pickText(json, 'properties', 'dnsSettings', 'domainNameLabel');
  if (name === options.dnsLabel) return;
  if (name !== undefined)
    throw new PlanError(
      'load-balancer',
      `public IP ${pickText(json, 'name')} has the DNS label ${name} already: leave the label out to use it`,
    );
  const properties = withProperty(pick(json, 'properties') as JsonObject, 'dnsSettings', dnsSettings(options));
  draft.put(
    `Name public IP ${pickText(json, 'name')} ${options.dnsLabel}`,
    pickText(json, 'id')!,
    writableBody(withProperty(json, 'properties', properties), 'Microsoft.Network/publicIPAddresses'),
  );
}

/** Makes the interface the target of the inbound NAT rule, and of a pool's way out, with everything else as it was. */
function associate(draft: Draft, target: JumpTarget, ruleId: string | undefined, pool: string | undefined): void {
  const { machine, network } = target;
  const joined = (list: string, id: string | undefined, properties: JsonObject): JsonObject => {
    const members = pickList(properties, list);
    return id === undefined || members.some(one => sameId(pickText(one, 'id'), id))
      ? properties
      : withProperty(properties, list, [...members, { id }]);
  };
  changeConfiguration(
    draft,
    target,
    ruleId === undefined
      ? `Join interface ${network.name} of ${machine.name} to the load balancer's way out`
      : `Join interface ${network.name} of ${machine.name} to the inbound NAT rule`,
    properties =>
      joined('loadBalancerBackendAddressPools', pool, joined('loadBalancerInboundNatRules', ruleId, properties)),
  );
}

/** Says of a finished path whom it lets in, when that is nobody or too many. */
function tellWhoComesIn(
  draft: Draft,
  balancer: JumpBalancer,
  { machine, configuration }: JumpTarget,
  port: number,
  { sources }: JumpPathOptions,
): void {
  const path = draft
    .port(machine, port)
    .paths.find(
      one =>
        one.kind === 'lb-nat-rule' &&
        sameId(one.through?.id, balancer.id) &&
        one.ipConfiguration.id === configuration.id,
    );
  if (!path) return;
  if (sources && !isOpen(path.reach)) {
    const by = [...new Set(path.proof.filter(step => step.effect === 'denies').map(step => step.ruleName))];
    throw new PlanError(
      'admin-rule',
      `${sources.text} would not come through to port ${port} of ${machine.name}${by.length === 0 ? '' : `: ${by.join(', ')} keeps them out`}; if that is a security admin rule of Virtual Network Manager, change it there`,
    );
  }
  if (isWide(path.reach))
    draft.warnings.add(
      `The jump path to ${machine.name} is open to ${path.reach === 'internet' ? 'the internet' : 'a wide range'} by ${path.decidedBy.filter(rule => !/\/allow-jump-/i.test(rule)).join(', ') || path.decidedBy.join(', ')}: deny that too, or everybody tries port ${port} there.`,
    );
  if (!sources && !isOpen(path.reach))
    draft.warnings.add(`No source was chosen, so no rule admits anybody on the jump path to ${machine.name}.`);
}
