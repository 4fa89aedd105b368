import assert from 'node:assert/strict';
import { LineIndex } from '../../../src/templates/text-position.ts';

describe('line index', () => {
  const cases: readonly [string, number, number, number][] = [
    ['', 0, 1, 1],
    ['ab', 2, 1, 3],
    ['a\nb', 2, 2, 1],
    ['a\r\nb', 3, 2, 1],
    ['a\rb', 2, 2, 1],
    ['\ufeff{', 1, 1, 1],
    ['😀x', 2, 1, 3],
    ['ab', 99, 1, 3],
  ];
  for (const [text, offset, line, column] of cases)
    it(`${JSON.stringify(text)} at ${offset}`, () => {
      assert.deepEqual(new LineIndex(text).position(offset), { line, column });
    });
});
