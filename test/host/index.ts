import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Mocha from 'mocha';

/** What VS Code calls under `extensionTestsPath`: runs every test file beside this one. */
export async function run(): Promise<void> {
  const file = process.env.PORTCULLIS_TEST_RESULTS;
  if (!file) throw new Error('PORTCULLIS_TEST_RESULTS must name the file for the results.');
  // A home of their own, where the Bicep tools were used: what the tests put there never meets a person's.
  const home = mkdtempSync(join(tmpdir(), 'portcullis-home-'));
  mkdirSync(join(home, '.bicep'));
  process.env.HOME = process.env.USERPROFILE = home;
  const root = new URL('../../../../', import.meta.url);
  const reporter = createRequire(import.meta.url)(fileURLToPath(new URL('scripts/counting-reporter.cjs', root)));
  const mocha = new Mocha({ ui: 'bdd', timeout: 120_000, reporter, reporterOptions: { file, print: 'spec' } });
  if (process.env.PORTCULLIS_GREP) mocha.grep(process.env.PORTCULLIS_GREP);
  const folder = new URL('.', import.meta.url);
  for (const name of readdirSync(folder)) {
    if (name.endsWith('.test.js')) mocha.addFile(fileURLToPath(new URL(name, folder)));
  }
  await mocha.loadFilesAsync();
  const failures = await new Promise<number>(resolve => mocha.run(resolve));
  rmSync(home, { recursive: true, force: true });
  if (failures > 0) throw new Error(`${failures} tests failed.`);
}
