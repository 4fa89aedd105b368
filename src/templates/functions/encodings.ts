import { CallFailure, expectText, type FunctionEntry, known } from './call.ts';
import { fromPlain, nullValue, numberValue, objectValue, textValue } from './values.ts';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Base64 of a text's UTF-8 bytes, without Node's or the browser's own. */
export function toBase64(text: string): string {
  const bytes = new TextEncoder().encode(text);
  let result = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const group = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    result += alphabet[(group >> 18) & 63]! + alphabet[(group >> 12) & 63]!;
    result += at + 1 < bytes.length ? alphabet[(group >> 6) & 63]! : '=';
    result += at + 2 < bytes.length ? alphabet[group & 63]! : '=';
  }
  return result;
}

/** The text of base64; undefined when it is none. */
export function fromBase64(text: string): string | undefined {
  const digits = text.replace(/\s+/g, '').replace(/=+$/, '');
  const bytes: number[] = [];
  let group = 0;
  let bits = 0;
  for (const digit of digits) {
    const value = alphabet.indexOf(digit);
    if (value < 0) return undefined;
    group = ((group << 6) | value) & 0xffffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((group >> bits) & 0xff);
    }
  }
  return new TextDecoder().decode(new Uint8Array(bytes));
}

function decoded(text: string): string {
  const result = fromBase64(text);
  if (result === undefined) throw new CallFailure('the text is not base64');
  return result;
}

/** Joins an address and a path as `new Uri(base, relative)` does in .NET, which ARM's `uri` documents. */
function joinUri(base: string, relative: string): string {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(relative)) return relative;
  try {
    const placeholder = /^[a-z][a-z0-9+.-]*:\/\//i.test(base) ? base : `relative://x/${base.replace(/^\/+/, '')}`;
    const joined = new URL(relative, placeholder).href;
    return joined.startsWith('relative://x/') ? joined.slice('relative://x/'.length) : joined;
  } catch {
    throw new CallFailure('the address is not valid');
  }
}

function encodeComponent(text: string): string {
  try {
    return encodeURIComponent(text);
  } catch {
    throw new CallFailure('the text cannot be encoded');
  }
}

function decodeComponent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new CallFailure('the text is not encoded');
  }
}

function onText(change: (text: string) => string): FunctionEntry {
  return known(1, 1, ([text], call) => {
    const whole = expectText(text, 'the value');
    call.budget.checkText(whole.length * 3);
    return textValue(change(whole), call.origin);
  });
}

export const encodingFunctions: ReadonlyMap<string, FunctionEntry> = new Map([
  ['base64', onText(toBase64)],
  ['base64ToString', onText(decoded)],
  [
    'base64ToJson',
    known(1, 1, ([text], call) => {
      try {
        return fromPlain(JSON.parse(decoded(expectText(text, 'the value'))), call.origin, call.budget);
      } catch (error) {
        if (error instanceof SyntaxError) throw new CallFailure('the text is not JSON');
        throw error;
      }
    }),
  ],
  ['dataUri', onText(text => `data:text/plain;charset=utf8;base64,${toBase64(text)}`)],
  [
    'dataUriToString',
    onText(text => {
      const match = /^data:([^,]*),(.*)$/s.exec(text);
      if (!match) throw new CallFailure('the text is not a data URI');
      return /;base64$/i.test(match[1] ?? '') ? decoded(match[2] ?? '') : decodeComponent(match[2] ?? '');
    }),
  ],
  [
    'uri',
    known(2, 2, ([base, relative], call) =>
      textValue(joinUri(expectText(base, 'the base'), expectText(relative, 'the relative part')), call.origin),
    ),
  ],
  ['uriComponent', onText(encodeComponent)],
  ['uriComponentToString', onText(decodeComponent)],
  [
    'parseUri',
    known(1, 1, ([text], call) => {
      let url: URL;
      try {
        url = new URL(expectText(text, 'the value'));
      } catch (error) {
        if (error instanceof TypeError) throw new CallFailure('the text is not an address');
        throw error;
      }
      const { origin } = call;
      return objectValue(
        [
          ['scheme', textValue(url.protocol.replace(/:$/, ''), origin)],
          ['host', textValue(url.hostname, origin)],
          ['port', url.port === '' ? nullValue(origin) : numberValue(Number(url.port), origin)],
          ['path', textValue(url.pathname, origin)],
          ['query', textValue(url.search.replace(/^\?/, ''), origin)],
        ],
        origin,
      );
    }),
  ],
]);
