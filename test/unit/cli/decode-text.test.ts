import assert from 'node:assert/strict';
import { decodeText } from '../../../src/cli/decode-text.ts';

describe('text of files', () => {
  const text = '{"name": "straße"}';
  const marked = `\ufeff${text}`;
  const cases: readonly [encoding: string, bytes: Buffer, text: string][] = [
    ['UTF-8', Buffer.from(text), text],
    ['UTF-8 with a mark', Buffer.from(marked), marked],
    ['UTF-16, little end first', Buffer.from(marked, 'utf16le'), marked],
    ['UTF-16, big end first', Buffer.from(marked, 'utf16le').swap16(), marked],
    ['nothing', Buffer.alloc(0), ''],
    ['one byte', Buffer.from([0xff]), '\ufffd'],
  ];
  for (const [encoding, bytes, expected] of cases) {
    it(`is read from ${encoding}`, () => assert.equal(decodeText(bytes), expected));
  }
});
