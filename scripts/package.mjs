// Packs the extension as users get it.
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildProduct } from './build.mjs';
import { ensureDependencies, root } from './dependencies.mjs';

/**
 * Builds and packs the extension. Everything that runs is in the bundle, so no dependency is packed beside it.
 * @param {string} [file] where to write it; beside package.json under its name and version when not given
 * @returns {Promise<string>} the file's path
 */
export async function packageExtension(file) {
  await buildProduct();
  const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const packagePath = file ?? join(root, `${name}-${version}.vsix`);
  mkdirSync(dirname(packagePath), { recursive: true });
  const { createVSIX } = await import('@vscode/vsce');
  await createVSIX({ cwd: root, packagePath, dependencies: false });
  return packagePath;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await ensureDependencies();
  const file = await packageExtension();
  console.log(`${relative(process.cwd(), file)}: ${Math.ceil(statSync(file).size / 1024)} KB`);
}
