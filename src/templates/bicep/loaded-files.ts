import { type Node, type ParseError, parseTree } from 'jsonc-parser';
import { isAlias, isMap, isScalar, isSeq, parseDocument, type Document as YamlDocument } from 'yaml';
import type { OriginChain, OriginKind } from '../../network/origin.ts';
import { MapObject, type Property, type Value } from '../../network/value.ts';
import { baseName } from '../file-system.ts';
import { TooLarge } from '../functions/budget.ts';
import { toBase64 } from '../functions/encodings.ts';
import { textWithEnvironment } from '../functions/environment-text.ts';
import { arrayValue, booleanValue, nullValue, numberValue, textValue, unknownValue } from '../functions/values.ts';
import type { Evaluator } from './evaluator.ts';
import { placeIn } from './frame.ts';
import type { Instance } from './instance.ts';
import type { CallNode } from './syntax.ts';

const deepest = 100;

type Loader = (instance: Instance, path: string, text: string, origin: OriginChain) => Value;

/** Functions that load a file: https://learn.microsoft.com/azure/azure-resource-manager/bicep/bicep-functions-files */
const loaders = new Map<string, Loader>([
  ['loadTextContent', (_, path, text) => textValue(text, wholeFile(path, text))],
  ['loadFileAsBase64', (_, path, text) => textValue(toBase64(text), wholeFile(path, text))],
  ['loadJsonContent', loadJson],
  ['loadYamlContent', loadYaml],
]);

/** What a `load…` function gives; undefined when the name is not one of theirs. */
export function loadFunction(
  instance: Instance,
  name: string,
  node: CallNode,
  args: () => readonly Value[],
  origin: OriginChain,
): Value | undefined {
  const loader = loaders.get(name);
  if (!loader && name !== 'loadDirectoryFileInfo') return undefined;
  const [written, query] = args();
  const asked = written?.kind === 'string' ? written.value : undefined;
  if (!loader || asked === undefined) return unknownValue([instance.evaluator.words(instance.frame, node)], origin);
  const path = instance.files.resolve(instance.source.path, asked);
  const read = instance.files.text(path);
  if (!('text' in read)) {
    instance.evaluator.report(instance.place(node), read.message);
    return unknownValue([`file ${baseName(path)}`], origin);
  }
  try {
    const whole = loader(instance, path, read.text, origin);
    return query?.kind === 'string' && /Json|Yaml/.test(name) ? queried(whole, query.value, path, origin) : whole;
  } catch (error) {
    if (!(error instanceof TooLarge)) throw error;
    instance.evaluator.report(instance.place(node), `${path} is too large to be read: ${error.message}.`);
    return unknownValue([`file ${baseName(path)} (too large)`], origin);
  }
}

function wholeFile(path: string, text: string): OriginChain {
  return dataOrigin(path, 0, text.length);
}

function dataOrigin(path: string, start: number, end: number): OriginChain {
  return [{ kind: 'data-file', name: baseName(path), place: placeIn(path, { start, end }) }];
}

function loadJson(instance: Instance, path: string, text: string): Value {
  return jsonContent(instance.evaluator, path, text, 'data-file');
}

/** The value of a JSON file, each part with its own place. Throws {@link TooLarge} beyond the reading's bounds. */
export function jsonContent(evaluator: Evaluator, path: string, text: string, kind: OriginKind): Value {
  const body = text.charCodeAt(0) === 0xfeff ? ` ${text.slice(1)}` : text;
  const errors: ParseError[] = [];
  const root = treeOf(body, errors);
  const [first] = errors;
  if (root && first) {
    const place = placeIn(path, { start: first.offset, end: first.offset + first.length });
    evaluator.report(place, 'The file is not valid JSON. The rest of it is still read.');
  }
  if (root) return new JsonReader(evaluator, path, kind).value(root, 0);
  evaluator.report(placeIn(path, { start: 0, end: 0 }), 'The file is not JSON.');
  return unknownValue([`file ${baseName(path)}, which is not JSON`], []);
}

function treeOf(text: string, errors: ParseError[]): Node | undefined {
  try {
    return parseTree(text, errors, { allowTrailingComma: true });
  } catch (error) {
    // The parser goes down the stack with every bracket.
    if (error instanceof RangeError) throw new TooLarge('it is nested too deep');
    throw error;
  }
}

class JsonReader {
  constructor(
    private readonly evaluator: Evaluator,
    private readonly path: string,
    private readonly kind: OriginKind,
  ) {}

