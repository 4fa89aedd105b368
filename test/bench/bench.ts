import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { parse } from 'jsonc-parser';
import { NodeFiles } from '../../src/cli/node-files.ts';
import { type ScanFiles, Scanner } from '../../src/findings/scan.ts';
import { managementPorts } from '../../src/network/verdict.ts';
import type { FileRead } from '../../src/templates/file-system.ts';
import { TemplateLanguages } from '../../src/templates/languages.ts';
import { activationCost } from './activation.ts';
import { bicepBench } from './bicep.ts';
import { estateCost } from './estate.ts';
import { terraformBench } from './terraform.ts';

/** How often each side of a ratio is measured; the best of each counts, since noise only ever adds. */
const rounds = 7;
/** What takes little time is measured more often, until so many milliseconds are over: by then all of it is compiled. */
const leastTime = 4000;
const root = resolve(process.argv[2] ?? '.');

/** One file whose text changes by a blank at a time, as when somebody types in an empty line. */
class TypedFiles implements ScanFiles {
  #blanks = 0;

  constructor(
    private readonly file: string,
    private readonly text: string,
  ) {}

  type(): void {
    this.#blanks++;
  }

  read(path: string): FileRead {
    if (path !== this.file) return { reason: 'missing', message: `${path}: there is no such file` };
    return { text: `${this.text}\n${' '.repeat(this.#blanks)}` };
  }

  list(): [] {
    return [];
  }
}

const { folder, files, made } = armTemplates();
console.log(`${files.length} ARM templates ${made ? 'made for this run' : `of ${relative(root, folder)}`}`);
let failed = false;
try {
  const texts = await textsOfScan();
  const [scan, read] = await measured(
    () => scanOnce(folder, files),
    async () => {
      for (const file of texts) parse(readFileSync(join(folder, file), 'utf8'));
    },
  );
  report('scan of all, over reading and parsing them', scan / read, 2.5, `${ms(scan)} / ${ms(read)}`);
  await keystroke();
  await bicep();
  await terraform();
  const { milliseconds, bytes, modules } = await activationCost(join(root, 'dist/extension.js'));
  report(
    'KB loaded by activate()',
    bytes / 1024,
    100,
    `${modules} modules, ${milliseconds.toFixed(1)} ms in activate()`,
  );
  await estate();
} finally {
  if (made) rmSync(folder, { recursive: true, force: true });
}
process.exitCode = failed ? 1 : 0;

/** All Bicep files of the corpus; without it there is nothing to measure. */
async function bicep(): Promise<void> {
  const corpus = join(root, '../shared/corpus');
  if (!existsSync(corpus)) return;
  const { files: count, scan, lexJudged, lexOnce } = await bicepBench(corpus);
  const [analysis, judged, once] = await measured(
    scan,
    async () => lexJudged(),
    async () => lexOnce(),
  );
  const detail = `${ms(analysis)} / ${ms(judged)}; ${(analysis / once).toFixed(2)} over those of each file once`;
  report(`scan of ${count} Bicep files, over reading and lexing what it judges`, analysis / judged, 4, detail);
}

async function terraform(): Promise<void> {
  const corpus = join(root, '../shared/corpus');
  if (!existsSync(corpus)) return;
  const { files: count, scan, parse: parseAlone } = await terraformBench(corpus, join(root, 'node_modules'));
  const [analysis, parsing] = await measured(scan, parseAlone);
  report(
    `scan of ${count} Terraform files, over tree-sitter's parse of them`,
    analysis / parsing,
    1.5,
    `${ms(analysis)} / ${ms(parsing)}`,
  );
}

/** The files whose text a scan of the templates asks for: parameter files beside them too. */
async function textsOfScan(): Promise<readonly string[]> {
  const found = new Set<string>();
  const onDisk = new NodeFiles(folder);
  const watched: ScanFiles = {
    read: path => {
      const read = onDisk.read(path);
      if ('text' in read) found.add(path);
      return read;
    },
    list: path => onDisk.list(path),
  };
  await new Scanner(new TemplateLanguages(noAssets), watched).scan({ paths: files, ports: managementPorts });
  return [...found];
}

