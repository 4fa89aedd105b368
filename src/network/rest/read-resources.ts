import type { NetworkModel } from '../network-model.ts';
import type { ResourceDeclaration } from '../resource.ts';
import { readApplicationGateways } from './application-gateways.ts';
import { DeclarationIndex } from './declarations.ts';
import { readFirewallPolicies, readFirewalls, readIpGroups } from './firewalls.ts';
import { readInterfaces, readPublicIpAddresses } from './interfaces.ts';
import { readLoadBalancers } from './load-balancers.ts';
import { readBastionHosts, readJitPolicies, readMachines } from './machines.ts';
import { readSecurityAdminRules } from './security-admin-rules.ts';
import { readSecurityGroups } from './security-groups.ts';
import { readHubConnections } from './virtual-hubs.ts';
import { readVirtualNetworks } from './virtual-networks.ts';

/**
 * The network model of resources in Azure's REST shape, from templates or from Azure. What is missing, malformed or
 * unknown stays so in the model: nothing throws, and nothing is taken for closed.
 */
export function readResources(declarations: readonly ResourceDeclaration[]): NetworkModel {
  const index = new DeclarationIndex(declarations);
  const groups = readSecurityGroups(index);
  const { networks, subnets } = readVirtualNetworks(index);
  return {
    securityGroups: groups.judged,
    securityGroupsById: groups.byId,
    virtualNetworks: networks,
    subnets,
    interfaces: readInterfaces(index),
    publicIpAddresses: readPublicIpAddresses(index),
    loadBalancers: readLoadBalancers(index),
    firewalls: readFirewalls(index),
    hubConnections: readHubConnections(index),
    firewallPolicies: readFirewallPolicies(index),
    ipGroups: readIpGroups(index),
    applicationGateways: readApplicationGateways(index),
    machines: readMachines(index),
    jitPolicies: readJitPolicies(index),
    bastionHosts: readBastionHosts(index),
    securityAdminRules: readSecurityAdminRules(index),
    live: index.live,
  };
}
