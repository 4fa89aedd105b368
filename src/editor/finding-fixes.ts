import type { UnitAnalysis } from '../findings/analysis.ts';
import type { Fix } from '../findings/finding.ts';
import { FixFinder } from '../findings/fixes/fix-finder.ts';
import type { SettledFinding } from '../findings/settle.ts';
import type { RootResult } from './root-analyser.ts';

export type EditorFinding = SettledFinding<UnitAnalysis>;

/** The fixes of findings: what was proved for a result is kept as long as the result is. */
export class FindingFixes {
  readonly #finders = new WeakMap<RootResult, FixFinder>();

  /** Those of one finding, best first. */
  of(finding: EditorFinding, result: RootResult): readonly Fix[] {
    return this.finder(result).fixesOf(finding);
  }

  finder(result: RootResult): FixFinder {
    let finder = this.#finders.get(result);
    if (!finder) {
      const { ports, trustedSources } = result.settings;
      finder = new FixFinder({ analyses: result.scan.analyses, files: result.files, ports, trustedSources });
      this.#finders.set(result, finder);
    }
    return finder;
  }
}

/** The findings of a file that nobody accepted and whose place, or a place that decides, touches a stretch of text. */
export function findingsAt(result: RootResult, path: string, start: number, end: number): readonly EditorFinding[] {
  return result.findings.filter(finding => {
    if (finding.suppressed) return false;
    const deciding = finding.related.filter(related => related.decides).map(related => related.place);
    return [finding.place, ...deciding].some(
      place => place.kind === 'text' && place.file === path && place.range.start <= end && start <= place.range.end,
    );
  });
}

/** A text that names a finding across analyses of changing text, for commands. */
export function findingKey(finding: EditorFinding): string {
  const { id, address, securityGroup, securityRule, port } = finding;
  return JSON.stringify([id, address, securityGroup, securityRule, port]);
}

export function findByKey(result: RootResult, key: unknown): EditorFinding | undefined {
  return result.findings.find(finding => !finding.suppressed && findingKey(finding) === key);
}
