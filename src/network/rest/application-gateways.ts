import type { ApplicationGateway, GatewayRoute, Known } from '../network-model.ts';
import type { Value } from '../value.ts';
import type { DeclarationIndex } from './declarations.ts';
import { nameOf } from './interfaces.ts';
import { readFrontend, readPool } from './load-balancers.ts';
import { at, itemsOf, numberAt, partId, referenceOf, unclear } from './values.ts';

/** Application gateways with their TCP and TLS listeners. HTTP listeners serve web requests and hand on no session. */
export function readApplicationGateways(index: DeclarationIndex): Map<string, ApplicationGateway> {
  const out = new Map<string, ApplicationGateway>();
  for (const declaration of index.ofType('microsoft.network/applicationgateways')) {
    const id = index.idOf(declaration);
    if (out.has(id) || declaration.existing) continue;
    const properties = at(declaration.body, 'properties');
    const parts = (name: string): readonly Value[] =>
      itemsOf(at(properties, name)).items.filter(item => item.kind === 'object');
    const byId = (name: string): Map<string, Value> =>
      new Map(parts(name).map(part => [partId(id, name.toLowerCase(), part), part]));
    out.set(id, {
      id,
      name: nameOf(declaration),
      declaration,
      frontends: parts('frontendIPConfigurations').map(part => readFrontend(part, id)),
      subnets: {
        items: parts('gatewayIPConfigurations').flatMap(part => referenceOf(at(part, 'properties', 'subnet')) ?? []),
      },
      pools: parts('backendAddressPools').map(part => readPool(part, partId(id, 'backendaddresspools', part))),
      routes: readRoutes(
        parts('routingRules'),
        byId('listeners'),
        byId('backendSettingsCollection'),
        byId('frontendPorts'),
      ),
    });
  }
  return out;
}

function readRoutes(
  rules: readonly Value[],
  listeners: ReadonlyMap<string, Value>,
  settings: ReadonlyMap<string, Value>,
  ports: ReadonlyMap<string, Value>,
): GatewayRoute[] {
  return rules.map(rule => {
    const properties = at(rule, 'properties');
    const listener = target(listeners, at(properties, 'listener'));
    const setting = target(settings, at(properties, 'backendSettings'));
    const frontend = referenceOf(at(listener, 'properties', 'frontendIPConfiguration'));
    const pool = referenceOf(at(properties, 'backendAddressPool'));
    const name = referenceOf(at(properties, 'listener'))?.name ?? 'rule';
    return {
      name,
      ...(frontend ? { frontend } : {}),
      frontendPort: portOf(target(ports, at(listener, 'properties', 'frontendPort')), name),
      backendPort: portOf(setting, name),
      ...(pool ? { pool } : {}),
    };
  });
}

function target(parts: ReadonlyMap<string, Value>, value: Value | undefined): Value | undefined {
  const id = referenceOf(value)?.id;
  return id === undefined ? undefined : parts.get(id);
}

function portOf(part: Value | undefined, name: string): Known<number> {
  const absent = unclear(`a port of route ${name}, which is not given`);
  return numberAt(at(part, 'properties', 'port'), absent);
}
