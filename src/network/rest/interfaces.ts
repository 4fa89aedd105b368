import { parseAddresses } from '../address-prefix.ts';
import type { AddressSet } from '../address-set.ts';
import type {
  Family,
  IpConfiguration,
  Known,
  NetworkInterface,
  NetworkSku,
  PublicIpAddress,
  Reference,
} from '../network-model.ts';
import { certainExistence, type ResourceDeclaration } from '../resource.ts';
import type { Value } from '../value.ts';
import type { DeclarationIndex } from './declarations.ts';
import {
  at,
  comparableId,
  isLive,
  isObject,
  itemsOf,
  known,
  lastPart,
  partId,
  referenceOf,
  referencesOf,
  textOf,
  unclear,
} from './values.ts';

const interfaceTypes = [
  'microsoft.network/networkinterfaces',
  'microsoft.compute/virtualmachinescalesets/virtualmachines/networkinterfaces',
];
const addressTypes = [
  'microsoft.network/publicipaddresses',
  'microsoft.compute/virtualmachinescalesets/virtualmachines/networkinterfaces/ipconfigurations/publicipaddresses',
];

export function readInterfaces(index: DeclarationIndex): Map<string, NetworkInterface> {
  const out = new Map<string, NetworkInterface>();
  for (const type of interfaceTypes) {
    for (const declaration of index.ofType(type)) {
      if (declaration.existing) continue;
      const id = index.idOf(declaration);
      if (!out.has(id)) out.set(id, readInterface(declaration.body, id, declaration));
    }
  }
  return out;
}

/** An interface: a resource of its own, or a configuration in a machine's profile. */
export function readInterface(body: Value, id: string, declaration: ResourceDeclaration): NetworkInterface {
  const properties = at(body, 'properties');
  const list = itemsOf(at(properties, 'ipConfigurations'));
  const securityGroup = referenceOf(at(properties, 'networkSecurityGroup'));
  const name = shownName(body, declaration);
  const more =
    properties?.kind === 'unknown' ? properties.dependsOn : (list.rest?.dependsOn ?? notReadIn(body, list.items, name));
  return {
    id,
    name,
    securityGroup,
    ipConfigurations: list.items.filter(isObject).map(item => readIpConfiguration(item, id)),
    more,
    declaration,
  };
}

/** Words for configurations in an answer of Azure that cannot be understood. */
function notReadIn(body: Value, items: readonly Value[], name: string): readonly string[] | undefined {
  const whole = items.every(item => isObject(item) && at(item, 'properties'));
  if (whole && at(body, 'properties', 'ipConfigurations')?.kind === 'array') return undefined;
  return isLive(body) ? [`not readable: the IP configurations of network interface ${name}`] : undefined;
}

function shownName(body: Value, declaration: ResourceDeclaration): string {
  return textOf(at(body, 'name')) ?? nameOf(declaration);
}

/** A resource's name as shown: the last part of it, or words that stand for it. */
export function nameOf(declaration: ResourceDeclaration): string {
  const { name } = declaration;
  const text =
    textOf(name) ?? (name.kind === 'unknown' ? (name.symbol ?? `(${name.dependsOn.join(', ')})`) : undefined);
  if (text === undefined) return declaration.address;
  return name.kind === 'unknown' ? shortCalls(lastPart(text)) : lastPart(text);
}

/** A name with unknown parts for people to read: of calls within calls only the outermost is told, `{substring(…)}jump`. */
function shortCalls(symbol: string): string {
  let out = '';
  let depth = 0;
  let from = 0;
  for (let i = 0; i < symbol.length; i++) {
    if (symbol[i] === '{' && depth++ === 0) {
      out += symbol.slice(from, i);
      from = i;
    } else if (symbol[i] === '}' && depth > 0 && --depth === 0) {
      const part = symbol.slice(from, i + 1);
      out += part.lastIndexOf('{') > 0 ? `${part.slice(0, part.indexOf('(') + 1)}…)}` : part;
      from = i + 1;
    }
  }
  return out + symbol.slice(from);
}

