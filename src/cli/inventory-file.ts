import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { inventoryResources } from '../network/rest/live-resources.ts';
import type { CommandHost } from './run.ts';

/**
 * The resources of an inventory file, or of standard input for `-`.
 * @throws Error with a message for people when there is no such file or it holds no inventory.
 */
export async function readInventory(file: string, host: CommandHost): Promise<readonly unknown[]> {
  const text = file === '-' ? await host.stdin() : await readNamed(file, host.workingDirectory);
  const name = file === '-' ? 'standard input' : file;
  let json: unknown;
  try {
    json = JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
  } catch {
    throw new Error(`${name}: is not JSON; save an inventory or a Resource Graph answer as JSON and name that file`);
  }
  const resources = inventoryResources(json);
  if (!resources)
    throw new Error(
      `${name}: holds no resources; expected {"resources": [...]}, {"data": [...]} or a list of resources`,
    );
  return resources;
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
