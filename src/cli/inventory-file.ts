import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { decodeInventory, parseInventory } from '../azure/inventory-file.ts';
import type { CommandHost } from './command-host.ts';

/**
 * The resources of an inventory file, or of standard input for `-`. What the file says was not read is told on standard
 * error.
 * @throws Error with a message for people when there is no such file or it holds no inventory.
 */
export async function readInventory(file: string, host: CommandHost): Promise<readonly unknown[]> {
  const name = file === '-' ? 'standard input' : file;
  const text = file === '-' ? await host.stdin() : decodeInventory(await bytesOf(file, host.workingDirectory), file);
  const { resources, problems } = parseInventory(text, name);
  for (const { message } of problems) host.stderr(`portcullis: ${name}: when it was saved: ${message}\n`);
  return resources;
}

async function bytesOf(file: string, workingDirectory: string): Promise<Uint8Array> {
  try {
    return await readFile(resolve(workingDirectory, file));
  } catch (error) {
    throw new Error(`${file}: ${reasonOf((error as NodeJS.ErrnoException).code)}`);
  }
}

function reasonOf(code: string | undefined): string {
  switch (code) {
    case 'ENOENT':
      return 'there is no such file';
    case 'EISDIR':
      return 'is a folder; name an inventory file';
    case 'ERR_FS_FILE_TOO_LARGE':
      return 'is too large to be read at once; save the inventory of fewer subscriptions';
    default:
      return `cannot be read (${code ?? 'the system gave no reason'})`;
  }
}
