import assert from 'node:assert/strict';
import { parsePorts } from '../../../src/network/port-set.ts';

describe('port ranges', () => {
  const spellings: readonly [string, readonly number[], boolean][] = [
    ['*', [0, 65536], false],
    ['22', [22, 23], false],
    ['22-22', [22, 23], false],
    ['20-25', [20, 26], false],
    ['0-65535', [0, 65536], false],
    ['65536', [], true],
    ['25-20', [20, 26], true],
    ['22,23,80', [22, 24, 80, 81], true],
    ['22, 3389-3390', [22, 23, 3389, 3391], true],
    ['22,*', [0, 65536], true],
    [' 22 ', [22, 23], true],
    ['20 - 25', [20, 26], true],
    ['any', [0, 65536], true],
    ['ssh', [], true],
    ['', [], true],
    ['-1', [], true],
    ['1-2-3', [], true],
  ];
  for (const [text, ports, problem] of spellings) {
    it(`reads ${JSON.stringify(text)}`, () => {
      const parsed = parsePorts(text);
      assert.deepEqual(parsed.ports, ports);
      assert.equal(parsed.problem !== undefined, problem);
    });
  }
});
