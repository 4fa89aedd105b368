import type { SecurityRule } from '../../network/model.ts';
import type { ResourceDeclaration } from '../../network/resource.ts';
import type { Value } from '../../network/value.ts';

/** Deeper or longer than any resource that is not made to be slow. */
const deepest = 40;
const longest = 2_000_000;

/**
 * A text by which two values that say the same are equal, wherever they stand. Rules of security groups are left out of
 * their group's: they are compared one by one.
 */
export function bodySignature({ type, body, existence, existing, name }: ResourceDeclaration): string {
  const kind = type.toLowerCase();
  if (kind === 'microsoft.network/networksecuritygroups/securityrules') return '';
  const skip = kind === 'microsoft.network/networksecuritygroups' ? 'securityrules' : undefined;
  const out: string[] = [kind, String(existing), JSON.stringify(existence)];
  write(name, out, deepest);
  write(body, out, deepest, skip);
  return out.join(' ');
}

export function ruleSignature({ value, existence }: SecurityRule): string {
  const out: string[] = [JSON.stringify(existence)];
  write(value, out, deepest);
  return out.join(' ');
}

function write(value: Value, out: string[], depth: number, skip?: string): void {
  if (depth === 0 || out.length > longest) return;
  switch (value.kind) {
    case 'object':
      out.push('{');
      for (const property of value.properties()) {
        if (property.name.toLowerCase() === skip) continue;
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
