import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NodeFiles } from '../../src/cli/node-files.ts';
import { Scanner, type ScanResult } from '../../src/findings/scan.ts';
import { managementPorts } from '../../src/network/verdict.ts';
import { TokenBuffers, tokenize } from '../../src/templates/bicep/lexer.ts';
import { TemplateLanguages } from '../../src/templates/languages.ts';

/** Actions to be timed against one another. */
export interface BicepBench {
  readonly files: number;
  /** Scans every file as the command line does, with a reader that has read nothing yet. */
  readonly scan: () => Promise<ScanResult>;
  /**
   * Reads and splits into tokens what the scan judges: for each template that is judged by itself, its file and the
   * modules that it calls, each once. A module that ten templates call is judged in each of them, with other arguments.
   */
  readonly lexJudged: () => void;
  /** Reads and splits into tokens every file once, however many templates call it. */
  readonly lexOnce: () => void;
}

/** What is measured of Bicep, over all `.bicep` files of a folder. */
export async function bicepBench(folder: string): Promise<BicepBench> {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.bicep'))
    .map(file => file.replaceAll('\\', '/'))
    .sort();
  const scan = (): Promise<ScanResult> => {
    const languages = new TemplateLanguages(name => Promise.reject(new Error(`${name} is not needed for Bicep.`)));
    return new Scanner(languages, new NodeFiles(folder)).scan({ paths, ports: managementPorts });
  };
  const lex = (files: readonly string[]): void => {
    const buffers = new TokenBuffers();
    for (const file of files) tokenize(readFileSync(join(folder, file), 'utf8'), { buffers });
  };
  const known = new Set(paths);
  const { analyses } = await scan();
  const judged = analyses
    .filter(({ parameterFile }) => parameterFile === undefined)
    .flatMap(({ reading }) => reading.dependencies.filter(file => known.has(file)));
  return { files: paths.length, scan, lexJudged: () => lex(judged), lexOnce: () => lex(paths) };
}
