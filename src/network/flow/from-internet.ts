import { type Address, hasAddress } from '../address-set.ts';
import type { MachineEvaluation } from '../machine/evaluation.ts';
import type { Machine } from '../network-model.ts';
import type { FlowVerdict } from './flow.ts';
import type { FlowDecision } from './flow-layers.ts';
import type { FlowEnd } from './packet.ts';

/**
 * Whether somebody with a public address gets to an address of a machine: the security groups have said `byGroups`, and
 * a public way must lead there as well. An Azure Firewall or application gateway on the way has rules of its own, and
 * shows the groups another sender.
 */
export function fromInternet(
  evaluation: MachineEvaluation,
  machine: Machine,
  to: FlowEnd,
  client: Address,
  byGroups: FlowVerdict,
): FlowVerdict {
  const [port] = evaluation.evaluate(machine).ports;
  const paths = port!.paths.filter(path => path.ipConfiguration.id === to.configuration?.id);
  const open = paths.find(path => hasAddress(path.certain.addresses, client));
  const decisions = (names: readonly string[]): FlowDecision[] => [
    ...names.map((rule): FlowDecision => ({ direction: 'Inbound', place: 'route', rule, access: 'Allow' })),
    ...byGroups.decisions.filter(one => one.access !== 'Deny'),
  ];
  if (open) return { access: 'allow', decisions: decisions([`${open.kind} ${open.frontend}`]), dependsOn: [] };
  const possible = paths.filter(path => hasAddress(path.possible.addresses, client) || path.possible.tags.size > 0);
  if (possible.length > 0) {
    const tags = possible.flatMap(path =>
      [...path.possible.tags.keys()].map(tag => `whether the client belongs to service tag ${tag}`),
    );
    return {
      access: 'unknown',
      decisions: decisions(possible.map(path => `${path.kind} ${path.frontend}`)),
      dependsOn: [...new Set([...possible.flatMap(path => path.dependsOn), ...byGroups.dependsOn, ...tags])],
    };
  }
  if (byGroups.access === 'deny' && paths.length > 0) return byGroups;
  const rule = paths.length > 0 ? `no rule opens ${paths.map(path => path.frontend).join(', ')}` : 'no public way';
  return {
    access: 'deny',
    decisions: [{ direction: 'Inbound', place: 'route', rule, access: 'Deny' }],
    dependsOn: [],
  };
}