/** One keystroke in the largest template, then everything that the editor does for it. */
async function keystroke(): Promise<void> {
  const texts = files.map(file => [file, readFileSync(join(folder, file), 'utf8')] as const);
  const [file, text] = texts.reduce((a, b) => (b[1].length > a[1].length ? b : a));
  const typed = new TypedFiles(file, text);
  const scanner = new Scanner(new TemplateLanguages(noAssets), typed);
  const [analysis, parsing] = await measured(
    async () => {
      typed.type();
      await scanner.scan({ paths: [file], ports: managementPorts });
    },
    async () => parse(text),
  );
  report('a keystroke in the largest, over parsing it', analysis / parsing, 3, `${ms(analysis)} / ${ms(parsing)}`);
}

/** An estate judged whole, as after reading it from Azure. */
async function estate(): Promise<void> {
  const { machines, parsing, judging, bytesPerMachine } = await estateCost(rounds);
  const detail = `${machines} machines, ${ms(judging)} / ${ms(parsing)}, peak ${(bytesPerMachine / 1024).toFixed(1)} KB a machine`;
  report('an estate judged, over parsing its resources', judging / parsing, 3, detail);
}

async function scanOnce(cwd: string, paths: readonly string[]): Promise<void> {
  const scanner = new Scanner(new TemplateLanguages(noAssets), new NodeFiles(cwd));
  await scanner.scan({ paths, ports: managementPorts });
}

type Action = () => Promise<unknown>;

/** The best time of each of the actions, measured in turn so that all meet the same machine. */
async function measured<T extends readonly Action[]>(...actions: T): Promise<{ readonly [index in keyof T]: number }> {
  const best = actions.map(() => Number.POSITIVE_INFINITY);
  const began = performance.now();
  for (let round = 0; round < rounds || performance.now() - began < leastTime; round++) {
    for (const [index, action] of actions.entries()) best[index] = Math.min(best[index]!, await timeOf(action));
  }
  return best as { [index in keyof T]: number };
}

async function timeOf(action: Action): Promise<number> {
  const began = performance.now();
  await action();
  return performance.now() - began;
}

function report(what: string, value: number, limit: number, detail: string): void {
  const holds = value <= limit;
  if (!holds) failed = true;
  console.log(`${holds ? 'ok  ' : 'OVER'} ${what}: ${value.toFixed(2)} (at most ${limit}; ${detail})`);
}

function ms(time: number): string {
  return `${time.toFixed(1)} ms`;
}

function noAssets(name: string): Promise<Uint8Array> {
  return Promise.reject(new Error(`${name} is not needed for ARM templates.`));
}

/** The corpus beside the checkout; where there is none, a set of templates made for the run. */
function armTemplates(): { folder: string; files: readonly string[]; made: boolean } {
  const corpus = join(root, '../shared/corpus');
  if (existsSync(corpus)) {
    const found = readdirSync(corpus, { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.json'));
    const templates = found.filter(file =>
      readFileSync(join(corpus, file), 'utf8').includes('deploymentTemplate.json'),
    );
    return { folder: corpus, files: templates.map(file => file.replaceAll('\\', '/')).sort(), made: false };
  }
  const folder = mkdtempSync(join(tmpdir(), 'portcullis-bench-'));
  const files = Array.from({ length: 200 }, (_, index) => `template${index}.json`);
  for (const [index, file] of files.entries()) writeFileSync(join(folder, file), madeTemplate(1 + (index % 40)));
  return { folder, files, made: true };
}

function madeTemplate(rules: number): string {
  const securityRules = Array.from({ length: rules }, (_, index) => ({
    name: `rule-${index}`,
    properties: {
      priority: 100 + index,
      direction: 'Inbound',
      access: index % 3 === 0 ? 'Deny' : 'Allow',
      protocol: 'Tcp',
      sourceAddressPrefix: index % 5 === 0 ? "[parameters('source')]" : `203.0.113.${index}/32`,
      sourcePortRange: '*',
      destinationAddressPrefix: '*',
      destinationPortRange: index % 2 === 0 ? '22' : `${3000 + index}-${4000 + index}`,
    },
  }));
  const template = {
    $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
    contentVersion: '1.0.0.0',
    parameters: { source: { type: 'string', defaultValue: '10.0.0.0/8' } },
    resources: [
      {
        type: 'Microsoft.Network/networkSecurityGroups',
        apiVersion: '2024-05-01',
        name: "[concat('nsg-', uniqueString(resourceGroup().id))]",
        location: '[resourceGroup().location]',
        properties: { securityRules },
      },
    ],
  };
  return JSON.stringify(template, null, 2);
}
