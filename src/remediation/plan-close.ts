import { adminLayerName } from '../network/machine/admin-layers.ts';
import type { PathVerdict } from '../network/machine/machine-verdict.ts';
import type { Reach } from '../network/model.ts';
import type { Machine } from '../network/network-model.ts';
import { isWide, widerReach } from '../network/reach.ts';
import { managementPorts } from '../network/verdict.ts';
import type { Draft } from './plan-draft.ts';
import { PlanError } from './plan-error.ts';
import { closeDnatRule } from './plan-firewall.ts';
import { pickText } from './plan-json.ts';
import { comparable } from './plan-resource-id.ts';
import {
  carries,
  commonPorts,
  freeJustAfter,
  freeJustBefore,
  freeName,
  type GroupInDraft,
  groupInDraft,
  isJitRule,
  makeRoom,
  managementOnly,
  portFields,
  portText,
  type RuleInGroup,
  refuseJitRule,
  ruleBody,
  withoutPort,
} from './plan-rules.ts';
import { type ChosenSources, narrows, sourceFields, sourceTexts } from './plan-sources.ts';

/** What to do where no priority is free for the second part of a split rule. */
export type WhenFull = 'edit-in-place' | 'renumber';

export interface Closing {
  readonly how: 'deny' | 'delete' | 'deny-management-ports' | 'tighten';
  readonly sources?: ChosenSources;
  readonly whenFull?: WhenFull;
  /** Rules that stay as they are, by what ids are compared by: those that the plan itself has made. */
  readonly spare?: ReadonlySet<string>;
  /** Leaves what few addresses reach as it is, also when nothing is open to more. */
  readonly wideOnly?: boolean;
  /** Takes sources that admit more than are admitted now. */
  readonly allowWider?: boolean;
  /** Leaves paths of other kinds as they are. */
  readonly only?: PathVerdict['kind'];
}

/** More rounds than any group has rules. */
const mostRounds = 1100;

/**
 * Closes a port of a machine on every path, or admits only the chosen sources. Of groups in series one is changed: the
 * one with the fewest machines behind it. After each change it is evaluated again, since a rule that was in the shade
 * of another may come to the light. Gives the number of changes.
 */
export function closePort(draft: Draft, machine: Machine, port: number, closing: Closing): number {
  refuseUnread(draft, machine);
  const { reach, paths } = draft.port(machine, port);
  // Of paths of one kind alone their own reach counts.
  const first = closing.only ? widest(paths.filter(path => path.kind === closing.only)) : reach;
  const selective = closing.how === 'tighten' || closing.wideOnly === true;
  const open = selective ? (isWide(first) || closing.wideOnly ? isWide : isOpen) : isOpen;
  const done = new Set(closing.spare);
  const finished = new Set<string>();
  let changes = 0;
  let narrowed = 0;
  let notNarrower: string | undefined;
  for (let round = 0; round < mostRounds; round++) {
    const verdict = draft.port(machine, port);
    const path = verdict.paths.find(
      one => open(one.reach) && !one.unread && !finished.has(keyOf(one)) && (closing.only ?? one.kind) === one.kind,
    );
    if (!path) break;
    if (path.kind === 'app-gateway')
      throw new PlanError(
        'not-supported',
        `port ${port} of ${machine.name} is published by application gateway ${path.through?.id.split('/').at(-1) ?? ''}: take its listener away there`,
      );
    if (path.kind === 'firewall-dnat') {
      const outcome = closeDnatRule(draft, path, port, closing.how === 'tighten' ? closing.sources : undefined);
      if (outcome === 'not-narrower') notNarrower ??= `DNAT rule ${path.through?.rule ?? ''}`;
      else narrowed++;
      changes++;
      if (closing.how === 'tighten') finished.add(keyOf(path));
      continue;
    }
    const group = chooseGroup(draft, path, machine, port);
    if (closing.how === 'deny-management-ports') {
      denyInFront(draft, group, port);
      changes++;
      if (isOpen(draft.port(machine, port).paths.find(one => keyOf(one) === keyOf(path))?.reach ?? 'none'))
        refuseWhatIsLeft(draft, machine, port);
      continue;
    }
    const rules = admittingRules(path, group, open).filter(rule => !done.has(comparable(rule.id)));
    if (rules.length === 0) {
      finished.add(keyOf(path));
      continue;
    }
    const rule = rules[0]!;
    refuseJitRule(group.name, rule.name);
    changes++;
    if (closing.how === 'deny') denyRule(draft, group, rule, port, closing.whenFull ?? 'edit-in-place');
    else if (closing.how === 'delete') deleteRule(draft, group, rule, port);
    else if (narrows(sourceTexts(rule.json), closing.sources!) || (closing.allowWider && narrowed === 0)) {
      narrowed++;
      for (const id of tightenRule(draft, group, rule, port, closing.sources!)) done.add(comparable(id));
    } else {
      notNarrower ??= `rule ${group.name}/${rule.name} (${sourceTexts(rule.json).join(', ')})`;
      takePortOut(draft, group, rule, port);
    }
  }
  if (closing.how === 'tighten' && narrowed === 0 && notNarrower !== undefined)
    throw new PlanError(
      'not-narrower',
      `${closing.sources!.text} would not narrow ${notNarrower}: name sources that lie within it and are fewer`,
    );
  if (changes > 0) noteUnread(draft, machine, port);
  return changes;
}

