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

/** An estate as an ARM template, with its parameter file. */
export function armTexts(estate: Estate): Texts {
  const texts: Record<string, string> = { 'azuredeploy.json': JSON.stringify(template(estate), null, 2) };
  if (estate.given) {
    texts['azuredeploy.parameters.json'] = JSON.stringify({
      $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#',
      contentVersion: '1.0.0.0',
      parameters: Object.fromEntries(Object.entries(estate.given).map(([name, value]) => [name, { value }])),
    });
  }
  return texts;
}

function template(estate: Estate): object {
  const writer = new Writer(estate);
  const calls = Object.entries(estate.modules ?? {}).map(([name, { estate: inner, args }]) => ({
    type: 'Microsoft.Resources/deployments',
    apiVersion: '2022-09-01',
    name,
    properties: {
      mode: 'Incremental',
      expressionEvaluationOptions: { scope: 'inner' },
      parameters: Object.fromEntries(Object.entries(args).map(([arg, value]) => [arg, { value: writer.value(value) }])),
      template: template(inner),
    },
  }));
  return {
    $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
    contentVersion: '1.0.0.0',
    parameters: Object.fromEntries(
      Object.entries(estate.parameters ?? {}).map(([name, { type, default: fallback }]) => [
        name,
        { type, ...(fallback === undefined ? {} : { defaultValue: fallback }) },
      ]),
    ),
    variables: Object.fromEntries(
      Object.entries(estate.variables ?? {}).map(([name, value]) => [name, writer.value(value)]),
    ),
    resources: [
      ...(estate.resources ?? []).filter(resource => !resource.existing).map(resource => writer.resource(resource)),
      ...calls,
    ],
    outputs: Object.fromEntries(
      Object.entries(estate.outputs ?? {}).map(([name, value]) => [
        name,
        { type: Array.isArray(value) ? 'array' : 'string', value: writer.value(value) },
      ]),
    ),
  };
}

class Writer {
  /** What `copyIndex` stands for where a term is written. */
  #loop: { readonly name: string; readonly over: Term } | undefined;

  constructor(private readonly estate: Estate) {}

  resource({ type, name, parent, sku, properties, when, each }: Resource): object {
    if (each) this.#loop = { name: 'each', over: each };
    const whole = parent === undefined ? name : this.#childName(parent, name);
    const out = {
      type,
      apiVersion,
      name: this.value(whole),
      ...(when ? { condition: this.value(when) } : {}),
      ...(each ? { copy: { name: 'each', count: `[length(${this.expression(each)})]` } } : {}),
      ...(sku === undefined ? {} : { sku: { name: sku } }),
      properties: this.#members(properties),
    };
    this.#loop = undefined;
    return out;
  }

  #childName(parent: string, name: Term): Term {
    const owner = bySymbol(this.estate, parent).name;
    const parts = [owner, '/', name].flatMap(part => (part instanceof Joined ? part.parts : [part as string | Item]));
    return parts.every(part => typeof part === 'string') ? parts.join('') : new Joined(parts);
  }

  /** Properties, their loops in a `copy` section. */
  #members(properties: { readonly [name: string]: Term }): object {
    const out: Record<string, unknown> = {};
    const copy: object[] = [];
    for (const [name, term] of Object.entries(properties)) {
      if (!(term instanceof Loop)) {
        out[name] = this.value(term);
        continue;
      }
      const outer = this.#loop;
      this.#loop = { name, over: term.over };
      copy.push({ name, count: `[length(${this.expression(term.over)})]`, input: this.value(term.body) });
      this.#loop = outer;
    }
    return copy.length > 0 ? { copy, ...out } : out;
  }

  value(term: Term): unknown {
    if (isExpression(term)) return `[${this.expression(term)}]`;
    if (term === null || typeof term !== 'object') return term;
    if (Array.isArray(term)) return term.map(item => this.value(item));
    return this.#members(term as { readonly [name: string]: Term });
  }

  expression(term: Term): string {
    if (term instanceof Parameter) return `parameters('${term.name}')`;
    if (term instanceof Variable) return `variables('${term.name}')`;
    if (term instanceof Id) return this.#id(term);
    if (term instanceof Item) {
      const { name, over } = this.#loop ?? { name: '', over: null };
      return `${this.expression(over)}[copyIndex('${name}')]${term.field === undefined ? '' : `.${term.field}`}`;
    }
    if (term instanceof Choice)
      return `if(${this.expression(term.condition)}, ${this.expression(term.yes)}, ${this.expression(term.no)})`;
    if (term instanceof Joined) return `concat(${term.parts.map(part => this.expression(part)).join(', ')})`;
    if (term instanceof Lists) return `concat(${term.parts.map(part => this.expression(part)).join(', ')})`;
    if (term instanceof Output)
      return `reference(resourceId('Microsoft.Resources/deployments', '${term.module}')).outputs.${term.name}.value`;
    if (term instanceof Field) return `${this.expression(term.of)}.${term.name}`;
    if (typeof term === 'string') return `'${term.replaceAll("'", "''")}'`;
    if (typeof term === 'boolean') return `${term}()`;
    if (typeof term === 'number') return String(term);
    if (term === null) return 'null()';
    if (Array.isArray(term)) return `createArray(${term.map(item => this.expression(item)).join(', ')})`;
    const members = Object.entries(term as { readonly [name: string]: Term });
    return `createObject(${members.map(([name, value]) => `'${name}', ${this.expression(value)}`).join(', ')})`;
  }

  #id({ symbol, part }: Id): string {
    const { type, name, parent } = bySymbol(this.estate, symbol);
    const names = parent === undefined ? [name] : [bySymbol(this.estate, parent).name, name];
    const [kind, segments] = part ? [`${type}/${part[0]}`, [...names, part[1]]] : [type, names];
    return `resourceId('${kind}', ${segments.map(segment => this.expression(segment)).join(', ')})`;
  }
}
