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
 * Who on the internet gets through a security group to each port, at any destination behind it: Azure's first match by
 * priority over source address × source port × destination address, each family apart. A partial group is judged as if
 * the rules that were read were all of it.
 *
 * Not modelled: which addresses a service tag stands for (a Deny of a tag takes the tag away and no address; a tag other
 * than `Internet` and `AzureCloud` counts as a few addresses), a `VirtualNetwork` that a default route widens, virtual
 * networks with public address space as senders, and that one value decides several unknown parts at once: the bounds
 * then lie further apart than they need. Existing connections outlive a change of rules.
 * https://learn.microsoft.com/azure/virtual-network/network-security-group-how-it-works
 */
export function evaluateGroup(group: SecurityGroup, options: EvaluationOptions = {}): PortVerdict[] {
  const layer = compileGroup(group);
  const protocol = options.protocol ?? 'Tcp';
  return (options.ports ?? managementPorts).map(
    port => new AdmissionVerdict({ groups: [layer], protocol, port, destination: 'any' }),
  );
}