function widest(paths: readonly PathVerdict[]): Reach {
  return paths.map(path => path.reach).reduce(widerReach, 'none');
}

/** What the rules of a firewall that were not read may let in stays as it is. */
function noteUnread(draft: Draft, machine: Machine, port: number): void {
  for (const { unread, reach, frontend, dependsOn } of draft.port(machine, port).paths)
    if (unread && isOpen(reach))
      draft.warnings.add(
        `Whether ${frontend} leads to port ${port} of ${machine.name} is not known (${dependsOn.join('; ')}): this plan leaves it.`,
      );
}

/** @throws PlanError when an interface of the machine was not read. */
export function refuseUnread(draft: Draft, machine: Machine): void {
  const now = draft.machine(machine.id);
  const missing = now?.interfaces.items.find(
    one => one.id === undefined || one.uncertain || !draft.model.interfaces.has(one.id),
  );
  if (!now || now.interfaces.more || missing)
    throw new PlanError(
      'not-readable',
      missing
        ? `network interface ${missing.name} of ${machine.name} is not in what was read: ask for the right to read it`
        : `the network interfaces of ${machine.name} are not all in what was read: ask for the right to read them`,
    );
}

/** @throws PlanError that says why a port is still open after all that a plan can do. */
export function refuseWhatIsLeft(draft: Draft, machine: Machine, port: number, open = isOpen): void {
  const verdict = draft.port(machine, port);
  if (!open(verdict.reach)) return;
  const path = verdict.paths.find(one => open(one.reach) && !one.unread);
  if (!path && draft.steps.length > 0 && verdict.paths.some(one => one.unread)) return;
  refuseAdminRule(path, port, machine);
  const jit = path?.decidedBy.find(name => isJitRule(name.split('/').at(-1)!));
  if (jit !== undefined) refuseJitRule(jit.split('/')[0]!, jit.split('/').at(-1)!);
  const because = [verdict.dependsOn, path?.decidedBy ?? [], [path?.frontend ?? 'a path of another kind']].find(
    list => list.length > 0,
  )!;
  throw new PlanError(
    'not-readable',
    `port ${port} of ${machine.name} would not surely be closed: ${because.join('; ')}`,
  );
}

export function isOpen(reach: Reach): boolean {
  return reach !== 'none';
}

function keyOf(path: PathVerdict): string {
  return `${path.kind} ${path.frontend} ${path.ipConfiguration.id} ${path.through?.id ?? ''} ${path.through?.rule ?? ''}`;
}

function refuseAdminRule(path: PathVerdict | undefined, port: number, machine: Machine): void {
  const admin = path?.proof.find(step => step.effect === 'admits' && step.securityGroup === adminLayerName);
  if (admin && isOpen(admin.reach))
    throw new PlanError(
      'admin-rule',
      `security admin rule ${admin.ruleName} of Virtual Network Manager admits port ${port} of ${machine.name} before any security group is asked: change it there`,
    );
}

function chooseGroup(draft: Draft, path: PathVerdict, machine: Machine, port: number): GroupInDraft {
  refuseAdminRule(path, port, machine);
  const readable = path.groups.filter(layer => layer.group !== undefined && layer.unreadable === undefined);
  if (readable.length === 0) {
    const [unreadable] = path.groups;
    if (unreadable)
      throw new PlanError(
        'not-readable',
        `${unreadable.unreadable?.[0] ?? unreadable.name}: what stands in it decides over port ${port} of ${machine.name}`,
      );
    throw new PlanError(
      'no-rule',
      `no rule governs ${path.frontend} to port ${port} of ${machine.name}: no security group is on its subnet or interface; associate one first`,
    );
  }
  const ranked = readable.map((layer, at) => {
    const group = groupInDraft(draft, layer.group!.id);
    const jit = admittingRules(path, group, isOpen).some(rule => isJitRule(rule.name));
    return { group, jit, at, machines: draft.machinesBehind(layer.group!.id).length };
  });
  ranked.sort((a, b) => Number(a.jit) - Number(b.jit) || a.machines - b.machines || b.at - a.at);
  return ranked[0]!.group;
}

