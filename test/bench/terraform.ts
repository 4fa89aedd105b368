import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Language, Parser } from 'web-tree-sitter';
import { NodeFiles } from '../../src/cli/node-files.ts';
import { Scanner } from '../../src/findings/scan.ts';
import { managementPorts } from '../../src/network/verdict.ts';
import { TemplateLanguages } from '../../src/templates/languages.ts';
import { terraformLanguage } from '../../src/templates/terraform/language.ts';

/** Two actions to be timed against one another. */
export interface TerraformBench {
  readonly files: number;
  /** Scans every file as the command line does, with a reader that has read nothing yet. */
  readonly scan: () => Promise<void>;
  /** tree-sitter's own parse of the same files. */
  readonly parse: () => Promise<void>;
}

/** What is measured of Terraform, over all `.tf` files of a folder. `packages` is where the grammar is installed. */
export async function terraformBench(folder: string, packages: string): Promise<TerraformBench> {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.tf'))
    .map(file => file.replaceAll('\\', '/'))
    .sort();
  const bytes = {
    runtime: readFileSync(join(packages, 'web-tree-sitter/web-tree-sitter.wasm')),
    terraform: readFileSync(join(packages, '@tree-sitter-grammars/tree-sitter-hcl/tree-sitter-terraform.wasm')),
  };
  await terraformLanguage(bytes);
  const parser = new Parser();
  parser.setLanguage(await Language.load(bytes.terraform));
  return {
    files: paths.length,
    scan: async () => {
      const languages = new TemplateLanguages(async name =>
        name === 'web-tree-sitter.wasm' ? bytes.runtime : bytes.terraform,
      );
      await new Scanner(languages, new NodeFiles(folder)).scan({ paths, ports: managementPorts });
    },
    parse: async () => {
      await terraformLanguage(bytes);
      for (const file of paths) parser.parse(readFileSync(join(folder, file), 'utf8'))?.delete();
    },
  };
}
