import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import Mocha from 'mocha';

/** What VS Code calls under `extensionTestsPath`: runs every test file beside this one. */
export async function run(): Promise<void> {
  const file = process.env.PORTCULLIS_TEST_RESULTS;
  if (!file) throw new Error('PORTCULLIS_TEST_RESULTS must name the file for the results.');
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
  if (failures > 0) throw new Error(`${failures} tests failed.`);
}
