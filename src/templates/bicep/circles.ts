import type { SymbolNode } from './program.ts';
import { referencesOf } from './syntax-walk.ts';

/** A name on the way, as Tarjan's algorithm sees it. */
interface Visit {
  readonly name: string;
  readonly order: number;
  readonly targets: readonly string[];
  low: number;
  /** The next of the targets to go to. */
  next: number;
  /** Its circle is not known yet. */
  isOpen: boolean;
}

/**
 * Names whose value would need itself, found as they are asked for:
 * https://learn.microsoft.com/azure/azure-resource-manager/bicep/bicep-core-diagnostics (BCP080)
 */
export class Circles {
  readonly #visits = new Map<string, Visit>();
  readonly #cyclic = new Set<string>();

  constructor(private readonly symbols: ReadonlyMap<string, SymbolNode>) {}

  /** Whether a name leads back to itself. */
  hold(name: string): boolean {
    const node = this.#visits.has(name) ? undefined : this.symbols.get(name);
    if (node) this.#follow(this.#visit(name, node));
    return this.#cyclic.has(name);
  }

  #visit(name: string, node: SymbolNode): Visit {
    const targets = [...referencesOf(node)].filter(target => this.symbols.has(target));
    const order = this.#visits.size;
    const visit = { name, order, targets, low: order, next: 0, isOpen: true };
    this.#visits.set(name, visit);
    return visit;
  }

  /** Tarjan's strongly connected components, without recursion, of everything that a name leads to. */
  #follow(root: Visit): void {
    const open = [root];
    const path = [root];
    for (let at = path.at(-1); at; at = path.at(-1)) {
      const target = at.targets[at.next++];
      if (target !== undefined) {
        if (target === at.name) this.#cyclic.add(target);
        const known = this.#visits.get(target);
        if (known?.isOpen) at.low = Math.min(at.low, known.order);
        const node = known ? undefined : this.symbols.get(target);
        if (!node) continue;
        const visit = this.#visit(target, node);
        open.push(visit);
        path.push(visit);
        continue;
      }
      path.pop();
      const caller = path.at(-1);
      if (caller) caller.low = Math.min(caller.low, at.low);
      if (at.low !== at.order) continue;
      const circle = open.splice(open.lastIndexOf(at));
      for (const member of circle) {
        member.isOpen = false;
        if (circle.length > 1) this.#cyclic.add(member.name);
      }
    }
  }
}
