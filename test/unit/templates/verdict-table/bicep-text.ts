import {
  apiVersion,
  bySymbol,
  Choice,
  type Estate,
  Field,
  Id,
  Item,
  isExpression,
  Joined,
  Lists,
  Loop,
  Output,
  Parameter,
  type Resource,
  type Term,
  type Texts,
  Variable,
} from './estate.ts';

/** An estate as a Bicep file, with its modules and its parameter file. */
export function bicepTexts(estate: Estate): Texts {
  const texts: Record<string, string> = {};
  writeFile(estate, 'main', texts);
  if (estate.given) {
    const writer = new Writer(estate);
    const lines = Object.entries(estate.given).map(([name, value]) => `param ${name} = ${writer.term(value)}\n`);
    texts['main.bicepparam'] = `using 'main.bicep'\n\n${lines.join('')}`;
  }
  return texts;
}

function writeFile(estate: Estate, file: string, texts: Record<string, string>): void {
  const writer = new Writer(estate);
  const out: string[] = [];
  for (const [name, { type, default: fallback }] of Object.entries(estate.parameters ?? {}))
    out.push(`param ${name} ${type}${fallback === undefined ? '' : ` = ${writer.term(fallback)}`}`);
  for (const [name, value] of Object.entries(estate.variables ?? {})) out.push(`var ${name} = ${writer.term(value)}`);
  for (const resource of estate.resources ?? []) out.push(writer.resource(resource));
  for (const [name, { estate: inner, args }] of Object.entries(estate.modules ?? {})) {
    out.push(`module ${name} '${name}.bicep' = {\n  name: '${name}'\n  params: ${writer.term(args)}\n}`);
    writeFile(inner, name, texts);
  }
  for (const [name, value] of Object.entries(estate.outputs ?? {}))
    out.push(`output ${name} ${Array.isArray(value) ? 'array' : 'string'} = ${writer.term(value)}`);
  texts[`${file}.bicep`] = `${out.join('\n\n')}\n`;
}

class Writer {
  constructor(private readonly estate: Estate) {}

  resource({ symbol, type, name, parent, sku, properties, when, each, existing }: Resource): string {
    const members: Record<string, string> = {
      ...(parent === undefined ? {} : { parent }),
      name: this.term(name),
      ...(sku === undefined ? {} : { sku: `{ name: '${sku}' }` }),
      ...(existing ? {} : { properties: this.term(properties) }),
    };
    const lines = Object.entries(members).map(([key, value]) => `  ${key}: ${value}\n`);
    let body = `{\n${lines.join('')}}`;
    if (when) body = `if (${this.term(when)}) ${body}`;
    if (each) body = `[for item in ${this.term(each)}: ${body}]`;
    return `resource ${symbol} '${type}@${apiVersion}' ${existing ? 'existing ' : ''}= ${body}`;
  }

  term(term: Term): string {
    if (isExpression(term)) return this.#expression(term);
    if (typeof term === 'string') return `'${escaped(term)}'`;
    if (term === null || typeof term !== 'object') return String(term);
    if (Array.isArray(term)) return `[\n${term.map(item => `${this.term(item)}\n`).join('')}]`;
    const members = Object.entries(term).map(([name, value]) => `${name}: ${this.term(value)}\n`);
    return `{\n${members.join('')}}`;
  }

  #expression(term: Exclude<Term, null | boolean | number | string>): string {
    if (term instanceof Parameter || term instanceof Variable) return term.name;
    if (term instanceof Id) return this.#id(term);
    if (term instanceof Item) return term.field === undefined ? 'item' : `item.${term.field}`;
    if (term instanceof Choice) return `${this.term(term.condition)} ? ${this.term(term.yes)} : ${this.term(term.no)}`;
    if (term instanceof Joined) {
      const parts = term.parts.map(part => (typeof part === 'string' ? escaped(part) : `\${${this.term(part)}}`));
      return `'${parts.join('')}'`;
    }
    if (term instanceof Lists) return `concat(${term.parts.map(part => this.term(part)).join(', ')})`;
    if (term instanceof Output) return `${term.module}.outputs.${term.name}`;
    if (term instanceof Field) return `${this.term(term.of)}.${term.name}`;
    if (term instanceof Loop) return `[for item in ${this.term(term.over)}: ${this.term(term.body)}]`;
    throw new Error('not an expression');
  }

  #id({ symbol, part }: Id): string {
    if (!part) return `${symbol}.id`;
    // By the name as written: a resource that refers to itself would not compile.
    const { type, name } = bySymbol(this.estate, symbol);
    return `resourceId('${type}/${part[0]}', ${this.term(name)}, '${part[1]}')`;
  }
}

function escaped(text: string): string {
  return text.replace(/['\\]/g, '\\$&').replaceAll('${', '\\${');
}
