import type { Value } from '../../../network/value.ts';
import { combine } from '../partial-value.ts';
import { booleanValue, sequence, stringValue, unknownValue } from '../terraform-value.ts';
import { textOf } from './arguments.ts';
import { type Call, FunctionLimit, partial, strict, type TerraformFunction } from './definition.ts';
import { resourceIdParts } from './resource-ids.ts';

export const fileFunctions: readonly (readonly [string, TerraformFunction])[] = [
  [
    'file',
    strict(1, 1, ([path], call) => {
      const read = call.context.readFile(textOf(path));
      if ('message' in read) return missing(read.message, call);
      const place = { kind: 'text', file: read.file, range: { start: 0, end: read.text.length } } as const;
      return stringValue(read.text, [{ kind: 'data-file', name: textOf(path), place }]);
    }),
  ],
  [
    'fileexists',
    strict(1, 1, ([path], call) => booleanValue(!('message' in call.context.readFile(textOf(path))), call.origin)),
  ],
  ['filebase64', strict(1, 1, ([path], call) => unknownValue([`file ${textOf(path)}`], call.origin))],
  [
    'templatefile',
    partial(2, 2, ([path, variables], call) => {
      if (path?.kind === 'unknown') return combine([path], call.origin);
      const read = call.context.readFile(textOf(path));
      if ('message' in read) return missing(read.message, call);
      return call.context.renderTemplate(read.text, read.file, variables as Value, call.origin);
    }),
  ],
  [
    'templatestring',
    partial(2, 2, ([template, variables], call) => {
      if (template?.kind === 'unknown') return combine([template], call.origin);
      return call.context.renderTemplate(textOf(template), '', variables as Value, call.origin);
    }),
  ],
  [
    'fileset',
    strict(2, 2, ([folder, pattern], call) => {
      const accept = globPattern(textOf(pattern));
      const paths = call.context.listFiles(textOf(folder)).filter(path => accept.test(path));
      return sequence(
        paths.map(path => stringValue(path, call.origin)),
        call.origin,
        'set',
      );
    }),
  ],
  [
    'basename',
    {
      ...strict(1, 1, ([path], call) => {
        const parts = textOf(path).replaceAll('\\', '/').split('/').filter(Boolean);
        return stringValue(parts[parts.length - 1] ?? '', call.origin);
      }),
      symbolic: ([path], call) => {
        const parts = resourceIdParts(path, call);
        return parts?.kind === 'array' ? parts.items[parts.items.length - 1] : undefined;
      },
    },
  ],
  [
    'dirname',
    strict(1, 1, ([path], call) => {
      const text = textOf(path).replaceAll('\\', '/');
      const slash = text.lastIndexOf('/');
      return stringValue(slash < 0 ? '.' : slash === 0 ? '/' : text.slice(0, slash), call.origin);
    }),
  ],
  ['abspath', strict(1, 1, ([path], call) => stringValue(textOf(path), call.origin))],
  [
    'pathexpand',
    strict(1, 1, ([path], call) => {
      const text = textOf(path);
      return text.startsWith('~')
        ? unknownValue([`file ${text}`], call.origin, { symbol: text })
        : stringValue(text, call.origin);
    }),
  ],
];

/** A file that is not there is the reading's lack, not the author's error: unknown, and `try` does not pass it over. */
function missing(message: string, call: Call): Value {
  return unknownValue([`a file that is not read (${message})`], call.origin);
}

function globPattern(pattern: string): RegExp {
  if (pattern.length > 500 || (pattern.match(/\*/g)?.length ?? 0) > 8)
    throw new FunctionLimit('fileset with a pattern that is too long');
  const source = pattern.replace(/\*\*\/|\*\*|\*|\?|\{[^{}]*\}|[.+^$()|[\]\\{}]/g, token => {
    if (token === '**/') return '(?:[^/]+/)*';
    if (token === '**') return '.*';
    if (token === '*') return '[^/]*';
    if (token === '?') return '[^/]';
    if (token.length > 1 && token.startsWith('{'))
      return `(?:${token
        .slice(1, -1)
        .split(',')
        .map(part => part.replace(/[.+^$()|[\]\\*?]/g, '\\$&'))
        .join('|')})`;
    return `\\${token}`;
  });
  return new RegExp(`^${source}$`);
}
