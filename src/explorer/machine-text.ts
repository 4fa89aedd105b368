import { serviceOf } from '../findings/message-text.ts';
import type { MachinePortVerdict, MachineVerdict, PathVerdict } from '../network/machine/machine-verdict.ts';
import type { ProofStep, Reach } from '../network/model.ts';
import { widerReach } from '../network/reach.ts';

/*
 * What machines, ports and paths are called on screen. Plain text: names come from Azure and are data.
 */

/** `SSH 22`, `TCP 2222`. */
export function portLabel(port: number): string {
  const service = port === 5986 ? 'WinRM over TLS' : (serviceOf(port) ?? 'TCP');
  return `${service} ${port}`;
}

/** The widest reach of any port. */
export function worstReach(verdict: MachineVerdict): Reach {
  return verdict.ports.reduce<Reach>((worst, port) => widerReach(worst, port.reach), 'none');
}

/** Whether the widest reach is not surely so. */
export function isConditional(verdict: MachineVerdict): boolean {
  const worst = worstReach(verdict);
  return worst !== 'none' && !verdict.ports.some(port => port.reach === worst && port.atLeast === worst);
}

/** `open to the internet`, `may be open to the internet`, `closed to the internet`. */
export function reachText(reach: Reach, conditional: boolean): string {
  const open = conditional ? 'may be open' : 'open';
  switch (reach) {
    case 'internet':
      return `${open} to the internet`;
    case 'wide':
      return `${open} to a wide range of addresses`;
    case 'restricted':
      return `${open} to few addresses`;
    case 'none':
      return 'closed to the internet';
  }
}

/** One line for a machine: `SSH 22, RDP 3389 · open to the internet`. */
export function machineSummary(verdict: MachineVerdict): string {
  const worst = worstReach(verdict);
  if (worst === 'none') return reachText(worst, false);
  const ports = verdict.ports.filter(port => port.reach === worst).map(port => portLabel(port.port));
  return `${shortList(ports, 4)} · ${reachText(worst, isConditional(verdict))}`;
}

/** One line for a port: whom it is open to, or what that depends on. */
export function portSummary(port: MachinePortVerdict): string {
  const conditional = port.certainty === 'conditional';
  if (port.reach === 'none') return reachText('none', false);
  if (conditional)
    return `${reachText(port.reach, port.atLeast !== port.reach)} · depends on ${shortList(port.dependsOn, 2)}`;
  if (port.reach === 'internet') return reachText('internet', false);
  return `open to ${shortList(port.sources, 3)}`;
}

const pathNames: Readonly<Record<PathVerdict['kind'], string>> = {
  'public-ip': 'public IP address',
  'lb-nat-rule': 'jump path, inbound NAT rule',
  'lb-rule': 'load-balancing rule',
  'firewall-dnat': 'firewall DNAT rule',
  'app-gateway': 'application gateway',
};

export function pathName(kind: PathVerdict['kind']): string {
  return pathNames[kind];
}

/** `by public IP address · open to the internet`. */
export function pathSummary(path: PathVerdict): string {
  const through = path.through === undefined ? '' : ` ${path.through.rule}`;
  const conditional = path.certainty === 'conditional';
  return `${pathName(path.kind)}${through} · ${reachText(path.reach, conditional && path.atLeast !== path.reach)}`;
}

/** What a rule did: `admits Internet`, `keeps out 10.0.0.0/8`, `comes too late`. */
export function stepSummary(step: ProofStep): string {
  const sources = shortList(step.sources, 3);
  switch (step.effect) {
    case 'admits':
      return `admits ${sources || 'some sources'}`;
    case 'denies':
      return `keeps out ${sources || 'some sources'}`;
    case 'too-late':
      return 'would deny, but comes too late';
  }
}

/** `web-nsg/allow-ssh (priority 200)`. */
export function stepName(step: ProofStep): string {
  const group = step.securityGroup === undefined ? '' : `${step.securityGroup}/`;
  const priority = step.priority === undefined ? '' : ` (priority ${step.priority})`;
  return `${group}${step.ruleName}${priority}`;
}

/** The whole proof of a machine, line by line, without markup. */
export function proofLines(verdict: MachineVerdict): string[] {
  const lines: string[] = [];
  for (const port of verdict.ports) {
    lines.push(`${portLabel(port.port)}: ${portSummary(port)}`);
    for (const path of port.paths) lines.push(...pathLines(path).map(line => `  ${line}`));
    if (port.paths.length === 0 && port.reach === 'none') lines.push('  No path leads from the internet to it.');
  }
  return lines;
}

/** A path's frontend, the rules in the order they are met, and one client that gets through. */
export function pathLines(path: PathVerdict): string[] {
  const lines = [`${path.frontend} by ${pathSummary(path)}`];
  if (path.groups.length === 0) lines.push('  No network security group stands in this way.');
  for (const step of path.proof) lines.push(`  ${stepName(step)} ${stepSummary(step)}`);
  if (path.exampleClient !== undefined && path.reach !== 'none') {
    const surely = path.atLeast === path.reach ? 'gets' : 'may get';
    lines.push(`  A client at ${path.exampleClient} ${surely} through.`);
  }
  if (path.dependsOn.length > 0) lines.push(`  Depends on ${shortList(path.dependsOn, 5)}.`);
  return lines;
}

/** `a, b and 3 more`. */
export function shortList(items: readonly string[], most: number): string {
  if (items.length <= most) return items.join(', ');
  return `${items.slice(0, most).join(', ')} and ${items.length - most} more`;
}
