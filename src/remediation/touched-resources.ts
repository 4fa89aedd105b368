import { pickList, pickText } from './plan-json.ts';
import { comparable, parentOf, parseId } from './plan-resource-id.ts';
import type { PlanStep } from './plan-steps.ts';

/** A resource to read fresh. */
export interface TouchedResource {
  readonly id: string;
  readonly apiVersion: string;
}

/** Children that stand in their parent's list: the parent is what an inventory has. */
const listedChildren = /\/(securityRules|inboundNatRules|backendAddressPools|subnets)$/i;

/**
 * The resources of an inventory that steps or their inverses change: of a rule its group, of an interface also the
 * public addresses and load balancers that it is or was joined to, which show it too.
 */
export function touchedResources(steps: readonly PlanStep[]): TouchedResource[] {
  const out = new Map<string, TouchedResource>();
  const add = (id: string, apiVersion: string): void => {
    out.set(comparable(id), { id, apiVersion });
  };
  for (const { method, id, apiVersion, body } of steps) {
    const { type } = parseId(id);
    if (/^microsoft\.authorization\//i.test(type)) continue;
    if (method === 'POST') add(id.slice(0, id.lastIndexOf('/')), apiVersion);
    else add(listedChildren.test(type) ? parentOf(id) : id, apiVersion);
    if (!/\/networkInterfaces$/i.test(type)) continue;
    for (const configuration of pickList(body, 'properties', 'ipConfigurations')) {
      const address = pickText(configuration, 'properties', 'publicIPAddress', 'id');
      if (address !== undefined) add(address, apiVersion);
      for (const list of ['loadBalancerInboundNatRules', 'loadBalancerBackendAddressPools'])
        for (const one of pickList(configuration, 'properties', list)) {
          const child = pickText(one, 'id');
          if (child !== undefined) add(parentOf(child), apiVersion);
        }
    }
  }
  return [...out.values()];
}
