import { findNodeAtLocation, type Node, type ParseError, parseTree } from 'jsonc-parser';
import { parseAddresses } from '../network/address-prefix.ts';
import type { TextPlace } from '../network/origin.ts';
import type { FileRead } from '../templates/file-system.ts';
import type { Level } from './finding.ts';
import { matchesGlob } from './glob.ts';
import { quoted } from './message-text.ts';

/** The workspace's configuration file; its JSON schema is `schemas/portcullis.schema.json`. */
export const configurationFile = '.portcullis.json';

/** What a finding's level is set to; `off` leaves the finding out. */
export type Severity = Level | 'off';

/** Findings that a configuration file accepts. */
export interface ConfiguredSuppression {
  readonly id: string;
  /** A pattern for the path of the file that the finding is in. */
  readonly file?: string;
  readonly securityGroup?: string;
  readonly securityRule?: string;
  /** Undefined when none was given: then it does not suppress, and says so. */
  readonly reason?: string;
  /** Where it stands in the configuration file. */
  readonly place: TextPlace;
}

/** Something in the configuration file that cannot be used. */
export interface ConfigurationProblem {
  readonly message: string;
  readonly place: TextPlace;
}

export interface Configuration {
  /** Ports judged besides SSH, RDP and WinRM. */
  readonly ports: readonly number[];
  readonly severity: ReadonlyMap<string, Severity>;
  readonly suppressions: readonly ConfiguredSuppression[];
  /** Addresses and CIDR blocks that may administer machines: what fixes tighten a source to. */
  readonly trustedSources: readonly string[];
  /** Parameter files by the path of the template that they are judged with. */
  readonly parameterFiles: ReadonlyMap<string, readonly string[]>;
  readonly problems: readonly ConfigurationProblem[];
  /** Whether a file is left out of scans. */
  excludes(path: string): boolean;
}

const longest = 1_000_000;
const severities: readonly string[] = ['error', 'warning', 'note', 'off'];

/** Reads a configuration file. What cannot be used is told in `problems`, the rest counts; a missing file is empty. */
export function readConfiguration(path: string, read: FileRead): Configuration {
  return new ConfigurationReader(path, read).configuration();
}

class ConfigurationReader {
  readonly #problems: ConfigurationProblem[] = [];
  readonly #root: Node | undefined;

  constructor(
    private readonly path: string,
    read: FileRead,
  ) {
    this.#root = this.#parse(read);
  }

  configuration(): Configuration {
    const exclude = this.#texts('exclude').map(item => item.text);
    const configuration = {
      ports: this.#ports(),
      severity: this.#severity(),
      suppressions: this.#suppressions(),
      trustedSources: this.#trustedSources(),
      parameterFiles: this.#parameterFiles(),
      problems: this.#problems,
      excludes: (path: string) => exclude.some(pattern => matchesGlob(pattern, path)),
    };
    for (const { name, node } of this.#properties(this.#root)) {
      if (!known.has(name)) this.#problem(node, `${quoted(name)} is no setting of this file`);
    }
    return configuration;
  }

