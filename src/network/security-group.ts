import type { PortVerdict, SecurityGroup } from './model.ts';
import { compileGroup } from './rule-layer.ts';
import { AdmissionVerdict, managementPorts } from './verdict.ts';

/** What to judge. */
export interface EvaluationOptions {
  /** Ports in the order wanted; SSH, RDP and WinRM when left out. */
  readonly ports?: readonly number[];
  /** TCP when left out. */
  readonly protocol?: 'Tcp' | 'Udp';
}

/**
 * Who on the internet gets through a security group to each port, at any destination behind it. A partial group is
 * judged as if the rules that were read were all of it.
 */
export function evaluateGroup(group: SecurityGroup, options: EvaluationOptions = {}): PortVerdict[] {
  const layer = compileGroup(group);
  const protocol = options.protocol ?? 'Tcp';
  return (options.ports ?? managementPorts).map(
    port => new AdmissionVerdict({ groups: [layer], protocol, port, destination: 'any' }),
  );
}
