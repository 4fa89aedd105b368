import type { Value } from '../../../network/value.ts';
import { sequence, stringValue, unknownValue } from '../terraform-value.ts';
import type { Call } from './definition.ts';

/**
 * The parts of a declared resource's id, which is not known itself but in its form: where it stands for a resource, the
 * part is the resource's name. Undefined for other values.
 */
export function resourceIdParts(value: Value | undefined, call: Call): Value | undefined {
  if (value?.kind !== 'unknown' || !value.symbol?.startsWith('/subscriptions/')) return undefined;
  const parts = value.symbol.split('/').map(part => {
    if (!part.includes('{')) return stringValue(part, call.origin);
    const address = part.slice(1, -1).replaceAll('%2f', '/');
    return call.context.nameOf(address) ?? unknownValue([address], call.origin, { symbol: part });
  });
  return sequence(parts, call.origin, 'list');
}
