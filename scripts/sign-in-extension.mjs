// Packs the extension of test/sign-in, which stands in for Microsoft accounts in tests and in the demo.
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from './dependencies.mjs';

/**
 * @param {string} [file] where to write it
 * @returns {Promise<string>} the file's path
 */
export async function packageSignIn(file = join(root, 'out/test-sign-in.vsix')) {
  mkdirSync(dirname(file), { recursive: true });
  const { createVSIX } = await import('@vscode/vsce');
  await createVSIX({
    cwd: join(root, 'test/sign-in'),
    packagePath: file,
    dependencies: false,
    skipLicense: true,
    allowMissingRepository: true,
  });
  return file;
}
