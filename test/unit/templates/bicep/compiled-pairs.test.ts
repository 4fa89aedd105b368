import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { NodeFiles } from '../../../../src/cli/node-files.ts';
import { evaluateMachines } from '../../../../src/network/machine/evaluation.ts';
import { readResources } from '../../../../src/network/rest/read-resources.ts';
import { evaluateGroup } from '../../../../src/network/security-group.ts';
import { armLanguage } from '../../../../src/templates/arm/language.ts';
import type { TemplateReading } from '../../../../src/templates/reading.ts';
import { language } from './judging.ts';

const shared = resolve(import.meta.dirname, '../../../../../shared');

/** What each group and machine of a reading lets in, by name where it is known. Order and addresses do not matter. */
function verdictsOf(reading: TemplateReading): string[] {
  const model = readResources(reading.declarations);
  const groups = model.securityGroups.map(group => {
    const name = group.name.known ? group.name.value : '?';
    const when = group.existence.kind === 'depends' ? ` if ${group.existence.on.join(' and ')}` : '';
    const verdicts = evaluateGroup(group).map(({ port, reach, atLeast, sources, decidedBy, dependsOn }) =>
      [port, reach, atLeast, sources.join('+'), decidedBy.join('+'), dependsOn.join('+')].join(' '),
    );
    return `${name}${when}${group.partial ? ' (partial)' : ''}: ${verdicts.join(', ')}`;
  });
  const machines = evaluateMachines(model).map(({ machine, ports }) => {
    const verdicts = ports.map(({ port, reach, atLeast, paths }) =>
      [port, reach, atLeast, ...paths.map(path => `${path.frontend} ${path.decidedBy.join('+')}`)].join(' '),
    );
    return `${machine.name}: ${verdicts.join(', ')}`;
  });
  return [...groups, ...machines].sort();
}

/** Templates that the Bicep compiler made, each with its source beside it. */
function pairs(): (readonly [source: string, compiled: string])[] {
  const found: (readonly [string, string])[] = [];
  for (const folder of ['corpus', 'cases']) {
    for (const file of readdirSync(join(shared, folder), { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.json')) continue;
      const path = join(folder, file);
      if (!/"_generator"/.test(readFileSync(join(shared, path), 'utf8'))) continue;
      const names = [basename(file, '.json'), 'main', 'azuredeploy'].map(name => join(dirname(path), `${name}.bicep`));
      const source = names.find(name => existsSync(join(shared, name)));
      if (source) found.push([source.replaceAll('\\', '/'), path.replaceAll('\\', '/')]);
    }
  }
  return found;
}

const arm = armLanguage();

describe('Bicep and the template compiled from it', () => {
  it('give the same verdicts where they stand side by side', function () {
    if (!existsSync(shared)) this.skip();
    const found = pairs();
    if (found.length === 0) this.skip();
    const files = new NodeFiles(shared);
    for (const [source, compiled] of found) {
      assert.deepEqual(verdictsOf(language.read(source, files)), verdictsOf(arm.read(compiled, files)), source);
    }
  });

  const written = resolve(import.meta.dirname, 'pairs');
  for (const name of readdirSync(written)) {
    it(`give the same verdicts: ${name}`, () => {
      const files = new NodeFiles(join(written, name));
      const compiled = verdictsOf(arm.read('main.json', files));
      assert.ok(compiled.length > 0);
      const source = language.read('main.bicep', files);
      assert.deepEqual(
        source.problems.map(problem => problem.message),
        [],
      );
      assert.deepEqual(verdictsOf(source), compiled);
    });
  }
});
