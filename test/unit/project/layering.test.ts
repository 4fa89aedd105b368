import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join, relative, resolve } from 'node:path';

const source = resolve(import.meta.dirname, '../../../src');
const surfaces = ['editor', 'explorer', 'panels', 'commands'];
const hosted = [...surfaces, 'extension', 'extension-browser'];

/** What each part of the source may import besides itself. A surface may import every part that is no other surface. */
const allowed = new Map<string, readonly string[]>([
  ['network', []],
  ['templates', ['network']],
  ['findings', ['network', 'templates']],
  ['remediation', ['network', 'templates', 'findings', 'azure']],
  ['azure', ['network', 'templates', 'findings', 'remediation']],
  ['cli', ['network', 'templates', 'findings', 'remediation', 'azure']],
]);

/** Parts that run in Node, in a browser and in tests alike. */
function isCore(path: string): boolean {
  return /^(network|templates|findings)\//.test(path) || /^remediation\/plan/.test(path);
}

function partOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.indexOf('/')) : path.replace(/\.ts$/, '');
}

/** Every module that a text imports: static, type-only, re-exported, dynamic and in type positions. */
function importsOf(text: string): readonly string[] {
  const withoutComments = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
  const patterns = [
    /\b(?:import|export)\s+(?:type\s+)?(?:[\w*\s{},$]+?\s+from\s+)?['"]([^'"\n]+)['"]/g,
    /\bimport\s*\(\s*['"]([^'"\n]+)['"]/g,
    /\brequire\s*\(\s*['"]([^'"\n]+)['"]/g,
  ];
  return patterns.flatMap(pattern => [...withoutComments.matchAll(pattern)].map(match => match[1] as string));
}

/** Why an import breaks the layering; undefined when it does not. */
function objection(path: string, imported: string): string | undefined {
  const part = partOf(path);
  if (imported.startsWith('.')) {
    const target = relative(source, resolve(source, path, '..', imported)).replaceAll('\\', '/');
    if (target.startsWith('..')) return target === '../package.json' ? undefined : 'leaves src';
    if (!/\.(ts|json)$/.test(imported)) return 'has no .ts extension';
    const to = partOf(target);
    if (to === part || hosted.includes(part)) return undefined;
    if (/^remediation\/plan/.test(path) && to === 'azure') return 'a plan knows no Azure client';
    return allowed.get(part)?.includes(to) ? undefined : `${part}/ may not import ${to}/`;
  }
  if (imported === 'vscode') return hosted.includes(part) ? undefined : `${part}/ may not import vscode`;
  const isNode = imported.startsWith('node:') || builtinModules.includes(imported);
  if (isNode && isCore(path)) return `${part}/ runs in a browser too`;
  if (isNode && !imported.startsWith('node:')) return 'a Node module is imported with node:';
  if (imported.startsWith('@azure/') && part !== 'azure') return 'only azure/ imports the Azure SDK';
  return undefined;
}

function* sourceFiles(folder: string): Iterable<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* sourceFiles(path);
    else if (entry.name.endsWith('.ts')) yield relative(source, path).replaceAll('\\', '/');
  }
}

describe('the layering of the source', () => {
  it('holds for every import of every file', () => {
    const broken = [...sourceFiles(source)].flatMap(path =>
      importsOf(readFileSync(join(source, path), 'utf8')).flatMap(imported => {
        const why = objection(path, imported);
        return why ? [`${path} imports ${imported}: ${why}`] : [];
      }),
    );
    assert.deepEqual(broken, []);
  });

  it('knows every part of the source', () => {
    const parts = new Set([...sourceFiles(source)].map(partOf));
    const unknown = [...parts].filter(part => !allowed.has(part) && !hosted.includes(part));
    assert.deepEqual(unknown, []);
  });

  const cases: readonly (readonly [path: string, text: string, breaks: boolean])[] = [
    ['network/a.ts', "import { b } from './b.ts';", false],
    ['network/a.ts', "import type { F } from '../findings/finding.ts';", true],
    ['network/a.ts', "const x = await import('../templates/reading.ts');", true],
    ['network/a.ts', "let x: import('vscode').Uri;", true],
    ['findings/rules/a.ts', "import { Reach } from '../../network/model.ts';", false],
    ['findings/a.ts', "import {\n  readFileSync,\n} from 'node:fs';", true],
    ['findings/a.ts', "import { join } from 'path';", true],
    ['templates/a.ts', "export * from '../cli/text.ts';", true],
    ['templates/a.ts', "import '../editor/a.ts';", true],
    ['templates/a.ts', "import { b } from './b';", true],
    ['remediation/plan.ts', "import { x } from '../azure/client.ts';", true],
    ['remediation/apply.ts', "import { x } from '../azure/client.ts';", false],
    ['editor/a.ts', "import { window } from 'vscode';", false],
    ['editor/a.ts', "import { NetworkManagementClient } from '@azure/arm-network';", true],
    ['azure/a.ts', "const { X } = await import('@azure/arm-network');", false],
    ['cli/a.ts', "import type { Uri } from 'vscode';", true],
    ['cli/a.ts', "import { x } from '../editor/a.ts';", true],
    ['cli/a.ts', "// import { x } from '../editor/a.ts';", false],
  ];
  for (const [path, text, breaks] of cases) {
    it(`${breaks ? 'refuses' : 'admits'} in ${path}: ${text.replace(/\s+/g, ' ')}`, () => {
      const imports = importsOf(text);
      const objections = imports.map(imported => objection(path, imported)).filter(Boolean);
      assert.equal(objections.length > 0, breaks, objections.join());
      if (breaks) assert.ok(imports.length > 0);
    });
  }
});
