import { sentence } from '../findings/message-text.ts';
import { parsePrefix } from '../network/address-prefix.ts';
import { intersectAddresses, isEmpty } from '../network/address-set.ts';
import { publicAddresses } from '../network/reach.ts';
import { tagKind } from '../network/service-tag.ts';
import { writableBody } from './plan-body.ts';
import type { Draft } from './plan-draft.ts';
import { PlanError } from './plan-error.ts';
import { type JsonObject, pick, pickList, pickText, withProperty } from './plan-json.ts';
import type { JumpTarget } from './plan-jump-target.ts';
import { comparable, groupScope, parseId } from './plan-resource-id.ts';
import {
  carries,
  freeJustBefore,
  freeName,
  groupInDraft,
  isJitRule,
  makeRoom,
  type RuleInGroup,
} from './plan-rules.ts';
import { type ChosenSources, type SourceGroup, sourceFields } from './plan-sources.ts';

/**
 * @throws PlanError when none of the sources can come from the internet: a public load balancer keeps the client's
 * address, so that private ones and the virtual network's tag meet nobody on this way.
 */
export function refuseNobody(draft: Draft, sources: ChosenSources): void {
  const text = whoNeverComes(sources);
  if (text === undefined) return;
  const some = sources.groups.some(group => group.values.some(value => comesFromInternet(group, value)));
  if (!some) throw new PlanError('source', text);
  draft.warnings.add(`${sentence(text)}.`);
}

/** Which of the sources meet nobody on a jump path, in words; undefined when each can meet somebody. */
export function whoNeverComes(sources: ChosenSources): string | undefined {
  const pointless = sources.groups.flatMap(group => group.values.filter(value => !comesFromInternet(group, value)));
  if (pointless.length === 0) return undefined;
  const v6 = pointless.every(value => value.includes(':'));
  const reason = v6 ? 'its frontend has an IPv4 address' : "it keeps the client's public address";
  return `nobody comes through a public load balancer as ${pointless.join(', ')}, since ${reason}: name the ${v6 ? 'IPv4 ' : ''}addresses that connect from the internet`;
}

function comesFromInternet(group: SourceGroup, value: string): boolean {
  if (group.kind === 'application-groups') return false;
  if (group.kind === 'addresses') return hasPublicV4(value);
  const kind = tagKind(value);
  return kind !== 'virtual-network' && kind !== 'not-public';
}

/** A jump path's frontend has an IPv4 address, so that IPv6 does not come this way. */
export function hasPublicV4(block: string): boolean {
  return !isEmpty({ ...intersectAddresses(parsePrefix(block).addresses, publicAddresses), v6: [] });
}

/**
 * Admits sources to the backend port, which is what groups see behind a load balancer, in every group on the way; a
 * machine without any gets one. Gives the ids of the rules, as ids are compared.
 * https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview
 */
export function admitToBackend(draft: Draft, target: JumpTarget, port: number, sources: ChosenSources): Set<string> {
  const { machine } = target;
  const address = privateAddressOf(draft, target);
  const ids = groupsOnTheWay(draft, target);
  const made = new Set<string>();
  if (ids.length === 0) return createGroup(draft, target, port, sources, address);
  for (const id of ids) {
    for (const source of sources.groups) {
      const group = groupInDraft(draft, id);
      const name = freeName(group, `allow-jump-${machine.name}-${port}`);
      const ruleId = `${group.id}/securityRules/${name}`;
      const priority = priorityInFront(draft, group.id, port);
      draft.put(
        `Admit ${source.values.join(', ')} to port ${port} of ${machine.name} with new rule ${group.name}/${name}`,
        ruleId,
        { name, properties: allowing(source, port, address, priority) },
      );
      made.add(comparable(ruleId));
    }
  }
  return made;
}

