import type { Value } from '../../network/value.ts';
import { shortened } from '../shortened.ts';
import { type Call, CallFailure } from './call.ts';
import { memberSymbol, mostAlternatives, nullValue, symbolOf, unknownValue } from './values.ts';

/**
 * The member of a value: a property by name in any letter case, or an array's item by number. A property that is not
 * there fails as in Azure, or is null when `optional` (`.?`, `tryGet`).
 */
export function memberOf(target: Value, key: Value, call: Call, optional = false): Value {
  if (target.kind === 'unknown') return memberOfUnknown(target, key, call, optional);
  if (key.kind === 'unknown') return memberByUnknown(target, key, call, optional);
  if (target.kind === 'object' && key.kind === 'string') {
    const value = target.get(key.value);
    if (value) return value;
    if (target.rest) return unknownMember(target.rest, key, call);
    if (optional) return nullValue(call.origin);
    throw new CallFailure(`there is no property '${shortened(key.value, 60)}'`);
  }
  if (target.kind === 'array' && (key.kind === 'number' || key.kind === 'string')) {
    return itemOf(target.items, target.rest, key, call, optional);
  }
  if (optional && target.kind === 'null') return nullValue(call.origin);
  throw new CallFailure(
    target.kind === 'null' ? `${describe(key)} is asked of null` : `a ${target.kind} has no member ${describe(key)}`,
  );
}

function itemOf(
  items: readonly Value[],
  rest: Extract<Value, { kind: 'unknown' }> | undefined,
  key: Extract<Value, { kind: 'number' | 'string' }>,
  call: Call,
  optional: boolean,
): Value {
  const index = Number(key.value);
  if (!Number.isInteger(index)) throw new CallFailure(`an array has no member ${describe(key)}`);
  // Further items may stand before the known ones.
  if (rest) return unknownMember(rest, key, call);
  const item = items[index];
  if (item) return item;
  if (optional) return nullValue(call.origin);
  throw new CallFailure(`the array has ${items.length} items, none at ${index}`);
}

function memberOfUnknown(
  target: Extract<Value, { kind: 'unknown' }>,
  key: Value,
  call: Call,
  optional: boolean,
): Value {
  const alternatives = target.alternatives && membersOf(target.alternatives, key, call, optional);
  const keyNames = key.kind === 'unknown' ? key.dependsOn : [];
  return unknownValue([...target.dependsOn, ...keyNames], target.origin.length > 0 ? target.origin : call.origin, {
    symbol: memberSymbol(target.symbol, accessText(key)),
    alternatives,
    secret: target.secret,
  });
}

function memberByUnknown(
  target: Value,
  key: Extract<Value, { kind: 'unknown' }>,
  call: Call,
  optional: boolean,
): Value {
  let choices: readonly Value[] | undefined;
  if (key.alternatives) {
    choices = key.alternatives.flatMap(choice => membersOf([target], choice, call, optional) ?? []);
  } else if (target.kind === 'array' && !target.rest) {
    choices = target.items;
  } else if (target.kind === 'object' && !target.rest && !optional) {
    choices = [];
    for (const property of target.properties()) choices = [...choices, property.value];
  }
  const fits = choices && choices.length > 0 && choices.length <= mostAlternatives;
  return unknownValue(key.dependsOn, call.origin, { alternatives: fits ? choices : undefined, secret: key.secret });
}

/** The members of several values; those that have none are left out, since Azure would refuse them. */
function membersOf(targets: readonly Value[], key: Value, call: Call, optional: boolean): readonly Value[] | undefined {
  const members: Value[] = [];
  for (const target of targets) {
    try {
      members.push(memberOf(target, key, call, optional));
    } catch (error) {
      if (!(error instanceof CallFailure)) throw error;
    }
  }
  return members.length > 0 ? members : undefined;
}

function unknownMember(whole: Extract<Value, { kind: 'unknown' }>, key: Value, call: Call): Value {
  return unknownValue(whole.dependsOn, call.origin, {
    symbol: memberSymbol(whole.symbol, accessText(key)),
    secret: whole.secret,
  });
}

function accessText(key: Value): string {
  if (key.kind === 'number') return `[${key.value}]`;
  return key.kind === 'string' ? `.${key.value}` : `[${symbolOf(key) ?? '?'}]`;
}

function describe(key: Value): string {
  return key.kind === 'string' ? `'${shortened(key.value, 60)}'` : (symbolOf(key) ?? 'of that kind');
}
