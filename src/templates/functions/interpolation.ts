import type { Value } from '../../network/value.ts';
import { memberOf } from './access.ts';
import { withAlternatives } from './arrays.ts';
import { type CallContext, partial, runFunction } from './call.ts';
import { joinTexts } from './scope.ts';
import { symbolOf, textValue, toJson } from './values.ts';

const joined = partial(0, Number.POSITIVE_INFINITY, (values, call) => {
  const texts = values.map(value => {
    if (value.kind === 'null') return textValue('', value.origin);
    return symbolOf(value) === undefined && value.kind !== 'unknown'
      ? textValue(JSON.stringify(toJson(value, call.budget)), value.origin)
      : value;
  });
  const whole = joinTexts(texts, call.origin);
  if (whole.kind === 'string') call.budget.checkText(whole.value.length);
  return whole.kind === 'unknown' ? withAlternatives(whole, texts, call) : whole;
});

/** The text of `'a${b}c'`: texts and values in turn, each as `format` writes it. */
export function interpolate(parts: readonly (string | Value)[], context: CallContext): Value {
  const values = parts.map(part => ({ value: typeof part === 'string' ? textValue(part, context.origin) : part }));
  return runFunction('format', joined, values, context);
}

const required = partial(2, 2, ([object, member], call) => memberOf(object!, member!, call));
const optional = partial(2, 2, ([object, member], call) => memberOf(object!, member!, call, true));

/** `target.key` and `target[key]`; never throws. `mayLack`: `.?` and `[?]`, null where nothing is. */
export function accessMember(target: Value, key: Value, context: CallContext, mayLack = false): Value {
  return runFunction('property', mayLack ? optional : required, [{ value: target }, { value: key }], context);
}
