import type { OriginChain } from '../../../network/origin.ts';
import type { Value } from '../../../network/value.ts';
import { mapping, nullValue, sequence, stringValue } from '../terraform-value.ts';
import { FunctionError, FunctionLimit } from './definition.ts';

const maximumSubject = 10_000;
const maximumMatches = 10_000;

/** A repeated group that repeats inside itself can take JavaScript's engine for ever, unlike Go's. */
const dangerous = /\((?:[^()\\]|\\.|\([^()]*\))*[+*}](?:[^()\\]|\\.|\([^()]*\))*\)[+*{]/;

function compile(pattern: string, subject: string): RegExp {
  if (subject.length > maximumSubject) throw new FunctionLimit('a regular expression over a very long text');
  if (dangerous.test(pattern)) throw new FunctionLimit('a regular expression with nested repetitions');
  let source = pattern.replaceAll('(?P<', '(?<').replaceAll('\\A', '^').replaceAll('\\z', '$');
  let flags = 'gu';
  const leading = /^\(\?([ims]+)\)/.exec(source);
  if (leading) {
    source = source.slice(leading[0].length);
    flags += leading[1] ?? '';
  }
  source = source
    .replaceAll('[[:alnum:]]', '[0-9A-Za-z]')
    .replaceAll('[:alnum:]', '0-9A-Za-z')
    .replaceAll('[:alpha:]', 'A-Za-z')
    .replaceAll('[:digit:]', '0-9')
    .replaceAll('[:space:]', '\\s')
    .replaceAll('[:lower:]', 'a-z')
    .replaceAll('[:upper:]', 'A-Z')
    .replaceAll('[:punct:]', '!-/:-@\\[-`{-~');
  for (const attempt of [flags, flags.replace('u', '')]) {
    try {
      return new RegExp(source, attempt);
    } catch {
      // Go allows some escapes that JavaScript allows only without `u`.
    }
  }
  throw new FunctionError('a regular expression that cannot be read');
}

/** `regex`: a string, a list of the groups, or a map of the named groups. */
export function firstMatch(pattern: string, subject: string, origin: OriginChain): Value {
  const match = compile(pattern, subject).exec(subject);
  if (!match) throw new FunctionError('a regular expression that does not match');
  return matchValue(match, origin);
}

/** `regexall`: every match that does not overlap another. */
export function allMatches(pattern: string, subject: string, origin: OriginChain): Value[] {
  const values: Value[] = [];
  for (const match of subject.matchAll(compile(pattern, subject))) {
    if (values.length >= maximumMatches) throw new FunctionLimit('a regular expression with very many matches');
    values.push(matchValue(match, origin));
  }
  return values;
}

export function replaceAllMatches(pattern: string, subject: string, by: string): string {
  // Go writes `$1` or `${1}`, JavaScript only the former; `$&` means nothing to Go.
  const replacement = by.replaceAll(/\$\{(\w+)\}/g, (_, name) => (/^\d+$/.test(name) ? `$${name}` : `$<${name}>`));
  return subject.replaceAll(compile(pattern, subject), replacement.replaceAll('$&', '$$&'));
}

function matchValue(match: RegExpExecArray | RegExpMatchArray, origin: OriginChain): Value {
  const group = (text: string | undefined) => (text === undefined ? nullValue(origin) : stringValue(text, origin));
  if (match.groups)
    return mapping(
      Object.entries(match.groups).map(([name, text]) => [name, group(text)]),
      origin,
    );
  if (match.length > 1) return sequence(match.slice(1).map(group), origin);
  return stringValue(match[0], origin);
}
