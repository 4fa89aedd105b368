import { type Node, parseTree } from 'jsonc-parser';
import type { GroupVerdicts, RuleContext } from '../../../src/findings/rule.ts';
import { evaluateMachines } from '../../../src/network/machine/evaluation.ts';
import type { Origin, OriginChain, OriginKind, Place, TextPlace } from '../../../src/network/origin.ts';
import { certainExistence, type ResourceDeclaration } from '../../../src/network/resource.ts';
import { readResources } from '../../../src/network/rest/read-resources.ts';
import { evaluateGroup } from '../../../src/network/security-group.ts';
import { MapObject, type ObjectValue, type Property, type Value } from '../../../src/network/value.ts';
import { managementPorts } from '../../../src/network/verdict.ts';

/** A resource in REST shape; `{$parameter: name}` anywhere in it is a parameter of the template. */
export type PlainResource = { readonly type: string; readonly name: string; readonly [property: string]: unknown };

/**
 * A template for tests that are about findings and not about a language: JSON of resources in REST shape, each value
 * with its place in the text. `{"$parameter": "x"}` is the value of `parameters.x`, unknown when there is none.
 */
export interface PlainTemplate {
  readonly parameters?: { readonly [name: string]: unknown };
  readonly resources: readonly PlainResource[];
}

export interface PlainReading {
  readonly text: string;
  readonly declarations: readonly ResourceDeclaration[];
  /** The text at a place. */
  at(place: Place): string;
}

const file = 'template.json';

export function readPlain(template: PlainTemplate): PlainReading {
  const text = JSON.stringify(template, null, 2);
  const root = parseTree(text)!;
  const parameters = new Map<string, Node>();
  for (const property of child(root, 'parameters')?.children ?? []) {
    parameters.set(property.children![0]!.value as string, property.children![1]!);
  }
  const placeOf = (node: Node): TextPlace => ({
    kind: 'text',
    file,
    range: { start: node.offset, end: node.offset + node.length },
  });
  const nodeValue = (node: Node, before: OriginChain, kind: OriginKind): Value => {
    const own: Origin = { kind, place: placeOf(node) };
    const origin = [...before, own];
    switch (node.type) {
      case 'object': {
        const parameter = child(node, '$parameter')?.value as string | undefined;
        if (parameter === undefined) {
          const properties = (node.children ?? []).map(
            (property): Property => ({
              name: property.children![0]!.value as string,
              namePlace: placeOf(property.children![0]!),
              value: nodeValue(property.children![1]!, before.slice(0, 1), kind),
            }),
          );
          return new MapObject(properties, origin);
        }
        const use: Origin = { kind: 'expression', name: parameter, place: placeOf(node) };
        const given = parameters.get(parameter);
        if (given) {
          const value = nodeValue(given, [...before, use], 'parameter-default');
          const last = value.origin[value.origin.length - 1]!;
          return withOrigin(value, [...before, use, { ...last, name: parameter }]);
        }
        return { kind: 'unknown', dependsOn: [`parameter ${parameter}`], origin: [...before, use] };
      }
      case 'array':
        return { kind: 'array', items: (node.children ?? []).map(item => nodeValue(item, before, kind)), origin };
      case 'string':
        return { kind: 'string', value: node.value as string, origin };
      case 'number':
        return { kind: 'number', value: node.value as number, origin };
      case 'boolean':
        return { kind: 'boolean', value: node.value as boolean, origin };
      default:
        return { kind: 'null', origin };
    }
  };
  const declarations = (child(root, 'resources')?.children ?? []).map((node, index): ResourceDeclaration => {
    const body = nodeValue(node, [], 'literal') as ObjectValue;
    const name = body.get('name')!;
    const type = (body.get('type') as { value: string }).value;
    const shownName = name.kind === 'string' ? name.value : undefined;
    const place = placeOf(node);
    return {
      type,
      id: shownName === undefined ? name : { kind: 'string', value: idOf(type, shownName), origin: name.origin },
      name,
      body,
      existence: certainExistence,
      existing: false,
      address: `resources[${index}]`,
      place: { ...place, range: { start: place.range.start, end: place.range.start + 1 } },
      extent: place,
      via: [],
    };
  });
  return {
    text,
    declarations,
    at: place => (place.kind === 'text' ? text.slice(place.range.start, place.range.end) : place.path),
  };
}

/** The id by which resources of a plain template refer to each other. */
export function idOf(type: string, name: string): string {
  const types = type.split('/');
  const names = name.split('/');
  const parts = names.map((part, i) => `${types[i + 1]}/${part}`);
  return `/subscriptions/s/resourceGroups/rg/providers/${types[0]}/${parts.join('/')}`;
}

export function contextOf(
  declarations: readonly ResourceDeclaration[],
  source: 'template' | 'live' = 'template',
  ports: readonly number[] = managementPorts,
): RuleContext {
  const model = readResources(declarations);
  const groups: GroupVerdicts[] = model.securityGroups.map(group => ({
    group,
    verdicts: evaluateGroup(group, { ports }),
  }));
  return { model, groups, machines: evaluateMachines(model, { ports }), ports, source };
}

function child(node: Node, name: string): Node | undefined {
  if (node.type !== 'object') return undefined;
  return node.children?.find(property => property.children?.[0]?.value === name)?.children?.[1];
}

function withOrigin(value: Value, origin: OriginChain): Value {
  return value.kind === 'object' ? value : { ...value, origin };
}
