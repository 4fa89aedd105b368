// A mocha reporter that prints as `spec` or `dot` does and writes what happened to a file, so that a run that ended
// early cannot pass for a good one.
const { mkdirSync, writeFileSync } = require('node:fs');
const { dirname } = require('node:path');
const { reporters } = require('mocha');

class CountingReporter extends reporters.Base {
  constructor(runner, options) {
    super(runner, options);
    const { file, print } = options.reporterOptions ?? options.reporterOption ?? {};
    const printer = print === 'dot' ? reporters.Dot : reporters.Spec;
    this.printed = new printer(runner, options);
    const result = { finished: false, passed: 0, failed: 0, skipped: 0, passes: [], failures: [], skips: [] };
    const write = () => {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, JSON.stringify(result, null, 2));
    };
    write();
    runner.on('pass', test => {
      result.passed++;
      result.passes.push(test.fullTitle());
    });
    runner.on('pending', test => {
      result.skipped++;
      result.skips.push(test.fullTitle());
    });
    runner.on('fail', (test, error) => {
      result.failed++;
      result.failures.push({ test: test.fullTitle(), error: error.stack ?? String(error) });
    });
    runner.on('end', () => {
      result.finished = true;
      write();
    });
  }
}

module.exports = CountingReporter;
