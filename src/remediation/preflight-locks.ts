import { pickText } from './plan-json.ts';
import { comparable, parseId } from './plan-resource-id.ts';
import type { PlanStep } from './plan-steps.ts';

/** A management lock. https://learn.microsoft.com/azure/azure-resource-manager/management/lock-resources */
export interface Lock {
  readonly name: string;
  readonly level: 'ReadOnly' | 'CanNotDelete';
  /** What is locked, with all that lies under it. */
  readonly scope: string;
  readonly notes?: string;
}

/** A lock as Azure's answers have it; none for anything else. */
export function lockOf(item: unknown): Lock[] {
  const id = pickText(item, 'id') ?? '';
  const at = id.toLowerCase().lastIndexOf('/providers/microsoft.authorization/locks/');
  const level = pickText(item, 'properties', 'level');
  if (at < 0 || (level !== 'ReadOnly' && level !== 'CanNotDelete')) return [];
  const notes = pickText(item, 'properties', 'notes');
  return [{ name: parseId(id).name, level, scope: id.slice(0, at), ...(notes === undefined ? {} : { notes }) }];
}

/**
 * The locks that stand in the way of steps: ReadOnly of every write and action at its scope and below, CanNotDelete of
 * deletions there; a deletion is also refused for a lock on what lies under the resource.
 */
export function blockingLocks(steps: readonly PlanStep[], locks: readonly Lock[]): Lock[] {
  return locks.filter(lock => steps.some(step => blocks(lock, step)));
}

function blocks({ level, scope }: Lock, { method, id }: PlanStep): boolean {
  if (method !== 'DELETE' && level !== 'ReadOnly') return false;
  return isWithin(id, scope) || (method === 'DELETE' && isWithin(scope, id));
}

function isWithin(id: string, scope: string): boolean {
  return `${comparable(id)}/`.startsWith(`${comparable(scope)}/`);
}
