import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { register } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** What the activation of a built extension costs. */
export interface ActivationCost {
  readonly milliseconds: number;
  /** Of all modules that are loaded before `activate` returns. */
  readonly bytes: number;
  readonly modules: number;
}

/**
 * Loads a built extension with a stand-in for `vscode` that accepts every call, and times `activate`. What is loaded
 * later, by the first template, does not count.
 */
export async function activationCost(entry: string): Promise<ActivationCost> {
  const files = loadedWith(entry);
  const texts = files.map(file => readFileSync(file, 'utf8'));
  const folder = mkdtempSync(join(tmpdir(), 'portcullis-activation-'));
  try {
    const stub = join(folder, 'vscode.mjs');
    writeFileSync(stub, standIn(texts));
    register(`data:text/javascript,${encodeURIComponent(resolver(pathToFileURL(stub).href))}`);
    const extension = await import(pathToFileURL(entry).href);
    const context = {
      subscriptions: [],
      extensionUri: {},
      globalState: { get: () => undefined, update: async () => {} },
      secrets: {},
    };
    const began = performance.now();
    await extension.activate(context);
    const milliseconds = performance.now() - began;
    return {
      milliseconds,
      bytes: texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0),
      modules: files.length,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A module with everything that it imports statically. */
function loadedWith(entry: string): readonly string[] {
  const found = new Set<string>();
  const open = [resolve(entry)];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (found.has(file)) continue;
    found.add(file);
    const text = readFileSync(file, 'utf8');
    for (const [, path] of text.matchAll(/\b(?:import|from)\s*["'](\.{1,2}\/[^"']+)["']/g)) {
      if (path) open.push(resolve(dirname(file), path));
    }
  }
  return [...found];
}

/** A module with every name that some text imports from `vscode`: each can be called, made and asked for members. */
function standIn(texts: readonly string[]): string {
  const names = new Set<string>();
  for (const text of texts) {
    for (const [, list] of text.matchAll(/import\s*\{([^}]*)\}\s*from\s*["']vscode["']/g)) {
      for (const part of list?.split(',') ?? []) names.add(part.trim().split(/\s+as\s+/)[0] ?? '');
    }
  }
  const exported = [...names].filter(Boolean).map(name => `export const ${name} = anything;`);
  return `
const special = new Map([['then', undefined], ['textDocuments', []], ['workspaceFolders', []], ['length', 0]]);
const anything = new Proxy(class {}, {
  get: (target, name) => (name === 'prototype' ? target.prototype : typeof name === 'symbol' ? undefined
    : special.has(name) ? special.get(name) : anything),
  apply: () => anything,
  construct: () => anything,
});
${exported.join('\n')}
`;
}

function resolver(stub: string): string {
  return `export async function resolve(name, context, next) {
  return name === 'vscode' ? { url: ${JSON.stringify(stub)}, shortCircuit: true } : next(name, context);
}`;
}
