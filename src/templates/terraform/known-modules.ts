import { loadBalancer, verifiedLoadBalancer } from './known-modules/load-balancers.ts';
import { compute, verifiedPublicAddress, verifiedScaleSet, verifiedVirtualMachine } from './known-modules/machines.ts';
import { network, subnets, verifiedVirtualNetwork, virtualNetwork } from './known-modules/networks.ts';
import { securityGroup, verifiedSecurityGroup } from './known-modules/security-groups.ts';

/**
 * Published modules whose inputs are documented, by name: configurations that declare, from these inputs, what the
 * network model looks at. They stand for modules whose own source was not installed.
 */
const knownModules: ReadonlyMap<string, string> = new Map([
  ['avm-res-network-networksecuritygroup', verifiedSecurityGroup],
  ['avm-res-network-virtualnetwork', verifiedVirtualNetwork],
  ['avm-res-network-publicipaddress', verifiedPublicAddress],
  ['avm-res-network-loadbalancer', verifiedLoadBalancer],
  ['avm-res-compute-virtualmachine', verifiedVirtualMachine],
  ['avm-res-compute-virtualmachinescaleset', verifiedScaleSet],
  ['network-security-group', securityGroup],
  ['compute', compute],
  ['loadbalancer', loadBalancer],
  ['vnet', virtualNetwork],
  ['network', network],
  ['subnets', subnets],
]);

/** The configuration that stands for a published module: of a registry, or of its repository on GitHub. */
export function knownModule(source: string | undefined): string | undefined {
  const address = source?.toLowerCase() ?? '';
  const name =
    /^(?:registry\.(?:terraform\.io|opentofu\.org)\/)?azure\/([\w-]+)\/azurerm$/.exec(address)?.[1] ??
    /(?:^|[/:@])github\.com[/:]azure\/terraform-azurerm-([\w-]+?)(?:\.git)?(?:\?.*)?$/.exec(address)?.[1];
  return name === undefined ? undefined : knownModules.get(name);
}
