import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const sources = fileURLToPath(new URL('../../src/', import.meta.url));

describe('commands', () => {
  it('are registered under an id once: VS Code refuses the second, and what should follow it is lost', () => {
    const places = new Map<string, string[]>();
    for (const file of readdirSync(sources, { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.ts')) continue;
      const text = readFileSync(`${sources}${file}`, 'utf8');
      for (const [, id = ''] of text.matchAll(/\bregister\(\s*'(portcullis\.\w+)'/g))
        places.set(id, [...(places.get(id) ?? []), file]);
    }
    assert.ok(places.size > 20);
    assert.deepEqual(
      [...places].filter(([, files]) => files.length > 1),
      [],
    );
  });
});
