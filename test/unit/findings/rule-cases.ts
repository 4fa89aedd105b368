import assert from 'node:assert/strict';
import type { Level } from '../../../src/findings/finding.ts';
import type { FindingRule } from '../../../src/findings/rule.ts';
import { contextOf, type PlainResource, readPlain } from './plain-template.ts';

export interface RuleCase {
  readonly name: string;
  readonly resources: readonly PlainResource[];
  readonly parameters?: { readonly [name: string]: unknown };
  readonly source?: 'template' | 'live';
  readonly ports?: readonly number[];
}

export interface ExpectedFinding {
  readonly message: string;
  /** The rule's own when left out. */
  readonly level?: Level;
  /** The characters that the finding points at, or their beginning. */
  readonly at?: string;
  readonly rule?: string;
  readonly port?: number;
  readonly related?: readonly string[];
}

export interface InvalidCase extends RuleCase {
  readonly findings: readonly ExpectedFinding[];
}

/** A rule's table: templates without findings of it, and templates with exactly these. */
export function ruleCases(rule: FindingRule, valid: readonly RuleCase[], invalid: readonly InvalidCase[]): void {
  const run = (one: RuleCase) => {
    const { resources, parameters } = one;
    const reading = readPlain(parameters ? { parameters, resources } : { resources });
    const context = contextOf(reading.declarations, one.source, one.ports);
    return { reading, found: [...(rule.check?.(context) ?? [])] };
  };
  describe(rule.id, () => {
    for (const one of valid) {
      it(`finds nothing: ${one.name}`, () => {
        assert.deepEqual(
          run(one).found.map(finding => finding.message),
          [],
        );
      });
    }
    for (const one of invalid) {
      it(`finds: ${one.name}`, () => {
        const { reading, found } = run(one);
        assert.deepEqual(
          found.map(finding => finding.message),
          one.findings.map(finding => finding.message),
        );
        one.findings.forEach((expected, i) => {
          const finding = found[i]!;
          assert.equal(finding.id, rule.id);
          assert.equal(finding.level, expected.level ?? rule.level);
          assert.doesNotMatch(finding.message, /[\n\r]/);
          if (expected.at !== undefined)
            assert.ok(reading.at(finding.place).startsWith(expected.at), reading.at(finding.place));
          if (expected.rule !== undefined) assert.equal(finding.securityRule, expected.rule);
          if (expected.port !== undefined) assert.equal(finding.port, expected.port);
          if (expected.related)
            assert.deepEqual(
              finding.related.map(related => related.message),
              expected.related,
            );
        });
      });
    }
  });
}
