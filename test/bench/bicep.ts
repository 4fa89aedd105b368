import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NodeFiles } from '../../src/cli/node-files.ts';
import { readResources } from '../../src/network/rest/read-resources.ts';
import { evaluateGroup } from '../../src/network/security-group.ts';
import { bicepLanguage } from '../../src/templates/bicep/language.ts';
import { TokenBuffers, tokenize } from '../../src/templates/bicep/lexer.ts';

/** Two actions to be timed against one another. */
export interface BicepBench {
  readonly files: number;
  /** Judges the security groups of every Bicep file of the folder, with the modules that it calls. */
  readonly analyse: () => void;
  /** Reads and splits into tokens the same files, as often as a reading asks for them. */
  readonly lex: () => void;
}

/** What is measured of Bicep, over all `.bicep` files of a folder. */
export function bicepBench(folder: string): BicepBench {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.bicep'))
    .map(file => file.replaceAll('\\', '/'))
    .sort();
  const asked = files.map(file => bicepFilesOf(folder, file));
  return {
    files: files.length,
    analyse: () => {
      const language = bicepLanguage();
      const reader = new NodeFiles(folder);
      for (const unit of files) {
        const { declarations } = language.read(unit, reader);
        for (const group of readResources(declarations).securityGroups) evaluateGroup(group);
      }
    },
    lex: () => {
      const buffers = new TokenBuffers();
      for (const paths of asked)
        for (const path of paths) tokenize(readFileSync(join(folder, path), 'utf8'), { buffers });
    },
  };
}

function bicepFilesOf(folder: string, file: string): readonly string[] {
  const files = new NodeFiles(folder);
  const { dependencies } = bicepLanguage().read(file, files);
  return dependencies.filter(path => path.endsWith('.bicep') && 'text' in files.read(path));
}
