import { pick, pickList, pickText } from './plan-json.ts';
import { sameId } from './plan-resource-id.ts';

/** Where a client connects to reach a port of a machine through a load balancer. */
export interface JumpFrontend {
  readonly port: number;
  /** The id of the public address; undefined for a frontend of a prefix. */
  readonly address: string | undefined;
}

/**
 * The frontend that an inbound NAT rule of a load balancer, as Azure returns it, has for a port of an IP configuration;
 * undefined when no rule leads there.
 * @param natRules ids of the rules that the interface names
 */
export function jumpFrontend(
  balancer: unknown,
  configuration: string,
  port: number,
  natRules: readonly string[] = [],
): JumpFrontend | undefined {
  for (const rule of pickList(balancer, 'properties', 'inboundNatRules')) {
    if (Number(pick(rule, 'properties', 'backendPort')) !== port) continue;
    const pool = pickText(rule, 'properties', 'backendAddressPool', 'id');
    const frontendPort =
      pool === undefined
        ? singlePort(rule, configuration, natRules)
        : pooledPort(balancer, pool, pickText(rule, 'name') ?? '', configuration);
    if (frontendPort === undefined) continue;
    const frontend = pickText(rule, 'properties', 'frontendIPConfiguration', 'id');
    const found = pickList(balancer, 'properties', 'frontendIPConfigurations').find(one =>
      sameId(pickText(one, 'id'), frontend),
    );
    return { port: frontendPort, address: pickText(found, 'properties', 'publicIPAddress', 'id') };
  }
  return undefined;
}

function singlePort(rule: unknown, configuration: string, natRules: readonly string[]): number | undefined {
  const id = pickText(rule, 'id');
  const leads =
    sameId(pickText(rule, 'properties', 'backendIPConfiguration', 'id'), configuration) ||
    natRules.some(one => sameId(one, id));
  return leads ? Number(pick(rule, 'properties', 'frontendPort')) : undefined;
}

/** Azure gives each member of the pool one port of the rule's range. */
function pooledPort(balancer: unknown, pool: string, rule: string, configuration: string): number | undefined {
  const found = pickList(balancer, 'properties', 'backendAddressPools').find(one => sameId(pickText(one, 'id'), pool));
  for (const member of pickList(found, 'properties', 'loadBalancerBackendAddresses')) {
    if (!sameId(pickText(member, 'properties', 'networkInterfaceIPConfiguration', 'id'), configuration)) continue;
    for (const mapping of pickList(member, 'properties', 'inboundNatRulesPortMapping'))
      if (pickText(mapping, 'inboundNatRuleName')?.toLowerCase() === rule.toLowerCase())
        return Number(pick(mapping, 'frontendPort'));
  }
  return undefined;
}
