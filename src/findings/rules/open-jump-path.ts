import type { PathKind, PathVerdict } from '../../network/machine/machine-verdict.ts';
import type { Place } from '../../network/origin.ts';
import type { ResourceDeclaration } from '../../network/resource.ts';
import type { ObjectValue, Value } from '../../network/value.ts';
import type { Finding, Level } from '../finding.ts';
import { joined, portLabel, quoted, reachPhrase, sentence, sourcesPhrase } from '../message-text.ts';
import { admittedPhrase, placeKey, shownSources } from '../places.ts';
import type { FindingRule, RuleContext } from '../rule.ts';

/** Open paths to a port through one text, which a loop may make several rules of. */
interface JumpPath {
  readonly port: number;
  readonly declaration: ResourceDeclaration;
  readonly place: Place;
  readonly paths: PathVerdict[];
  readonly machines: Set<string>;
}

export const openJumpPath: FindingRule = {
  id: 'open-jump-path',
  level: 'error',
  summary: 'A load balancer, firewall or gateway hands a management port on to the internet at large.',
  *check(context) {
    for (const jump of jumpPaths(context)) yield open(jump);
  },
};

/** Open paths through something in between, each text that makes them once for each port. */
function jumpPaths(context: RuleContext): Iterable<JumpPath> {
  const out = new Map<string, JumpPath>();
  const places = new Map<string, { readonly declaration: ResourceDeclaration; readonly place: Place }>();
  for (const { machine, ports } of context.machines) {
    for (const { port, paths } of ports) {
      for (const path of paths) {
        const { through } = path;
        if (!through || (path.atLeast !== 'internet' && path.atLeast !== 'wide')) continue;
        const rule = JSON.stringify([path.kind, through.id, through.rule]);
        let found = places.get(rule);
        if (!found) {
          const declaration = declarationOf(context, path, through.id) ?? path.interface.declaration;
          found = { declaration, place: rulePlace(declaration, through.rule) };
          places.set(rule, found);
        }
        const key = JSON.stringify([path.kind, through.id, placeKey(found.place), port]);
        const known = out.get(key) ?? { port, ...found, paths: [], machines: new Set() };
        out.set(key, known);
        known.machines.add(machine.name);
        if (!known.paths.some(one => one.through?.rule === through.rule)) known.paths.push(path);
      }
    }
  }
  return out.values();
}

function open({ port, declaration, place, paths, machines }: JumpPath): Finding {
  const path = paths.find(one => levelOf(one) === 'error') ?? paths[0]!;
  const through = joined(
    paths.map(one => quoted(one.through?.rule ?? '')),
    3,
  );
  const frontends = joined([...new Set(paths.map(one => quoted(one.frontend)))], 3);
  return {
    id: openJumpPath.id,
    level: levelOf(path),
    message: sentence(
      `${portLabel(port)} of ${plural('machine', machines.size)} ${joined([...machines].map(quoted), 3)} is open to ${reachPhrase(path.reach)} through ${plural(kinds[path.kind], paths.length)} ${through} at ${frontends}${decision(path)}.`,
    ),
    place,
    address: declaration.address,
    port,
    related: path.proof.flatMap(step =>
      step.effect === 'admits' && step.rule
        ? [
            {
              place: step.rule.place,
              message: `Rule ${quoted(step.ruleName)} admits ${relays.get(path.kind) ?? admittedPhrase(step)}.`,
            },
          ]
        : [],
    ),
    subject: {},
  };
}

/** What the groups of a machine see as the sender, where it is not the client. */
const relays: ReadonlyMap<PathKind, string> = new Map([
  ['firewall-dnat', 'the firewall'],
  ['app-gateway', 'the gateway'],
]);

/** Who decides about whom, as the end of a sentence. */
function decision(path: PathVerdict): string {
  const admits = (names: readonly string[], whom: string): string[] =>
    names.length === 0 ? [] : [`${joined(names.map(quoted), 3)} ${names.length === 1 ? 'admits' : 'admit'} ${whom}`];
  const sources = sourcesPhrase(shownSources(path));
  const relay = relays.get(path.kind);
  const inGroups = path.decidedBy.filter(name => path.groups.some(group => name.startsWith(`${group.name}/`)));
  const before = path.decidedBy.filter(name => !inGroups.includes(name));
  const parts = relay ? [...admits(before, sources), ...admits(inGroups, relay)] : admits(path.decidedBy, sources);
  return parts.length === 0 ? '' : `; ${parts.join(', and ')}`;
}

function plural(noun: string, count: number): string {
  return count === 1 ? noun : `${noun}s`;
}

const kinds: Readonly<Record<PathKind, string>> = {
  'public-ip': 'public address',
  'lb-nat-rule': 'inbound NAT rule',
  'lb-rule': 'load-balancing rule',
  'firewall-dnat': 'DNAT rule',
  'app-gateway': 'gateway route',
};

/** Where a security group decides, the open rule is an error already; what sends on by itself is one here. */
function levelOf(path: PathVerdict): Level {
  const alone = path.kind === 'firewall-dnat' || path.kind === 'app-gateway';
  return alone && path.atLeast === 'internet' ? 'error' : 'warning';
}

function declarationOf({ model }: RuleContext, path: PathVerdict, id: string): ResourceDeclaration | undefined {
  if (path.kind === 'app-gateway') return model.applicationGateways.get(id)?.declaration;
  if (path.kind !== 'firewall-dnat') return model.loadBalancers.get(id)?.declaration;
  const firewall = model.firewalls.find(one => one.id === id);
  const policy = firewall?.policy?.id === undefined ? undefined : model.firewallPolicies.get(firewall.policy.id);
  const ruleName = path.through?.rule;
  const rule = [...(firewall?.rules ?? []), ...(policy?.rules ?? [])].find(one => one.name === ruleName);
  return rule?.declaration ?? firewall?.declaration;
}

/** How deep rules lie in what declares them: `properties.natRuleCollections[].properties.rules[]`. */
const deepest = 6;

/** The named rule within a declaration, or the declaration's opening. */
function rulePlace(declaration: ResourceDeclaration, name: string): Place {
  return findNamed(declaration.body, name, deepest)?.place ?? declaration.place;
}

function findNamed(value: Value, name: string, depth: number): { readonly place: Place } | undefined {
  if (depth === 0) return undefined;
  if (value.kind === 'array') {
    for (const item of value.items) {
      if (item.kind !== 'object') continue;
      const own = item.get('name');
      const place = own?.origin[0]?.place;
      if (own?.kind === 'string' && own.value === name && place && isForwarding(item)) return { place };
      const inner = findNamed(item, name, depth - 1);
      if (inner) return inner;
    }
  }
  if (value.kind !== 'object') return undefined;
  for (const property of value.properties()) {
    const inner = findNamed(property.value, name, depth - 1);
    if (inner) return inner;
  }
  return undefined;
}

/** A frontend or pool can have a rule's name: only a rule has a port to send on to. */
function isForwarding(item: ObjectValue): boolean {
  const properties = item.get('properties');
  const body = properties?.kind === 'object' ? properties : item;
  return ['backendPort', 'translatedPort', 'translatedAddress', 'priority'].some(one => body.get(one) !== undefined);
}
