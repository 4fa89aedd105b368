import type { IpConfiguration, NetworkInterface } from '../network-model.ts';
import type { RuleLayer } from '../rule-layer.ts';
import type { Health, MachinePortVerdict, MachineVerdict, Recommendations } from './machine-verdict.ts';

type GroupsOf = (network: NetworkInterface, configuration: IpConfiguration) => readonly RuleLayer[];

/**
 * The three recommendations of Defender for Cloud's control "Secure management ports", judged here. Defender's own
 * logic is not published; what is documented is followed: a machine that faces the internet should have a security
 * group, its management ports should not be open to the internet, and where a group lets them be open they should be
 * opened just in time. What cannot be read is never healthy.
 * https://learn.microsoft.com/azure/defender-for-cloud/just-in-time-access-overview
 */
export function recommend(
  ports: readonly MachinePortVerdict[],
  attached: { readonly interfaces: readonly NetworkInterface[]; readonly unread: readonly string[] },
  jit: boolean,
  groupsOf: GroupsOf,
): Recommendations {
  const facing = new Set(ports.flatMap(port => port.paths.map(path => path.ipConfiguration)));
  const groups = attached.interfaces.flatMap(network =>
    network.ipConfigurations.map(configuration => ({ configuration, layers: groupsOf(network, configuration) })),
  );
  const ways = groups.filter(one => facing.has(one.configuration));
  const open = ports.some(port => port.reach === 'internet' || port.reach === 'wide');
  const governed =
    groups.some(one => one.layers.length > 0) ||
    ports.some(port => port.paths.some(path => path.kind === 'firewall-dnat'));
  return {
    nsg: groupHealth(ways, attached.unread.length > 0),
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
