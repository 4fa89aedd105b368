import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cell, toMarkdown } from '../../../src/cli/markdown.ts';
import type { ReportFinding, ScanReport } from '../../../src/cli/report.ts';
import { toSarif } from '../../../src/cli/sarif.ts';
import { toText } from '../../../src/cli/text.ts';
import { ruleDescriptions } from '../../../src/findings/rules.ts';

const require = createRequire(import.meta.url);
const range = { start: { line: 3, column: 5 }, end: { line: 3, column: 8 } };

function finding(changes: Partial<ReportFinding> = {}): ReportFinding {
  return {
    id: 'open-management-port',
    level: 'error',
    message: "SSH (22) is open to the internet: rule 'ssh' admits any source.",
    file: 'infra/a b.json',
    range,
    address: 'resources[0]',
    securityGroup: 'web',
    securityRule: 'ssh',
    port: 22,
    related: [{ file: 'infra/a b.json', range, message: 'the default' }],
    fixes: [{ title: 'Deny', disposition: 'safe', edits: [{ file: 'infra/a b.json', range, newText: '"Deny"' }] }],
    suppressed: null,
    ...changes,
  };
}

function report(findings: readonly ReportFinding[]): ScanReport {
  return {
    version: 1,
    tool: { name: 'portcullis', version: '1.2.3' },
    files: [
      { path: 'infra/a b.json', format: 'arm-template', status: 'analysed' },
      { path: 'bad.json', status: 'failed', reason: 'bad.json: is not JSON' },
    ],
    securityGroups: [],
    machines: [],
    findings,
    summary: {
      files: 2,
      failed: 1,
      securityGroups: 1,
      errors: 1,
      warnings: 0,
      notes: 0,
      suppressed: 1,
      milliseconds: 1,
    },
  };
}

describe('SARIF', () => {
  const Ajv = require('ajv-draft-04') as typeof import('ajv-draft-04').default;
  const schema = require.resolve('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json');
  const validate = new Ajv({ strict: false, unicodeRegExp: false, validateFormats: false }).compile(
    JSON.parse(readFileSync(schema, 'utf8')),
  );
  const suppressed = finding({ port: 3389, suppressed: { reason: 'jump host' } });
  const sarif = JSON.parse(toSarif(report([finding(), suppressed, finding({ fixes: [] })]), ruleDescriptions()));
  const results = sarif.runs[0].results;

  it('is valid by the schema of version 2.1.0', () => {
    assert.equal(validate(sarif), true, JSON.stringify(validate.errors, null, 1));
  });

  it('names the rule, its page, the place with UTF-16 columns, and the fix', () => {
    const [first] = results;
    const driver = sarif.runs[0].tool.driver;
    assert.equal(driver.rules[first.ruleIndex].id, first.ruleId);
    assert.match(driver.rules[first.ruleIndex].helpUri, /open-management-port/);
    assert.equal(sarif.runs[0].columnKind, 'utf16CodeUnits');
    const place = first.locations[0].physicalLocation;
    assert.equal(place.artifactLocation.uri, 'infra/a%20b.json');
    assert.deepEqual(place.region, { startLine: 3, startColumn: 5, endLine: 3, endColumn: 8 });
    assert.equal(first.fixes[0].artifactChanges[0].replacements[0].insertedContent.text, '"Deny"');
  });

  it('keeps suppressed findings, with the reason', () => {
    assert.equal(results[1].suppressions[0].justification, 'jump host');
    assert.deepEqual(results[0].suppressions, []);
  });

  it('has fingerprints that tell equal findings apart and do not move with their lines', () => {
    const prints = results.map((result: { partialFingerprints: unknown }) =>
      JSON.stringify(result.partialFingerprints),
    );
    assert.equal(new Set(prints).size, 3);
    const moved = finding({ range: { start: { line: 90, column: 1 }, end: { line: 90, column: 2 } } });
    const again = JSON.parse(toSarif(report([moved]), ruleDescriptions()));
    assert.equal(JSON.stringify(again.runs[0].results[0].partialFingerprints), prints[0]);
  });
});

describe('text and Markdown', () => {
  it('leave suppressed findings out and tell what failed', () => {
    for (const render of [toText, toMarkdown]) {
      const out = render(report([finding(), finding({ message: 'hidden', suppressed: { reason: 'x' } })]));
      assert.match(out, /1 error, 0 warnings, 0 notes, 1 suppressed/);
      assert.match(out, /bad.json|bad\.json/);
      assert.doesNotMatch(out, /hidden/);
    }
  });

  it('show text of a template as text, never as markup', () => {
    const hostile = '[x](command:evil) | <img src=x> `code` @someone\nnew row |';
    const shown = cell(hostile);
    assert.doesNotMatch(shown, /[[\]()<>|`\n@]/);
  });
});