  #parse(read: FileRead): Node | undefined {
    if (!('text' in read)) {
      if (read.reason !== 'missing' && read.reason !== 'not-loaded') this.#problemAt(0, 0, read.message);
      return undefined;
    }
    if (read.text.length > longest) {
      this.#problemAt(0, 0, `${this.path}: is larger than a configuration file can be`);
      return undefined;
    }
    const text = read.text.charCodeAt(0) === 0xfeff ? ` ${read.text.slice(1)}` : read.text;
    const errors: ParseError[] = [];
    const root = parseTree(text, errors, { allowTrailingComma: true });
    const first = errors[0];
    if (first) this.#problemAt(first.offset, first.length, `${this.path}: is not valid JSON from here on`);
    if (root && root.type !== 'object') {
      this.#problem(root, 'the file must hold one object');
      return undefined;
    }
    return root;
  }

  #ports(): readonly number[] {
    const out: number[] = [];
    for (const item of this.#items('ports')) {
      const port = item.value;
      if (Number.isInteger(port) && port >= 1 && port <= 65535) out.push(port);
      else this.#problem(item, 'a port is a number from 1 to 65535');
    }
    return [...new Set(out)];
  }

  #severity(): ReadonlyMap<string, Severity> {
    const out = new Map<string, Severity>();
    for (const { name, node } of this.#properties(this.#member('severity'))) {
      if (severities.includes(node.value)) out.set(name, node.value);
      else this.#problem(node, `the severity of ${quoted(name)} must be one of ${severities.join(', ')}`);
    }
    return out;
  }

  #suppressions(): readonly ConfiguredSuppression[] {
    const out: ConfiguredSuppression[] = [];
    for (const item of this.#items('suppressions')) {
      const text = (name: string): string | undefined => {
        const node = findNodeAtLocation(item, [name]);
        if (node && typeof node.value !== 'string') this.#problem(node, `${name} must be a text`);
        return typeof node?.value === 'string' ? node.value : undefined;
      };
      const id = text('id');
      const [file, securityGroup, securityRule] = [text('file'), text('securityGroup'), text('securityRule')];
      const reason = text('reason')?.trim();
      if (id === undefined) {
        this.#problem(item, 'a suppression needs the id of a finding');
        continue;
      }
      out.push({
        id,
        ...(file === undefined ? {} : { file }),
        ...(securityGroup === undefined ? {} : { securityGroup }),
        ...(securityRule === undefined ? {} : { securityRule }),
        ...(reason ? { reason } : {}),
        place: this.#place(item.offset, item.length),
      });
    }
    return out;
  }

  #trustedSources(): readonly string[] {
    const out: string[] = [];
    for (const { text, node } of this.#texts('trustedSources')) {
      if (parseAddresses(text)) out.push(text);
      else this.#problem(node, `${quoted(text)} is neither an address nor a CIDR block`);
    }
    return out;
  }

  #parameterFiles(): ReadonlyMap<string, readonly string[]> {
    const out = new Map<string, readonly string[]>();
    for (const { name, node } of this.#properties(this.#member('parameterFiles'))) {
      const files = node.type === 'array' ? (node.children ?? []) : [node];
      const paths: string[] = [];
      for (const file of files) {
        if (typeof file.value === 'string') paths.push(file.value);
        else this.#problem(file, 'a parameter file is named by its path');
      }
      out.set(name, paths);
    }
    return out;
  }

  #member(name: string): Node | undefined {
    return this.#root && findNodeAtLocation(this.#root, [name]);
  }

  #items(name: string): readonly Node[] {
    const node = this.#member(name);
    if (!node) return [];
    if (node.type === 'array') return node.children ?? [];
    this.#problem(node, `${name} must be a list`);
    return [];
  }

  #texts(name: string): readonly { readonly text: string; readonly node: Node }[] {
    return this.#items(name).flatMap(node => {
      if (typeof node.value === 'string') return { text: node.value, node };
      this.#problem(node, `${name} must hold texts`);
      return [];
    });
  }

  #properties(node: Node | undefined): readonly { readonly name: string; readonly node: Node }[] {
    if (node && node.type !== 'object') this.#problem(node, 'this must be an object');
    return (node?.type === 'object' ? (node.children ?? []) : []).flatMap(property => {
      const [key, value] = property.children ?? [];
      return key && value ? { name: String(key.value), node: value } : [];
    });
  }

  #problem(node: Node, what: string): void {
    this.#problemAt(node.offset, node.length, `${this.path}: ${what}`);
  }

  #problemAt(offset: number, length: number, message: string): void {
    this.#problems.push({ message, place: this.#place(offset, length) });
  }

  #place(offset: number, length: number): TextPlace {
    return { kind: 'text', file: this.path, range: { start: offset, end: offset + length } };
  }
}

const known = new Set(['$schema', 'ports', 'severity', 'suppressions', 'trustedSources', 'parameterFiles', 'exclude']);