  #text(text: string, origin: OriginChain): Value {
    const filled = this.kind === 'parameter-file' ? textWithEnvironment(text, origin) : undefined;
    return filled ?? textValue(text, origin);
  }

  value(node: Node, depth: number): Value {
    const { budget } = this.evaluator;
    budget.spend(1);
    if (depth > deepest) throw new TooLarge(`it is nested more than ${deepest} levels deep`);
    const place = placeIn(this.path, { start: node.offset, end: node.offset + node.length });
    const origin = [{ kind: this.kind, name: baseName(this.path), place }];
    switch (node.type) {
      case 'string':
        return this.#text(String(node.value), origin);
      case 'number':
        return numberValue(Number(node.value), origin);
      case 'boolean':
        return booleanValue(node.value === true, origin);
      case 'array':
        return arrayValue(
          (node.children ?? []).map(child => this.value(child, depth + 1)),
          origin,
        );
      case 'object': {
        const properties: Property[] = [];
        for (const property of node.children ?? []) {
          const [key, value] = property.children ?? [];
          if (!key || !value) continue;
          const namePlace = placeIn(this.path, { start: key.offset, end: key.offset + key.length });
          properties.push({ name: String(key.value), namePlace, value: this.value(value, depth + 1) });
        }
        return new MapObject(properties, origin);
      }
      default:
        return nullValue(origin);
    }
  }
}

function loadYaml(instance: Instance, path: string, text: string, origin: OriginChain): Value {
  let document: YamlDocument.Parsed;
  try {
    document = parseDocument(text, { logLevel: 'silent', uniqueKeys: false });
  } catch {
    instance.evaluator.report(placeIn(path, { start: 0, end: 0 }), 'The file is not YAML.');
    return unknownValue([`file ${baseName(path)}, which is not YAML`], origin);
  }
  for (const error of document.errors.slice(0, 1)) {
    const [start, end] = error.pos;
    instance.evaluator.report(
      placeIn(path, { start, end }),
      'The file is not valid YAML. The rest of it is still read.',
    );
  }
  return yamlValue(instance, path, document, document.contents, 0);
}

function yamlValue(
  instance: Instance,
  path: string,
  document: YamlDocument.Parsed,
  node: unknown,
  depth: number,
): Value {
  const { budget } = instance.evaluator;
  budget.spend(1);
  if (depth > deepest) throw new TooLarge(`it is nested more than ${deepest} levels deep`);
  if (isAlias(node)) return yamlValue(instance, path, document, node.resolve(document), depth + 1);
  const range = isMap(node) || isSeq(node) || isScalar(node) ? node.range : undefined;
  const origin = dataOrigin(path, range?.[0] ?? 0, range?.[1] ?? 0);
  if (isSeq(node)) {
    return arrayValue(
      node.items.map(item => yamlValue(instance, path, document, item, depth + 1)),
      origin,
    );
  }
  if (isMap(node)) {
    const properties: Property[] = [];
    for (const { key, value } of node.items) {
      const name = isScalar(key) ? String(key.value) : String(key);
      const keyRange = isScalar(key) ? key.range : undefined;
      properties.push({
        name,
        ...(keyRange && { namePlace: placeIn(path, { start: keyRange[0], end: keyRange[1] }) }),
        value: yamlValue(instance, path, document, value, depth + 1),
      });
    }
    return new MapObject(properties, origin);
  }
  return isScalar(node) ? scalarValue(node.value, origin) : nullValue(origin);
}

function scalarValue(value: unknown, origin: OriginChain): Value {
  if (typeof value === 'string') return textValue(value, origin);
  if (typeof value === 'number') return numberValue(value, origin);
  if (typeof value === 'bigint') return numberValue(Number(value), origin);
  if (typeof value === 'boolean') return booleanValue(value, origin);
  return nullValue(origin);
}

/** The part of a document that a JSON path names: plain names and indices only. */
function queried(whole: Value, query: string, path: string, origin: OriginChain): Value {
  const steps = query.replace(/^\$\.?/, '').match(/[^.[\]'"]+/g) ?? [];
  const plain = /^\$?(?:\.?[\w-]+|\[(?:\d+|'[^']*'|"[^"]*")\])*$/.test(query);
  let value: Value | undefined = plain ? whole : undefined;
  for (const step of steps) {
    if (value?.kind === 'array') value = value.items[Number(step)];
    else value = value?.kind === 'object' ? value.get(step) : undefined;
  }
  return value ?? unknownValue([`${query} of file ${baseName(path)}`], origin);
}
