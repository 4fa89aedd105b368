import type { ResourceDeclaration } from '../resource.ts';
import { identity } from '../value.ts';
import { comparableId } from './values.ts';

/** Declarations by type and identity. */
export class DeclarationIndex {
  /** Whether they came from Azure, not from a template. */
  readonly live: boolean;
  readonly #byType = new Map<string, ResourceDeclaration[]>();

  constructor(declarations: readonly ResourceDeclaration[]) {
    this.live = declarations.some(one => one.place.kind === 'resource');
    for (const declaration of declarations) {
      const type = declaration.type.toLowerCase();
      const list = this.#byType.get(type);
      if (list) list.push(declaration);
      else this.#byType.set(type, [declaration]);
    }
  }

  ofType(type: string): readonly ResourceDeclaration[] {
    return this.#byType.get(type) ?? [];
  }

  /** What references to the resource are compared by; for one without an id something that nothing else has. */
  idOf(declaration: ResourceDeclaration): string {
    return comparableId(declaration.id) || `${declaration.type.toLowerCase()} ${declaration.address}`;
  }

  /** The identity of a child resource's parent; undefined when neither its id nor its name tells it. */
  parentIdOf(child: ResourceDeclaration): string | undefined {
    const kind = child.type.toLowerCase().split('/').at(-1)!;
    const id = comparableId(child.id);
    const at = id?.lastIndexOf(`/${kind}/`) ?? -1;
    if (id !== undefined && at > 0) return id.slice(0, at);
    const name = identity(child.name);
    const slash = name?.lastIndexOf('/') ?? -1;
    if (name === undefined || slash <= 0) return undefined;
    const parentType = child.type.toLowerCase().slice(0, -kind.length - 1);
    const parent = this.ofType(parentType).find(one => identity(one.name) === name.slice(0, slash));
    return parent ? this.idOf(parent) : `${parentType} ${name.slice(0, slash)}`;
  }
}
