/**
 * Private addresses that nobody knows before a deployment, but whose interface is known: a rule that names one is sure to
 * match that interface and no other.
 */

/**
 * The key of the interface whose private address a symbol stands for; undefined for other symbols. Terraform's reader
 * writes `{azurerm_network_interface.main.private_ip_address}`.
 */
export function interfaceOfAddress(symbol: string): string | undefined {
  const resource = /^\{((?:.*\.)?azurerm_network_interface\..+)\.private_ip_address(?:es)?\}(?:\[0\])?$/i.exec(
    symbol,
  )?.[1];
  return resource === undefined ? undefined : `{${resource.replaceAll('/', '%2f').toLowerCase()}}`;
}

/** The key of an interface itself, from its identity. */
export function interfaceKey(id: string): string {
  return id.slice(id.lastIndexOf('/') + 1).toLowerCase();
}
