import type { SecurityRule } from '../../network/model.ts';
import type { ResourceDeclaration } from '../../network/resource.ts';
import type { Value } from '../../network/value.ts';

/** Deeper or longer than any resource that is not made to be slow. */
const deepest = 40;
const longest = 2_000_000;

/** The order of a deployment changes nothing of what is deployed. */
const unimportant: ReadonlySet<string> = new Set(['dependson']);
/** Rules of security groups are compared one by one, and children that stand in their parent are resources themselves. */
const judgedApart: ReadonlySet<string> = new Set([...unimportant, 'securityrules', 'resources']);

/** A text by which two resources that say the same are equal, wherever they stand. */
function bodySignature({ type, body, existence, existing, name }: ResourceDeclaration): string {
  const kind = type.toLowerCase();
  if (kind === 'microsoft.network/networksecuritygroups/securityrules') return '';
  const skip = kind === 'microsoft.network/networksecuritygroups' ? judgedApart : unimportant;
  const out: string[] = [kind, String(existing), JSON.stringify(existence)];
  write(name, out, deepest);
  write(body, out, deepest, skip);
  return out.join(' ');
}

/** Whether two readings declare the same resources, but for rules of security groups. */
export function sameResources(a: readonly ResourceDeclaration[], b: readonly ResourceDeclaration[]): boolean {
  const left = new Map<string, number>();
  for (const one of a.map(bodySignature)) left.set(one, (left.get(one) ?? 0) + 1);
  for (const one of b.map(bodySignature)) left.set(one, (left.get(one) ?? 0) - 1);
  left.delete('');
  return [...left.values()].every(count => count === 0);
}

export function ruleSignature({ value, existence }: SecurityRule): string {
  const out: string[] = [JSON.stringify(existence)];
  write(value, out, deepest, unimportant);
  return out.join(' ');
}

function write(value: Value, out: string[], depth: number, skip?: ReadonlySet<string>): void {
  if (depth === 0 || out.length > longest) return;
  switch (value.kind) {
    case 'object':
      out.push('{');
      for (const property of value.properties()) {
        if (skip?.has(property.name.toLowerCase())) continue;
        out.push(JSON.stringify(property.name.toLowerCase()));
        write(property.value, out, depth - 1, skip);
      }
      if (value.rest) write(value.rest, out, depth - 1);
      out.push('}');
      return;
    case 'array':
      out.push('[');
      for (const item of value.items) write(item, out, depth - 1);
      if (value.rest) write(value.rest, out, depth - 1);
      out.push(']');
      return;
    case 'unknown':
      out.push('?', JSON.stringify(value.symbol ?? value.dependsOn));
      return;
    case 'null':
      out.push('null');
      return;
    default:
      out.push(JSON.stringify(value.value));
  }
}
