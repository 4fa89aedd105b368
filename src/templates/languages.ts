import { baseName } from './file-system.ts';
import type { TemplateFormat, TemplateLanguage } from './reading.ts';

/** What readers need besides text: files that ship with the product, by name. */
export type LoadAsset = (name: string) => Promise<Uint8Array>;

type LanguageId = 'arm' | 'bicep' | 'terraform';

/** A document of a known format with the language that reads it. */
export interface RecognisedTemplate {
  readonly language: TemplateLanguage;
  readonly format: TemplateFormat;
}

/**
 * The template languages, each loaded when its first document is met: neither the grammar of Terraform nor the Bicep
 * parser is in memory while somebody edits ARM templates.
 */
export class TemplateLanguages {
  readonly #loading = new Map<LanguageId, Promise<TemplateLanguage>>();

  constructor(private readonly loadAsset: LoadAsset) {}

  /** The language and format of a document, undefined when it is no template. `text` is looked at for JSON only. */
  async recognise(path: string, text: string): Promise<RecognisedTemplate | undefined> {
    for (const id of candidates(path, text)) {
      if (!loaders[id]) continue;
      const language = await this.#load(id);
      const format = language.formatOf(path, text);
      if (format) return { language, format };
    }
    return undefined;
  }

  #load(id: LanguageId): Promise<TemplateLanguage> {
    let loading = this.#loading.get(id);
    if (!loading) {
      loading = loaders[id]?.(this.loadAsset) ?? Promise.reject(new Error(`${id}: no reader`));
      this.#loading.set(id, loading);
      // A failed load (a file that could not be read) may succeed the next time.
      loading.catch(() => this.#loading.delete(id));
    }
    return loading;
  }
}

const loaders: { readonly [id in LanguageId]?: (loadAsset: LoadAsset) => Promise<TemplateLanguage> } = {
  arm: async () => (await import('./arm/language.ts')).armLanguage(),
  bicep: async () => (await import('./bicep/language.ts')).bicepLanguage(),
  terraform: async loadAsset => {
    const [{ terraformLanguage }, runtime, terraform] = await Promise.all([
      import('./terraform/language.ts'),
      loadAsset('web-tree-sitter.wasm'),
      loadAsset('tree-sitter-terraform.wasm'),
    ]);
    return terraformLanguage({ runtime, terraform });
  },
};

/** True for names that a template could have; the content of `.json` decides later. */
export function mayBeTemplate(path: string): boolean {
  return /\.(?:json|jsonc|bicep|bicepparam|tf|tfvars)$/i.test(path);
}

function candidates(path: string, text: string): readonly LanguageId[] {
  const name = baseName(path).toLowerCase();
  if (/\.bicep(?:param)?$/.test(name)) return ['bicep'];
  if (/\.(?:tf|tfvars)(?:\.json)?$/.test(name)) return ['terraform'];
  if (!/\.jsonc?$/.test(name)) return [];
  const plan = text.includes('"terraform_version"') || text.includes('"format_version"');
  return plan ? ['terraform', 'arm'] : ['arm'];
}
