import type { MachineVerdict } from '../network/machine/machine-verdict.ts';
import type { BastionHost, Machine, NetworkModel } from '../network/network-model.ts';
import { pickList, pickText } from '../remediation/plan-json.ts';

/**
 * What menus ask about a machine, or about one of its ports: `vm` (no scale set), `jit` (just-in-time access is there
 * for it), `dnat` (a firewall leads to it), `bastion` (one serves its network).
 */
export function machineMarks(
  model: NetworkModel,
  { machine, ports }: MachineVerdict,
  resourceOf: ResourceOf,
  port?: number,
): string[] {
  const shown = port === undefined ? ports : ports.filter(one => one.port === port);
  const marks: string[] = [];
  if (machine.kind === 'virtual-machine') marks.push('vm');
  if (isUnderJit(model, machine, port)) marks.push('jit');
  if (shown.some(one => one.paths.some(path => path.kind === 'firewall-dnat' && path.reach !== 'none')))
    marks.push('dnat');
  if (servingBastions(model, machine, resourceOf).length > 0) marks.push('bastion');
  return marks;
}

function isUnderJit({ jitPolicies }: NetworkModel, { id }: Machine, port: number | undefined): boolean {
  return jitPolicies.some(({ machines }) => {
    const ports = machines.get(id);
    return ports !== undefined && (port === undefined || ports.some(one => one.port === port));
  });
}

type ResourceOf = (id: string) => { readonly [name: string]: unknown } | undefined;

/**
 * The Bastions that reach a machine: of its virtual networks, and of their peers where it is no Bastion of the Developer
 * SKU. https://learn.microsoft.com/azure/bastion/vnet-peering
 */
export function servingBastions(model: NetworkModel, machine: Machine, resourceOf: ResourceOf): BastionHost[] {
  if (model.bastionHosts.length === 0) return [];
  const own = new Set<string>();
  for (const { id } of machine.interfaces.items)
    for (const { subnet } of (id === undefined ? undefined : model.interfaces.get(id))?.ipConfigurations ?? [])
      if (subnet?.id !== undefined) own.add(networkOf(subnet.id));
  const peers = new Set([...own].flatMap(network => peersOf(resourceOf(network))));
  return model.bastionHosts.filter(({ subnet, virtualNetwork, declaration }) => {
    const network = virtualNetwork?.id ?? (subnet?.id === undefined ? undefined : networkOf(subnet.id));
    if (network === undefined) return false;
    if (own.has(network.toLowerCase())) return true;
    return peers.has(network.toLowerCase()) && skuOf(resourceOf(idOf(declaration.id))) !== 'developer';
  });
}

function idOf(value: { readonly kind: string; readonly value?: unknown }): string {
  return value.kind === 'string' ? String(value.value) : '';
}

function skuOf(resource: { readonly [name: string]: unknown } | undefined): string {
  return pickText(resource, 'sku', 'name')?.toLowerCase() ?? '';
}

function peersOf(network: unknown): string[] {
  return pickList(network, 'properties', 'virtualNetworkPeerings')
    .filter(peering => (pickText(peering, 'properties', 'peeringState') ?? 'Connected') === 'Connected')
    .flatMap(peering => pickText(peering, 'properties', 'remoteVirtualNetwork', 'id')?.toLowerCase() ?? []);
}

function networkOf(subnet: string): string {
  return subnet.toLowerCase().split('/').slice(0, -2).join('/');
}
