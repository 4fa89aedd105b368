import { serviceOf } from '../findings/message-text.ts';
import { hasSecretSource } from '../findings/places.ts';
import type { PortVerdict, ProofStep, Reach } from '../network/model.ts';

/** A port as people say it: `SSH 22`; `TCP 2222` for one without a name. */
export function portName(port: number): string {
  return `${serviceOf(port) ?? 'TCP'} ${port}`;
}

/** Several ports on one line, each service named once: `SSH 22, WinRM 5985 and 5986`. */
export function portNames(ports: readonly number[]): string {
  const byService = new Map<string, number[]>();
  for (const port of ports) {
    const service = serviceOf(port) ?? 'TCP';
    byService.set(service, [...(byService.get(service) ?? []), port]);
  }
  return [...byService].map(([service, numbers]) => `${service} ${joined(numbers.map(String))}`).join(', ');
}

/** How bad a verdict is: 0 for a closed port, higher for more exposure, certain before possible. */
export function exposure(verdict: PortVerdict): number {
  const weight: Record<Reach, number> = { none: 0, restricted: 2, wide: 4, internet: 6 };
  const certain = verdict.certainty === 'definite' ? 1 : 0;
  return verdict.reach === 'none' ? 0 : weight[verdict.reach] + certain;
}

/** Who gets in through a group, on one line: `Internet → SSH 22, RDP 3389 · allow-mgmt`. */
export function describeVerdicts(verdicts: readonly PortVerdict[]): string {
  const open = verdicts.filter(verdict => verdict.reach !== 'none');
  if (open.length === 0) return 'Management ports closed to the internet';
  const groups = new Map<string, PortVerdict[]>();
  for (const verdict of [...open].sort((a, b) => exposure(b) - exposure(a))) {
    const who = describeSources(verdict);
    groups.set(who, [...(groups.get(who) ?? []), verdict]);
  }
  return [...groups]
    .map(([who, same]) => {
      const ports = same.map(verdict => verdict.port).sort((a, b) => a - b);
      const rules = [...new Set(same.flatMap(verdict => verdict.decidedBy))];
      return `${who} → ${portNames(ports)}${rules.length > 0 ? ` · ${shortened(rules, 2)}` : ''}`;
    })
    .join('  |  ');
}

/** The sources of a verdict; what a secure parameter holds is not among them, only that there is something. */
export function visibleSources(verdict: PortVerdict): readonly string[] {
  return hasSecretSources(verdict) ? ['addresses of a secure parameter'] : verdict.sources;
}

/** Whether some rule lets in what a secure parameter holds. */
export function hasSecretSources(verdict: PortVerdict): boolean {
  return verdict.proof.some(step => step.effect === 'admits' && step.rule && hasSecretSource(step.rule));
}

/** The same for one step of the proof. */
export function visibleStepSources(step: ProofStep): readonly string[] {
  return step.rule && hasSecretSource(step.rule) ? ['addresses of a secure parameter'] : step.sources;
}

/** The sources of one verdict in words. */
export function describeSources(verdict: PortVerdict): string {
  const who = {
    internet: 'Internet',
    wide: `Wide sources (${shortened(visibleSources(verdict), 2)})`,
    restricted: shortened(visibleSources(verdict), 2),
    none: 'Nobody',
  }[verdict.reach];
  if (verdict.certainty === 'definite') return who;
  const names = shortened(verdict.dependsOn, 2);
  return verdict.atLeast === 'none' ? `Depends on ${names}` : `${who}, depends on ${names}`;
}

/** The first few of a list, and how many more there are. */
export function shortened(items: readonly string[], shown: number): string {
  const first = items.slice(0, shown).map(item => (item.length > 60 ? `${item.slice(0, 59)}…` : item));
  return items.length > shown ? `${first.join(', ')} and ${items.length - shown} more` : first.join(', ');
}

function joined(items: readonly string[]): string {
  return items.length < 2 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')} and ${items[items.length - 1]}`;
}
