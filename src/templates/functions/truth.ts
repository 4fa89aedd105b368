import type { Value } from '../../network/value.ts';

/**
 * What a condition comes to; undefined while that is not decided. Azure takes texts for truths, in any letter case.
 */
export function truthOf(value: Value): boolean | undefined {
  if (value.kind === 'boolean') return value.value;
  if (value.kind === 'string' && /^(true|false)$/i.test(value.value)) return value.value.toLowerCase() === 'true';
  if (value.kind !== 'unknown' || !value.alternatives) return undefined;
  const answers = new Set(value.alternatives.map(truthOf));
  return answers.size === 1 ? [...answers][0] : undefined;
}
