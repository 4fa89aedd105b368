import type { MachinePortVerdict } from '../network/machine/machine-verdict.ts';
import type { Machine } from '../network/network-model.ts';
import { isWide } from '../network/reach.ts';
import { managementPorts } from '../network/verdict.ts';
import { type Closing, closePort, isOpen, refuseUnread, refuseWhatIsLeft, type WhenFull } from './plan-close.ts';
import { Draft } from './plan-draft.ts';
import { PlanError } from './plan-error.ts';
import { createDnatRule } from './plan-firewall.ts';
import { pickList, pickText } from './plan-json.ts';
import { type DirectClosing, directClosings } from './plan-jump-closing.ts';
import { type DnsReuseScope, jumpPath } from './plan-jump-path.ts';
import { findMachine, interfacesOf } from './plan-machines.ts';
import { assignPrevention, createBastion, enableJustInTime, requestAccess } from './plan-other-actions.ts';
import { groupScope, parseId } from './plan-resource-id.ts';
import { chosenSources } from './plan-sources.ts';
import type { PlanStep } from './plan-steps.ts';
import type { WayOut } from './plan-way-out.ts';

export const planActions = [
  'deny',
  'delete',
  'deny-management-ports',
  'tighten',
  'jump-path',
  'just-in-time',
  'request-access',
  'firewall-dnat',
  'bastion-developer',
  'prevent',
  'fix-all',
] as const;
export type PlanAction = (typeof planActions)[number];

export interface PlanRequest {
  readonly action: PlanAction;
  /** Ids in any letter case, or names. Empty for `fix-all`: every machine that is open. */
  readonly machines: readonly string[];
  readonly port: number;
  /** Further ports that `fix-all` closes. */
  readonly ports?: readonly number[];
  readonly sources?: readonly string[];
  /** For `tighten`: also when the sources admit more than are admitted now. */
  readonly allowWider?: boolean;
  /** Of a jump path: all that `closing` can name. */
  readonly closeDirect?: boolean;
  /** What closes the direct way beside a jump path. */
  readonly closing?: readonly DirectClosing[];
  /** How machines that lose their public addresses reach the internet. */
  readonly wayOut?: WayOut;
  readonly whenFull?: WhenFull;
  /** An id, or `new`. */
  readonly loadBalancer?: string;
  readonly frontendPort?: number;
  readonly dnsLabel?: string;
  readonly dnsScope?: DnsReuseScope;
  readonly firewall?: string;
  readonly hours?: number;
  readonly justification?: string;
  /** For `prevent`; the machine's resource group when left out. */
  readonly scope?: string;
  readonly exclusions?: readonly string[];
  readonly enforced?: boolean;
  /** A number from 0 to below 1. */
  readonly random: () => number;
  readonly now: Date;
}

export interface ReachShown {
  readonly reach: string;
  readonly certainty: string;
}

export interface PlannedMachine {
  readonly id: string;
  readonly port: number;
  readonly before: ReachShown;
  readonly after: ReachShown;
}

/** What would be done, and what it changes for whom. */
export interface Plan {
  readonly version: 1;
  readonly action: PlanAction;
  readonly steps: readonly PlanStep[];
  readonly machines: readonly PlannedMachine[];
  readonly alsoAffected: readonly string[];
  readonly warnings: readonly string[];
  /** Steps that take the plan back, in the order to do them. */
  readonly undo: readonly PlanStep[];
}

/**
 * Plans a change over an inventory of resources as Azure returns them. Nothing is read or written; `after` is what the
 * evaluation says of the inventory with the steps applied.
 * @throws PlanError when it cannot be planned; the message says why.
 */
