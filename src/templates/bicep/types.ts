import type { Value } from '../../network/value.ts';
import { booleanValue } from '../functions/values.ts';
import type { Instance } from './instance.ts';
import type { ParameterNode, TypeNode } from './syntax.ts';

/** What a type tells about a value that is not given. */
export interface TypeDescription {
  readonly nullable: boolean;
  /** The only values it allows. */
  readonly alternatives: readonly Value[] | undefined;
  readonly array: boolean;
}

const nothingTold: TypeDescription = { nullable: false, alternatives: undefined, array: false };
const deepestAliases = 20;

/** What a parameter's type and `@allowed` say about its value. */
export function describeType(instance: Instance, node: ParameterNode): TypeDescription {
  const type = node.type ? describe(instance, node.type, 0) : nothingTold;
  const allowed = node.decorators.find(decorator => decorator.name === 'allowed')?.args[0];
  // Of an array parameter each item is one of the allowed values, not the array.
  if (allowed?.kind !== 'array' || type.array) return type;
  const value = instance.evaluator.value(instance.frame, allowed);
  return value.kind === 'array' && !value.rest ? { ...type, alternatives: value.items } : type;
}

function describe(instance: Instance, node: TypeNode, depth: number): TypeDescription {
  if (depth > deepestAliases) return nothingTold;
  switch (node.kind) {
    case 'type-nullable': {
      const inner = describe(instance, node.inner, depth + 1);
      return { ...inner, nullable: node.nullable };
    }
    case 'type-literal':
      return {
        ...nothingTold,
        nullable: node.value.kind === 'null',
        alternatives: [instance.evaluator.value(instance.frame, node.value)],
      };
    case 'type-union': {
      const members = node.members.map(member => describe(instance, member, depth + 1));
      const choices = members.map(member => member.alternatives);
      const known = choices.every(choice => choice !== undefined);
      return {
        nullable: members.some(member => member.nullable),
        alternatives: known ? choices.flatMap(choice => choice ?? []) : undefined,
        array: members.some(member => member.array),
      };
    }
    case 'type-array':
      return { ...nothingTold, array: true };
    case 'type-name':
      return describeNamed(instance, node.path, depth);
    default:
      return nothingTold;
  }
}

function describeNamed(instance: Instance, path: readonly string[], depth: number): TypeDescription {
  const [first, second] = path;
  const { program } = instance.source;
  if (first === undefined) return nothingTold;
  if (path.length === 1) {
    const declared = program.types.get(first);
    if (declared) return describe(instance, declared.type, depth + 1);
    const imported = program.imported.get(first);
    if (imported?.name !== undefined) {
      const file = instance.files.imported(instance, imported.from);
      return file ? describeNamed(file, [imported.name], depth + 1) : nothingTold;
    }
    if (first === 'bool') return { ...nothingTold, alternatives: [booleanValue(true, []), booleanValue(false, [])] };
    return first === 'array' ? { ...nothingTold, array: true } : nothingTold;
  }
  const file = instance.importedFile(first);
  if (file && second !== undefined && path.length === 2) return describeNamed(file, [second], depth + 1);
  return nothingTold;
}
