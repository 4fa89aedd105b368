import type { Value } from '../../network/value.ts';
import { followPath } from '../file-system.ts';
import type { Binding } from './evaluation.ts';
import type { FunctionContext } from './functions/definition.ts';
import type { ModuleInstance } from './module-instance.ts';
import { join } from './module-source.ts';
import { mapAlternatives } from './partial-value.ts';
import { unknownValue } from './terraform-value.ts';

/** The most files and folders that `fileset` goes through. */
const maximumEntries = 5000;

/** What the functions of a module's expressions may read: files below the working directory. */
export function moduleContext(module: ModuleInstance): FunctionContext {
  const { state } = module;
  // Terraform resolves a path from where it is run, which is the root module's folder.
  const locate = (path: string) => followPath(state.files, join(state.rootFolder, 'main.tf'), path);
  return {
    readFile(path) {
      const file = locate(path);
      const read = state.files.read(file);
      if ('text' in read) return { text: read.text, file };
      const beside = followPath(state.files, join(module.source.folder, 'main.tf'), path);
      const again = beside === file ? read : state.files.read(beside);
      return 'text' in again ? { text: again.text, file: beside } : { message: read.message };
    },
    listFiles(folder) {
      const paths: string[] = [];
      const root = locate(folder);
      const pending = [''];
      let left = maximumEntries;
      for (let below = pending.pop(); below !== undefined && left > 0; below = pending.pop())
        for (const entry of state.files.list(below === '' ? root : join(root, below))) {
          if (--left < 0) break;
          const path = join(below, entry.name);
          if (entry.kind === 'folder') pending.push(path);
          else paths.push(path);
        }
      return paths.sort();
    },
    nameOf: address => state.resources.get(address)?.value.get('name'),
    renderTemplate(text, file, variables, origin) {
      const marker = 'PORTCULLIS_END_OF_TEMPLATE';
      // A text before the last line break keeps a strip marker at the template's end from taking the line break, too.
      const stop = 'PORTCULLIS_STOP';
      const attribute = state.parser.parse(`v = <<${marker}\n${text}${stop}\n${marker}\n`).body.attributes[0];
      if (!attribute || text.includes(marker)) return unknownValue([`template ${file}`], origin);
      let bindings: Binding | undefined;
      if (variables.kind === 'object')
        for (const { name, value } of variables.properties()) bindings = { name, value, outer: bindings };
      const references = { resolve: () => undefined, functionContext: this };
      const result = state.evaluator.evaluate(attribute.value, { file, references, bindings });
      const own = (value: Value): Value =>
        value.kind === 'string' ? { ...value, value: value.value.slice(0, -stop.length - 1), origin } : value;
      return result.kind === 'unknown'
        ? (mapAlternatives([result], ([known]) => own(known as Value)) ?? { ...result, origin })
        : own(result);
    },
  };
}
