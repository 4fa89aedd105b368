import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { errorCodes } from '../../azure-server/error-codes.ts';

const server = resolve(import.meta.dirname, '../../azure-server');
const recordings = resolve(import.meta.dirname, '../../../../shared/recordings');

/** Codes that the local Azure's sources name. */
function usedCodes(): Set<string> {
  const found = new Set<string>();
  for (const file of readdirSync(server)) {
    if (!file.endsWith('.ts') || file === 'error-codes.ts') continue;
    const text = readFileSync(join(server, file), 'utf8');
    for (const [, between] of text.matchAll(/(?:networkError|new ArmError)\(\s*\d{3},([^`]*?)(?:`|,\s*['"]\w+ )/g))
      for (const [, code] of between!.matchAll(/'([A-Z][A-Za-z0-9]+)'/g)) found.add(code!);
    for (const [, code] of text.matchAll(/\bcode: '([A-Z][A-Za-z0-9]+)'/g)) found.add(code!);
  }
  return found;
}

describe('error codes of the local Azure', () => {
  it('have each a known origin', () => {
    const known = new Set(Object.values(errorCodes).flat());
    const used = usedCodes();
    assert.ok(used.size > 50, [...used].join());
    assert.deepEqual(
      [...used].filter(code => !known.has(code) && !/^(Healthy|Unhealthy|NotApplicable)$/.test(code)),
      [],
    );
  });

  it('are in recorded traffic when they are said to be', function () {
    if (!existsSync(recordings)) this.skip();
    const seen = ['errors', 'transcribed', 'lro']
      .flatMap(topic => readdirSync(join(recordings, topic)).map(name => join(recordings, topic, name)))
      .map(file => readFileSync(file, 'utf8'))
      .join('\n');
    for (const code of errorCodes.recorded) assert.ok(seen.includes(`"${code}"`), code);
    for (const code of errorCodes.assumed) assert.ok(!seen.includes(`"${code}"`), `${code} is recorded`);
  });
});
