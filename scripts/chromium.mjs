// Finds a Chromium to show VS Code in, or gets one.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './dependencies.mjs';
import { run } from './processes.mjs';

const installed = {
  linux: [
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
    '/opt/google/chrome/chrome',
    '/usr/bin/microsoft-edge',
  ],
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ],
  win32: ['ProgramFiles', 'ProgramFiles(x86)', 'LOCALAPPDATA'].flatMap(name =>
    ['Google/Chrome/Application/chrome.exe', 'Microsoft/Edge/Application/msedge.exe'].map(file =>
      join(process.env[name] ?? 'C:/', file),
    ),
  ),
};

/** The executable of a Chromium, Chrome or Edge: CHROMIUM's, an installed one, Debian's, else Playwright's. */
export async function findChromium() {
  const named = process.env.CHROMIUM;
  if (named) {
    if (!existsSync(named)) throw new Error(`CHROMIUM names ${named}, which does not exist.`);
    return named;
  }
  const found = (installed[process.platform] ?? []).find(file => existsSync(file));
  if (found) return found;

  if (process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    console.log('Installing Debian’s chromium …');
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const stdio = ['ignore', 'ignore', 'inherit'];
    const install = ['install', '-y', '-qq', '--no-install-recommends', 'chromium'];
    if ((await run('apt-get', install, { env, stdio })) !== 0) {
      await run('apt-get', ['update', '-qq'], { env, stdio });
      await run('apt-get', install, { env, stdio });
    }
    if (existsSync('/usr/bin/chromium')) return '/usr/bin/chromium';
  }

  const { chromium } = await import('playwright-core');
  if (!existsSync(chromium.executablePath())) {
    console.log('Downloading a Chromium by Playwright …');
    await run(process.execPath, [join(root, 'node_modules/playwright-core/cli.js'), 'install', 'chromium']);
  }
  if (existsSync(chromium.executablePath())) return chromium.executablePath();
  throw new Error(
    'No browser was found to show VS Code in: install Chromium, Chrome or Edge, or set CHROMIUM to its executable.',
  );
}
