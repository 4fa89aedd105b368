import type { IpConfiguration } from '../network-model.ts';
import { isWide } from '../reach.ts';
import type { RuleLayer } from '../rule-layer.ts';
import type { Health, MachinePortVerdict, MachineVerdict, Recommendations } from './machine-verdict.ts';

/** An address of a machine, and the groups before it. */
interface End {
  readonly configuration: IpConfiguration;
  readonly layers: readonly RuleLayer[];
}

/**
 * The three recommendations of Defender for Cloud's control "Secure management ports", judged here. Defender's own
 * logic is not published; what is documented is followed: a machine that faces the internet should have a security
 * group, its management ports should not be open to the internet, and where a group lets them be open they should be
 * opened just in time. What cannot be read is never healthy.
 * https://learn.microsoft.com/azure/defender-for-cloud/just-in-time-access-overview
 */
export function recommend(
  ports: readonly MachinePortVerdict[],
  ends: readonly End[],
  unread: boolean,
  jit: boolean,
): Recommendations {
  const facing = new Set<IpConfiguration>();
  let behindFirewall = false;
  for (const { paths } of ports) {
    for (const path of paths) {
      facing.add(path.ipConfiguration);
      behindFirewall ||= path.kind === 'firewall-dnat';
    }
  }
  const open = ports.some(port => isWide(port.reach));
  const governed = behindFirewall || ends.some(end => end.layers.length > 0);
  const ways = ends.filter(end => facing.has(end.configuration));
  return {
    nsg: groupHealth(ways, unread),
    closedPorts: open ? 'Unhealthy' : 'Healthy',
    jit: jit ? 'Healthy' : !governed ? 'NotApplicable' : open ? 'Unhealthy' : 'Healthy',
  };
}

function groupHealth(ways: readonly { readonly layers: readonly RuleLayer[] }[], unread: boolean): Health {
  if (ways.some(one => one.layers.length === 0)) return 'Unhealthy';
  if (unread || ways.length === 0) return 'NotApplicable';
  // A group that cannot be read is a group; one that is only possibly there is not known to be.
  return ways.every(one => one.layers.some(layer => layer.group !== undefined)) ? 'Healthy' : 'NotApplicable';
}

/** The control's points: a machine counts as healthy when none of its recommendations is unhealthy. */
export interface Score {
  readonly current: number;
  readonly max: number;
  readonly healthy: number;
  readonly unhealthy: number;
  readonly notApplicable: number;
}

/** The most that the control "Secure management ports" gives. */
const mostPoints = 8;

/**
 * Points by Defender's formula: the maximum, divided equally among healthy and unhealthy machines. Instances of a scale
 * set are not counted beside their set. With nothing to judge nothing is amiss, and all points are given.
 * https://learn.microsoft.com/azure/defender-for-cloud/secure-score-security-controls
 */
export function scoreOf(verdicts: readonly MachineVerdict[]): Score {
  let healthy = 0;
  let unhealthy = 0;
  let notApplicable = 0;
  for (const { machine, recommendations } of verdicts) {
    if (machine.kind === 'scale-set-instance') continue;
    const all = [recommendations.nsg, recommendations.closedPorts, recommendations.jit];
    if (all.includes('Unhealthy')) unhealthy++;
    else if (all.includes('Healthy')) healthy++;
    else notApplicable++;
  }
  const judged = healthy + unhealthy;
  const current = judged === 0 ? mostPoints : Math.round((mostPoints * healthy * 100) / judged) / 100;
  return { current, max: mostPoints, healthy, unhealthy, notApplicable };
}
