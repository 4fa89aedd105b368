// Runs the mocha suite of test/host inside the extension host of a real VS Code.
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildForTests } from './build.mjs';
import { ensureDependencies, root } from './dependencies.mjs';
import { run } from './processes.mjs';
import { browserHost, browserHostSupported, desktopHost, onPath } from './vscode-host.mjs';

const standIn = join(root, 'scripts/browser-host-executable.mjs');
await ensureDependencies();
const { executable, how } = await host();
const hasDisplay = process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
if (process.platform === 'linux' && !hasDisplay && executable !== standIn && onPath('xvfb-run')) {
  process.exit(await run('xvfb-run', ['-a', process.execPath, ...process.argv.slice(1)], { cwd: root }));
}
const { folder, tests } = await buildForTests();
console.log(`Running in ${how}.`);

const results = process.env.PORTCULLIS_TEST_RESULTS ?? join(root, 'test-results/host.json');
const workspace = mkdtempSync(join(tmpdir(), 'portcullis-workspace-'));
cpSync(join(root, 'test/host/workspace'), workspace, { recursive: true });
const data = mkdtempSync(join(tmpdir(), 'portcullis-data-'));
const { runTests } = await import('@vscode/test-electron');
let status = 1;
try {
  status = await runTests({
    vscodeExecutablePath: executable,
    extensionDevelopmentPath: folder,
    extensionTestsPath: tests,
    launchArgs: [
      join(workspace, 'portcullis.code-workspace'),
      `--user-data-dir=${data}`,
      ...['--disable-extensions', '--disable-workspace-trust', '--disable-telemetry'],
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    ],
    extensionTestsEnv: { PORTCULLIS_TEST_RESULTS: results },
  });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
} finally {
  report();
  for (const used of [workspace, data]) rmSync(used, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}
process.exit(status);

/** Says what happened in there, test by test. */
function report() {
  if (!existsSync(results)) return;
  const { passes, failures, skips } = JSON.parse(readFileSync(results, 'utf8'));
  for (const test of passes) console.log(`  passed   ${test}`);
  for (const test of skips) console.log(`  skipped  ${test}`);
  for (const { test, error } of failures) console.log(`  FAILED   ${test}\n${error}`);
}

async function host() {
  const desktop = await desktopHost();
  if ('executable' in desktop) return desktop;
  if (!browserHostSupported) throw new Error(`There is no VS Code to run the tests in: ${desktop.reason}.`);
  await browserHost();
  return {
    executable: standIn,
    how: `VS Code in the browser, because ${desktop.reason}`,
  };
}