/** Rules of a group that let somebody in on a path, in the order they are met. */
function admittingRules(path: PathVerdict, group: GroupInDraft, open: (reach: Reach) => boolean): RuleInGroup[] {
  const layer = path.groups.find(one => one.group !== undefined && comparable(one.group.id) === comparable(group.id));
  const own = new Set(layer?.group?.rules ?? []);
  const byName = new Map(group.rules.map(rule => [rule.name.toLowerCase(), rule]));
  const steps = path.proof.filter(step => step.effect === 'admits' && step.rule !== undefined && own.has(step.rule));
  const wide = steps.filter(step => open(step.reach));
  return (wide.length > 0 ? wide : steps.filter(step => isOpen(step.reach))).flatMap(step => {
    const name = step.rule!.name.known ? step.rule!.name.value.toLowerCase() : undefined;
    const found = name === undefined ? undefined : byName.get(name);
    return found ? [found] : [];
  });
}

function noteOthers(draft: Draft, group: GroupInDraft, rule: RuleInGroup, port: number, what: string): void {
  const others = withoutPort(rule, port);
  if (others.length > 0)
    draft.alsoAffected.add(`Rule ${group.name}/${rule.name} also carried ${portText(others)}: ${what}.`);
}

function noteNetwork(draft: Draft, group: GroupInDraft, rule: RuleInGroup, port: number): void {
  if (sourceTexts(rule.json).some(text => text === '*' || /^virtualnetwork$/i.test(text)))
    draft.warnings.add(
      `The Deny in ${group.name} also meets senders inside the virtual network: Bastion, VPN and jump machines lose port ${port} unless a rule before it admits them.`,
    );
}

function denyRule(draft: Draft, group: GroupInDraft, rule: RuleInGroup, port: number, whenFull: WhenFull): void {
  const at = `${group.name}/${rule.name}`;
  noteNetwork(draft, group, rule, port);
  if (managementOnly(rule, port)) {
    noteOthers(draft, group, rule, port, 'denied too, since all of them are management ports');
    draft.put(`Deny with rule ${at} what it allowed`, rule.id, ruleBody(rule, { access: 'Deny' }));
    return;
  }
  noteOthers(draft, group, rule, port, 'these stay open, the rule is split');
  let priority = freeJustBefore(group, rule.priority) ?? freeJustAfter(group, rule.priority);
  let current = rule;
  if (priority === undefined && whenFull === 'renumber') {
    priority = makeRoom(draft, group.id, rule.priority);
    current = groupInDraft(draft, group.id).rules.find(one => one.name === rule.name)!;
  }
  if (priority === undefined) {
    draft.warnings.add(
      `No priority is free beside rule ${at} (${rule.priority}): port ${port} is taken out of the rule in place, without a Deny of its own.`,
    );
  } else {
    const name = freeName(group, `${rule.name}-deny-${port}`);
    const changes = { access: 'Deny', priority, ...portFields([port, port + 1]) };
    const body = { ...ruleBody(rule, changes), name };
    draft.put(`Deny port ${port} with new rule ${group.name}/${name}`, idBeside(rule, group, name), body);
  }
  const left = portFields(withoutPort(current, port));
  draft.put(`Leave rule ${at} its other ports`, current.id, ruleBody(current, left));
}

function idBeside(rule: RuleInGroup, group: GroupInDraft, name: string): string {
  const end = rule.id.toLowerCase().lastIndexOf('/securityrules/');
  return end > 0 ? `${rule.id.slice(0, end)}/securityRules/${name}` : `${group.id}/securityRules/${name}`;
}

function deleteRule(draft: Draft, group: GroupInDraft, rule: RuleInGroup, port: number): void {
  noteOthers(draft, group, rule, port, 'these lose the rule too');
  draft.delete(`Delete rule ${group.name}/${rule.name}`, rule.id);
}

