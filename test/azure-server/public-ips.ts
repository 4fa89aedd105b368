import { createHash } from 'node:crypto';
import { type TypeBehaviour, withDefaults } from './behaviours.ts';
import { networkError } from './errors.ts';
import { copy, type Resource, sameId } from './json.ts';
import type { ResourceStore } from './store.ts';

export const publicIpAddresses: TypeBehaviour = {
  type: 'Microsoft.Network/publicIPAddresses',
  etag: 'weak',
  asynchronous: true,
  resourceGuid: true,
  complete(address, previous, { store, dnsZone }) {
    const { properties } = address;
    address.sku = { name: 'Basic', tier: 'Regional', ...address.sku };
    withDefaults(properties, {
      publicIPAddressVersion: 'IPv4',
      publicIPAllocationMethod: 'Dynamic',
      idleTimeoutInMinutes: 4,
      ipTags: [],
      ddosSettings: { protectionMode: 'VirtualNetworkInherited' },
    });
    const isStatic = String(properties.publicIPAllocationMethod).toLowerCase() === 'static';
    if (isStatic)
      properties.ipAddress =
        previous?.properties.ipAddress ?? properties.ipAddress ?? nextAddress(store, properties.publicIPAddressVersion);
    const dns = properties.dnsSettings;
    if (dns?.domainNameLabel) {
      const scoped = dns.domainNameLabelScope
        ? `.${createHash('sha256').update(`${address.id.toLowerCase()}${dns.domainNameLabelScope}`).digest('hex').slice(0, 16)}`
        : '';
      dns.fqdn = `${dns.domainNameLabel}${scoped}.${address.location}.${dnsZone}`;
    }
  },
  check(address, previous, { store }) {
    const isStatic = String(address.properties.publicIPAllocationMethod).toLowerCase() === 'static';
    if (address.sku?.name === 'Standard' && !isStatic) {
      throw networkError(
        400,
        'StandardAndStandardV2SkuPublicIPAddressesMustBeStatic',
        `Standard sku publicIp ${address.id} must have AllocationMethod set to Static.`,
      );
    }
    if (previous && previous.sku?.name !== address.sku?.name) {
      throw networkError(
        400,
        'PublicIPAddressSkuCannotBeChanged',
        `Sku property is set at creation time and cannot be changed from ${previous.sku?.name} to ${address.sku?.name} for public IP address ${address.id}.`,
      );
    }
    const label = address.properties.dnsSettings?.domainNameLabel;
    if (label === undefined) return;
    if (!/^[a-z][a-z0-9-]{1,61}[a-z0-9]$/.test(label)) {
      throw networkError(
        400,
        'InvalidDomainNameLabel',
        `The domain name label ${label} is invalid. It must conform to the following regular expression: ^[a-z][a-z0-9-]{1,61}[a-z0-9]$.`,
      );
    }
    const fqdn = address.properties.dnsSettings.fqdn;
    for (const other of store.ofType('microsoft.network/publicipaddresses')) {
      if (!sameId(other.id, address.id) && other.properties.dnsSettings?.fqdn === fqdn) {
        throw networkError(400, 'DnsRecordInUse', `DNS record ${fqdn} is already used by another public IP.`);
      }
    }
  },
  render(address, store) {
    delete address.properties.ipConfiguration;
    const user = publicIpUser(address.id, store);
    if (user !== undefined) address.properties.ipConfiguration = { id: user };
    const gateway = store.referrers(address.id, 'publicIpAddresses')[0];
    if (gateway) address.properties.natGateway = { id: gateway.id };
  },
  inUse(address, store) {
    const user = publicIpUser(address.id, store) ?? store.referrers(address.id, 'publicIpAddresses')[0]?.id;
    if (user === undefined) return undefined;
    return networkError(
      400,
      'PublicIPAddressCannotBeDeleted',
      `Public IP address ${address.id} can not be deleted since it is still allocated to resource ${user}. In order to delete the public IP, disassociate/detach the Public IP address from the resource.  To learn how to do this, see aka.ms/deletepublicip.`,
    );
  },
};

export const publicIpPrefixes: TypeBehaviour = {
  type: 'Microsoft.Network/publicIPPrefixes',
  etag: 'weak',
  asynchronous: true,
  resourceGuid: true,
  complete(prefix) {
    prefix.sku = { name: 'Standard', tier: 'Regional', ...prefix.sku };
    withDefaults(prefix.properties, { publicIPAddressVersion: 'IPv4', ipTags: [] });
    prefix.properties.ipPrefix ??= `198.51.100.0/${prefix.properties.prefixLength ?? 31}`;
  },
};

/** The ip configuration that a public address belongs to. */
export function publicIpUser(id: string, store: ResourceStore): string | undefined {
  return store.referrers(id, 'publicIPAddress')[0]?.id;
}

/** Refuses an address that something else already holds, and one that is not there. */
export function checkPublicIp(
  reference: { id?: string } | undefined,
  user: string,
  store: ResourceStore,
): Resource | undefined {
  if (!reference?.id) return undefined;
  const address = store.get(reference.id);
  if (!address) return undefined;
  const holder = publicIpUser(address.id, store);
  if (holder !== undefined && !sameId(holder, user)) {
    throw networkError(
      400,
      'PublicIPAddressInUse',
      `Resource ${user} is referencing public IP address ${address.id} that is already allocated to resource ${holder}.`,
    );
  }
  return address;
}

/** The next free address of the ranges that documents use. */
function nextAddress(store: ResourceStore, version: string): string {
  const used = new Set(
    store.ofType('microsoft.network/publicipaddresses').map(address => address.properties.ipAddress),
  );
  for (let number = 1; ; number++) {
    const candidate =
      version === 'IPv6'
        ? `2001:db8::${number.toString(16)}`
        : `${number < 255 ? '203.0.113' : `20.${100 + (number >> 16)}.${(number >> 8) & 255}`}.${number < 255 ? number : number & 255}`;
    if (!used.has(candidate)) return candidate;
  }
}

/** `CheckDnsNameAvailability`: whether any public address of the region has the label without a reuse scope. */
export function dnsNameAvailable(label: string, location: string, store: ResourceStore): boolean {
  return !store.ofType('microsoft.network/publicipaddresses').some(address => {
    const dns = copy(address.properties.dnsSettings ?? {});
    return (
      dns.domainNameLabel === label.toLowerCase() &&
      !dns.domainNameLabelScope &&
      address.location?.toLowerCase() === location.toLowerCase()
    );
  });
}
