import { isExpression } from './expression.ts';
import type { JsonNode, JsonText } from './json.ts';

/** A resource of a template: its object and, where the template gives symbolic names, the name. */
export interface ResourceText {
  readonly node: JsonNode;
  readonly symbol: string | undefined;
}

/**
 * The items of `dependsOn` lists in a template that name one of its resources: they must go when it goes. Undefined when
 * something else there refers to it, or when the texts do not tell whether it is meant.
 */
export function dependenciesOn(
  json: JsonText,
  template: JsonNode,
  resource: ResourceText,
): readonly JsonNode[] | undefined {
  // Others may depend on a loop by the loop's name.
  if (json.find(resource.node, 'copy') !== undefined) return undefined;
  const { dependencies, texts } = textsOutside(json, template, resource.node);
  const isMeant = resource.symbol === undefined ? byType(json, resource.node) : bySymbol(resource.symbol);
  const found: JsonNode[] = [];
  for (const item of dependencies) {
    const meant = isMeant(json.string(item));
    if (meant === undefined) return undefined;
    if (meant) found.push(item);
  }
  for (const node of texts) {
    const text = json.string(node);
    if (!isExpression(text) || !/\breference\w*\s*\(|\bresourceInfo\s*\(/i.test(text)) continue;
    if (isMeant(text) !== false) return undefined;
  }
  return found;
}

/** Texts of a template outside a resource and outside nested templates, which name resources of their own. */
function textsOutside(
  json: JsonText,
  template: JsonNode,
  resource: JsonNode,
): { readonly dependencies: readonly JsonNode[]; readonly texts: readonly JsonNode[] } {
  const dependencies: JsonNode[] = [];
  const texts: JsonNode[] = [];
  const pending = [template];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (node === resource) continue;
    if (json.kind(node) === 'string') texts.push(node);
    else if (json.kind(node) === 'array') pending.push(...json.items(node));
    else
      json.eachProperty(node, (nameNode, value) => {
        const name = json.string(nameNode).toLowerCase();
        if (name === 'dependson') dependencies.push(...json.items(value));
        else if (name !== 'template') pending.push(value);
      });
  }
  return { dependencies, texts };
}

type Meant = (text: string) => boolean | undefined;

function bySymbol(symbol: string): Meant {
  return text => text === symbol || (isExpression(text) && text.includes(`'${symbol}'`));
}

/** By the last parts of its type and name, as ids have them: `…/securityRules', 'nsg', 'ssh'`. */
function byType(json: JsonText, resource: JsonNode): Meant {
  const text = (name: string): string => {
    const node = json.find(resource, name);
    return node === undefined ? '' : json.string(node).toLowerCase();
  };
  const kind = text('type').split('/').at(-1) ?? '';
  const name = /([\w.-]+)(?:'\)\])?$/.exec(text('name'))?.[1];
  return other => {
    const lower = other.toLowerCase();
    if (!lower.includes(kind)) return false;
    return name === undefined ? undefined : new RegExp(`[/']${name.replaceAll('.', '\\.')}(?:'|/?$)`).test(lower);
  };
}
