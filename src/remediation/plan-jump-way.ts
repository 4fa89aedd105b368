import { PlanError } from './plan-error.ts';
import { pick, pickList, pickText } from './plan-json.ts';
import type { JumpBalancer } from './plan-jump-balancer.ts';
import type { JumpTarget } from './plan-jump-target.ts';
import { parseId, sameId } from './plan-resource-id.ts';

/** A rule that leads to a machine's port already. */
export interface JumpWay {
  readonly name: string;
  /** Undefined for a range of which Azure gives each machine one. */
  readonly frontendPort: number | undefined;
}

/**
 * The inbound NAT rule of a load balancer that leads to a target's port. @throws PlanError for a rule that balances the
 * port over a pool, beside which Azure takes no NAT rule.
 */
export function wayAlready(
  balancer: JumpBalancer,
  { machine, configuration }: JumpTarget,
  port: number,
): JumpWay | undefined {
  const { existing } = balancer;
  const uses = (list: readonly { readonly id?: string }[], id: string | undefined): boolean =>
    list.some(one => sameId(one.id, id));
  const leads = (rule: unknown): boolean =>
    Number(pick(rule, 'properties', 'backendPort')) === port &&
    pickText(rule, 'properties', 'protocol')?.toLowerCase() !== 'udp' &&
    pick(rule, 'properties', 'enableFloatingIP') !== true;
  const balancing = pickList(existing, 'properties', 'loadBalancingRules').find(
    rule =>
      leads(rule) &&
      [pick(rule, 'properties', 'backendAddressPool'), ...pickList(rule, 'properties', 'backendAddressPools')].some(
        pool => uses(configuration.backendPools.items, pickText(pool, 'id')),
      ),
  );
  if (balancing)
    throw new PlanError(
      'load-balancer',
      `load balancing rule ${pickText(balancing, 'name')} of ${parseId(balancer.id).name} sends to port ${port} of ${machine.name} already, and Azure takes no inbound NAT rule to the same port beside it: take that rule away first`,
    );
  const found = pickList(existing, 'properties', 'inboundNatRules').find(rule => {
    const pool = pickText(rule, 'properties', 'backendAddressPool', 'id');
    if (!leads(rule)) return false;
    if (pool !== undefined) return uses(configuration.backendPools.items, pool);
    return (
      uses(configuration.inboundNatRules.items, pickText(rule, 'id')) ||
      sameId(pickText(rule, 'properties', 'backendIPConfiguration', 'id'), configuration.id)
    );
  });
  if (!found) return undefined;
  const frontendPort = Number(pick(found, 'properties', 'frontendPort') ?? 0);
  return { name: pickText(found, 'name') ?? '', frontendPort: frontendPort > 0 ? frontendPort : undefined };
}
