import { parseAddresses } from '../../network/address-prefix.ts';
import { type AddressSet, block, intersectAddresses, isEmpty } from '../../network/address-set.ts';
import { Admission } from '../../network/admission.ts';
import { addressLevel, dependsOnSenderOnly, portLevel } from '../../network/compiled-rule.ts';
import type { RuleLayer } from '../../network/rule-layer.ts';
import { hasSources } from '../../network/source-set.ts';

const privateRanges = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7'].map(
  text => parseAddresses(text)!,
);

/** Machines in the network that a rule can tell apart: one at the start of each private range that any rule names. */
export function insideSenders(layers: readonly RuleLayer[]): readonly AddressSet[] {
  const out = new Map<string, AddressSet>([['10.255.255.4', parseAddresses('10.255.255.4')!]]);
  for (const layer of layers) {
    for (const rule of layer.rules) {
      for (const range of privateRanges) {
        const named = intersectAddresses(rule.inside.must, range);
        if (isEmpty(named) || out.size > 12) continue;
        const v4 = named.v4[0];
        const v6 = named.v6[0];
        if (v4 !== undefined) out.set(String(v4), block(v4, 32));
        else if (v6 !== undefined) out.set(String(v6), block(v6, 128));
      }
    }
  }
  return [...out.values()];
}

/** Whether a sender inside the network gets through to a port: 0 no, 1 possibly, 2 surely. */
export function insideLevel(layer: RuleLayer, protocol: 'Tcp' | 'Udp', port: number, sender: AddressSet): 0 | 1 | 2 {
  const matching = layer.rules.filter(rule => portLevel(rule, protocol, port) > 0);
  if (layer.ordered && matching.every(dependsOnSenderOnly)) {
    const decides = matching.find(rule => addressLevel(rule.inside, sender) > 0);
    if (!decides) return 0;
    const sure = portLevel(decides, protocol, port) === 2 && addressLevel(decides.inside, sender) === 2;
    if (sure && decides.allows === 2) return 2;
    if (sure && decides.denies === 2) return 0;
  }
  const admission = new Admission({ groups: [layer], protocol, port, destination: 'any', inside: sender });
  if (hasSources(admission.certain)) return 2;
  return hasSources(admission.possible) ? 1 : 0;
}
