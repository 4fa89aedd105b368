import {
  Choice,
  Field,
  type Id,
  Id as IdTerm,
  Item,
  isExpression,
  Joined,
  Lists,
  Loop,
  Output,
  Parameter,
  type Term,
  Variable,
} from './estate.ts';

/** Writes terms as Terraform does; ids and what an item is called are the resources' concern. */
export class HclTerms {
  constructor(
    private readonly id: (id: Id) => string,
    private readonly item = 'each.value',
  ) {}

  /** The same where another word stands for a loop's item. */
  within(item: string): HclTerms {
    return new HclTerms(this.id, item);
  }

  term(term: Term): string {
    if (isExpression(term)) return this.#expression(term);
    if (typeof term === 'string') return `"${escaped(term)}"`;
    if (term === null || typeof term !== 'object') return String(term);
    if (Array.isArray(term)) return `[${term.map(item => this.term(item)).join(', ')}]`;
    const members = Object.entries(term).map(([name, value]) => `${name} = ${this.term(value)}\n`);
    return `{\n${members.join('')}}`;
  }

  #expression(term: Term): string {
    if (term instanceof Parameter) return `var.${term.name}`;
    if (term instanceof Variable) return `local.${term.name}`;
    if (term instanceof IdTerm) return this.id(term);
    if (term instanceof Item) return term.field === undefined ? this.item : `${this.item}.${term.field}`;
    if (term instanceof Choice) return `${this.term(term.condition)} ? ${this.term(term.yes)} : ${this.term(term.no)}`;
    if (term instanceof Joined) {
      const parts = term.parts.map(part => (typeof part === 'string' ? escaped(part) : `\${${this.term(part)}}`));
      return `"${parts.join('')}"`;
    }
    if (term instanceof Lists) return `concat(${term.parts.map(part => this.term(part)).join(', ')})`;
    if (term instanceof Output) return `module.${term.module}.${term.name}`;
    if (term instanceof Field) return `${this.term(term.of)}.${term.name}`;
    if (term instanceof Loop) return `[for item in ${this.term(term.over)} : ${this.within('item').term(term.body)}]`;
    throw new Error('not an expression');
  }
}

function escaped(text: string): string {
  return text.replace(/["\\]/g, '\\$&').replaceAll('${', '$${');
}
