import { EstateBuilder } from './estate-builder.ts';
import { guidOf } from './operations.ts';
import type { AzureServer } from './server.ts';

/**
 * Many like machines: each subscription has one network with two subnets, a group on one of them, a group for every
 * ten machines, a public address for every second machine, and one load balancer with NAT rules.
 */
export function layLargeEstate(
  azure: AzureServer,
  subscriptions: number,
  machinesEach: number,
): { tenantId: string; subscriptionIds: string[] } {
  const tenantId = guidOf('tenant large');
  azure.addTenant({ tenantId, displayName: 'Large', defaultDomain: 'large.example' });
  const subscriptionIds: string[] = [];
  for (let index = 0; index < subscriptions; index++) {
    const subscriptionId = guidOf(`large ${index}`);
    subscriptionIds.push(subscriptionId);
    azure.addSubscription({ subscriptionId, displayName: `Subscription ${index}`, tenantId });
    layOne(new EstateBuilder(azure, subscriptionId, 'westeurope', `20.${index % 250}`), machinesEach, index);
  }
  return { tenantId, subscriptionIds };
}

function layOne(estate: EstateBuilder, machines: number, seed: number): void {
  const group = 'estate';
  const inner = estate.securityGroup(group, 'inner-nsg', {
    'from-front': '200 allow tcp 8443 from VirtualNetwork',
    'deny-rest': '4000 deny * * from Internet',
  });
  const subnets = estate.network(group, 'net', `10.${seed % 250}.0.0`, {
    front: {},
    inner: { networkSecurityGroup: { id: inner } },
  });
  const balancer = estate.loadBalancer(group, 'lb', 'Standard', {
    natRules: Array.from({ length: 10 }, (_, index) => ({
      name: `ssh-${index}`,
      frontendPort: 50000 + index,
      backendPort: 22,
    })),
  });
  let nsg = '';
  for (let index = 0; index < machines; index++) {
    if (index % 10 === 0) {
      const source = index % 20 === 0 ? 'Internet' : '198.51.100.0/28,203.0.113.0/29';
      nsg = estate.securityGroup(group, `nsg-${index}`, {
        https: '100 allow tcp 443 from Internet',
        ssh: `110 allow tcp 22 from ${source}`,
        'deny-rdp': '120 deny * 3389 from *',
        monitoring: '130 allow tcp 9100-9199 from 10.0.0.0/8',
      });
    }
    const isFront = index % 3 !== 0;
    estate.machine(group, `vm-${index}`, {
      subnet: isFront ? subnets.front! : subnets.inner!,
      ...(isFront ? { securityGroup: nsg } : {}),
      ...(index % 2 === 0 ? { publicIp: 'Standard' as const } : {}),
      ...(index < 10 && index % 2 === 1 ? { natRules: [balancer.natRule(`ssh-${index}`)] } : {}),
      tags: { env: index % 2 === 0 ? 'production' : 'test', owner: `team-${index % 7}` },
    });
  }
}
