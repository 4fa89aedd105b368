import type { BastionHost, JitPolicy, JitPort, Machine, MachineKind, NetworkInterface } from '../network-model.ts';
import type { ResourceDeclaration } from '../resource.ts';
import { identity, type Value } from '../value.ts';
import type { DeclarationIndex } from './declarations.ts';
import { nameOf, readInterface } from './interfaces.ts';
import { at, type Items, itemsOf, numberOf, referenceOf, referencesOf, textOf } from './values.ts';

const kinds: readonly [string, MachineKind][] = [
  ['microsoft.compute/virtualmachines', 'virtual-machine'],
  ['microsoft.compute/virtualmachinescalesets', 'scale-set'],
  ['microsoft.compute/virtualmachinescalesets/virtualmachines', 'scale-set-instance'],
];

/** Virtual machines, scale sets by their profile, and instances of uniform scale sets. */
export function readMachines(index: DeclarationIndex): Machine[] {
  const out = new Map<string, Machine>();
  for (const [type, kind] of kinds) {
    for (const declaration of index.ofType(type)) {
      const id = index.idOf(declaration);
      if (declaration.existing || (index.live && out.has(id))) continue;
      out.set(out.has(id) ? `${id} ${declaration.address}` : id, readMachine(declaration, id, kind, index));
    }
  }
  return [...out.values()];
}

function readMachine(
  declaration: ResourceDeclaration,
  id: string,
  kind: MachineKind,
  index: DeclarationIndex,
): Machine {
  const properties = at(declaration.body, 'properties');
  const profile = at(kind === 'scale-set' ? at(properties, 'virtualMachineProfile') : properties, 'networkProfile');
  const listed = referencesOf(at(profile, 'networkInterfaces'));
  const configured = itemsOf(
    at(profile, 'networkInterfaceConfigurations') ??
      at(properties, 'networkProfileConfiguration', 'networkInterfaceConfigurations'),
  );
  const more =
    listed.more ?? configured.rest?.dependsOn ?? missingInterfaces(declaration, kind, properties, profile, configured);
  const inline: NetworkInterface[] = [];
  // An instance's profile repeats the interfaces that it refers to, and stands for them when they cannot be read.
  if (listed.items.length === 0 || kind === 'scale-set-instance') {
    for (const item of configured.items) {
      if (item.kind !== 'object') continue;
      const name = textOf(at(item, 'name')) ?? 'nic';
      inline.push(readInterface(item, `${id}/networkinterfaces/${name.toLowerCase()}`, declaration));
    }
  }
  const scaleSetId =
    kind === 'scale-set-instance'
      ? index.parentIdOf(declaration)
      : referenceOf(at(properties, 'virtualMachineScaleSet'))?.id;
  return {
    id,
    displayId: textOf(declaration.id) ?? id,
    name: nameOf(declaration),
    declaration,
    kind,
    interfaces: more ? { items: listed.items, more } : { items: listed.items },
    inlineInterfaces: inline,
    ...(scaleSetId === undefined ? {} : { scaleSetId }),
    existence: declaration.existence,
  };
}

/** Words when a machine's interfaces cannot be told, because the part that names them was not read. */
function missingInterfaces(
  declaration: ResourceDeclaration,
  kind: MachineKind,
  properties: Value | undefined,
  profile: Value | undefined,
  configured: Items,
): readonly string[] | undefined {
  if (profile?.kind === 'unknown') return profile.dependsOn;
  const unread = `not readable: the interfaces of machine ${nameOf(declaration)}`;
  if (declaration.place.kind !== 'resource') {
    return profile || kind === 'scale-set'
      ? undefined
      : [`the interfaces of machine ${nameOf(declaration)}, which are not given`];
  }
  if (configured.items.some(item => item.kind !== 'object')) return [unread];
  // A flexible scale set may have no profile: its machines are listed by themselves.
  if (kind === 'scale-set' && textOf(at(properties, 'orchestrationMode'))?.toLowerCase() === 'flexible')
    return undefined;
  const given = at(profile, 'networkInterfaces') ?? at(profile, 'networkInterfaceConfigurations');
  return given || configured.items.length > 0 ? undefined : [unread];
}

const jitType = 'microsoft.security/locations/jitnetworkaccesspolicies';

export function readJitPolicies(index: DeclarationIndex): JitPolicy[] {
  const declarations = [...index.ofType(jitType), ...index.ofType('microsoft.security/jitnetworkaccesspolicies')];
  return declarations.map(declaration => {
    const machines = new Map<string, readonly JitPort[]>();
    for (const item of itemsOf(at(declaration.body, 'properties', 'virtualMachines')).items) {
      const id = identity(at(item, 'id'));
      if (id === undefined) continue;
      const ports = itemsOf(at(item, 'ports')).items.flatMap((port): JitPort[] => {
        const number = numberOf(at(port, 'number'));
        return number === undefined ? [] : [{ port: number, protocol: textOf(at(port, 'protocol')) ?? '*' }];
      });
      machines.set(id, ports);
    }
    return { id: index.idOf(declaration), name: nameOf(declaration), declaration, machines };
  });
}

export function readBastionHosts(index: DeclarationIndex): BastionHost[] {
  return index.ofType('microsoft.network/bastionhosts').map(declaration => {
    const properties = at(declaration.body, 'properties');
    const subnet = itemsOf(at(properties, 'ipConfigurations'))
      .items.map(item => referenceOf(at(item, 'properties', 'subnet')))
      .find(reference => reference !== undefined);
    const virtualNetwork = referenceOf(at(properties, 'virtualNetwork'));
    return {
      id: index.idOf(declaration),
      name: nameOf(declaration),
      declaration,
      ...(subnet ? { subnet } : {}),
      ...(virtualNetwork ? { virtualNetwork } : {}),
    };
  });
}
