import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { bedOf, checkFix } from './fix-bed.ts';

const corpus = new URL('../../../../../shared/corpus/', import.meta.url);

/** Templates that belong together: those below one folder of the second level. */
function samples(): ReadonlyMap<string, { readonly [path: string]: string }> {
  const out = new Map<string, Record<string, string>>();
  const walk = (folder: string): void => {
    for (const entry of readdirSync(new URL(folder, corpus), { withFileTypes: true })) {
      const path = `${folder}${entry.name}`;
      if (entry.isDirectory()) walk(`${path}/`);
      else if (
        /\.(?:json|bicep|bicepparam|tf|tfvars)$/.test(entry.name) &&
        statSync(new URL(path, corpus)).size < 1e6
      ) {
        const key = path.split('/').slice(0, 2).join('/');
        const texts = out.get(key) ?? {};
        texts[path] = readFileSync(new URL(path, corpus), 'utf8');
        out.set(key, texts);
      }
    }
  };
  walk('');
  return out;
}

describe('fixes of real templates', () => {
  it('close what they promise and keep everything else', async function () {
    if (!existsSync(corpus)) this.skip();
    this.timeout(300_000);
    const every = process.env.PORTCULLIS_FULL ? 1 : 60;
    let open = 0;
    let safe = 0;
    let at = 0;
    for (const texts of samples().values()) {
      if (at++ % every !== 0) continue;
      const bed = await bedOf(texts);
      for (const finding of bed.findings) {
        const fixes = bed.finder.fixesOf(finding);
        for (const fix of fixes) checkFix(bed, finding, fix);
        if (finding.id !== 'open-management-port') continue;
        open++;
        if (fixes.some(fix => fix.disposition === 'safe')) safe++;
      }
    }
    assert.ok(open > 0 && safe / open > 0.8, `${safe} of ${open} open ports have a safe fix`);
  });
});
