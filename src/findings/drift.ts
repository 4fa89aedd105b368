import type { Field, FieldList, SecurityGroup, SecurityRule } from '../network/model.ts';

/** Just-in-time access adds and removes rules by itself: they belong to no template. */
const ownedByJit = /^(MicrosoftDefenderForCloud|SecurityCenter)-JITRule/i;

/**
 * What differs between a group as declared and the same group as deployed, one sentence for each rule. What the
 * template does not know (a parameter without a value) is not compared, and rules of just-in-time access are left out.
 */
export function driftOf(declared: SecurityGroup, deployed: SecurityGroup): string[] {
  const sentences: string[] = [];
  const live = byName(deployed);
  const own = byName(declared);
  for (const [key, rule] of own) {
    const name = rule.name.known ? rule.name.value : key;
    const other = live.get(key);
    if (!other) {
      if (rule.existence.kind === 'certain') sentences.push(`Rule ${name} is not in Azure`);
      continue;
    }
    const changes = differences(rule, other);
    if (changes.length > 0) sentences.push(`Rule ${name} has ${changes.join(', ')} in Azure`);
  }
  const mayHaveMore =
    declared.partial || declared.furtherRules !== undefined || declared.rules.some(rule => !rule.name.known);
  if (!mayHaveMore) {
    for (const [key, rule] of live) {
      const name = rule.name.known ? rule.name.value : key;
      if (!own.has(key) && !ownedByJit.test(name)) sentences.push(`Rule ${name} is only in Azure`);
    }
  }
  return sentences;
}

function byName(group: SecurityGroup): Map<string, SecurityRule> {
  return new Map(
    group.rules.flatMap(rule => (rule.name.known ? [[rule.name.value.toLowerCase(), rule] as const] : [])),
  );
}

function differences(declared: SecurityRule, deployed: SecurityRule): string[] {
  const found: string[] = [];
  const scalar = (title: string, a: Field<string | number>, b: Field<string | number>) => {
    if (a.known && b.known && text(a.value) !== text(b.value)) found.push(`${title} ${b.value} instead of ${a.value}`);
  };
  scalar('direction', declared.direction, deployed.direction);
  scalar('access', declared.access, deployed.access);
  scalar('priority', declared.priority, deployed.priority);
  scalar('protocol', declared.protocol, deployed.protocol);
  const list = (title: string, a: FieldList<string>, b: FieldList<string>) => {
    const [before, after] = [items(a), items(b)];
    if (before && after && before.join() !== after.join()) {
      found.push(`${title} ${after.join(', ') || 'nothing'} instead of ${before.join(', ') || 'nothing'}`);
    }
  };
  list('source', declared.sourceAddressPrefixes, deployed.sourceAddressPrefixes);
  list('source ports', declared.sourcePortRanges, deployed.sourcePortRanges);
  list('destination', declared.destinationAddressPrefixes, deployed.destinationAddressPrefixes);
  list('ports', declared.destinationPortRanges, deployed.destinationPortRanges);
  return found;
}

function text(value: string | number): string {
  return String(value).toLowerCase();
}

/** The items in one order and spelling; undefined when not all of them are known. */
function items({ items: all, rest }: FieldList<string>): string[] | undefined {
  if (rest) return undefined;
  const known: string[] = [];
  for (const item of all) {
    if (!item.known) return undefined;
    known.push(
      text(item.value)
        .replace(/^(\d+)-\1$/, '$1')
        .replace(/\/32$/, ''),
    );
  }
  return [...new Set(known)].filter(value => value !== '').sort();
}
