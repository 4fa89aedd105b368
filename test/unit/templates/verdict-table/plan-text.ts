import { loadGrammar } from '../../../../src/templates/terraform/grammar.ts';
import type { Block, Body, Expression } from '../../../../src/templates/terraform/syntax.ts';
import { loadAsset } from '../../../assets.ts';
import type { Texts } from './estate.ts';

const grammar = Promise.all([loadAsset('web-tree-sitter.wasm'), loadAsset('tree-sitter-terraform.wasm')]).then(
  ([runtime, terraform]) => loadGrammar({ runtime, terraform }),
);

/**
 * What `terraform show -json` prints of a plan to make the resources of one file, in which nothing but literals and
 * references to resources stands: planned values, what is known after the apply, and the configuration's references.
 * https://developer.hashicorp.com/terraform/internals/json-format
 */
export async function planTexts(texts: Texts): Promise<Texts> {
  const parser = await grammar;
  const { body } = parser.parse(texts['main.tf'] ?? '');
  const resources = body.blocks.map(block => new PlannedResource(block, body));
  return {
    'plan.json': JSON.stringify({
      format_version: '1.2',
      terraform_version: '1.9.0',
      planned_values: { root_module: { resources: resources.map(({ head, values }) => ({ ...head, values })) } },
      resource_changes: resources.map(({ head, values, unknown }) => ({
        ...head,
        change: { actions: ['create'], before: null, after: values, after_unknown: unknown },
      })),
      configuration: {
        root_module: { resources: resources.map(({ head, expressions }) => ({ ...head, expressions })) },
      },
    }),
  };
}

type Members = Record<string, unknown>;

class PlannedResource {
  readonly head: Members;
  readonly values: Members = {};
  readonly unknown: Members = { id: true };
  readonly expressions: Members = {};

  constructor(
    block: Block,
    private readonly all: Body,
  ) {
    const [type = '', name = ''] = block.labels;
    this.head = { address: `${type}.${name}`, mode: 'managed', type, name };
    this.#read(block.body, this.values, this.unknown, this.expressions);
  }

  #read(body: Body, values: Members, unknown: Members, expressions: Members): void {
    for (const { name, value } of body.attributes) {
      const references = referencesIn(value);
      expressions[name] = references.length > 0 ? { references } : { constant_value: this.#known(value) };
      const known = this.#known(value);
      if (known !== undefined) values[name] = known;
      else unknown[name] = true;
      if (known !== undefined || value.kind !== 'tuple') continue;
      // Lists keep their places; a set leaves out what is not known.
      unknown[name] = value.items.map(item => this.#known(item) === undefined);
      const items = value.items.map(item => this.#known(item) ?? null);
      values[name] = name.endsWith('application_security_group_ids') ? items.filter(item => item !== null) : items;
    }
    for (const block of body.blocks) {
      const parts: [Members, Members, Members] = [{}, {}, {}];
      this.#read(block.body, ...parts);
      for (const [i, into] of [values, unknown, expressions].entries()) {
        const blocks = (into[block.type] as Members[] | undefined) ?? [];
        into[block.type] = [...blocks, parts[i]!];
      }
    }
  }

  /** Undefined for what only the apply tells. The name of another resource is known before. */
  #known(expression: Expression): unknown {
    if (expression.kind === 'literal') return expression.value;
    if (expression.kind === 'tuple') {
      const items = expression.items.map(item => this.#known(item));
      return items.includes(undefined) ? undefined : items;
    }
    const [, whole] = referencesIn(expression);
    const [type, label] = whole?.split('.') ?? [];
    if (expression.kind !== 'attribute' || expression.name !== 'name') return undefined;
    const target = this.all.blocks.find(block => block.labels[0] === type && block.labels[1] === label);
    const name = target?.body.attributes.find(attribute => attribute.name === 'name')?.value;
    return name && this.#known(name);
  }
}

/** As the configuration lists them: the attribute, and the resource that it is of. */
function referencesIn(expression: Expression): string[] {
  if (expression.kind === 'tuple') return expression.items.flatMap(referencesIn);
  if (expression.kind !== 'attribute' || expression.target.kind !== 'attribute') return [];
  const { target } = expression;
  const type = target.target.kind === 'variable' ? target.target.name : '';
  return [`${type}.${target.name}.${expression.name}`, `${type}.${target.name}`];
}
