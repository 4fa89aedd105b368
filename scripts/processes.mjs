// Child processes of the project's scripts: run to the end, or started and surely ended again.
import { spawn } from 'node:child_process';

const running = new Set();

/**
 * Runs a command and gives its exit status. Output goes where this process's output goes.
 * @param {string} command @param {readonly string[]} args @param {import('node:child_process').SpawnOptions} [options]
 * @returns {Promise<number>}
 */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = start(command, args, { stdio: 'inherit', ...options });
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(code ?? (signal ? 130 : 1)));
  });
}

/** Like {@link run}, and throws when the status is not 0. */
export async function mustRun(command, args, options = {}) {
  const status = await run(command, args, options);
  if (status !== 0) throw new Error(`${[command, ...args].join(' ')} ended with status ${status}.`);
}

/** Starts a command that ends at the latest when this process does. */
export function start(command, args, options = {}) {
  const ownGroup = options.detached === true && process.platform !== 'win32';
  const child = spawn(command, args, options);
  const entry = { child, ownGroup };
  running.add(entry);
  child.on('exit', () => running.delete(entry));
  return child;
}

/** Ends a child and, when it leads a group of its own, everything that it started; gives up asking after a while. */
export async function end(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise(resolve => child.on('exit', resolve));
  signal(child, 'SIGTERM');
  const insist = setTimeout(() => signal(child, 'SIGKILL'), 4000);
  await gone;
  clearTimeout(insist);
}

function signal(child, name) {
  const ownGroup = [...running].some(entry => entry.child === child && entry.ownGroup);
  try {
    if (ownGroup) process.kill(-child.pid, name);
    else child.kill(name);
  } catch {
    // Already gone.
  }
}

let interrupted = () => undefined;

/** What to do, before everything is ended, when a person presses Ctrl+C or the system asks this process to go. */
export function onInterrupt(action) {
  interrupted = action;
}

function endAll() {
  for (const { child } of running) signal(child, 'SIGTERM');
}

process.on('exit', endAll);
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(name, async () => {
    try {
      await interrupted();
    } finally {
      process.exit(130);
    }
  });
}
