// Bundles the extension, its command line and, when asked, the tests that run inside the extension host.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureDependencies, root } from './dependencies.mjs';

/** Grammars and their runtime that are read as bytes at run time. */
const wasmFiles = [
  'web-tree-sitter/web-tree-sitter.wasm',
  '@tree-sitter-grammars/tree-sitter-hcl/tree-sitter-terraform.wasm',
];

/** CommonJS packages inside an ES module bundle ask for these. */
const nodeBanner =
  "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);";

const productEntries = {
  extension: 'src/extension.ts',
  ...(existsSync(join(root, 'src/cli/main.ts')) ? { cli: 'src/cli/main.ts' } : {}),
};

/** What an extension folder needs besides its bundle. */
const companions = ['package.json', 'media', 'schemas', 'docs/rules'];

/**
 * Builds the product into `dist/`, for packaging and for the command line.
 * @param {{ minify?: boolean }} [options]
 */
export async function buildProduct({ minify = true } = {}) {
  const out = join(root, 'dist');
  rmSync(out, { recursive: true, force: true });
  const results = [await bundleNode(out, productEntries, minify)];
  if (existsSync(join(root, 'src/extension-browser.ts'))) results.push(await bundleBrowser(out, minify));
  copyWasm(out);
  await writeNotices(out, results);
}

/**
 * Builds an extension folder of product and extension-host tests in one run, so that a test imports the very modules
 * that the extension runs. Gives the folder and the tests' entry.
 */
export async function buildForTests() {
  const folder = join(root, 'out/development-extension');
  rmSync(folder, { recursive: true, force: true });
  const tests = {};
  for (const name of readdirSync(join(root, 'test/host'))) {
    if (name.endsWith('.ts')) tests[`tests/${name.slice(0, -3)}`] = `test/host/${name}`;
  }
  await bundleNode(join(folder, 'dist'), { ...productEntries, ...tests }, false);
  copyWasm(join(folder, 'dist'));
  for (const name of companions) {
    if (existsSync(join(root, name))) cpSync(join(root, name), join(folder, name), { recursive: true });
  }
  return { folder, tests: join(folder, 'dist/tests/index.js') };
}

/** Builds the benchmark as the product is built, and gives its file. */
export async function buildBenchmark() {
  const out = join(root, 'out/bench');
  rmSync(out, { recursive: true, force: true });
  await bundleNode(out, { bench: 'test/bench/bench.ts' }, true);
  return join(out, 'bench.js');
}

/** Builds the product unless `dist/` is newer than everything it is made of. */
export async function buildWhenStale() {
  const built = join(root, 'dist/cli.js');
  const newest = Math.max(...['src', 'scripts/build.mjs', 'package-lock.json'].map(name => newestIn(join(root, name))));
  if (!existsSync(built) || statSync(built).mtimeMs < newest) await buildProduct();
}

async function bundleNode(outdir, entryPoints, minify) {
  const { build } = await import('esbuild');
  return build({
    absWorkingDir: root,
    entryPoints,
    outdir,
    bundle: true,
    format: 'esm',
    splitting: true,
    platform: 'node',
    target: 'node20',
    mainFields: ['module', 'main'],
    conditions: ['module'],
    chunkNames: 'chunks/[name]-[hash]',
    external: ['vscode', 'mocha'],
    alias: aliases(),
    // Libraries compare the names of classes; a minified name breaks them.
    keepNames: true,
    minify,
    sourcemap: minify ? false : 'linked',
    legalComments: 'none',
    metafile: true,
    banner: { js: nodeBanner },
    logLevel: 'warning',
  });
}

async function bundleBrowser(out, minify) {
  const { build } = await import('esbuild');
  // A web extension host takes CommonJS only, in one file.
  return build({
    absWorkingDir: root,
    entryPoints: { 'browser/extension': 'src/extension-browser.ts' },
    outdir: out,
    bundle: true,
    format: 'cjs',
    platform: 'browser',
    target: 'es2022',
    external: ['vscode'],
    keepNames: true,
    minify,
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
  });
}

/** Telemetry packages that others drag in are replaced by modules that do nothing, and what nothing of ours needs. */
function aliases() {
  const folder = join(root, 'scripts/without-telemetry');
  return Object.fromEntries([
    ['@vscode/extension-telemetry', join(folder, 'extension-telemetry.mjs')],
    ['vscode-tas-client', join(folder, 'tas-client.mjs')],
    ['tas-client', join(folder, 'tas-client.mjs')],
    ['html-to-text', join(folder, 'html-to-text.mjs')],
  ]);
}

function copyWasm(out) {
  for (const name of wasmFiles) {
    const file = join(root, 'node_modules', name);
    if (!existsSync(file)) continue;
    mkdirSync(out, { recursive: true });
    cpSync(file, join(out, name.slice(name.lastIndexOf('/') + 1)));
  }
}

/** Lists the licence of every package that went into the bundles, as their licences ask. */
async function writeNotices(out, results) {
  const packages = new Set(wasmFiles.map(name => packageOf(`node_modules/${name}`)));
  for (const result of results) {
    for (const input of Object.keys(result.metafile.inputs)) {
      const found = packageOf(input);
      if (found) packages.add(found);
    }
  }
  const parts = ['Portcullis contains the following packages under their own licences.\n'];
  for (const folder of [...packages].sort()) {
    if (!existsSync(join(root, folder, 'package.json'))) continue;
    const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
    const file = readdirSync(join(root, folder)).find(entry => /^(licen[cs]e|copying)\b/i.test(entry));
    const text = file ? readFileSync(join(root, folder, file), 'utf8').trim() : `Licence: ${license}`;
    parts.push(`${'='.repeat(80)}\n${name} ${version} (${license})\n${'-'.repeat(80)}\n${text}\n`);
  }
  writeFileSync(join(out, 'THIRD-PARTY-NOTICES.txt'), parts.join('\n'));
}

/** The package folder of a bundled file, `node_modules/a/node_modules/@b/c`; undefined for the project's own files. */
function packageOf(input) {
  const match = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input.replaceAll('\\', '/'));
  return match?.[1];
}

function newestIn(path) {
  if (!existsSync(path)) return 0;
  const { mtimeMs } = statSync(path);
  if (!statSync(path).isDirectory()) return mtimeMs;
  return Math.max(mtimeMs, ...readdirSync(path).map(name => newestIn(join(path, name))));
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await ensureDependencies();
  await buildProduct();
}
