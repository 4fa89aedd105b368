import { resolvePath } from '../templates/file-system.ts';

/** Texts that name another template: Bicep modules, `using`, linked ARM templates, local Terraform modules. */
const references: readonly (readonly [files: RegExp, reference: RegExp])[] = [
  [/\.bicep(?:param)?$/i, /'([^'\n$]{1,400}\.(?:bicep|json))'/g],
  [/\.jsonc?$/i, /"((?:\.{0,2}\/)?[^"\n:[\]]{1,400}\.json)"/g],
  [/\.tf(?:\.json)?$/i, /\bsource"?\s*[=:]\s*"(\.{1,2}\/[^"\n$]{0,400})"/g],
];

/** A file is not searched further than this: whoever calls hundreds of modules does so in the beginning. */
const searched = 1_000_000;

/**
 * Who may call whom among the templates of one root, by the names in their texts: enough to find the callers of a
 * module, which its reader then judges exactly.
 */
export class TemplateReferences {
  readonly #targets = new Map<string, ReadonlySet<string>>();

  /** Takes a file's text into account instead of what it was. */
  update(path: string, text: string): void {
    const targets = new Set<string>();
    const head = text.length > searched ? text.slice(0, searched) : text;
    for (const [files, reference] of references) {
      if (!files.test(path)) continue;
      for (const [, name] of head.matchAll(reference)) if (name) targets.add(resolvePath(path, name).toLowerCase());
    }
    if (targets.size > 0) this.#targets.set(path, targets);
    else this.#targets.delete(path);
  }

  remove(path: string): void {
    this.#targets.delete(path);
  }

  /** The files that lead to a file, directly and through others, itself not among them. */
  callersOf(path: string): readonly string[] {
    const found = new Set<string>([path]);
    const open = [path];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const names = namesOf(next);
      for (const [caller, targets] of this.#targets) {
        if (found.has(caller) || !names.some(name => targets.has(name))) continue;
        found.add(caller);
        open.push(caller);
      }
    }
    found.delete(path);
    return [...found];
  }
}

/** What a call of a file says: its path; of a Terraform file its folder. */
function namesOf(path: string): readonly string[] {
  const lower = path.toLowerCase();
  if (!/\.(?:tf|tf\.json|tfvars)$/.test(lower)) return [lower];
  const slash = lower.lastIndexOf('/');
  return [slash < 0 ? '' : lower.slice(0, slash)];
}
