import type { Machine } from '../network/network-model.ts';
import { writableBody } from './plan-body.ts';
import type { Draft } from './plan-draft.ts';
import { networkApi } from './plan-draft.ts';
import { PlanError } from './plan-error.ts';
import { isObject, type JsonObject, pick, pickList, pickText } from './plan-json.ts';
import { interfacesOf } from './plan-machines.ts';
import { comparable, groupScope, parentOf, parseId, sameId } from './plan-resource-id.ts';
import type { ChosenSources } from './plan-sources.ts';
import { insufficientServersPlan } from './servers-plan.ts';

const securityApi = '2020-01-01';
export const policyApi = '2022-06-01';

/** "Network interfaces should not have public IPs", a built-in policy whose effect is always deny. */
const noPublicAddresses = '/providers/Microsoft.Authorization/policyDefinitions/83a86a26-fd1f-447c-b59d-e51f44264114';

function locationOf(draft: Draft, machine: Machine): string {
  const location = pickText(draft.get(machine.displayId), 'location');
  if (location === undefined)
    throw new PlanError('not-readable', `the region of ${machine.name} is not in what was read`);
  return location;
}

function policiesOf(draft: Draft, location: string): JsonObject[] {
  return draft.resources.filter((one): one is JsonObject => {
    const id = pickText(one, 'id');
    if (!isObject(one) || id === undefined || !/\/jitNetworkAccessPolicies\/[^/]+$/i.test(id)) return false;
    return id.toLowerCase().includes(`/locations/${location.toLowerCase()}/`);
  });
}

function policyWith(draft: Draft, machine: Machine): JsonObject | undefined {
  return policiesOf(draft, locationOf(draft, machine)).find(policy =>
    pickList(policy, 'properties', 'virtualMachines').some(one => sameId(pickText(one, 'id'), machine.displayId)),
  );
}

export interface JitOptions {
  readonly hours: number;
  readonly sources?: ChosenSources;
}

function duration(hours: number): string {
  if (!Number.isFinite(hours) || hours < 1 || hours > 24 || hours % 1 !== 0)
    throw new PlanError('not-supported', `${hours} hours: just-in-time access is given for 1 to 24 whole hours`);
  return `PT${hours}H`;
}

/**
 * Puts machines under just-in-time access, in the policy of their region that is there already, which a PUT replaces
 * as a whole. https://learn.microsoft.com/rest/api/defenderforcloud/jit-network-access-policies/create-or-update
 */
export function enableJustInTime(draft: Draft, machines: readonly Machine[], port: number, options: JitOptions): void {
  const maxRequestAccessDuration = duration(options.hours);
  for (const machine of machines) {
    if (machine.kind !== 'virtual-machine')
      throw new PlanError(
        'not-supported',
        `${machine.name} is no virtual machine: just-in-time access does not take scale sets`,
      );
    const location = locationOf(draft, machine);
    const own = parseId(machine.displayId);
    refuseWithoutPlan2(draft, own.subscription);
    const scope = groupScope(own);
    const existing =
      policyWith(draft, machine) ??
      policiesOf(draft, location).find(policy =>
        pickText(policy, 'id')?.toLowerCase().startsWith(`${scope.toLowerCase()}/`),
      );
    const id =
      pickText(existing, 'id') ??
      `${scope}/providers/Microsoft.Security/locations/${location}/jitNetworkAccessPolicies/default`;
    if (parseId(id).name.length + machine.name.length > 56)
      throw new PlanError(
        'not-supported',
        `the names of policy ${parseId(id).name} and machine ${machine.name} have more than 56 characters together, which just-in-time access does not take`,
      );
    const addresses =
      options.sources?.groups.filter(group => group.kind === 'addresses').flatMap(group => group.values) ?? [];
    if (options.sources && addresses.length === 0)
      throw new PlanError('source', 'just-in-time access takes addresses only: name addresses or CIDR blocks');
    const rule = {
      number: port,
      protocol: '*',
      ...(addresses.length > 1
        ? { allowedSourceAddressPrefixes: addresses }
        : { allowedSourceAddressPrefix: addresses[0] ?? '*' }),
      maxRequestAccessDuration,
    };
    const before = pickList(existing, 'properties', 'virtualMachines').filter(isObject);
    const mine = before.find(one => sameId(pickText(one, 'id'), machine.displayId));
    const ports = [...pickList(mine, 'ports').filter(one => Number(pick(one, 'number')) !== port), rule];
    const virtualMachines = mine
      ? before.map(one => (one === mine ? { ...mine, ports } : one))
      : [...before, { id: machine.displayId, ports: [rule] }];
    draft.put(
      `Put port ${port} of ${machine.name} under just-in-time access`,
      id,
      { kind: 'Basic', properties: { virtualMachines } },
      securityApi,
    );
    const { reach, paths } = draft.port(machine, port);
    const [path] = paths.filter(one => one.reach !== 'none');
    if (reach !== 'none')
      draft.warnings.add(
        `The Deny of just-in-time access comes after rules that stand there: ${path?.decidedBy.join(', ') ?? 'an existing rule'} goes on admitting to port ${port} of ${machine.name} until it is closed.`,
      );
  }
  draft.warnings.add(
    'Just-in-time access needs Defender for Servers plan 2 on the subscription, which is paid for; it is not switched on by this.',
  );
}

