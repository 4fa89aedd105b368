import { everyV4, intersectAddresses, isEmpty } from '../address-set.ts';
import { Admission } from '../admission.ts';
import { type Level, minLevel } from '../compiled-rule.ts';
import type { ApplicationGateway, GatewayRoute, IpConfiguration, NetworkInterface } from '../network-model.ts';
import { everySource } from '../source-set.ts';
import type { Estate } from './estate.ts';
import { publicAddressOf } from './load-balancer-ways.ts';
import { endpoint, type Way } from './way.ts';

/**
 * Ways through TCP and TLS listeners of application gateways. The gateway sends from its own subnet, so the group of
 * that subnet decides who gets in, and the machine's groups see a private address.
 */
export function gatewayWays(
  estate: Estate,
  network: NetworkInterface,
  configuration: IpConfiguration,
  port: number,
): Way[] {
  const ways: Way[] = [];
  for (const gateway of estate.model.applicationGateways.values()) {
    for (const route of gateway.routes) {
      if (route.backendPort.known && route.backendPort.value !== port) continue;
      const frontend = gateway.frontends.find(one => one.id === route.frontend?.id);
      const address = publicAddressOf(estate, frontend);
      if (address === undefined) continue;
      const member = memberLevel(estate, gateway, route, configuration);
      const level = minLevel(member.level, route.backendPort.known ? 2 : 1);
      if (level === 0) continue;
      ways.push({
        kind: 'app-gateway',
        frontend: endpoint(address, route.frontendPort.known ? route.frontendPort.value : '?'),
        interface: network,
        ipConfiguration: configuration,
        family: configuration.family,
        level,
        dependsOn: [...member.dependsOn, ...(route.backendPort.known ? [] : route.backendPort.dependsOn)],
        openWithoutGroups: { known: true, value: true },
        relay: relayOf(estate, gateway, route),
        through: { id: gateway.id, rule: route.name },
      });
    }
  }
  return ways;
}

function memberLevel(
  estate: Estate,
  gateway: ApplicationGateway,
  route: GatewayRoute,
  configuration: IpConfiguration,
): { level: Level; dependsOn: readonly string[] } {
  const id = route.pool?.id;
  if (id === undefined) return { level: 0, dependsOn: [] };
  const listed = configuration.applicationGatewayPools.items.find(pool => pool.id === id);
  if (listed) return listed.uncertain ? { level: 1, dependsOn: listed.dependsOn } : { level: 2, dependsOn: [] };
  const pool = gateway.pools.find(one => one.id === id);
  if (pool?.members.items.some(member => member.id === configuration.id)) return { level: 2, dependsOn: [] };
  const { privateAddress } = configuration;
  if (pool && privateAddress.known) {
    const mine = pool.addresses.some(
      one => one.address !== undefined && !isEmpty(intersectAddresses(one.address, privateAddress.value)),
    );
    if (mine) return estate.connected(gateway.subnets, configuration.subnet);
  }
  return { level: 0, dependsOn: [] };
}

function relayOf(estate: Estate, gateway: ApplicationGateway, route: GatewayRoute): NonNullable<Way['relay']> {
  const subnet = gateway.subnets.items[0];
  const from = estate.prefixesOf(subnet) ?? everyV4;
  const group = estate.subnetLayer(subnet);
  if (!group) {
    return { sources: { must: everySource, may: everySource }, from, dependsOn: [], decidedBy: [], whole: 'Internet' };
  }
  const port = route.frontendPort.known ? route.frontendPort.value : 0;
  const admission = new Admission({ groups: [group], protocol: 'Tcp', port, destination: 'any' });
  const steps = admission.steps().filter(step => step.effect === 'admits');
  const whole = steps.find(step => step.rule.whole !== undefined)?.rule.whole;
  return {
    sources: { must: admission.certain, may: admission.possible },
    from,
    dependsOn: admission.dependsOn(),
    decidedBy: steps.map(step => `${group.name}/${step.rule.name}`),
    ...(whole === undefined ? {} : { whole }),
  };
}