function privateAddressOf(draft: Draft, { network, configuration }: JumpTarget): string {
  const json = pickList(draft.get(network.id), 'properties', 'ipConfigurations').find(
    one => pickText(one, 'name')?.toLowerCase() === configuration.name.toLowerCase(),
  );
  return pickText(json, 'properties', 'privateIPAddress') ?? '*';
}

function groupsOnTheWay(draft: Draft, { machine, network, configuration }: JumpTarget): string[] {
  const ids: string[] = [];
  const ofSubnet = configuration.subnet?.id;
  if (ofSubnet !== undefined) {
    const subnet = draft.model.subnets.get(ofSubnet);
    if (!subnet)
      throw new PlanError(
        'not-readable',
        `subnet ${parseId(ofSubnet).name} of ${machine.name} is not in what was read: its security group may stand in the way`,
      );
    if (subnet.securityGroup?.id !== undefined) ids.push(subnet.securityGroup.id);
  }
  const own = draft.model.interfaces.get(network.id)?.securityGroup?.id;
  if (own !== undefined && !ids.includes(own)) ids.push(own);
  return ids;
}

/**
 * A priority before every rule that could keep the sources out. Rules of just-in-time access are never moved; what they
 * admit may stay in front.
 */
function priorityInFront(draft: Draft, groupId: string, port: number): number {
  const group = groupInDraft(draft, groupId);
  const [first] = group.rules
    .filter(rule => rule.inbound && Number.isFinite(rule.priority) && !(isJitRule(rule.name) && admits(rule)))
    .sort((a, b) => a.priority - b.priority);
  const guard = group.rules.find(rule => isJitRule(rule.name) && !admits(rule) && carries(rule, port));
  if (guard)
    draft.warnings.add(
      `Just-in-time access no longer guards port ${port} from these sources: the new rule stands before ${group.name}/${guard.name}.`,
    );
  if (first === undefined) return 200;
  return freeJustBefore(group, first.priority) ?? makeRoom(draft, group.id, first.priority);
}

function admits(rule: RuleInGroup): boolean {
  return pickText(rule.json, 'properties', 'access')?.toLowerCase() === 'allow';
}

function allowing(source: SourceGroup, port: number, address: string, priority: number): JsonObject {
  const properties = {
    description: 'Jump path through a load balancer.',
    protocol: 'Tcp',
    ...sourceFields(source),
    sourcePortRange: '*',
    destinationAddressPrefix: address,
    destinationPortRange: String(port),
    access: 'Allow',
    priority,
    direction: 'Inbound',
  };
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== undefined));
}

/** A Standard load balancer lets nobody in where there is no group: the interface gets one that admits the sources. */
function createGroup(
  draft: Draft,
  { machine, network }: JumpTarget,
  port: number,
  sources: ChosenSources,
  address: string,
): Set<string> {
  const json = draft.get(network.id)!;
  const id = `${groupScope(parseId(machine.displayId))}/providers/Microsoft.Network/networkSecurityGroups/${machine.name}-jump-nsg`;
  if (draft.get(id))
    throw new PlanError(
      'not-supported',
      `security group ${machine.name}-jump-nsg is there and not in use: associate it first`,
    );
  const rules = sources.groups.map((source, i) => ({
    name: `allow-jump-${machine.name}-${port}${i > 0 ? `-${i + 1}` : ''}`,
    properties: allowing(source, port, address, 200 + i),
  }));
  draft.put(`Create security group ${machine.name}-jump-nsg that admits ${sources.text} to port ${port}`, id, {
    location: pickText(json, 'location'),
    properties: { securityRules: rules },
  });
  const properties = withProperty(pick(json, 'properties') as JsonObject, 'networkSecurityGroup', { id });
  draft.put(
    `Put interface ${network.name} of ${machine.name} behind the new security group`,
    pickText(json, 'id')!,
    writableBody(withProperty(json, 'properties', properties), 'Microsoft.Network/networkInterfaces'),
  );
  return new Set(rules.map(rule => comparable(`${id}/securityRules/${rule.name}`)));
}
