import { isObject, pickText } from './plan-json.ts';

/** A resource id taken apart; its parts keep the letter case they were written in. */
export interface ResourceId {
  readonly text: string;
  readonly subscription: string;
  readonly resourceGroup: string;
  /** `Microsoft.Network/networkSecurityGroups/securityRules`. */
  readonly type: string;
  readonly name: string;
}

export function parseId(text: string): ResourceId {
  const parts = text.split('/');
  const behind = (word: string): string => {
    const at = parts.findIndex(part => part.toLowerCase() === word);
    return at < 0 ? '' : (parts[at + 1] ?? '');
  };
  let provider = -1;
  parts.forEach((part, i) => {
    if (part.toLowerCase() === 'providers') provider = i;
  });
  const own = provider < 0 ? [] : parts.slice(provider + 1);
  return {
    text,
    subscription: behind('subscriptions'),
    resourceGroup: behind('resourcegroups'),
    type: [own[0] ?? '', ...own.filter((_, i) => i > 0 && i % 2 === 1)].join('/'),
    name: parts.at(-1) ?? '',
  };
}

/** The id of the resource that a child resource belongs to. */
export function parentOf(id: string): string {
  return id.split('/').slice(0, -2).join('/');
}

/** The word before a child's name: `securityRules`. */
export function kindOf(id: string): string {
  return id.split('/').at(-2) ?? '';
}

export function groupScope(id: ResourceId): string {
  return `/subscriptions/${id.subscription}/resourceGroups/${id.resourceGroup}`;
}

export function sameId(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && comparable(a) === comparable(b);
}

/** What ids are compared by. */
export function comparable(id: string): string {
  return id.toLowerCase().replace(/\/+$/, '');
}

/** The top resource of a child id of a type whose children share its state; other ids are their own. */
export function rootOf(id: string): string {
  return /\/(securityRules|inboundNatRules|subnets)$/i.test(id.slice(0, id.lastIndexOf('/'))) ? parentOf(id) : id;
}

/** Ids of other resources anywhere in a body. */
export function referencesIn(body: unknown): string[] {
  const found: string[] = [];
  const pending: unknown[] = [body];
  for (let seen = 0; pending.length > 0 && seen < 100_000; seen++) {
    const value = pending.pop();
    if (Array.isArray(value)) pending.push(...value);
    else if (isObject(value)) {
      const id = pickText(value, 'id');
      if (id?.startsWith('/')) found.push(id);
      pending.push(...Object.values(value));
    }
  }
  return found;
}
