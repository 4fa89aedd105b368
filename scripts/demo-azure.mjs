// The local Azure with its demo estate, in a process of its own, and what VS Code needs to use it.
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './dependencies.mjs';
import { start } from './processes.mjs';

/**
 * Starts it and waits until it answers. It ends when this process does.
 * @returns {Promise<{ settings: object, env: Record<string, string>, signIn: string }>} settings and environment
 *   variables for VS Code, and the folder of the extension that stands in for Microsoft accounts
 */
export async function startDemoAzure() {
  const folder = join(root, 'out/demo-azure');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const child = start(process.execPath, ['--import', 'tsx', join(root, 'test/azure-server/main.ts'), folder], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve, reject) => {
    child.stdout.once('data', resolve);
    child.once('exit', code => reject(new Error(`The local Azure ended with status ${code}.`)));
  });
  const { settings, env } = JSON.parse(readFileSync(join(folder, 'environment.json'), 'utf8'));
  return { settings, env, signIn: join(root, 'test/sign-in') };
}
