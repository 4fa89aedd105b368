import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Language, Parser } from 'web-tree-sitter';
import { NodeFiles } from '../../src/cli/node-files.ts';
import { analyseUnit } from '../../src/findings/analysis.ts';
import { managementPorts } from '../../src/network/verdict.ts';
import { terraformLanguage } from '../../src/templates/terraform/language.ts';

/** Two actions to be timed against one another. */
export interface TerraformBench {
  readonly files: number;
  /** Reads and judges every folder, with a reader that has read nothing yet. */
  readonly analyse: () => Promise<void>;
  /** tree-sitter's own parse of the same files. */
  readonly parse: () => Promise<void>;
}

/** What is measured of Terraform, over all `.tf` files of a folder. `packages` is where the grammar is installed. */
export async function terraformBench(folder: string, packages: string): Promise<TerraformBench> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.tf'))
    .map(file => file.replaceAll('\\', '/'))
    .sort();
  const units = [...new Set(files.map(file => dirname(file)))].map(unit => (unit === '.' ? '' : unit));
  const bytes = {
    runtime: readFileSync(join(packages, 'web-tree-sitter/web-tree-sitter.wasm')),
    terraform: readFileSync(join(packages, '@tree-sitter-grammars/tree-sitter-hcl/tree-sitter-terraform.wasm')),
  };
  await terraformLanguage(bytes);
  const parser = new Parser();
  parser.setLanguage(await Language.load(bytes.terraform));
  return {
    files: files.length,
    analyse: async () => {
      const language = await terraformLanguage(bytes);
      const reader = new NodeFiles(folder);
      for (const unit of units) analyseUnit({ unit, format: 'terraform', language }, reader, managementPorts);
    },
    parse: async () => {
      await terraformLanguage(bytes);
      for (const file of files) parser.parse(readFileSync(join(folder, file), 'utf8'))?.delete();
    },
  };
}
