import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { Scanner } from '../../../../src/findings/scan.ts';
import { TemplateLanguages } from '../../../../src/templates/languages.ts';
import { loadAsset } from '../../../assets.ts';
import { filesOf, ports } from './terraform-files.ts';

interface Verdict {
  readonly port: number;
  readonly reach: string;
  readonly atLeast: string;
  readonly dependsOn: readonly string[];
}

/** ` 22=internet 3389=wide/none(variable x)`: ports that are closed for certain are left out. */
function openPorts(verdicts: readonly Verdict[]): string {
  return verdicts
    .filter(verdict => verdict.reach !== 'none')
    .map(({ port, reach, atLeast, dependsOn }) => {
      const least = atLeast === reach ? '' : `/${atLeast}`;
      return ` ${port}=${reach}${least}${least && dependsOn.length > 0 ? `(${dependsOn.join(', ')})` : ''}`;
    })
    .join('');
}

interface Case {
  readonly name: string;
  readonly texts: Record<string, string>;
  readonly expected: string[];
}

/**
 * Cases in a text file: `#case name`, `#file path` before the text of each file, and `#expect` before one line for each
 * security group (by its address) and machine (`machine` and its name) with the ports that are open.
 */
function casesIn(url: URL): Case[] {
  const cases: Case[] = [];
  for (const part of readFileSync(url, 'utf8')
    .split(/^#case /m)
    .slice(1)) {
    const [head = '', ...files] = part.split(/^#(?=file |expect$)/m);
    const texts: Record<string, string> = {};
    const expected: string[] = [];
    for (const file of files) {
      const end = file.indexOf('\n');
      if (file.startsWith('expect'))
        expected.push(
          ...file
            .slice(end + 1)
            .split('\n')
            .filter(Boolean),
        );
      else texts[file.slice('file '.length, end)] = file.slice(end + 1);
    }
    cases.push({ name: head.trim(), texts, expected });
  }
  return cases;
}

describe('Terraform as people write it', () => {
  const folder = new URL('./cases/', import.meta.url);
  for (const file of readdirSync(folder).sort())
    describe(file.replace(/\.txt$/, ''), () => {
      for (const { name, texts, expected } of casesIn(new URL(file, folder)))
        it(name, async () => {
          const scanner = new Scanner(new TemplateLanguages(loadAsset), filesOf(texts));
          const { analyses } = await scanner.scan({ paths: Object.keys(texts), ports });
          const judged = analyses.flatMap(analysis => [
            ...analysis.groups.map(({ group, verdicts }) => group.declaration.address + openPorts(verdicts)),
            ...analysis.machines.map(({ machine, ports: verdicts }) => `machine ${machine.name}${openPorts(verdicts)}`),
          ]);
          assert.deepEqual(judged.sort(), expected.sort());
        });
    });
});
