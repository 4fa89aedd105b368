import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { UnitAnalysis } from '../../../src/findings/analysis.ts';
import { Scanner } from '../../../src/findings/scan.ts';
import { evaluateGroup } from '../../../src/network/security-group.ts';
import { baseName, type FileSystem } from '../../../src/templates/file-system.ts';
import { TemplateLanguages } from '../../../src/templates/languages.ts';
import { loadAsset } from '../../assets.ts';

const folder = new URL('../../../../shared/cases/', import.meta.url);

interface Expectation {
  readonly id: string;
  readonly file: string;
  readonly format: string;
  readonly resource: string;
  readonly azureVerdict: 'exposed' | 'safe' | 'unknown';
  readonly ports: readonly (number | string)[];
  readonly protocol: string;
  readonly exposedMgmtTcp?: readonly number[];
  readonly why?: string;
  readonly ourVerdict: string;
}

/** Ports for which `exposedMgmtTcp` is complete. */
const reviewedPorts = [22, 23, 135, 139, 445, 2375, 2376, 3389, 5500, 5900, 5985, 5986];

/** Only the case's own file: the fixtures of one folder are not one Terraform module. */
function only(path: string, text: string): FileSystem {
  return {
    read: asked => (asked === path ? { text } : { reason: 'missing', message: `${asked}: there is no such file` }),
    list: asked => (asked === '' ? [{ name: path, kind: 'file' }] : []),
  };
}

async function analysesOf(file: string, ports: readonly number[]): Promise<readonly UnitAnalysis[]> {
  const path = baseName(file);
  const text = readFileSync(new URL(file, folder), 'utf8');
  const scanner = new Scanner(new TemplateLanguages(loadAsset), only(path, text));
  return (await scanner.scan({ paths: [path], ports })).analyses;
}

/** The verdicts of the groups that an expectation speaks of: by address or name of the group or of one of its rules. */
function exposedPorts(analyses: readonly UnitAnalysis[], resource: string): Set<number> | undefined {
  const wanted = resource.toLowerCase();
  const exposed = new Set<number>();
  let found = false;
  const [, groupName, ruleName] = /^(?:[^/]*\.)?([^/.]+)\/([^/]+)$/.exec(wanted) ?? [];
  for (const { groups } of analyses)
    for (const { group, verdicts } of groups) {
      // "group/rule" and a rule's own address: what the rule does alone.
      const rule = group.rules.find(
        one =>
          one.declaration.address.toLowerCase() === wanted ||
          (one.name.known &&
            one.name.value.toLowerCase() === ruleName &&
            group.declaration.address.toLowerCase().endsWith(`.${groupName}`)),
      );
      if (rule && (ruleName !== undefined || rule.declaration !== group.declaration)) {
        found = true;
        for (const verdict of evaluateGroup({ ...group, rules: [rule] }, { ports: verdicts.map(one => one.port) }))
          if (verdict.reach === 'internet' || verdict.reach === 'wide') exposed.add(verdict.port);
        continue;
      }
      const names = [group, ...group.rules].flatMap(part => [
        part.declaration.address,
        part.name.known ? part.name.value : '',
        group.name.known && part.name.known ? `${group.name.value}/${part.name.value}` : '',
      ]);
      if (!names.some(name => name.toLowerCase() === wanted || wanted.endsWith(`/${name.toLowerCase()}`))) continue;
      found = true;
      for (const verdict of verdicts)
        if (verdict.reach === 'internet' || verdict.reach === 'wide') exposed.add(verdict.port);
    }
  return found ? exposed : undefined;
}

describe("other checkers' expectations of templates", () => {
  if (!existsSync(folder)) {
    it('(the folder of cases is not here)', function () {
      this.skip();
    });
    return;
  }
  const all: readonly Expectation[] = JSON.parse(readFileSync(new URL('index.json', folder), 'utf8'));
  for (const expectation of all.filter(({ format }) => format !== 'live'))
    it(`${expectation.id}: ${expectation.resource} in ${dirname(expectation.file)} is ${expectation.azureVerdict}`, async () => {
      const own = expectation.ports.filter(port => typeof port === 'number');
      const ports = [...new Set([...reviewedPorts, ...own])];
      const analyses = await analysesOf(expectation.file, ports);
      const exposed = exposedPorts(analyses, expectation.resource);
      assert.ok(exposed, `nothing was read that is called ${expectation.resource}`);
      if (
        expectation.exposedMgmtTcp &&
        expectation.azureVerdict !== 'unknown' &&
        expectation.ourVerdict !== 'debatable'
      )
        assert.deepEqual(
          reviewedPorts.filter(port => exposed.has(port)),
          expectation.exposedMgmtTcp.filter(port => reviewedPorts.includes(port)),
          expectation.why ?? '',
        );
      if (expectation.protocol === 'tcp' && own.length > 0) {
        const any = own.some(port => exposed.has(port));
        if (expectation.azureVerdict === 'exposed') assert.equal(any, true, expectation.why ?? '');
        if (expectation.azureVerdict === 'safe') assert.equal(any, false, expectation.why ?? '');
      }
    });
});
