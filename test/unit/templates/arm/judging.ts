import { readResources } from '../../../../src/network/rest/read-resources.ts';
import { evaluateGroup } from '../../../../src/network/security-group.ts';
import type { Json } from '../../../../src/network/value.ts';
import { armLanguage } from '../../../../src/templates/arm/language.ts';
import type { FileRead, FileSystem, FolderEntry } from '../../../../src/templates/file-system.ts';
import type { ReadOptions, TemplateReading } from '../../../../src/templates/reading.ts';

const arm = armLanguage();

/** Files in memory. */
export class TextFiles implements FileSystem {
  constructor(private readonly texts: Readonly<Record<string, string>>) {}

  read(path: string): FileRead {
    const text = this.texts[path];
    if (text !== undefined) return { text };
    return path.startsWith('..') || path.startsWith('/')
      ? { reason: 'outside', message: `${path} is outside the working directory: it is not read.` }
      : { reason: 'missing', message: `${path} is not there.` };
  }

  list(folder: string): readonly FolderEntry[] {
    const start = folder === '' ? '' : `${folder}/`;
    return Object.keys(this.texts)
      .filter(path => path.startsWith(start) && !path.slice(start.length).includes('/'))
      .map(path => ({ name: path.slice(start.length), kind: 'file' }));
  }
}

export type Members = { readonly [name: string]: Json };

export const schema = 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#';

export function template(members: Members): Members {
  return { $schema: schema, contentVersion: '1.0.0.0', ...members };
}

export function rule(changes: Members = {}, name: Json = 'ssh'): Members {
  return {
    name,
    properties: {
      priority: 100,
      direction: 'Inbound',
      access: 'Allow',
      protocol: 'Tcp',
      sourceAddressPrefix: '*',
      sourcePortRange: '*',
      destinationAddressPrefix: '*',
      destinationPortRange: '22',
      ...changes,
    },
  };
}

export function group(securityRules: Json, members: Members = {}): Members {
  return {
    type: 'Microsoft.Network/networkSecurityGroups',
    apiVersion: '2023-11-01',
    name: 'nsg',
    location: '[resourceGroup().location]',
    properties: { securityRules },
    ...members,
  };
}

/** Reads `main.json` among other files, which are given as text or as JSON. */
export function read(
  main: Members | string,
  others: Readonly<Record<string, Members | string>> = {},
  options: ReadOptions = {},
): TemplateReading {
  const texts: Record<string, string> = {};
  for (const [path, content] of Object.entries({ ...others, 'main.json': main })) {
    texts[path] = typeof content === 'string' ? content : JSON.stringify(content, null, 2);
  }
  return arm.read('main.json', new TextFiles(texts), options);
}

/** Each group's address with what is open in it: `resources[0]: 22 internet`. */
export function verdicts(reading: TemplateReading): string[] {
  return readResources(reading.declarations).securityGroups.map(each => {
    const open = evaluateGroup(each).filter(verdict => verdict.reach !== 'none');
    const words = open.map(({ port, reach, atLeast, dependsOn }) =>
      reach === atLeast ? `${port} ${reach}` : `${port} ${reach}..${atLeast} (${dependsOn.join(', ')})`,
    );
    const when = each.existence.kind === 'depends' ? ` if ${each.existence.on.join(', ')}` : '';
    return `${each.declaration.address}${when}: ${words.join(', ') || 'closed'}`;
  });
}
