import assert from 'node:assert/strict';
import { type FileSystem, resolvePath } from '../../../src/templates/file-system.ts';
import { RecordedFiles } from '../../../src/templates/recorded-files.ts';

describe('template paths', () => {
  const cases: readonly [string, string, string][] = [
    ['main.bicep', 'net.bicep', 'net.bicep'],
    ['infra/main.bicep', './modules/net.bicep', 'infra/modules/net.bicep'],
    ['infra/main.bicep', '../net.bicep', 'net.bicep'],
    ['infra/main.bicep', '../../net.bicep', '../net.bicep'],
    ['../a/main.bicep', '../net.bicep', '../net.bicep'],
    ['infra/main.bicep', 'modules\\net.bicep', 'infra/modules/net.bicep'],
    ['infra/main.bicep', '/etc/net.bicep', '/etc/net.bicep'],
  ];
  for (const [from, relative, expected] of cases)
    it(`${relative} from ${from}`, () => assert.equal(resolvePath(from, relative), expected));
});

describe('recorded files', () => {
  const over = (texts: Record<string, string>): FileSystem => ({
    read: path =>
      texts[path] === undefined ? { reason: 'missing', message: `${path} is not there` } : { text: texts[path] },
    list: () => Object.keys(texts).map(name => ({ name, kind: 'file' as const })),
  });

  it('are unchanged while every answer is the same, also those that said "missing"', () => {
    const recorded = new RecordedFiles(over({ a: '1' }));
    recorded.read('a');
    recorded.read('b');
    assert.equal(recorded.unchanged(over({ a: '1', c: 'not asked for' })), true);
    assert.equal(recorded.unchanged(over({ a: '2' })), false);
    assert.equal(recorded.unchanged(over({ a: '1', b: 'now there' })), false);
  });

  it('notice a new file in a folder that was listed', () => {
    const recorded = new RecordedFiles(over({ a: '1' }));
    recorded.list('');
    assert.equal(recorded.unchanged(over({ a: '2' })), true);
    assert.equal(recorded.unchanged(over({ a: '1', b: '2' })), false);
  });
});
