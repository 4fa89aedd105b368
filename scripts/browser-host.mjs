// Runs VS Code in the browser: its server, and a page of headless Chromium that shows it.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findChromium } from './chromium.mjs';
import { end, start } from './processes.mjs';
import { browserHost } from './vscode-host.mjs';

/** Quiet and local: nothing that looks up, announces or asks. */
export const quietSettings = {
  'workbench.startupEditor': 'none',
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'workbench.enableExperiments': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.disableAIFeatures': true,
};

const testSettings = {
  'git.enabled': false,
  'window.confirmBeforeClose': 'never',
  'files.autoSave': 'off',
  'workbench.editor.useModal': 'off',
};

/** Long enough for a machine with a hundred things to do. */
const startSeconds = 120;

/**
 * Starts the server with a data folder of its own, and gives its port, its folder and how to stop it.
 * @param {{ env?: Record<string, string>, settings?: object, vsix?: readonly string[], forTests?: boolean,
 *   port?: number, dataFolder?: string }} [options]
 */
export async function startServer({ env = {}, settings = {}, vsix = [], forTests = true, port, dataFolder } = {}) {
  const host = await browserHost();
  const data = dataFolder ?? mkdtempSync(join(tmpdir(), 'portcullis-vscode-'));
  mkdirSync(join(data, 'User'), { recursive: true });
  mkdirSync(join(data, 'extensions'), { recursive: true });
  writeFileSync(join(data, 'none.yaml'), '');
  writeFileSync(
    join(data, 'User', 'settings.json'),
    JSON.stringify({ ...quietSettings, ...(forTests ? testSettings : {}), ...settings }, null, 2),
  );
  const serverEnv = { ...process.env };
  for (const name of Object.keys(serverEnv)) {
    if (name === 'PORT' || name === 'NODE_OPTIONS' || /^(VSCODE|ELECTRON|npm)_/.test(name)) delete serverEnv[name];
  }
  // Sockets stay in the data folder; without a gallery nothing is looked up.
  const gallery = '{"serviceUrl":""}';
  Object.assign(serverEnv, { TMPDIR: data, XDG_RUNTIME_DIR: data, EXTENSIONS_GALLERY: gallery }, env);
  const folders = ['--user-data-dir', data, '--extensions-dir', join(data, 'extensions')];
  for (const file of vsix) {
    await promisify(execFile)(host.node, [host.entry, ...folders, '--install-extension', file], { env: serverEnv });
  }

  const chosen = port ?? (await freePort());
  const log = join(data, 'server.log');
  const output = openSync(log, 'w');
  const server = start(
    host.node,
    [
      host.entry,
      ...['--auth', 'none', '--bind-addr', `127.0.0.1:${chosen}`, '--config', join(data, 'none.yaml'), ...folders],
      ...['--disable-telemetry', '--disable-update-check', '--disable-workspace-trust'],
      '--disable-getting-started-override',
    ],
    { env: serverEnv, stdio: ['ignore', output, output], detached: true },
  );
  const readLog = () => readFileSync(log, 'utf8');
  const stop = async () => {
    await end(server);
    if (!dataFolder) rmSync(data, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };
  const deadline = Date.now() + startSeconds * 1000;
  while (!(await answers(`http://127.0.0.1:${chosen}/healthz`))) {
    if (server.exitCode !== null || Date.now() > deadline) {
      const said = readLog();
      await stop();
      throw new Error(`VS Code's server did not start:\n${said}`);
    }
    await new Promise(resolve => setTimeout(resolve, 100));
  }
  return { port: chosen, data, stop, readLog, server };
}

/** A page of headless Chromium. */
export async function openPage({ width = 1400, height = 900, scale = 1 } = {}) {
  const { chromium } = await import('playwright-core');
  const browser = await chromium.launch({
    executablePath: await findChromium(),
    headless: true,
    args: [
      ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-dev-shm-usage'],
      ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
    ],
  });
  const context = await browser.newContext({ viewport: { width, height }, deviceScaleFactor: scale });
  return { browser, page: await context.newPage() };
}

/**
 * Opens the workbench on a folder or workspace file. An extension in development and its tests are named in the start
 * page's configuration before its own script reads it: a built VS Code ignores them in the address, and a start page
 * that is answered by a route loses its connection to the loopback address.
 * @param {import('playwright-core').Page} page
 * @param {number} port
 * @param {{ folder?: string, workspace?: string, extension?: string, tests?: string,
 *   trustedAuthentication?: readonly string[] }} what
 */
export async function openWorkbench(page, port, { folder, workspace, extension, tests, trustedAuthentication }) {
  const uri = path => ({ $mid: 1, scheme: 'vscode-remote', authority: `127.0.0.1:${port}`, path });
  const development = extension
    ? { extensions: [uri(extension)], ...(tests ? { extensionTestsPath: uri(tests) } : {}) }
    : undefined;
  await page.addInitScript(
    ({ developmentOptions, productConfiguration }) => {
      const original = Element.prototype.getAttribute;
      Element.prototype.getAttribute = function getAttribute(name) {
        const value = original.call(this, name);
        if (this.id !== 'vscode-workbench-web-configuration' || name !== 'data-settings' || !value) return value;
        const configuration = JSON.parse(value);
        if (developmentOptions) {
          configuration.developmentOptions = { ...configuration.developmentOptions, ...developmentOptions };
        }
        configuration.productConfiguration = { ...configuration.productConfiguration, ...productConfiguration };
        return JSON.stringify(configuration);
      };
    },
    {
      developmentOptions: development,
      productConfiguration: trustedAuthentication ? { trustedExtensionAuthAccess: trustedAuthentication } : {},
    },
  );
  await page.goto(addressOf(port, { folder, workspace }));
}

/** The address at which a server shows a folder. */
export function addressOf(port, { folder, workspace }) {
  const query = workspace ? `workspace=${encodeURIComponent(workspace)}` : `folder=${encodeURIComponent(folder ?? '')}`;
  return `http://127.0.0.1:${port}/?${query}`;
}

async function freePort() {
  const server = createServer();
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise(resolve => server.close(resolve));
  return port;
}

async function answers(url) {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}