export function planChange(resources: readonly unknown[], request: PlanRequest): Plan {
  const { action, port } = request;
  if (!Number.isInteger(port) || port < 1 || port > 65535)
    throw new PlanError('not-supported', `${port} is not a port from 1 to 65535`);
  const draft = new Draft(resources, [...new Set([port, ...(request.ports ?? []), ...managementPorts])]);
  const machines = targetsOf(draft, request);
  const sources = request.sources && request.sources.length > 0 ? chosenSources(request.sources) : undefined;
  const before = verdictsOf(draft);

  switch (action) {
    case 'deny':
    case 'delete':
    case 'deny-management-ports':
      closeAll(draft, machines, request, { how: action });
      break;
    case 'fix-all':
      fixAll(draft, machines, request);
      break;
    case 'tighten':
      closeAll(draft, machines, request, {
        how: 'tighten',
        sources: chosenSources(request.sources ?? []),
        allowWider: request.allowWider === true,
      });
      break;
    case 'jump-path':
      jumpPath(draft, machines, port, {
        closing: request.closeDirect ? directClosings : (request.closing ?? []),
        random: request.random,
        ...(sources ? { sources } : {}),
        ...(request.wayOut === undefined ? {} : { wayOut: request.wayOut }),
        ...(request.loadBalancer === undefined ? {} : { loadBalancer: request.loadBalancer }),
        ...(request.frontendPort === undefined ? {} : { frontendPort: request.frontendPort }),
        ...(request.dnsLabel === undefined ? {} : { dnsLabel: request.dnsLabel }),
        ...(request.dnsScope === undefined ? {} : { dnsScope: request.dnsScope }),
      });
      break;
    case 'just-in-time':
      enableJustInTime(draft, machines, port, { hours: request.hours ?? 3, ...(sources ? { sources } : {}) });
      break;
    case 'request-access':
      for (const machine of machines)
        requestAccess(draft, machine, port, {
          hours: request.hours ?? 3,
          now: request.now,
          ...(sources ? { sources } : {}),
          ...(request.justification === undefined ? {} : { justification: request.justification }),
        });
      break;
    case 'firewall-dnat':
      for (const machine of machines) changeDnat(draft, machine, request);
      break;
    case 'bastion-developer':
      for (const machine of machines) createBastion(draft, machine);
      // A Deny by the open rule itself would meet Bastion too, which comes from inside the network.
      if (request.closeDirect) closeAll(draft, machines, request, { how: 'deny-management-ports' });
      break;
    case 'prevent':
      assignPrevention(
        draft,
        request.scope ?? groupScope(parseId(machines[0]!.displayId)),
        request.exclusions ?? [],
        request.enforced === true,
      );
      break;
  }
  if (draft.steps.length === 0)
    throw new PlanError('already-closed', [...draft.warnings][0] ?? `nothing is to be done for port ${port}`);
  return finished(draft, request, machines, before);
}

function targetsOf(draft: Draft, request: PlanRequest): Machine[] {
  const { model } = draft;
  if (request.machines.length > 0) {
    const found = request.machines.map(text => findMachine(model, text));
    return [...new Map(found.map(machine => [machine.id, machine])).values()];
  }
  if (request.action === 'prevent' && request.scope !== undefined) return [];
  if (request.action !== 'fix-all') throw new PlanError('machine-not-found', 'no machine was named: give its id');
  return model.machines.filter(machine => portsOf(request).some(port => isWide(draft.port(machine, port).reach)));
}

function portsOf({ port, ports = [] }: PlanRequest): number[] {
  return [...new Set([port, ...ports])];
}

function closeAll(draft: Draft, machines: readonly Machine[], request: PlanRequest, closing: Closing): void {
  const { port } = request;
  const many = machines.length > 1;
  for (const machine of machines) {
    refuseUnread(draft, machine);
    const verdict = draft.port(machine, port);
    if (!isOpen(verdict.reach)) {
      // One change may close several machines at once.
      if (many) continue;
      throw new PlanError('already-closed', `port ${port} of ${machine.name} is closed to the internet already`);
    }
    const whenFull = request.whenFull ? { whenFull: request.whenFull } : {};
    const changes = closePort(draft, machine, port, { ...closing, ...whenFull });
    if (closing.how !== 'tighten' || changes === 0) refuseWhatIsLeft(draft, machine, port);
  }
  draft.warnings.add(sessionsSurvive);
}

const sessionsSurvive = 'Sessions that are open now are not cut: security rules decide over new connections.';

/**
 * Denies what the internet or a wide range reaches; what few addresses reach is left to them. A machine that cannot be
 * closed is left as it is, with the reason among the warnings, and the others are closed.
 */
function fixAll(draft: Draft, machines: readonly Machine[], request: PlanRequest): void {
  const whenFull = request.whenFull ?? 'edit-in-place';
  let reason: PlanError | undefined;
  for (const machine of machines) {
    const left: number[] = [];
    let why: PlanError | undefined;
    for (const port of portsOf(request)) {
      if (!isWide(draft.port(machine, port).reach)) continue;
      const failed = draft.attempt(() => {
        closePort(draft, machine, port, { how: 'deny', wideOnly: true, whenFull });
        refuseWhatIsLeft(draft, machine, port, isWide);
      });
      if (!failed) continue;
      left.push(port);
      why ??= failed;
    }
    reason ??= why;
    if (why) draft.warnings.add(`${machine.name} stays open at ${portsText(left)}: ${why.message}.`);
  }
  if (draft.steps.length > 0) draft.warnings.add(sessionsSurvive);
  else if (reason) throw reason;
  else
    throw new PlanError(
      'already-closed',
      `no machine is open to the internet or a wide range at ${portsText(portsOf(request))}`,
    );
}

