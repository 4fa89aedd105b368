import type { Inventory, ReadingProblem } from './inventory.ts';

/** What an inventory file says beside its resources; all of it optional in files that others wrote. */
export interface InventoryFile extends Pick<Inventory, 'resources'> {
  readonly problems: readonly ReadingProblem[];
  /** When it was read, ISO 8601. */
  readonly readAt?: string;
  /** Names of the subscriptions by id. */
  readonly subscriptions: ReadonlyMap<string, string>;
}

/** The text of an inventory file: the contract's `{"resources": […]}` with what the reading could not say. */
export function writeInventory(
  inventory: Pick<Inventory, 'resources' | 'problems'>,
  subscriptions: ReadonlyMap<string, string>,
  readAt: Date,
): string {
  const file = {
    version: 1,
    readAt: readAt.toISOString(),
    subscriptions: Object.fromEntries(subscriptions),
    problems: inventory.problems,
    resources: inventory.resources,
  };
  return `${JSON.stringify(file, undefined, 1)}\n`;
}

/** Thrown for a text that is no inventory; the message says why and what would be one. */
export class InventoryFileError extends Error {}

/** Reads an inventory file, a bare array of resources, or an answer of Resource Graph or of a list call. */
export function parseInventory(text: string, name: string): InventoryFile {
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    // The parser's own message quotes the text, which may hold secrets.
    throw new InventoryFileError(`${name} is not JSON: an inventory is JSON with a list of resources.`);
  }
  const object = (typeof json === 'object' && json !== null ? json : {}) as Record<string, unknown>;
  const list = Array.isArray(json) ? json : [object.resources, object.data, object.value].find(Array.isArray);
  if (!Array.isArray(list)) {
    throw new InventoryFileError(
      `${name} has no list of resources: expected an array, {"resources": […]} or a Resource Graph answer {"data": […]}.`,
    );
  }
  const resources = list.filter(item => typeof item === 'object' && item !== null && !Array.isArray(item));
  const problems = (Array.isArray(object.problems) ? object.problems : []).filter(isProblem);
  const names = typeof object.subscriptions === 'object' && object.subscriptions !== null ? object.subscriptions : {};
  return {
    resources,
    problems,
    ...(typeof object.readAt === 'string' ? { readAt: object.readAt } : {}),
    subscriptions: new Map(
      Object.entries(names).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    ),
  };
}

function isProblem(value: unknown): value is ReadingProblem {
  const { kind, what, message, tenantId } = (value ?? {}) as Record<string, unknown>;
  return (
    (kind === 'failed' || kind === 'truncated') && [what, message, tenantId].every(text => typeof text === 'string')
  );
}
