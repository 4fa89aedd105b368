import type { OriginChain } from '../../network/origin.ts';
import type { ResourceDeclaration } from '../../network/resource.ts';
import { quoted } from '../message-text.ts';
import type { FindingRule } from '../rule.ts';

export const retiredSku: FindingRule = {
  id: 'retired-sku',
  level: 'warning',
  summary: 'A public IP address or load balancer has the Basic SKU, which Azure retired on 30 September 2025.',
  *check({ model }) {
    for (const { name, sku, declaration } of [...model.publicIpAddresses.values(), ...model.loadBalancers.values()]) {
      if (!declaration || declaration.existing || !sku.known || sku.value !== 'Basic') continue;
      const written = skuOrigin(declaration);
      const how = written ? 'has the Basic SKU' : "gives no SKU, which Azure's REST API takes for Basic";
      yield {
        id: this.id,
        level: this.level,
        message: `${whatIs(declaration)} ${quoted(name)} ${how}: retired on 30 September 2025, and open without a network security group.`,
        place: written?.[0]?.place ?? declaration.place,
        address: declaration.address,
        related: [],
        subject: {},
      };
    }
  },
};

function whatIs(declaration: ResourceDeclaration): string {
  return /loadbalancers$/i.test(declaration.type) ? 'Load balancer' : 'Public IP address';
}

function skuOrigin(declaration: ResourceDeclaration): OriginChain | undefined {
  const sku = declaration.body.get('sku');
  if (sku?.kind !== 'object') return undefined;
  const name = sku.get('name');
  return name && name.kind !== 'null' && name.origin.length > 0 ? name.origin : undefined;
}