function readIpConfiguration(value: Value, parent: string): IpConfiguration {
  const properties = at(value, 'properties');
  const own = comparableId(at(value, 'id')) ?? partId(parent, 'ipconfigurations', value);
  const subnet = referenceOf(at(properties, 'subnet'));
  const family = familyOf(at(properties, 'privateIPAddressVersion'));
  const publicIpAddress =
    referenceOf(at(properties, 'publicIPAddress')) ?? inlinePublicIp(at(properties, 'publicIPAddressConfiguration'));
  return {
    id: own,
    name: textOf(at(value, 'name')) ?? 'ipconfig',
    family,
    privateAddress: privateAddressOf(properties),
    subnet,
    publicIpAddress,
    backendPools: referencesOf(at(properties, 'loadBalancerBackendAddressPools')),
    inboundNatRules: referencesOf(at(properties, 'loadBalancerInboundNatRules')),
    inboundNatPools: referencesOf(at(properties, 'loadBalancerInboundNatPools')),
    applicationGatewayPools: referencesOf(at(properties, 'applicationGatewayBackendAddressPools')),
    applicationSecurityGroups: referencesOf(at(properties, 'applicationSecurityGroups')),
  };
}

function familyOf(version: Value | undefined): Family {
  return textOf(version)?.toLowerCase() === 'ipv6' ? 'v6' : 'v4';
}

const givenAtDeployment = unclear('a private address given at deployment');

/** The private address of an IP configuration or frontend, when one is given. */
export function privateAddressOf(properties: Value | undefined): Known<AddressSet> {
  const value = at(properties, 'privateIPAddress');
  const set = value ? parseAddresses(textOf(value) ?? '') : undefined;
  if (set) return known(set);
  return value?.kind === 'unknown' ? unclear(...value.dependsOn) : givenAtDeployment;
}

/** The public address that a scale set or machine profile makes for itself. */
function inlinePublicIp(value: Value | undefined): PublicIpAddress | Reference | undefined {
  if (!value) return undefined;
  if (value.kind === 'unknown')
    return { name: value.dependsOn.join(', '), dependsOn: value.dependsOn, uncertain: true };
  return {
    name: textOf(at(value, 'name')) ?? 'public IP',
    sku: skuOf(value, textOf(at(value, 'name')) ?? 'public IP'),
    family: familyOf(at(value, 'properties', 'publicIPAddressVersion')),
    existence: certainExistence,
  };
}

/**
 * Of a public address or load balancer. `Basic` when a template gives nothing, as Azure's REST API has it; Azure's
 * answers always give it, so that there it is not known.
 */
export function skuOf(body: Value, shown: string): Known<NetworkSku> {
  const sku = at(body, 'sku');
  if (sku?.kind === 'unknown') return unclear(...sku.dependsOn);
  const name = sku?.kind === 'object' ? at(sku, 'name') : sku;
  if (!name && isLive(body)) return unclear(`not readable: the SKU of ${shown}`);
  if (name?.kind === 'unknown') {
    const options = (name.alternatives ?? []).map(textOf);
    const first = options[0];
    if (first !== undefined && options.every(one => isBasic(one) === isBasic(first))) {
      return known(isBasic(first) ? 'Basic' : 'Standard');
    }
    return unclear(...name.dependsOn);
  }
  return known(isBasic(textOf(name)) ? 'Basic' : 'Standard');
}

function isBasic(name: string | undefined): boolean {
  return name === undefined || name.toLowerCase() === 'basic';
}

export function readPublicIpAddresses(index: DeclarationIndex): Map<string, PublicIpAddress> {
  const out = new Map<string, PublicIpAddress>();
  for (const type of addressTypes) {
    for (const declaration of index.ofType(type)) {
      const id = index.idOf(declaration);
      if (out.has(id)) continue;
      const properties = at(declaration.body, 'properties');
      const address = textOf(at(properties, 'ipAddress'));
      const unread = declaration.existing || properties?.kind === 'unknown';
      out.set(id, {
        id,
        name: nameOf(declaration),
        sku: unread
          ? unclear(`the SKU of public IP ${nameOf(declaration)}, which is not in this template`)
          : skuOf(declaration.body, `public IP ${nameOf(declaration)}`),
        family: familyOf(at(properties, 'publicIPAddressVersion')),
        ...(address !== undefined ? { address } : {}),
        existence: declaration.existence,
        declaration,
      });
    }
  }
  return out;
}
