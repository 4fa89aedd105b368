import type { ArmResource } from '../../azure/inventory.ts';
import { pick, pickList, pickText } from '../../remediation/plan-json.ts';
import { parseId, sameId } from '../../remediation/plan-resource-id.ts';
import { isJitRule } from '../../remediation/plan-rules.ts';
import type { ListedMachine } from '../machine-list.ts';
import { portLabel, shortList } from '../machine-text.ts';

/** A port that a just-in-time policy covers for a machine. */
interface CoveredPort {
  readonly port: number;
  readonly hours: number | undefined;
  readonly sources: string;
}

/** Access that was requested and has not ended. */
export interface ActiveRequest {
  readonly port: number;
  readonly source: string;
  readonly until: Date;
  readonly requestor: string;
  readonly justification: string | undefined;
}

/** The longest that a request for a port may be given, in whole hours; undefined when no policy says so. */
export function longestHours(resources: readonly ArmResource[], machineId: string, port: number): number | undefined {
  const hours = policiesOf(resources, machineId).flatMap(policy =>
    portsIn(policy, machineId).flatMap(one => (one.port === port && one.hours !== undefined ? [one.hours] : [])),
  );
  return hours.length === 0 ? undefined : Math.max(1, Math.floor(Math.max(...hours)));
}

export function activeRequests(resources: readonly ArmResource[], machineId: string, now: Date): ActiveRequest[] {
  return policiesOf(resources, machineId).flatMap(policy =>
    pickList(policy, 'properties', 'requests').flatMap(request =>
      pickList(request, 'virtualMachines')
        .filter(one => sameId(pickText(one, 'id'), machineId))
        .flatMap(one => pickList(one, 'ports'))
        .flatMap((port): ActiveRequest[] => {
          const until = new Date(pickText(port, 'endTimeUtc') ?? '');
          if (!(until > now) || /^revoked$/i.test(pickText(port, 'status') ?? '')) return [];
          return [
            {
              port: Number(pick(port, 'number')),
              source: sourceOf(port),
              until,
              requestor: pickText(request, 'requestor') ?? 'somebody',
              justification: pickText(request, 'justification'),
            },
          ];
        }),
    ),
  );
}

/** All that is known of a machine's just-in-time access, as plain text. */
export function justInTimeText(resources: readonly ArmResource[], machine: ListedMachine, now: Date): string {
  const lines = [`Just-in-time access of ${machine.name}`, machine.id, ''];
  const policies = policiesOf(resources, machine.id);
  if (policies.length === 0) {
    lines.push('No just-in-time policy covers this machine: “Enable Just-in-Time Access” puts it under one.');
    return `${lines.join('\n')}\n`;
  }
  for (const policy of policies) {
    const id = String(policy.id);
    lines.push(`Policy ${parseId(id).name} in resource group ${parseId(id).resourceGroup}`);
    for (const { port, hours, sources } of portsIn(policy, machine.id)) {
      const longest = hours === undefined ? '' : `, at most ${hours} hours`;
      lines.push(`  ${portLabel(port)}: on request from ${sources}${longest}`);
    }
  }
  const active = activeRequests(resources, machine.id, now);
  lines.push('', active.length === 0 ? 'Nobody has access by a request now.' : 'Access by request now:');
  for (const { port, source, until, requestor, justification } of active) {
    const why = justification === undefined ? '' : `: ${justification}`;
    lines.push(`  ${portLabel(port)} from ${source} until ${until.toLocaleString()}, asked for by ${requestor}${why}`);
  }
  lines.push('', ...overruled(policies, machine, active));
  return `${lines.join('\n')}\n`;
}

/** The policy's Deny comes last: rules before it go on admitting. */
function overruled(
  policies: readonly ArmResource[],
  machine: ListedMachine,
  active: readonly ActiveRequest[],
): string[] {
  const covered = new Set(policies.flatMap(policy => portsIn(policy, machine.id).map(one => one.port)));
  const lines = (machine.verdict?.ports ?? []).flatMap(port => {
    if (!covered.has(port.port) || port.reach === 'none') return [];
    const rules = [...new Set(port.paths.filter(path => path.reach !== 'none').flatMap(path => path.decidedBy))];
    const own = rules.filter(rule => !isJitRule(rule.slice(rule.lastIndexOf('/') + 1)));
    if (own.length === 0 && active.some(request => request.port === port.port)) return [];
    return [
      `  ${portLabel(port.port)} from ${shortList(port.sources, 3)}, by ${shortList(own, 3) || 'a way without a security group'}`,
    ];
  });
  if (lines.length === 0) return ['Nothing else opens the covered ports.'];
  return ['Open all the same, since the Deny of just-in-time access comes after what stands before it:', ...lines];
}

function policiesOf(resources: readonly ArmResource[], machineId: string): ArmResource[] {
  return resources.filter(
    one =>
      /\/jitNetworkAccessPolicies\/[^/]+$/i.test(String(one.id)) &&
      pickList(one, 'properties', 'virtualMachines').some(machine => sameId(pickText(machine, 'id'), machineId)),
  );
}

function portsIn(policy: ArmResource, machineId: string): CoveredPort[] {
  return pickList(policy, 'properties', 'virtualMachines')
    .filter(machine => sameId(pickText(machine, 'id'), machineId))
    .flatMap(machine => pickList(machine, 'ports'))
    .map(port => ({
      port: Number(pick(port, 'number')),
      hours: hoursOf(pickText(port, 'maxRequestAccessDuration') ?? ''),
      sources: sourceOf(port),
    }));
}

function sourceOf(port: unknown): string {
  const list = pickList(port, 'allowedSourceAddressPrefixes').filter(one => typeof one === 'string');
  const sources = list.length > 0 ? list : [pickText(port, 'allowedSourceAddressPrefix') ?? '*'];
  return sources.map(source => (source === '*' ? 'any source' : source)).join(', ');
}

/** `PT3H`, `PT1H30M`, `P1D`. */
function hoursOf(duration: string): number | undefined {
  const match = /^P(?:(\d{1,3})D)?(?:T(?:(\d{1,3})H)?(?:(\d{1,3})M)?)?$/i.exec(duration);
  if (!match) return undefined;
  const [, days = '0', hours = '0', minutes = '0'] = match;
  return Number(days) * 24 + Number(hours) + Number(minutes) / 60;
}
