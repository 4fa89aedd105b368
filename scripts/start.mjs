// `npm start`: sets up, builds, and opens the extension in a real VS Code on the examples, with the demo estate of the
// local Azure. `npm start -- --real-azure` leaves Microsoft accounts and Azure as they are.
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

const demo = process.argv.includes('--real-azure')
  ? undefined
  : await (await import('./demo-azure.mjs')).startDemoAzure();
const desktop = await desktopHost();
if ('executable' in desktop && (process.platform !== 'linux' || hasDisplay())) await openDesktop(desktop);
else await openInBrowser('reason' in desktop ? desktop.reason : 'this machine has no display');

async function openDesktop({ executable, how }) {
  const data = join(cacheFolder, 'start-desktop');
  keepSettings(join(data, 'User'), demo?.settings ?? {});
  const demoArguments = demo
    ? [`--extensionDevelopmentPath=${demo.signIn}`, '--disable-extension=vscode.microsoft-authentication']
    : [];
  const code = start(
    executable,
    [
      folder,
      `--extensionDevelopmentPath=${root}`,
      ...demoArguments,
      `--user-data-dir=${data}`,
      ...['--new-window', '--disable-workspace-trust', '--skip-welcome', '--skip-release-notes', '--wait'],
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    ],
    { stdio: 'ignore', env: { ...process.env, ...demo?.env } },
  );
  console.log(`Opened ${how} on a copy of examples/. Close it or press Ctrl+C to end.`);
  sayWhichAzure();
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
  const { packageSignIn } = await import('./sign-in-extension.mjs');
  const packed = demo ? [vsix, await packageSignIn()] : [vsix];
  const { settings = {}, env = {} } = demo ?? {};
  const server = await startServer({ forTests: false, dataFolder, vsix: packed, port: chosenPort(), settings, env });
  onInterrupt(() => server.stop());
  console.log(`Using VS Code in the browser (code-server from npm), because ${reason}.`);
  console.log(`Open ${addressOf(server.port, { folder })}`);
  console.log('It shows a copy of examples/. Press Ctrl+C to end.');
  sayWhichAzure();
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

function sayWhichAzure() {
  if (!demo) return;
  console.log(
    'Azure is a demo on this machine: sign in with one click, no account is needed. Use -- --real-azure for yours.',
  );
}

/** The cloud's settings are taken over into the settings that somebody may have changed since. */
function keepSettings(folder, settings) {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'settings.json');
  let before = {};
  try {
    if (existsSync(file)) before = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    console.log(`${file} has comments or mistakes: the demo's settings are not written into it.`);
    return;
  }
  const names = ['environment', 'customEnvironment'].map(name => `microsoft-sovereign-cloud.${name}`);
  for (const name of names) delete before[name];
  writeFileSync(file, JSON.stringify({ ...before, ...settings }, null, 2));
}

/** PORT when it is set, so that the address can be forwarded; else any free one. */
function chosenPort() {
  return process.env.PORT ? Number(process.env.PORT) : undefined;
}

function hasDisplay() {
  return Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
}
