import { type Node, parseTree } from 'jsonc-parser';
import { isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { OriginChain, TextPlace } from '../../../network/origin.ts';
import type { Property, Value } from '../../../network/value.ts';
import { combine } from '../partial-value.ts';
import {
  booleanValue,
  isWhollyKnown,
  MappingValue,
  mapping,
  nullValue,
  numberValue,
  sequence,
  stringValue,
} from '../terraform-value.ts';
import { textOf } from './arguments.ts';
import { FunctionError, FunctionLimit, partial, strict, type TerraformFunction } from './definition.ts';
import { toJsonText } from './json-text.ts';

const maximumDepth = 100;
/** The largest YAML text that is read: its library is slower than the rest of the reading. */
const maximumYaml = 512 * 1024;

/** A text made by `jsonencode`, with the value that it was made of: what is unknown in it stays where it was. */
interface EncodedText {
  readonly encoded: Value;
}

/** The value that a text was encoded from, when it was made by `jsonencode`. */
export function encodedValue(value: Value): Value | undefined {
  return (value as Partial<EncodedText>).encoded;
}

export const encodingFunctions: readonly (readonly [string, TerraformFunction])[] = [
  [
    'jsonencode',
    partial(1, 1, ([value], call) => {
      const encoded = value as Value;
      const text: Value = isWhollyKnown(encoded)
        ? stringValue(toJsonText(encoded), call.origin)
        : combine([encoded], call.origin);
      return Object.assign({ ...text }, { encoded } satisfies EncodedText);
    }),
  ],
  ['yamlencode', strict(1, 1, ([value], call) => stringValue(toJsonText(value as Value), call.origin))],
  [
    'jsondecode',
    partial(1, 1, ([value], call) => {
      const encoded = encodedValue(value as Value);
      if (encoded) return encoded;
      if (value?.kind === 'unknown') return combine([value], call.origin);
      return decodeJson(textOf(value), fileOf(value as Value), call.origin);
    }),
  ],
  ['yamldecode', strict(1, 1, ([value], call) => decodeYaml(textOf(value), fileOf(value as Value), call.origin))],
  [
    'csvdecode',
    strict(1, 1, ([value], call) => {
      const [names = [], ...rows] = csvRows(textOf(value));
      const items = rows.map(row =>
        mapping(
          names.map((name, index) => [name, stringValue(row[index] ?? '', call.origin)]),
          call.origin,
        ),
      );
      return sequence(items, call.origin, 'list');
    }),
  ],
  [
    'base64encode',
    strict(1, 1, ([value], call) => {
      const bytes = new TextEncoder().encode(textOf(value));
      let binary = '';
      for (const byte of bytes) binary += String.fromCharCode(byte);
      return stringValue(btoa(binary), call.origin);
    }),
  ],
  [
    'base64decode',
    strict(1, 1, ([value], call) => {
      let binary: string;
      try {
        binary = atob(textOf(value));
      } catch {
        throw new FunctionError('base64decode of a text that is not base64');
      }
      const bytes = Uint8Array.from(binary, letter => letter.charCodeAt(0));
      return stringValue(new TextDecoder().decode(bytes), call.origin);
    }),
  ],
  [
    'urlencode',
    strict(1, 1, ([value], call) =>
      stringValue(
        encodeURIComponent(textOf(value))
          .replaceAll('%20', '+')
          .replace(/[!'()*]/g, letter => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`),
        call.origin,
      ),
    ),
  ],
  [
    'urldecode',
    strict(1, 1, ([value], call) => {
      try {
        return stringValue(decodeURIComponent(textOf(value).replaceAll('+', ' ')), call.origin);
      } catch {
        throw new FunctionError('urldecode of a text that is not URL-encoded');
      }
    }),
  ],
];

/** The file whose whole text a value is, when it came from `file`. */
function fileOf(value: Value): string | undefined {
  const last = value.origin[value.origin.length - 1];
  return last?.kind === 'data-file' && last.place.kind === 'text' ? last.place.file : undefined;
}

export function decodeJson(text: string, file: string | undefined, origin: OriginChain): Value {
  if (text.length > 32 * 1024 * 1024) throw new FunctionLimit('a JSON text that is too large');
  const byteOrderMark = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  try {
    JSON.parse(byteOrderMark ? text.slice(1) : text);
  } catch {
    throw new FunctionError('jsondecode of a text that is not JSON');
  }
  const root = parseTree(byteOrderMark ? text.slice(1) : text);
  if (!root) throw new FunctionError('jsondecode of a text that is not JSON');
  return fromJsonNode(root, place(file, byteOrderMark), origin, 0);
}

type PlaceOf = (start: number, end: number) => TextPlace | undefined;

function place(file: string | undefined, shift: number): PlaceOf {
  if (file === undefined) return () => undefined;
  return (start, end) => ({ kind: 'text', file, range: { start: start + shift, end: end + shift } });
}

function fromJsonNode(node: Node, at: PlaceOf, origin: OriginChain, depth: number): Value {
  if (depth > maximumDepth) throw new FunctionLimit('JSON that is nested too deeply');
  const own = at(node.offset, node.offset + node.length);
  const chain: OriginChain = own ? [{ kind: 'data-file', place: own }] : origin;
  switch (node.type) {
    case 'object': {
      const entries = new Map<string, Property>();
      for (const property of node.children ?? []) {
        const [name, value] = property.children ?? [];
        if (!name || !value) continue;
        const namePlace = at(name.offset, name.offset + name.length);
        entries.set(String(name.value), {
          name: String(name.value),
          value: fromJsonNode(value, at, origin, depth + 1),
          ...(namePlace ? { namePlace } : {}),
        });
      }
      return new MappingValue(entries, chain);
    }
    case 'array':
      return sequence(
        (node.children ?? []).map(child => fromJsonNode(child, at, origin, depth + 1)),
        chain,
      );
    case 'string':
      return stringValue(String(node.value), chain);
    case 'number':
      return numberValue(Number(node.value), chain);
    case 'boolean':
      return booleanValue(node.value === true, chain);
    default:
      return nullValue(chain);
  }
}

function decodeYaml(text: string, file: string | undefined, origin: OriginChain): Value {
  if (text.length > maximumYaml) throw new FunctionLimit('a YAML text that is too large');
  const document = parseDocument(text, { lineCounter: new LineCounter(), prettyErrors: false });
  if (document.errors.length > 0) throw new FunctionError('yamldecode of a text that is not YAML');
  let budget = 100_000;
  const at = place(file, 0);
  const convert = (node: unknown, depth: number): Value => {
    if (depth > maximumDepth || --budget < 0) throw new FunctionLimit('YAML that is nested too deeply');
    const alias = node as { source?: string; resolve?: (document: unknown) => unknown } | null;
    if (typeof alias?.resolve === 'function' && typeof alias.source === 'string')
      return convert(alias.resolve(document), depth + 1);
    const range = (node as { range?: readonly [number, number, number] | null } | null)?.range;
    const own = range && at(range[0], range[1]);
    const chain: OriginChain = own ? [{ kind: 'data-file', place: own }] : origin;
    if (isMap(node)) {
      const entries = new Map<string, Property>();
      for (const pair of node.items) {
        const name = isScalar(pair.key) ? String(pair.key.value) : String(pair.key);
        const keyRange = isScalar(pair.key) ? pair.key.range : undefined;
        const namePlace = keyRange && at(keyRange[0], keyRange[1]);
        const value = convert(pair.value, depth + 1);
        if (name === '<<' && value.kind === 'object') {
          for (const property of value.properties())
            if (!entries.has(property.name)) entries.set(property.name, property);
        } else entries.set(name, { name, value, ...(namePlace ? { namePlace } : {}) });
      }
      return new MappingValue(entries, chain);
    }
    if (isSeq(node))
      return sequence(
        node.items.map(item => convert(item, depth + 1)),
        chain,
      );
    const value = isScalar(node) ? node.value : null;
    switch (typeof value) {
      case 'string':
        return stringValue(value, chain);
      case 'number':
        return numberValue(value, chain);
      case 'bigint':
        return numberValue(Number(value), chain);
      case 'boolean':
        return booleanValue(value, chain);
      default:
        return nullValue(chain);
    }
  };
  return convert(document.contents, 0);
}

/** Rows of a CSV text after RFC 4180. */
function csvRows(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let field = '';
  let quoted = false;
  const endField = () => {
    row.push(field);
    field = '';
  };
  const endRow = () => {
    endField();
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
  };
  for (let at = 0; at < text.length; at++) {
    const letter = text.charAt(at);
    if (quoted) {
      if (letter !== '"') field += letter;
      else if (text.charAt(at + 1) === '"') {
        field += '"';
        at++;
      } else quoted = false;
    } else if (letter === '"') quoted = true;
    else if (letter === ',') endField();
    else if (letter === '\n') endRow();
    else if (letter !== '\r') field += letter;
  }
  endRow();
  return rows;
}
