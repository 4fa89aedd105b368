/**
 * Service tags as evaluation sees them.
 *
 * `Internet` is all public addresses, Azure's own included. `VirtualNetwork`, `AzureLoadBalancer` and the platform tags
 * contribute no public address. Every other tag stands for itself: which addresses Azure gives it is not known here.
 * `AzureCloud` and its regions are machines of every tenant, hence wide; any other tag is Microsoft's own service, whose
 * senders a stranger does not choose, hence restricted.
 * https://learn.microsoft.com/azure/virtual-network/service-tags-overview
 */
export type TagKind = 'internet' | 'virtual-network' | 'not-public' | 'cloud' | 'service';

const notPublic = new Set(['azureloadbalancer', 'azureplatformdns', 'azureplatformimds', 'azureplatformlkm']);

/** Whether a text can be a service tag: a word, with a region after a dot. */
export function looksLikeTag(text: string): boolean {
  return text.length <= 80 && /^[a-z][a-z0-9_]*(\.[a-z0-9_-]+){0,2}$/i.test(text);
}

export function tagKind(tag: string): TagKind {
  const lower = tag.toLowerCase();
  if (lower === 'internet') return 'internet';
  if (lower === 'virtualnetwork') return 'virtual-network';
  if (notPublic.has(lower)) return 'not-public';
  return lower === 'azurecloud' || lower.startsWith('azurecloud.') ? 'cloud' : 'service';
}

/** Whether tag `outer` surely holds all addresses of `inner`: the same tag, or a tag and one of its regions. */
export function tagIncludes(outer: string, inner: string): boolean {
  const a = outer.toLowerCase();
  const b = inner.toLowerCase();
  return a === b || b.startsWith(`${a}.`);
}
