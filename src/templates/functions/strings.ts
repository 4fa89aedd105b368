import type { Value } from '../../network/value.ts';
import {
  type Call,
  CallFailure,
  expectNumber,
  expectText,
  type FunctionEntry,
  known,
  overAlternatives,
  partial,
} from './call.ts';
import { formatText } from './format.ts';
import {
  arrayValue,
  booleanValue,
  callSymbol,
  deepDependencies,
  fromPlain,
  isSecret,
  objectValue,
  symbolOf,
  textValue,
  toJson,
  unknownValue,
  withSymbol,
} from './values.ts';

/** `toLower` and `toUpper`: ids and names are compared without letter case, so the symbol stays what it was. */
function letterCase(change: (text: string) => string): FunctionEntry {
  return partial(1, 1, ([value], call) => {
    const result = overAlternatives([value!], call, ([text]) =>
      textValue(change(expectText(text, 'the value')), call.origin),
    );
    return result.kind === 'unknown' && value?.kind === 'unknown' && value.symbol !== undefined
      ? withSymbol(result, value.symbol)
      : result;
  });
}

function stringOf([value]: readonly Value[], call: Call): Value {
  if (value?.kind === 'string') return value;
  if (value?.kind === 'unknown') {
    const result = overAlternatives([value], call, choice => stringOf(choice, call));
    return result.kind === 'unknown' && value.symbol !== undefined ? withSymbol(result, value.symbol) : result;
  }
  const simple = value?.kind === 'null' ? '' : value && symbolOf(value);
  const text = simple ?? JSON.stringify(toJson(value!, call.budget));
  call.budget.checkText(text.length);
  return textValue(text, call.origin);
}

function replace([text, from, to]: readonly Value[], call: Call): Value {
  const search = expectText(from, 'the text to replace');
  if (search === '') throw new CallFailure('the text to replace is empty');
  const pieces = expectText(text, 'the text').split(search);
  const by = expectText(to, 'the new text');
  call.budget.checkText(pieces.reduce((sum, piece) => sum + piece.length + by.length, 0));
  return textValue(pieces.join(by), call.origin);
}

function split([text, delimiter]: readonly Value[], call: Call): Value {
  const whole = expectText(text, 'the text');
  const delimiters = delimiter?.kind === 'array' ? delimiter.items : [delimiter];
  const separators = delimiters.map(each => expectText(each, 'a delimiter')).filter(each => each !== '');
  const pattern = separators.map(each => each.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|');
  const pieces = pattern === '' ? [whole] : whole.split(new RegExp(pattern));
  call.budget.checkItems(pieces.length);
  return arrayValue(
    pieces.map(piece => textValue(piece, call.origin)),
    call.origin,
  );
}

function substring([text, start, count]: readonly Value[], call: Call): Value {
  const whole = expectText(text, 'the text');
  const from = expectNumber(start, 'the start');
  const length = count === undefined ? whole.length - from : expectNumber(count, 'the length');
  if (from < 0 || length < 0 || from + length > whole.length) {
    throw new CallFailure('the start and length lie outside the text');
  }
  return textValue(whole.slice(from, from + length), call.origin);
}

function padLeft([value, width, padding]: readonly Value[], call: Call): Value {
  const length = expectNumber(width, 'the length');
  call.budget.checkText(length);
  const text = (value && symbolOf(value)) ?? expectText(value, 'the value');
  return textValue(text.padStart(length, padding ? expectText(padding, 'the padding') : ' '), call.origin);
}

function affix(test: (text: string, part: string) => boolean): FunctionEntry {
  return known(2, 2, ([text, part], call) =>
    booleanValue(
      test(expectText(text, 'the text').toLowerCase(), expectText(part, 'the part').toLowerCase()),
      call.origin,
    ),
  );
}

/**
 * `uniqueString` and `guid`: the same arguments always give the same text, which Azure alone computes. The symbol
 * stands for it.
 */
function hash(args: readonly Value[], call: Call): Value {
  return unknownValue([...deepDependencies(args, call.budget), call.text], call.origin, {
    symbol: callSymbol(call.name, args, call.budget),
    secret: args.some(isSecret),
  });
}

export const stringFunctions: ReadonlyMap<string, FunctionEntry> = new Map([
  ['toLower', letterCase(text => text.toLowerCase())],
  ['toUpper', letterCase(text => text.toUpperCase())],
  ['string', partial(1, 1, stringOf)],
  ['replace', known(3, 3, replace)],
  ['split', known(2, 2, split)],
  ['substring', known(2, 3, substring)],
  ['trim', known(1, 1, ([text], call) => textValue(expectText(text, 'the text').trim(), call.origin))],
  ['padLeft', known(2, 3, padLeft)],
  ['startsWith', affix((text, part) => text.startsWith(part))],
  ['endsWith', affix((text, part) => text.endsWith(part))],
  ['format', partial(1, 200, formatText)],
  ['uniqueString', partial(1, 200, hash)],
  ['guid', partial(1, 200, hash)],
  ['json', partial(1, 1, fromJsonText)],
]);

function fromJsonText([text]: readonly Value[], call: Call): Value {
  return (
    composed(text, call) ??
    overAlternatives([text!], call, ([choice]) => {
      if (choice?.kind !== 'string') return choice!;
      call.budget.checkText(choice.value.length);
      return fromPlain(parsed(choice.value), call.origin, call.budget);
    })
  );
}

/**
 * JSON put together from text and unknown values, as in `json(concat('{"id": "', variables('subnetId'), '"}'))`: when
 * the unknown values stand inside strings, the shape is known all the same.
 */
function composed(text: Value | undefined, call: Call): Value | undefined {
  if (text?.kind !== 'unknown' || text.alternatives || text.secret) return undefined;
  if (text.symbol === undefined || !/^\s*[{[]\s*["{[]/.test(text.symbol)) return undefined;
  let json: unknown;
  try {
    json = JSON.parse(text.symbol) as unknown;
  } catch {
    return undefined;
  }
  if (typeof json !== 'object' || json === null) return undefined;
  return withSymbols(fromPlain(json, call.origin, call.budget), text.dependsOn, call);
}

function withSymbols(value: Value, dependsOn: readonly string[], call: Call, depth = 0): Value {
  call.budget.spend(1);
  call.budget.checkDepth(depth);
  switch (value.kind) {
    case 'string':
      return value.value.includes('{') ? unknownValue(dependsOn, call.origin, { symbol: value.value }) : value;
    case 'array':
      return arrayValue(
        value.items.map(item => withSymbols(item, dependsOn, call, depth + 1)),
        value.origin,
      );
    case 'object':
      return objectValue(
        [...value.properties()].map(
          ({ name, value: one }) => [name, withSymbols(one, dependsOn, call, depth + 1)] as const,
        ),
        value.origin,
      );
    default:
      return value;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // `json('null')`, `json('true')` and numbers are JSON too; what is not is a mistake in the template.
    throw new CallFailure('the text is not JSON');
  }
}
