import {
  type Json,
  machineId,
  networkId,
  publicIp,
  securityGroup,
  subnetId,
  virtualNetwork,
} from '../network/azure-resources.ts';

export interface EstateShape {
  /** Rules of each machine's group; undefined for no group. */
  readonly rules: readonly Json[] | undefined;
  readonly subnetRules?: readonly Json[];
  readonly machines?: number;
  /** One group for all machines. */
  readonly shared?: boolean;
  readonly sku?: 'Basic' | 'Standard';
}

/** Machines with a public address each, as Azure returns them, in one subnet. */
export function estate(shape: EstateShape): Json[] {
  const count = shape.machines ?? 1;
  const out: Json[] = [];
  for (let i = 1; i <= count; i++) {
    const group = shape.shared ? 'nsg1' : `nsg${i}`;
    if (shape.rules && (!shape.shared || i === 1)) out.push(securityGroup(group, ...shape.rules));
    out.push(publicIp(`ip${i}`, shape.sku ?? 'Standard', `20.0.0.${i}`));
    out.push({
      id: networkId('networkInterfaces', `nic${i}`),
      name: `nic${i}`,
      type: 'Microsoft.Network/networkInterfaces',
      location: 'westeurope',
      etag: 'W/"1"',
      tags: { team: 'a' },
      properties: {
        provisioningState: 'Succeeded',
        macAddress: '00-0D-3A-00-00-01',
        primary: true,
        virtualMachine: { id: machineId(`vm${i}`) },
        enableAcceleratedNetworking: true,
        ipConfigurations: [
          {
            name: 'ipconfig1',
            id: `${networkId('networkInterfaces', `nic${i}`)}/ipConfigurations/ipconfig1`,
            properties: {
              privateIPAddress: `10.0.0.${i + 3}`,
              privateIPAllocationMethod: 'Dynamic',
              primary: true,
              subnet: { id: subnetId('default') },
              publicIPAddress: { id: networkId('publicIPAddresses', `ip${i}`) },
            },
          },
        ],
        ...(shape.rules ? { networkSecurityGroup: { id: networkId('networkSecurityGroups', group) } } : {}),
      },
    });
    out.push({
      id: machineId(`vm${i}`),
      name: `vm${i}`,
      type: 'Microsoft.Compute/virtualMachines',
      location: 'westeurope',
      properties: { networkProfile: { networkInterfaces: [{ id: networkId('networkInterfaces', `nic${i}`) }] } },
    });
  }
  if (shape.subnetRules) out.push(securityGroup('subnet-nsg', ...shape.subnetRules));
  out.push(virtualNetwork('vnet', { default: shape.subnetRules ? 'subnet-nsg' : null }));
  return out;
}

/** Lists of rules in order of name, without ids and types that a generated child gains. */
export function plain(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map(plain);
    return items.sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(
    ([key, inner]) => !['id', 'type', 'etag'].includes(key) && !(Array.isArray(inner) && inner.length === 0),
  );
  return Object.fromEntries(entries.sort(([a], [b]) => a.localeCompare(b)).map(([key, inner]) => [key, plain(inner)]));
}