/** Where the inventory tells which plan a subscription has. @throws PlanError when it is not the one that is needed. */
function refuseWithoutPlan2(draft: Draft, subscription: string): void {
  const pricing = draft.get(`/subscriptions/${subscription}/providers/Microsoft.Security/pricings/VirtualMachines`);
  if (pickText(pricing, 'properties', 'pricingTier') === undefined) return;
  const plan = insufficientServersPlan(pricing);
  if (plan === undefined) return;
  throw new PlanError(
    'not-supported',
    `just-in-time access needs Defender for Servers plan 2, and subscription ${subscription} has ${plan}: let somebody who answers for its costs switch it on in Defender for Cloud`,
  );
}

/** Asks for access now, by the policy that the machine is under. */
export function requestAccess(
  draft: Draft,
  machine: Machine,
  port: number,
  options: JitOptions & { readonly now: Date; readonly justification?: string },
): void {
  const policy = policyWith(draft, machine);
  const id = pickText(policy, 'id');
  if (id === undefined)
    throw new PlanError(
      'not-supported',
      `${machine.name} is under no just-in-time policy: enable just-in-time access first`,
    );
  duration(options.hours);
  const addresses =
    options.sources?.groups.filter(group => group.kind === 'addresses').flatMap(group => group.values) ?? [];
  if (addresses.length !== 1)
    throw new PlanError('source', 'a request for access names one address or CIDR block: give one source');
  const endTimeUtc = new Date(options.now.getTime() + options.hours * 3_600_000).toISOString();
  draft.post(
    `Request access to port ${port} of ${machine.name} until ${endTimeUtc}`,
    `${id}/initiate`,
    {
      virtualMachines: [
        { id: machine.displayId, ports: [{ number: port, allowedSourceAddressPrefix: addresses[0], endTimeUtc }] },
      ],
      ...(options.justification === undefined ? {} : { justification: options.justification }),
    },
    securityApi,
  );
}

/** A Bastion of the free Developer SKU for the machine's network; one that serves it already is an error that says so. */
export function createBastion(draft: Draft, machine: Machine): void {
  const subnet = interfacesOf(draft.model, machine)[0]?.ipConfigurations[0]?.subnet?.id;
  if (subnet === undefined)
    throw new PlanError('not-readable', `the network of ${machine.name} is not in what was read`);
  const network = draft.get(parentOf(subnet));
  const id = pickText(network, 'id');
  const location = pickText(network, 'location');
  if (id === undefined || location === undefined)
    throw new PlanError('not-readable', `virtual network ${parseId(parentOf(subnet)).name} is not in what was read`);
  const serving = draft.model.bastionHosts.find(
    host =>
      sameId(host.virtualNetwork?.id, id) || (host.subnet?.id !== undefined && sameId(parentOf(host.subnet.id), id)),
  );
  if (serving) {
    draft.warnings.add(`Bastion ${serving.name} serves this network already: connect through it.`);
    return;
  }
  const name = `${parseId(id).name}-bastion`;
  draft.put(
    `Create Bastion ${name} (Developer SKU) for virtual network ${parseId(id).name}`,
    `${groupScope(parseId(id))}/providers/Microsoft.Network/bastionHosts/${name}`,
    {
      location,
      sku: { name: 'Developer' },
      properties: { virtualNetwork: { id } },
    },
    networkApi,
  );
  draft.warnings.add(
    'A Bastion of the Developer SKU is free and shared: it serves one machine at a time, and not in every region.',
  );
}

/** Assigns the built-in policy against public addresses on interfaces to a scope, not enforced at first. */
export function assignPrevention(draft: Draft, scope: string, exclusions: readonly string[], enforced: boolean): void {
  const violating = draft.resources.filter(one => {
    const id = pickText(one, 'id') ?? '';
    return (
      /\/networkInterfaces\/[^/]+$/i.test(id) &&
      isWithin(id, scope) &&
      !exclusions.some(excluded => isWithin(id, excluded)) &&
      pickList(one, 'properties', 'ipConfigurations').some(item =>
        isObject(pick(item, 'properties', 'publicIPAddress')),
      )
    );
  });
  for (const one of violating)
    draft.alsoAffected.add(
      `Interface ${pickText(one, 'name') ?? pickText(one, 'id')} has a public IP already: it is in violation, and stays as it is.`,
    );
  const id = preventionId(scope);
  const existing = draft.get(id);
  const body = existing ? writableBody(existing, parseId(id).type) : {};
  const properties = {
    ...(isObject(body.properties) ? body.properties : {}),
    displayName: 'Network interfaces should not have public IPs',
    policyDefinitionId: noPublicAddresses,
    enforcementMode: enforced ? 'Default' : 'DoNotEnforce',
    ...(exclusions.length > 0 || existing ? { notScopes: exclusions } : {}),
    nonComplianceMessages: [{ message: 'Use Bastion, a jump path or a VPN in place of a public IP on the interface.' }],
  };
  draft.put(
    `${existing ? 'Change the assignment of' : 'Assign'} policy "Network interfaces should not have public IPs" to ${scope}`,
    id,
    { ...body, properties },
    policyApi,
  );
  if (!enforced) draft.warnings.add('The policy only reports (DoNotEnforce) until its enforcement is switched on.');
}

/** The assignment of the policy against public addresses on interfaces at a scope. */
export function preventionId(scope: string): string {
  return `${scope}/providers/Microsoft.Authorization/policyAssignments/no-public-ips`;
}

function isWithin(id: string, scope: string): boolean {
  return `${comparable(id)}/`.startsWith(`${comparable(scope)}/`);
}
