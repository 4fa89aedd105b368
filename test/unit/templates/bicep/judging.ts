import { readResources } from '../../../../src/network/rest/read-resources.ts';
import { evaluateGroup } from '../../../../src/network/security-group.ts';
import { bicepLanguage } from '../../../../src/templates/bicep/language.ts';
import type { FileRead, FileSystem, FolderEntry } from '../../../../src/templates/file-system.ts';
import type { TemplateReading } from '../../../../src/templates/reading.ts';

/** Files in memory. */
export class TextFiles implements FileSystem {
  readonly asked: string[] = [];

  constructor(private readonly texts: ReadonlyMap<string, string>) {}

  /** Texts under `~/` stand for the module cache. */
  readModuleCache(path: string): FileRead {
    const text = this.texts.get(`~/${path}`);
    return text === undefined ? { reason: 'missing', message: path } : { text };
  }

  read(path: string): FileRead {
    this.asked.push(path);
    const text = this.texts.get(path);
    if (text !== undefined) return { text };
    return path.startsWith('..')
      ? { reason: 'outside', message: `${path}: is outside the working directory` }
      : { reason: 'missing', message: `${path}: there is no such file` };
  }

  list(folder: string): readonly FolderEntry[] {
    const start = folder === '' ? '' : `${folder}/`;
    return [...this.texts.keys()]
      .filter(path => path.startsWith(start) && !path.slice(start.length).includes('/'))
      .map(path => ({ name: path.slice(start.length), kind: 'file' }));
  }
}

export function filesOf(texts: Readonly<Record<string, string>>): TextFiles {
  return new TextFiles(new Map(Object.entries(texts)));
}

export const language = bicepLanguage();

export function readText(text: string, others: Readonly<Record<string, string>> = {}): TemplateReading {
  return language.read('main.bicep', filesOf({ 'main.bicep': text, ...others }));
}

/** Each group's address with what is open in it: `nsg: 22 internet`, `nsg: 22 internet..none (parameter x)`. */
export function verdictsOf(reading: TemplateReading): string[] {
  return readResources(reading.declarations).securityGroups.map(group => {
    const open = evaluateGroup(group).filter(verdict => verdict.reach !== 'none');
    const words = open.map(({ port, reach, atLeast, dependsOn }) =>
      reach === atLeast ? `${port} ${reach}` : `${port} ${reach}..${atLeast} (${dependsOn.join(', ')})`,
    );
    const when = group.existence.kind === 'depends' ? ` if ${group.existence.on.join(', ')}` : '';
    return `${group.declaration.address}${when}: ${words.join(', ') || 'closed'}`;
  });
}

/** A security group whose rules are given as text. */
export function groupText(name: string, rules: string): string {
  return `resource ${name} 'Microsoft.Network/networkSecurityGroups@2024-05-01' = {
  name: '${name}'
  properties: {
    securityRules: ${rules}
  }
}
`;
}

/** One rule's object; every property may be replaced. */
export function ruleText(changes: Readonly<Record<string, string>> = {}): string {
  const properties = {
    priority: '100',
    direction: "'Inbound'",
    access: "'Allow'",
    protocol: "'Tcp'",
    sourceAddressPrefix: "'*'",
    sourcePortRange: "'*'",
    destinationAddressPrefix: "'*'",
    destinationPortRange: "'22'",
    ...changes,
  };
  const { name = "'rule'", ...others } = properties as Record<string, string>;
  const lines = Object.entries(others).map(([key, value]) => `    ${key}: ${value}\n`);
  return `{\n  name: ${name}\n  properties: {\n${lines.join('')}  }\n}`;
}
