import assert from 'node:assert/strict';
import { analyseUnit, type UnitAnalysis } from '../../../../src/findings/analysis.ts';
import { type Configuration, readConfiguration } from '../../../../src/findings/configuration.ts';
import type { Fix } from '../../../../src/findings/finding.ts';
import { editedTexts } from '../../../../src/findings/fixes/edits.ts';
import { FixFinder } from '../../../../src/findings/fixes/fix-finder.ts';
import { Scanner } from '../../../../src/findings/scan.ts';
import { type SettledFinding, settleFindings } from '../../../../src/findings/settle.ts';
import { evaluateGroup } from '../../../../src/network/security-group.ts';
import { managementPorts } from '../../../../src/network/verdict.ts';
import type { FileRead, FileSystem, FolderEntry } from '../../../../src/templates/file-system.ts';
import { TemplateLanguages } from '../../../../src/templates/languages.ts';
import { OverlayFiles } from '../../../../src/templates/recorded-files.ts';
import { loadAsset } from '../../../assets.ts';

/** Files in memory by path. */
export class MemoryFiles implements FileSystem {
  constructor(readonly texts: { readonly [path: string]: string }) {}

  read(path: string): FileRead {
    const text = Object.hasOwn(this.texts, path) ? this.texts[path] : undefined;
    return text === undefined ? { reason: 'missing', message: `${path}: is not there` } : { text };
  }

  list(folder: string): readonly FolderEntry[] {
    const prefix = folder === '' ? '' : `${folder}/`;
    const out = new Map<string, FolderEntry>();
    for (const path of Object.keys(this.texts)) {
      if (!path.startsWith(prefix)) continue;
      const [name, ...rest] = path.slice(prefix.length).split('/');
      out.set(name!, { name: name!, kind: rest.length > 0 ? 'folder' : 'file' });
    }
    return [...out.values()];
  }
}

export type TemplateFinding = SettledFinding<UnitAnalysis>;

export interface Bed {
  readonly files: FileSystem;
  readonly analyses: readonly UnitAnalysis[];
  readonly findings: readonly TemplateFinding[];
  readonly finder: FixFinder;
}

const languages = new TemplateLanguages(loadAsset);

export function configurationOf(json: unknown = {}): Configuration {
  return readConfiguration('.portcullis.json', { text: JSON.stringify(json) });
}

/** Scans all files of a folder as the command line does. */
export async function scanned(
  files: FileSystem,
  paths: readonly string[],
  configuration: Configuration = configurationOf(),
): Promise<Bed> {
  const ports = [...managementPorts, ...configuration.ports];
  const { analyses } = await new Scanner(languages, files).scan({ paths, ports });
  const findings = settleFindings(analyses, { configuration, files });
  const { trustedSources } = configuration;
  return { files, analyses, findings, finder: new FixFinder({ analyses, files, ports, trustedSources }) };
}

export function bedOf(texts: { readonly [path: string]: string }, configuration?: Configuration): Promise<Bed> {
  return scanned(new MemoryFiles(texts), Object.keys(texts), configuration);
}

/** The texts after some edits. */
export function applied({ files }: Bed, edits: Fix['edits']): { readonly [path: string]: string } {
  const texts = editedTexts(files, edits);
  assert.ok(texts, 'edits apply');
  return Object.fromEntries(texts);
}

interface Row {
  readonly port: number;
  readonly reach: string;
  readonly atLeast: string;
  readonly sources: string;
}

/** Ports around the management ports and far from them: no fix is about these. */
const otherPorts = [0, 21, 23, 80, 443, 445, 3388, 3390, 5984, 5987, 8080, 65535];

function rowsOf(analyses: readonly UnitAnalysis[]): Map<string, Row[]> {
  const out = new Map<string, Row[]>();
  for (const { unit, parameterFile, groups } of analyses) {
    groups.forEach(({ group, verdicts }, index) => {
      const key = `${unit} ${parameterFile ?? ''} ${index} ${group.declaration.address}`;
      out.set(
        key,
        verdicts.map(({ port, reach, atLeast, sources }) => ({ port, reach, atLeast, sources: sources.join() })),
      );
    });
  }
  return out;
}

function otherRowsOf(analyses: readonly UnitAnalysis[]): Map<string, readonly string[]> {
  const out = new Map<string, readonly string[]>();
  for (const { unit, parameterFile, groups } of analyses) {
    groups.forEach(({ group }, index) => {
      const verdicts = (['Tcp', 'Udp'] as const).flatMap(protocol =>
        evaluateGroup(group, { ports: otherPorts, protocol }),
      );
      const texts = verdicts.map(
        one => `${one.protocol} ${one.port} ${one.reach} ${one.atLeast} ${one.sources.join()}`,
      );
      out.set(`${unit} ${parameterFile ?? ''} ${index} ${group.declaration.address}`, texts);
    });
  }
  return out;
}

/**
 * Applies a fix and judges the result anew, independently of how it was proved: the finding's port is closed in its
 * group, no port of any group is wider than before, and a port that the fix's title does not name is as it was.
 */
export function checkFix(
  bed: Bed,
  finding: TemplateFinding,
  fix: Fix,
  ports: readonly number[] = managementPorts,
): void {
  const overlay = new OverlayFiles(bed.files, new Map(Object.entries(applied(bed, fix.edits))));
  const after = bed.analyses.map(analysis => analyseUnit(analysis, overlay, ports));
  const mine = new Set(finding.foundIn.map(one => `${one.unit} ${one.parameterFile ?? ''}`));
  const was = rowsOf(bed.analyses);
  const is = rowsOf(after);
  const others = { was: otherRowsOf(bed.analyses), now: otherRowsOf(after) };
  const order = ['none', 'restricted', 'wide', 'internet'];
  const about = `${fix.title}: ${finding.message}`;
  for (const [key, rows] of was) {
    const now = is.get(key);
    // Only a rule whose group is elsewhere can go with all that was read of its group.
    if (!now) {
      assert.match(fix.title, /^Remove/, about);
      continue;
    }
    assert.deepEqual(others.now.get(key), others.was.get(key), `${about}: ${key} other ports`);
    rows.forEach((row, i) => {
      const next = now[i]!;
      assert.ok(order.indexOf(next.reach) <= order.indexOf(row.reach), `${about}: ${key} ${row.port} is wider`);
      assert.ok(order.indexOf(next.atLeast) <= order.indexOf(row.atLeast), `${about}: ${key} ${row.port} is wider`);
      const isMine = key.endsWith(` ${finding.address}`) && mine.has(key.split(' ').slice(0, 2).join(' '));
      if (!isMine || row.port !== finding.port || row.reach === 'none') return;
      const asks = /without default|default of/.test(fix.title);
      assert.ok(
        ['none', 'restricted'].includes(asks ? next.atLeast : next.reach),
        `${about}: ${key} ${row.port} is open`,
      );
    });
  }
  const left = after.flatMap(one => one.findings).filter(one => one.id === 'invalid-rule').length;
  const before = bed.analyses.flatMap(one => one.findings).filter(one => one.id === 'invalid-rule').length;
  assert.ok(left <= before, `${about}: Azure would reject the result`);
}
