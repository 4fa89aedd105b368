// `npm test`: sets up and runs everything, and ends with one line of counts.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { ensureDependencies, root } from './dependencies.mjs';
import { run } from './processes.mjs';

const results = join(root, 'test-results');
const totals = { passed: 0, failed: 0, skipped: 0 };
const problems = [];

try {
  await ensureDependencies();
  rmSync(results, { recursive: true, force: true });
  const { browserHost, browserHostSupported } = await import('./vscode-host.mjs');
  const { findChromium } = await import('./chromium.mjs');
  // The browser host takes a minute to install, most of it waiting: that happens beside the tests that need it not.
  const setUp = browserHostSupported ? settled(Promise.all([browserHost(), findChromium()])) : undefined;

  const tool = name => join(root, 'node_modules', name);
  await check('Types', [tool('typescript/bin/tsc'), '--noEmit']);
  await check('Lint', [tool('@biomejs/biome/bin/biome'), 'check', '--error-on-warnings', '.']);
  await suite('Unit and property tests', 'unit', file => [
    tool('mocha/bin/mocha.js'),
    '--timeout=600000',
    // Left to itself, mocha keeps one of two processors free.
    '--parallel',
    `--jobs=${Math.max(2, availableParallelism())}`,
    ...reporting(file, 'dot'),
  ]);
  await stage('Set-up of VS Code', async () => {
    const outcome = await setUp;
    if (outcome?.error) throw outcome.error;
  });
  await suite('Tests in the extension host', 'host', () => [join(root, 'scripts/test-host.mjs')]);
  await suite('The packaged extension in the real UI', 'e2e', () => [join(root, 'scripts/test-e2e.mjs')]);
} catch (error) {
  totals.failed++;
  problems.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
}

for (const problem of problems) console.error(`\n${problem}`);
console.log(`\n${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
process.exit(totals.failed === 0 && totals.passed > 0 ? 0 : 1);

/** One command whose status is one result. */
async function check(title, args) {
  console.log(`\n== ${title}`);
  const status = await run(process.execPath, args, { cwd: root });
  if (status === 0) totals.passed++;
  else {
    totals.failed++;
    problems.push(`${title}: failed with status ${status}.`);
  }
}

/** One step that is only counted when it goes wrong. */
async function stage(title, action) {
  try {
    await action();
  } catch (error) {
    totals.failed++;
    problems.push(`${title}: ${error instanceof Error ? error.message : error}`);
  }
}

/** A run of mocha, counted by the file that its reporter writes. */
async function suite(title, name, argumentsFor) {
  console.log(`\n== ${title}`);
  const started = Date.now();
  const file = join(results, `${name}.json`);
  const status = await run(process.execPath, argumentsFor(file), {
    cwd: root,
    env: { ...process.env, PORTCULLIS_FULL: '1', PORTCULLIS_TEST_RESULTS: file },
  });
  const result = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
  console.log(`${title}: ${Math.round((Date.now() - started) / 1000)} s`);
  if (!result?.finished) {
    totals.failed++;
    problems.push(`${title}: ended with status ${status} before its tests were finished.`);
    return;
  }
  totals.passed += result.passed;
  totals.failed += result.failed;
  totals.skipped += result.skipped;
  for (const { test, error } of result.failures) problems.push(`${title}: ${test}\n${error}`);
  if (result.failed === 0 && (status !== 0 || result.passed + result.skipped === 0)) {
    totals.failed++;
    problems.push(`${title}: ended with status ${status}, ${result.passed} tests passed.`);
  }
}

function reporting(file, print) {
  return [
    `--reporter=${join(root, 'scripts/counting-reporter.cjs')}`,
    `--reporter-option=file=${file}`,
    `--reporter-option=print=${print}`,
  ];
}

function settled(promise) {
  return promise.then(
    value => ({ value }),
    error => ({ error }),
  );
}
