import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** Where the files that ship with the product come from before it is built. */
const sources: Readonly<Record<string, string>> = {
  'web-tree-sitter.wasm': 'web-tree-sitter/web-tree-sitter.wasm',
  'tree-sitter-terraform.wasm': '@tree-sitter-grammars/tree-sitter-hcl/tree-sitter-terraform.wasm',
};

/** The product's assets for tests that run from the sources. */
export async function loadAsset(name: string): Promise<Uint8Array> {
  const source = sources[name];
  if (!source) throw new Error(`${name}: no such asset`);
  return readFile(require.resolve(source));
}
