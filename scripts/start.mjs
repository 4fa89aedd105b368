// `npm start`: sets up, builds, and opens the extension in a real VS Code on the examples.
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureDependencies, root } from './dependencies.mjs';
import { end, onInterrupt, start } from './processes.mjs';

await ensureDependencies();
const { buildProduct } = await import('./build.mjs');
const { browserHostSupported, cacheFolder, desktopHost } = await import('./vscode-host.mjs');

endWithParent();
console.log('Building the extension …');
await buildProduct({ minify: false });

// The examples are copied, so that trying a fix leaves the project's own files alone.
const folder = join(root, 'out/examples');
rmSync(folder, { recursive: true, force: true });
cpSync(join(root, 'examples'), folder, { recursive: true });

const desktop = await desktopHost();
if ('executable' in desktop && (process.platform !== 'linux' || hasDisplay())) await openDesktop(desktop);
else await openInBrowser('reason' in desktop ? desktop.reason : 'this machine has no display');

async function openDesktop({ executable, how }) {
  const data = join(cacheFolder, 'start-desktop');
  const code = start(
    executable,
    [
      folder,
      `--extensionDevelopmentPath=${root}`,
      `--user-data-dir=${data}`,
      ...['--new-window', '--disable-workspace-trust', '--skip-welcome', '--skip-release-notes', '--wait'],
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    ],
    { stdio: 'ignore' },
  );
  console.log(`Opened ${how} on a copy of examples/. Close it or press Ctrl+C to end.`);
  onInterrupt(() => end(code));
  await new Promise(resolve => code.on('exit', resolve));
  process.exit(0);
}

async function openInBrowser(reason) {
  if (!browserHostSupported) {
    throw new Error(`There is no VS Code to open: ${reason}. Install it and set VSCODE_EXECUTABLE to its executable.`);
  }
  const { packageExtension } = await import('./package.mjs');
  const { addressOf, startServer } = await import('./browser-host.mjs');
  const dataFolder = join(cacheFolder, 'start-browser');
  rmSync(join(dataFolder, 'extensions'), { recursive: true, force: true });
  mkdirSync(dataFolder, { recursive: true });
  const vsix = await packageExtension(join(root, 'out/portcullis.vsix'));
  const server = await startServer({ forTests: false, dataFolder, vsix: [vsix], port: chosenPort() });
  onInterrupt(() => server.stop());
  console.log(`Using VS Code in the browser (code-server from npm), because ${reason}.`);
  console.log(`Open ${addressOf(server.port, { folder })}`);
  console.log('It shows a copy of examples/. Press Ctrl+C to end.');
  await new Promise(resolve => server.server.on('exit', resolve));
  console.error(server.readLog().split('\n').slice(-20).join('\n'));
  process.exit(1);
}

/** npm's shell does not pass a signal on: when it is gone, so is whoever wanted this. */
function endWithParent() {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.kill(process.pid, 'SIGTERM');
  }, 1000).unref();
}

/** PORT when it is set, so that the address can be forwarded; else any free one. */
function chosenPort() {
  return process.env.PORT ? Number(process.env.PORT) : undefined;
}

function hasDisplay() {
  return Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
}
