import type { Machine, NetworkInterface, NetworkModel } from '../network/network-model.ts';
import { PlanError } from './plan-error.ts';
import { comparable } from './plan-resource-id.ts';

/** The machine with an id in any letter case, or the only one of a name. @throws PlanError when there is none. */
export function findMachine(model: NetworkModel, text: string): Machine {
  const wanted = comparable(text);
  const exact = model.machines.find(machine => comparable(machine.displayId) === wanted || machine.id === wanted);
  if (exact) return exact;
  const named = wanted.includes('/') ? [] : model.machines.filter(machine => machine.name.toLowerCase() === wanted);
  if (named.length === 1) return named[0]!;
  if (named.length > 1)
    throw new PlanError(
      'machine-ambiguous',
      `${text}: ${named.length} machines have this name; give the id of one, such as ${named[0]!.displayId}`,
    );
  throw new PlanError(
    'machine-not-found',
    `${text}: no such machine is in the inventory; read it again, or check the id`,
  );
}

export function interfacesOf(model: NetworkModel, machine: Machine): NetworkInterface[] {
  const attached = machine.interfaces.items.flatMap(one => {
    const found = one.id === undefined ? undefined : model.interfaces.get(one.id);
    return found ? [found] : [];
  });
  return [...attached, ...machine.inlineInterfaces];
}

/** Ids of the groups on a machine's subnets and interfaces. */
export function groupsOf(model: NetworkModel, machine: Machine): Set<string> {
  const out = new Set<string>();
  for (const network of interfacesOf(model, machine)) {
    if (network.securityGroup?.id !== undefined) out.add(comparable(network.securityGroup.id));
    for (const { subnet } of network.ipConfigurations) {
      const group = subnet?.id === undefined ? undefined : model.subnets.get(subnet.id)?.securityGroup?.id;
      if (group !== undefined) out.add(comparable(group));
    }
  }
  return out;
}

/** The machines that each group governs, by what ids are compared by. */
export function machinesByGroup(model: NetworkModel): Map<string, Machine[]> {
  const out = new Map<string, Machine[]>();
  for (const machine of model.machines) {
    for (const group of groupsOf(model, machine)) {
      const known = out.get(group);
      if (known) known.push(machine);
      else out.set(group, [machine]);
    }
  }
  return out;
}

/** The machines that a group governs. */
export function machinesBehind(model: NetworkModel, group: string): readonly Machine[] {
  return machinesByGroup(model).get(comparable(group)) ?? [];
}
