// Brings node_modules to what the lock file says. Needs nothing but Node and npm.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mustRun } from './processes.mjs';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** The npm that belongs to the Node in use: its JavaScript file, so that no shell is needed on any system. */
export function npmCli() {
  const near = dirname(process.execPath);
  const found = [
    process.env.npm_execpath,
    join(near, '../lib/node_modules/npm/bin/npm-cli.js'),
    join(near, 'node_modules/npm/bin/npm-cli.js'),
  ].find(file => file?.endsWith('npm-cli.js') && existsSync(file));
  if (!found) throw new Error('npm was not found beside Node: start this through npm, for example with "npm test".');
  return found;
}

/** Installs the packages of the lock file when they are missing or of another lock file. */
export async function ensureDependencies() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new Error(`Node ${process.versions.node} is too old for this project: install Node 20.19 or newer.`);
  }
  const stamp = join(root, 'node_modules', '.portcullis-lock');
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  // Not to standard output, which belongs to whatever comes after: a report, for example.
  console.error('Installing the packages of package-lock.json …');
  // No package of the project needs its install script: what they would build is not used here.
  await mustRun(process.execPath, [npmCli(), 'ci', '--ignore-scripts', '--prefer-offline', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', process.stderr, 'inherit'],
  });
  writeFileSync(stamp, wanted);
}
