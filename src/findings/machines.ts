import type { MachineVerdict, PathVerdict } from '../network/machine/machine-verdict.ts';
import type { Reach } from '../network/model.ts';
import type { IpConfiguration, NetworkInterface, PublicIpAddress, Reference } from '../network/network-model.ts';
import { widerReach } from '../network/reach.ts';
import type { RuleContext } from './rule.ts';

/** A public way to an IP configuration of a machine, for all ports that were judged. */
export interface PublicEnd {
  readonly machine: MachineVerdict;
  readonly interface: NetworkInterface;
  readonly configuration: IpConfiguration;
  readonly paths: readonly PathVerdict[];
}

/** The IP configurations of machines that some kind of path leads to. */
export function* publicEnds(context: RuleContext, wanted: (path: PathVerdict) => boolean): Generator<PublicEnd> {
  for (const machine of context.machines) {
    // Instances have their scale set's configuration: the fact is told once, of the set.
    if (machine.machine.kind === 'scale-set-instance') continue;
    const ends = new Map<IpConfiguration, PathVerdict[]>();
    for (const port of machine.ports) {
      for (const path of port.paths) {
        if (!wanted(path)) continue;
        const known = ends.get(path.ipConfiguration);
        if (known) known.push(path);
        else ends.set(path.ipConfiguration, [path]);
      }
    }
    for (const [configuration, paths] of ends) {
      yield { machine, interface: paths[0]!.interface, configuration, paths };
    }
  }
}

/** The widest class that some paths have together, for the lower or the upper bound. */
export function widestReach(paths: readonly PathVerdict[], bound: 'reach' | 'atLeast'): Reach {
  return paths.map(path => path[bound]).reduce(widerReach, 'none');
}

/** The public address of an IP configuration, as far as it was read. */
export function publicAddressOf(
  context: RuleContext,
  own: Reference | PublicIpAddress | undefined,
): PublicIpAddress | undefined {
  if (!own || 'sku' in own) return own;
  return own.id === undefined ? undefined : context.model.publicIpAddresses.get(own.id);
}

/** A path's frontend without the port that it was asked for. */
export function frontendName(path: PathVerdict): string {
  return path.frontend.replace(/:\d+$/, '');
}
