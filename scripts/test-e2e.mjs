// Packs the extension and drives it through the real UI of VS Code in the browser: test/e2e.
import { join } from 'node:path';
import { ensureDependencies, root } from './dependencies.mjs';
import { run } from './processes.mjs';

await ensureDependencies();
const file = process.env.PORTCULLIS_TEST_RESULTS ?? join(root, 'test-results/e2e.json');
const { packageExtension } = await import('./package.mjs');
const vsix = await packageExtension(join(root, 'out/portcullis.vsix'));
process.exitCode = await run(
  process.execPath,
  [
    join(root, 'node_modules/mocha/bin/mocha.js'),
    ...['--no-config', '--import=tsx', '--timeout=300000', '--spec=test/e2e/**/*.test.ts'],
    `--reporter=${join(root, 'scripts/counting-reporter.cjs')}`,
    ...[`--reporter-option=file=${file}`, '--reporter-option=print=spec'],
    ...process.argv.slice(2),
  ],
  { cwd: root, env: { ...process.env, PORTCULLIS_VSIX: vsix } },
);
