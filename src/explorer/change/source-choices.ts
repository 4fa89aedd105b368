import { interfacesOf } from '../../remediation/plan-machines.ts';
import { comparable, parentOf, parseId } from '../../remediation/plan-resource-id.ts';
import type { JudgedInventory } from '../inventory-verdicts.ts';
import type { ListedMachine } from '../machine-list.ts';

/** An application security group that a rule for a machine may name as its source. */
export interface ApplicationGroupChoice {
  readonly id: string;
  readonly name: string;
  readonly resourceGroup: string;
  /** How many interfaces of the network are in it; a group without members admits nobody. */
  readonly members: number;
}

/**
 * Application security groups in a machine's region, of which all members are in the machine's virtual network, as Azure
 * asks for. https://learn.microsoft.com/azure/virtual-network/application-security-groups
 */
export function applicationGroupsFor(
  { model }: JudgedInventory,
  resources: readonly { readonly [name: string]: unknown }[],
  machine: ListedMachine,
): ApplicationGroupChoice[] {
  const own = model.machines.find(one => comparable(one.displayId) === comparable(machine.id));
  const networks = new Set(own ? interfacesOf(model, own).flatMap(networksOf) : []);
  const members = new Map<string, string[]>();
  for (const one of model.interfaces.values())
    for (const { applicationSecurityGroups, subnet } of one.ipConfigurations)
      for (const { id } of applicationSecurityGroups.items)
        if (id !== undefined && subnet?.id !== undefined)
          members.set(comparable(id), [...(members.get(comparable(id)) ?? []), comparable(parentOf(subnet.id))]);
  return resources.flatMap((resource): ApplicationGroupChoice[] => {
    const id = String(resource.id);
    if (!/\/applicationSecurityGroups\/[^/]+$/i.test(id)) return [];
    if (String(resource.location).toLowerCase() !== machine.location.toLowerCase()) return [];
    if (parseId(id).subscription.toLowerCase() !== machine.subscriptionId.toLowerCase()) return [];
    const elsewhere = members.get(comparable(id)) ?? [];
    if (elsewhere.some(network => !networks.has(network))) return [];
    const { name, resourceGroup } = parseId(id);
    return [{ id, name, resourceGroup, members: elsewhere.length }];
  });
}

function networksOf(network: {
  readonly ipConfigurations: readonly { readonly subnet?: { readonly id?: string | undefined } | undefined }[];
}): string[] {
  return network.ipConfigurations.flatMap(({ subnet }) =>
    subnet?.id === undefined ? [] : [comparable(parentOf(subnet.id))],
  );
}
