#!/usr/bin/env node
import { readFile } from 'node:fs/promises';
import { runCommand } from './run.ts';

/** The command line as a process. The bundle stands in `dist/`, beside the assets and below the manifest. */
async function main(): Promise<void> {
  const manifest = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  process.exitCode = await runCommand(process.argv.slice(2), {
    workingDirectory: process.cwd(),
    version: manifest.version,
    stdout: writeAll,
    stderr: text => process.stderr.write(text),
    stdin: readAll,
    loadAsset: name => readFile(new URL(name, import.meta.url)),
  });
}

/** Complete or not at all: a reader that closes the pipe early ends the program quietly. */
function writeAll(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, error => {
      if (!error || (error as NodeJS.ErrnoException).code === 'EPIPE') resolve();
      else reject(error);
    });
  });
}

async function readAll(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  const { decodeInventory } = await import('../azure/inventory-file.ts');
  return decodeInventory(Buffer.concat(chunks), 'standard input');
}

process.stdout.on('error', error => {
  if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
});

await main();
