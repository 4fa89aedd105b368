import type { ProofStep, SecurityGroup } from '../network/model.ts';
import type { Place } from '../network/origin.ts';
import type { Exposure } from './exposure.ts';
import type { Finding, Level, RelatedPlace } from './finding.ts';
import { joined, portLabel, quoted, sentence, shown, sourcesPhrase } from './message-text.ts';
import {
  admittedPhrase,
  callPlaces,
  decidingProperties,
  distinctPlaces,
  groupLabel,
  hasSecretSource,
  type PropertyOrigin,
  secretSource,
  undecidedProperties,
  usePlace,
  wayPlaces,
} from './places.ts';

/** A finding about a rule that lets too many in to one port. */
export function exposureFinding(id: string, level: Level, exposure: Exposure): Finding {
  const { group, rule, verdict } = exposure;
  const ways = waysOf(exposure);
  const place = ways.map(way => usePlace(way.origin)).find(one => one !== undefined) ?? fallbackPlace(exposure);
  return {
    id,
    level,
    message: sentence(messageOf(exposure)),
    place,
    address: group.declaration.address,
    ...(group.name.known ? { securityGroup: group.name.value } : {}),
    ...(rule ? { securityRule: exposure.step.ruleName } : {}),
    port: verdict.port,
    related: distinctPlaces(
      [...ways.flatMap(wayPlaces), ...lateDenies(exposure), ...otherRules(exposure), ...callPlaces(group)],
      place,
    ),
    subject: { group, ...(rule ? { rule } : {}) },
  };
}

function waysOf({ kind, group, rule, verdict }: Exposure): readonly PropertyOrigin[] {
  if (!rule) return group.furtherRules ? [{ property: 'existence', origin: group.furtherRules.origin }] : [];
  const deciding = decidingProperties(rule, verdict.port);
  if (kind !== 'conditional') return deciding;
  const undecided = undecidedProperties(rule, verdict);
  return undecided.length > 0 ? undecided : deciding;
}

function fallbackPlace({ group, rule }: Exposure): Place {
  return rule?.name.origin[0]?.place ?? rule?.place ?? group.declaration.place;
}

function messageOf(exposure: Exposure): string {
  const { kind, group, rule, verdict, step } = exposure;
  const port = portLabel(verdict.port);
  const whose = `${ruleLabel(step)} in ${groupLabel(group)}`;
  const extent = kind === 'open' || verdict.reach === 'internet' ? 'the internet' : 'a wide range of addresses';
  const notes = notesOf(group);
  if (kind === 'conditional') {
    const on = joined(
      verdict.dependsOn.map(name => shown(name, 80)),
      3,
    );
    return `${port} may be open to ${extent}: for ${whose} that depends on ${on}${notes}.`;
  }
  const sources = rule && hasSecretSource(rule) ? secretSource : sourcesPhrase(admittedSources(exposure));
  if (kind === 'open') return `${port} is open to the internet: ${whose} admits ${sources}${notes}.`;
  const cloud = step.sources.some(source => /^azurecloud/i.test(source));
  const why = cloud ? ', which is the machines of every Azure customer' : '';
  return `${port} is open to a wide range of addresses: ${whose} admits ${sources}${why}${notes}.`;
}

/** What a rule adds, as few words as say it: where that is a long list of remainders, its sources as written. */
function admittedSources({ rule, step }: Exposure): readonly string[] {
  const written = rule?.sourceAddressPrefixes.items.flatMap(item => (item.known ? item.value : [])) ?? [];
  return step.sources.length > 4 && written.length > 0 && written.length < step.sources.length ? written : step.sources;
}

function ruleLabel(step: ProofStep): string {
  // A name in brackets stands for rules that could not be read.
  return step.rule ? `rule ${quoted(step.ruleName)}` : shown(step.ruleName.replace(/^\(|\)$/g, ''), 80);
}

function notesOf(group: SecurityGroup): string {
  const notes: string[] = [];
  if (group.partial) notes.push('the rest of the group is not in what was read');
  if (group.existence.kind === 'depends') {
    notes.push(
      `whether the group is deployed depends on ${joined(
        group.existence.on.map(name => shown(name, 80)),
        3,
      )}`,
    );
  }
  return notes.length > 0 ? ` (${notes.join('; ')})` : '';
}

/** The Deny rules that would keep them out and come too late for it. */
function lateDenies({ verdict, step }: Exposure): RelatedPlace[] {
  const out: RelatedPlace[] = [];
  for (const other of verdict.proof) {
    if (other.effect !== 'too-late' || !other.rule) continue;
    if (step.priority !== undefined && other.priority !== undefined && other.priority < step.priority) continue;
    out.push({
      place: other.rule.name.origin[0]?.place ?? other.rule.place,
      message: `Rule ${quoted(other.ruleName)}${priority(other)} comes too late: rule ${quoted(step.ruleName)}${priority(step)} is matched first.`,
    });
  }
  return out;
}

/** Where only several rules together are this wide, the others of them. */
function otherRules({ kind, verdict, step }: Exposure): RelatedPlace[] {
  if (kind !== 'open' || step.atLeast === 'internet') return [];
  const others = verdict.proof.filter(other => other.effect === 'admits' && other !== step && other.rule);
  return others.map(other => ({
    place: other.rule!.name.origin[0]?.place ?? other.rule!.place,
    message: `Rule ${quoted(other.ruleName)}${priority(other)} admits ${admittedPhrase(other)} as well.`,
  }));
}

function priority(step: ProofStep): string {
  return step.priority === undefined ? '' : ` (priority ${step.priority})`;
}
