import { parse } from 'jsonc-parser';
import { type FileRead, folderOf } from '../file-system.ts';

/** A module in a registry or a template spec: https://learn.microsoft.com/azure/azure-resource-manager/bicep/modules */
export interface RemoteModule {
  readonly kind: 'br' | 'ts';
  /** `mcr.microsoft.com/bicep/avm/res/…`; of a template spec subscription, group and name. */
  readonly path: string;
  readonly version: string;
}

/** `br:registry/module:tag`, `br/alias:module:tag`, and the same for template specs. */
export function isRemote(path: string): boolean {
  return /^(?:br|ts)(?:\/[^:]*)?:/.test(path);
}

const publicRegistry = 'mcr.microsoft.com/bicep';

/** Where a module reference leads; undefined when its alias is not known. */
export function remoteModule(
  written: string,
  from: string,
  read: (path: string) => FileRead,
): RemoteModule | undefined {
  const match = /^(br|ts)(?:\/([^:]*))?:(.+?)(?::([^:/]+)|@(sha256:[0-9a-f]+))$/.exec(written);
  if (!match) return undefined;
  const [, kind, alias, path, tag, digest] = match;
  const version = tag ?? digest ?? '';
  const base = alias === undefined ? '' : prefixOf(kind as 'br' | 'ts', alias, from, read);
  if (base === undefined || !path) return undefined;
  return { kind: kind as 'br' | 'ts', path: base === '' ? path : `${base}/${path}`, version };
}

/** What an alias stands for: by the nearest `bicepconfig.json`, else `public` is Microsoft's own registry. */
function prefixOf(
  kind: 'br' | 'ts',
  alias: string,
  from: string,
  read: (path: string) => FileRead,
): string | undefined {
  const configured = configuredAlias(kind, alias, from, read);
  if (configured) {
    const { registry, modulePath, subscription, resourceGroup } = configured;
    const parts = kind === 'br' ? [registry, modulePath] : [subscription, resourceGroup];
    return parts.filter(part => typeof part === 'string' && part !== '').join('/');
  }
  return kind === 'br' && alias === 'public' ? publicRegistry : undefined;
}

type AliasEntry = { readonly [name: string]: unknown };

function configuredAlias(
  kind: 'br' | 'ts',
  alias: string,
  from: string,
  read: (path: string) => FileRead,
): AliasEntry | undefined {
  let folder = folderOf(from);
  for (;;) {
    const file = read(folder === '' ? 'bicepconfig.json' : `${folder}/bicepconfig.json`);
    // The nearest configuration counts alone: they are not merged.
    if ('text' in file) return entryOf(entryOf(entryOf(parse(file.text), 'moduleAliases'), kind), alias);
    if (folder === '' || folder.startsWith('..')) return undefined;
    folder = folderOf(folder);
  }
}

function entryOf(value: unknown, name: string): AliasEntry | undefined {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  const entry = (value as AliasEntry)[name];
  return typeof entry === 'object' && entry !== null ? (entry as AliasEntry) : undefined;
}

/**
 * The module's compiled template below the Bicep tools' module cache, `~/.bicep` unless configured:
 * `br/mcr.microsoft.com/bicep$avm$res$network$load-balancer/0.4.0$/main.json`.
 */
export function cachedPath(module: RemoteModule): string {
  const [host = '', ...path] = module.path.split('/');
  if (module.kind === 'ts') return ['ts', host, ...path, module.version, 'main.json'].join('/').toLowerCase();
  return `br/${host}/${path.join('$')}/${module.version.replace(':', '#')}$/main.json`;
}