/** Takes the port out of a rule without a Deny: of a rule for it alone nothing stays. */
function takePortOut(draft: Draft, group: GroupInDraft, rule: RuleInGroup, port: number): void {
  const left = withoutPort(rule, port);
  if (left.length === 0) draft.delete(`Delete rule ${group.name}/${rule.name}`, rule.id);
  else draft.put(`Take port ${port} out of rule ${group.name}/${rule.name}`, rule.id, ruleBody(rule, portFields(left)));
}

/** Gives the ids of the rules that admit the chosen sources now. */
function tightenRule(
  draft: Draft,
  group: GroupInDraft,
  rule: RuleInGroup,
  port: number,
  sources: ChosenSources,
): string[] {
  const at = `${group.name}/${rule.name}`;
  const [first, ...rest] = sources.groups;
  const whole = managementOnly(rule, port);
  const ids = [rule.id];
  const ports = whole ? portFields(rule.ports) : portFields([port, port + 1]);
  if (whole) noteOthers(draft, group, rule, port, 'its sources are narrowed too');
  else noteOthers(draft, group, rule, port, 'their sources stay as they are, the rule is split');
  const before = sourceTexts(rule.json).join(', ') || 'its sources';
  const narrower = narrows(sourceTexts(rule.json), sources);
  draft.warnings.add(
    narrower
      ? `Whoever came in by rule ${at} from elsewhere than ${sources.text} loses port ${port}.`
      : `Rule ${at} admits ${sources.text} to port ${port}, which is more than before, or others: it admitted ${before}.`,
  );
  if (whole)
    draft.put(
      `${narrower ? 'Narrow' : 'Change'} rule ${at} from ${before} to ${first!.values.join(', ')}`,
      rule.id,
      ruleBody(rule, sourceFields(first!)),
    );
  for (const one of whole ? rest : sources.groups) {
    const current = groupInDraft(draft, group.id);
    const now = current.rules.find(candidate => candidate.name === rule.name)!;
    const priority =
      freeJustBefore(current, now.priority) ??
      freeJustAfter(current, now.priority) ??
      makeRoom(draft, group.id, now.priority);
    const name = freeName(current, `${rule.name}-${portsName(whole, port)}`);
    const id = idBeside(rule, group, name);
    const changes = { priority, ...ports, ...sourceFields(one) };
    draft.put(`Admit ${one.values.join(', ')} with new rule ${group.name}/${name}`, id, {
      ...ruleBody(rule, changes),
      name,
    });
    ids.push(id);
  }
  if (!whole) {
    const now = groupInDraft(draft, group.id).rules.find(candidate => candidate.name === rule.name)!;
    draft.put(`Leave rule ${at} its other ports`, now.id, ruleBody(now, portFields(withoutPort(now, port))));
  }
  return ids;
}

function portsName(whole: boolean, port: number): string {
  return whole ? 'also' : `port-${port}`;
}

/** One Deny for all management ports from the internet, before every rule but those of just-in-time access. */
function denyInFront(draft: Draft, group: GroupInDraft, port: number): void {
  const ports = [...new Set([...managementPorts, port])].sort((a, b) => a - b);
  const inbound = group.rules
    .filter(rule => rule.inbound && Number.isFinite(rule.priority))
    .sort((a, b) => a.priority - b.priority);
  const firstOwn = inbound.find(rule => !isJitRule(rule.name));
  const priority =
    firstOwn === undefined
      ? inbound.length === 0
        ? 100
        : (freeJustAfter(group, inbound.at(-1)!.priority) ?? makeRoom(draft, group.id, inbound.at(-1)!.priority))
      : (freeJustBefore(group, firstOwn.priority) ?? makeRoom(draft, group.id, firstOwn.priority));
  const name = freeName(group, 'deny-management-ports-from-internet');
  for (const rule of inbound) {
    const also = commonPorts(rule, ports);
    if (
      pickText(rule.json, 'properties', 'access')?.toLowerCase() === 'allow' &&
      also.length > 0 &&
      !carries(rule, port)
    )
      draft.alsoAffected.add(`Rule ${group.name}/${rule.name} no longer admits the internet to ${portText(also)}.`);
  }
  draft.put(
    `Deny management ports from the internet with new rule ${group.name}/${name}`,
    `${group.id}/securityRules/${name}`,
    {
      name,
      properties: {
        description: 'Management ports are not reached from the internet.',
        protocol: '*',
        sourceAddressPrefix: 'Internet',
        sourcePortRange: '*',
        destinationAddressPrefix: '*',
        destinationPortRanges: ports.map(String),
        access: 'Deny',
        priority,
        direction: 'Inbound',
      },
    },
  );
}
