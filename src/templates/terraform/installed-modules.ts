import { type FileSystem, followPath } from '../file-system.ts';
import { join } from './module-source.ts';

/**
 * The folder that `terraform init` put a module of a registry or repository into: what `.terraform/modules/modules.json`
 * says. Undefined when it was not installed.
 */
export function installedModule(
  files: FileSystem,
  rootFolder: string,
  callerPrefix: string,
  name: string,
): string | undefined {
  const manifest = join(rootFolder, '.terraform/modules/modules.json');
  const read = files.read(manifest);
  if (!('text' in read)) return undefined;
  let content: unknown;
  try {
    content = JSON.parse(read.text);
  } catch {
    return undefined;
  }
  // `module.a["x"].module.b.` is called `a.b` there.
  const path = callerPrefix.replace(/\[[^\]]*\]/g, '').replaceAll('module.', '');
  const modules = (content as { Modules?: unknown } | null)?.Modules;
  if (!Array.isArray(modules)) return undefined;
  for (const entry of modules as { Key?: unknown; Dir?: unknown }[])
    if (entry?.Key === path + name && typeof entry.Dir === 'string')
      return followPath(files, join(rootFolder, 'main.tf'), entry.Dir);
  return undefined;
}
