import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseInventory } from '../azure/inventory-file.ts';
import type { CommandHost } from './command-host.ts';

/**
 * The resources of an inventory file, or of standard input for `-`.
 * @throws Error with a message for people when there is no such file or it holds no inventory.
 */
export async function readInventory(file: string, host: CommandHost): Promise<readonly unknown[]> {
  const text = file === '-' ? await host.stdin() : await readNamed(file, host.workingDirectory);
  return parseInventory(text, file === '-' ? 'standard input' : file).resources;
}

async function readNamed(file: string, workingDirectory: string): Promise<string> {
  try {
    return await readFile(resolve(workingDirectory, file), 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const reason =
      code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'is a folder' : `cannot be read (${code})`;
    throw new Error(`${file}: ${reason}`);
  }
}
