import { isObject } from '../remediation/plan-json.ts';
import type { Inventory, ReadingProblem } from './inventory.ts';
import { inAzureShape, listedResources, withoutRepetitions } from './inventory-shapes.ts';

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

/**
 * Reads an inventory file, a bare array of resources, answers of Resource Graph or of list calls, one or several
 * documents of them in one text, or what the Azure command line writes.
 * @throws InventoryFileError
 */
export function parseInventory(text: string, name: string): InventoryFile {
  const documents = parseDocuments(text.replace(/^\uFEFF/, ''), name);
  const lists = documents.map(listedResources).filter(list => list !== undefined);
  if (lists.length === 0) {
    throw new InventoryFileError(
      `${name} has no list of resources: expected an array, {"resources": […]} or a Resource Graph answer {"data": […]}.`,
    );
  }
  const resources = withoutRepetitions(lists.flat().map(inAzureShape));
  const object = documents.length === 1 && isObject(documents[0]) ? documents[0] : {};
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

/**
 * The JSON documents of a text: one, or several one after the other, as `az … list` calls and NDJSON have them.
 */
function parseDocuments(text: string, name: string): unknown[] {
  try {
    return [JSON.parse(text)];
  } catch {
    const documents: unknown[] = [];
    try {
      for (const part of topLevelParts(text)) documents.push(JSON.parse(part));
    } catch {
      documents.length = 0;
    }
    if (documents.length > 0) return documents;
    // The parser's own message quotes the text, which may hold secrets.
    throw new InventoryFileError(
      `${name} is not JSON: an inventory is JSON with a list of resources, as az graph query -o json or Save Inventory writes it.`,
    );
  }
}

/** Texts of objects and arrays that stand one after the other, with blanks or commas between them. */
function* topLevelParts(text: string): Generator<string> {
  let depth = 0;
  let start = -1;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (quoted) {
      if (code === backslash) i++;
      else if (code === quote) quoted = false;
    } else if (code === quote) quoted = true;
    else if (code === openBrace || code === openBracket) {
      if (depth++ === 0) start = i;
    } else if (code === closeBrace || code === closeBracket) {
      if (--depth === 0) yield text.slice(start, i + 1);
      if (depth < 0) throw new SyntaxError('a bracket too many');
    } else if (depth === 0 && code > space && code !== comma && code !== byteOrderMark) {
      throw new SyntaxError('text between documents');
    }
  }
  if (depth > 0 || quoted) throw new SyntaxError('an unfinished document');
}

const [quote, backslash, openBrace, closeBrace, openBracket, closeBracket, comma, space, byteOrderMark] = [
  0x22, 0x5c, 0x7b, 0x7d, 0x5b, 0x5d, 0x2c, 0x20, 0xfeff,
];

/**
 * The text of a file: UTF-8, or UTF-16 as Windows PowerShell writes what a command prints.
 * @throws InventoryFileError when it is longer than a text can be.
 */
export function decodeInventory(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder(encodingOf(bytes)).decode(bytes);
  } catch {
    throw new InventoryFileError(`${name} is too large to be read at once; save the inventory of fewer subscriptions.`);
  }
}

function encodingOf(bytes: Uint8Array): string {
  const [a, b] = bytes;
  if (bytes.length < 2) return 'utf-8';
  if ((a === 0xff && b === 0xfe) || (a !== 0 && b === 0)) return 'utf-16le';
  return (a === 0xfe && b === 0xff) || (a === 0 && b !== 0) ? 'utf-16be' : 'utf-8';
}

function isProblem(value: unknown): value is ReadingProblem {
  const { kind, what, message, tenantId } = (value ?? {}) as Record<string, unknown>;
  return (
    (kind === 'failed' || kind === 'truncated') && [what, message, tenantId].every(text => typeof text === 'string')
  );
}