function portsText(ports: readonly number[]): string {
  return `${ports.length === 1 ? 'port' : 'ports'} ${ports.join(', ')}`;
}

/** Narrows or removes the rules by which firewalls lead to the machine's port; publishes it when there are none. */
function changeDnat(draft: Draft, machine: Machine, request: PlanRequest): void {
  const { port } = request;
  const paths = draft.port(machine, port).paths.filter(path => path.kind === 'firewall-dnat');
  const sources = request.sources && request.sources.length > 0 ? chosenSources(request.sources) : undefined;
  if (paths.some(path => isOpen(path.reach))) {
    const others = draft.port(machine, port).paths.filter(path => path.kind !== 'firewall-dnat' && isOpen(path.reach));
    for (const other of others)
      draft.warnings.add(
        `${machine.name} is also open by ${other.frontend}, which no firewall guards: this plan leaves it.`,
      );
    closePort(draft, machine, port, {
      how: sources ? 'tighten' : 'delete',
      only: 'firewall-dnat',
      ...(sources ? { sources } : {}),
    });
    return;
  }
  if (!sources)
    throw new PlanError(
      'no-rule',
      `no DNAT rule of a firewall leads to port ${port} of ${machine.name}; name sources to publish it`,
    );
  const network = interfacesOf(draft.model, machine)[0];
  const address = pickText(
    pickList(network && draft.get(network.id), 'properties', 'ipConfigurations')[0],
    'properties',
    'privateIPAddress',
  );
  if (address === undefined)
    throw new PlanError('not-readable', `the private address of ${machine.name} is not in what was read`);
  createDnatRule(draft, {
    machine: machine.name,
    privateAddress: address,
    port,
    frontendPort: request.frontendPort ?? 49152 + Math.floor(request.random() * 16383),
    sources,
    ...(request.firewall === undefined ? {} : { firewall: request.firewall }),
  });
}

type Verdicts = ReadonlyMap<string, readonly MachinePortVerdict[]>;

function verdictsOf(draft: Draft): Verdicts {
  return new Map(draft.model.machines.map(machine => [machine.id, draft.evaluate(machine).ports]));
}

function finished(draft: Draft, request: PlanRequest, targets: readonly Machine[], before: Verdicts): Plan {
  const { port } = request;
  const after = verdictsOf(draft);
  const asked = new Set(targets.map(machine => machine.id));
  const touched = new Set(asked);
  for (const group of draft.groups) {
    for (const machine of draft.machinesBehind(group)) {
      if (touched.has(machine.id)) continue;
      touched.add(machine.id);
      draft.alsoAffected.add(`Machine ${machine.name} is behind security group ${nameOf(draft, group)} too.`);
    }
  }
  const rows: { readonly row: PlannedMachine; readonly rank: number }[] = [];
  for (const machine of draft.model.machines) {
    const old = before.get(machine.id);
    const now = after.get(machine.id);
    if (!old || !now) continue;
    for (const [i, one] of old.entries()) {
      const next = now[i]!;
      const changed = one.reach !== next.reach || one.certainty !== next.certainty;
      if (!changed && !(one.port === port && touched.has(machine.id))) continue;
      rows.push({
        row: { id: machine.displayId, port: one.port, before: shown(one), after: shown(next) },
        rank: (asked.has(machine.id) ? 0 : 2) + (one.port === port ? 0 : 1),
      });
    }
  }
  rows.sort((a, b) => a.rank - b.rank);
  return {
    version: 1,
    action: request.action,
    steps: draft.steps,
    machines: rows.map(({ row }) => row),
    alsoAffected: [...draft.alsoAffected],
    warnings: [...draft.warnings],
    undo: draft.undo,
  };
}

function nameOf(draft: Draft, id: string): string {
  return pickText(draft.get(id), 'name') ?? parseId(id).name;
}

function shown({ reach, certainty }: MachinePortVerdict): ReachShown {
  return { reach, certainty };
}
