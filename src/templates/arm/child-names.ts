import type { NewValue } from '../source-editor.ts';
import { type Expression, isExpression, parseExpression } from './expression.ts';

/**
 * A child resource's name with another last segment, as it is written where the child stands outside its parent:
 * `nsg/ssh`, `[concat(variables('nsg'), '/ssh')]`, `[format('{0}/{1}', parameters('nsg'), 'ssh')]`.
 */
export function siblingName(written: string, name: string): NewValue {
  if (!isExpression(written)) return { json: written.slice(0, written.lastIndexOf('/') + 1) + name };
  const parsed = parseExpression(written);
  const parts = parsed.kind === 'call' ? parentParts(written, parsed.name.toLowerCase(), parsed.args, name) : undefined;
  if (parsed.kind === 'call' && parts) return { expression: `${parsed.name}(${parts.join(', ')})` };
  return { expression: `concat(first(split(${written.slice(1, -1)}, '/')), ${quoted(`/${name}`)})` };
}

/** Arguments that give the parent's name and the new one; undefined when the text does not show where it is parted. */
function parentParts(
  text: string,
  callee: string,
  args: readonly Expression[],
  name: string,
): readonly string[] | undefined {
  const written = (arg: Expression): string => text.slice(arg.start, arg.end);
  if (callee === 'concat') {
    const at = args.findLastIndex(arg => arg.kind === 'text' && arg.value.includes('/'));
    const parting = args[at];
    if (parting?.kind !== 'text') return undefined;
    const parent = parting.value.slice(0, parting.value.lastIndexOf('/') + 1);
    return [...args.slice(0, at).map(written), quoted(parent + name)];
  }
  const [pattern, ...values] = args;
  if (callee !== 'format' || pattern?.kind !== 'text' || !pattern.value.includes('/')) return undefined;
  const parent = pattern.value.slice(0, pattern.value.lastIndexOf('/') + 1);
  const used = Math.max(-1, ...[...parent.matchAll(/\{(\d+)/g)].map(match => Number(match[1])));
  return [quoted(`${parent}${name.replace(/[{}]/g, '$&$&')}`), ...values.slice(0, used + 1).map(written)];
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
