import type { Value } from '../../../network/value.ts';
import { symbolOf, unknownValue } from '../terraform-value.ts';
import type { Drafts } from './declarations.ts';
import { translate } from './fields.ts';
import { RestObject } from './rest-object.ts';
import type { SourceResource } from './source-resource.ts';
import { resourceFields } from './tables.ts';

const parts: Readonly<Record<string, string>> = {
  azurerm_lb_rule: 'properties.loadBalancingRules',
  azurerm_lb_nat_rule: 'properties.inboundNatRules',
  azurerm_lb_nat_pool: 'properties.inboundNatPools',
  azurerm_lb_backend_address_pool: 'properties.backendAddressPools',
};

/** Rules and pools that the provider has as resources of their own and Azure inside a load balancer or firewall. */
export function addBalancerParts(resource: SourceResource, drafts: Drafts): void {
  if (resource.mode !== 'managed') return;
  const fields = resourceFields.get(resource.type);
  if (resource.type === 'azurerm_firewall_nat_rule_collection' && fields) {
    const name = resource.value.get('azure_firewall_name');
    const id = name && resource.idOfNamed('azurerm_firewall', name);
    const reference =
      id === undefined ? undefined : unknownValue([`${resource.address}.azure_firewall_name`], [], { symbol: id });
    const firewall = reference && drafts.referenced(reference, 'Microsoft.Network/azureFirewalls', resource);
    firewall?.body.list('properties.natRuleCollections').items.push(translate(resource.value, fields));
    return;
  }
  const path = parts[resource.type];
  const balancerId = resource.value.get('loadbalancer_id');
  const balancer = path && balancerId && drafts.referenced(balancerId, 'Microsoft.Network/loadBalancers', resource);
  if (!path || !balancer || !fields) return;
  const part = translate(resource.value, fields);
  part.set('id', resource.id);
  const frontend = resource.value.get('frontend_ip_configuration_name');
  if (frontend)
    part.set('properties.frontendIPConfiguration.id', inside(balancer.id, 'frontendIPConfigurations', frontend));
  balancer.body.list(path).items.push(part);
}

/** An address of a pool goes into the pool that its balancer has: pools come first. */
export function addPoolAddress(resource: SourceResource, drafts: Drafts): void {
  const fields = resourceFields.get(resource.type);
  if (resource.mode !== 'managed' || resource.type !== 'azurerm_lb_backend_address_pool_address' || !fields) return;
  const pool = resource.value.get('backend_address_pool_id');
  const id = pool && symbolOf(pool);
  const balancerId = id?.slice(0, Math.max(0, id.lastIndexOf('/backendAddressPools/')));
  if (!pool || !balancerId) return;
  const reference = unknownValue([`${resource.address}.backend_address_pool_id`], [], { symbol: balancerId });
  const balancer = drafts.referenced(reference, 'Microsoft.Network/loadBalancers', resource);
  for (const part of balancer?.body.list('properties.backendAddressPools').items ?? []) {
    const own = part instanceof RestObject ? part.get('id') : undefined;
    if (part instanceof RestObject && own && 'kind' in own && symbolOf(own) === id)
      part.list('properties.loadBalancerBackendAddresses').items.push(translate(resource.value, fields));
  }
}

/** The id of a named part of a resource. */
export function inside(id: Value, collection: string, name: Value): Value {
  const [whole, own] = [symbolOf(id), symbolOf(name)];
  const names = [...(id.kind === 'unknown' ? id.dependsOn : []), ...(name.kind === 'unknown' ? name.dependsOn : [])];
  return unknownValue(
    names,
    name.origin,
    whole === undefined || own === undefined ? {} : { symbol: `${whole}/${collection}/${own}` },
  );
}
