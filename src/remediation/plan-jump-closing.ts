import type { Machine } from '../network/network-model.ts';
import { isWide } from '../network/reach.ts';
import { closePort } from './plan-close.ts';
import { Draft } from './plan-draft.ts';
import { pickText, withProperty } from './plan-json.ts';
import { changeConfiguration, type JumpTarget } from './plan-jump-target.ts';
import { interfacesOf } from './plan-machines.ts';
import { parseId } from './plan-resource-id.ts';
import type { ChosenSources } from './plan-sources.ts';
import { giveSubnetAWayOut, type WayOut, wayOutOf } from './plan-way-out.ts';

/** `deny`: the rules that are open; `dissociate`: the machine's own public addresses. */
export const directClosings = ['deny', 'dissociate'] as const;
export type DirectClosing = (typeof directClosings)[number];

export interface ClosingOptions {
  readonly closing: readonly DirectClosing[];
  readonly wayOut?: WayOut;
  readonly sources?: ChosenSources;
  /** Rules of the jump path itself, which stay. */
  readonly made: ReadonlySet<string>;
}

/** Closes what opened the port before, and takes the machine's own public addresses from it. */
export function closeDirectWay(draft: Draft, target: JumpTarget, port: number, options: ClosingOptions): void {
  const { machine } = target;
  if (options.closing.includes('deny') && isWide(draft.port(machine, port).reach))
    closePort(draft, machine, port, { how: 'deny', spare: options.made, wideOnly: true });
  if (options.closing.includes('dissociate')) dissociate(draft, target, options.wayOut);
  if (options.closing.length > 0 && !options.sources)
    draft.warnings.add(`The direct way to ${machine.name} closes and no source was chosen: nobody comes in any more.`);
}

/**
 * Denies, before the jump path is there, what would be open on it: for a machine that nobody reaches now although a rule
 * is open, so that it is not open in between either.
 */
export function denyBeforehand(
  draft: Draft,
  machine: Machine,
  port: number,
  made: ReadonlySet<string>,
  join: (draft: Draft) => void,
): void {
  const trial = new Draft(draft.resources, draft.ports);
  join(trial);
  const before = trial.steps.length;
  if (!isWide(trial.port(machine, port).reach)) return;
  closePort(trial, machine, port, { how: 'deny', spare: made, wideOnly: true });
  for (const step of trial.steps.slice(before)) {
    if (step.method === 'DELETE') draft.delete(step.title, step.id, step.apiVersion);
    else draft.put(step.title, step.id, step.body!, step.apiVersion);
  }
  for (const text of trial.warnings) draft.warnings.add(text);
  for (const text of trial.alsoAffected) draft.alsoAffected.add(text);
}

/** Names of the public addresses that a machine has of its own. */
export function ownAddresses(draft: Draft, machine: Machine): string[] {
  return interfacesOf(draft.model, machine).flatMap(({ ipConfigurations }) =>
    ipConfigurations.flatMap(({ publicIpAddress }) => (publicIpAddress ? [publicIpAddress.name] : [])),
  );
}

function dissociate(draft: Draft, target: JumpTarget, wayOut: WayOut | undefined): void {
  const { machine } = target;
  if (ownAddresses(draft, machine).length === 0) return;
  if (wayOut === 'nat-gateway') giveSubnetAWayOut(draft, target);
  for (const network of interfacesOf(draft.model, machine)) {
    for (const configuration of network.ipConfigurations) {
      const address = configuration.publicIpAddress;
      if (!address || !('dependsOn' in address) || draft.get(network.id) === undefined) continue;
      const name = pickText(draft.get(address.id ?? ''), 'name') ?? address.name;
      changeConfiguration(
        draft,
        { network, configuration },
        `Take public IP ${name} from interface ${network.name} of ${machine.name}`,
        properties => withProperty(properties, 'publicIPAddress', undefined),
      );
      draft.alsoAffected.add(
        `${machine.name} is no longer reached at public IP ${name}, on any port: what else it serves there goes with it.`,
      );
      draft.warnings.add(`Public IP ${name} itself stays and is billed until it is deleted.`);
    }
  }
  const way = wayOutOf(draft, target);
  draft.warnings.add(
    way === undefined
      ? `${machine.name} may lose its way out to the internet with its public IP: give its subnet a NAT gateway, or the load balancer an outbound rule, first.`
      : `${machine.name} goes out to the internet by ${way.kind} ${parseId(way.id).name} from then on, with another address than before.`,
  );
}
