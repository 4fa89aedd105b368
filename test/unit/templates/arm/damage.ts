import { type JsonNode, JsonText } from '../../../../src/templates/arm/json.ts';

/** A member of a template's section. A deployment's own template has members in turn. */
interface Member {
  readonly section: string;
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly siblings: readonly Member[];
  readonly outer: Member | undefined;
  readonly inner: Member[];
}

function membersOf(json: JsonText, template: JsonNode, outer?: Member): Member[] {
  const members: Member[] = [];
  json.eachProperty(template, (sectionName, section) => {
    const add = (first: JsonNode, node: JsonNode): void => {
      const member: Member = {
        section: json.string(sectionName).toLowerCase(),
        name: first === node ? '' : json.string(first).toLowerCase(),
        start: json.start(first),
        end: json.end(node),
        siblings: members,
        outer,
        inner: [],
      };
      const properties = json.find(node, 'properties');
      const nested = properties === undefined ? undefined : json.find(properties, 'template');
      if (nested !== undefined) member.inner.push(...membersOf(json, nested, member));
      members.push(member);
    };
    if (json.kind(section) === 'array') for (const item of json.items(section)) add(item, item);
    else json.eachProperty(section, add);
  });
  return members;
}

function memberAt(members: readonly Member[], at: number): Member | undefined {
  const found = members.find(({ start, end }) => start <= at && at < end);
  return found && (memberAt(found.inner, at) ?? found);
}

/**
 * Tells of a sound template whether what is declared at one place has nothing to do with a character at another one.
 * It does when the character is in the declaring resource itself, in a parameter, variable or function that this names,
 * also through others, in the deployment around it, or in a resource that adds rules to a group. The names of sections,
 * and all that stands between their members, belong to nobody.
 */
export function damageIn(text: string): (declared: number, at: number) => boolean {
  const json = new JsonText(text);
  const members = membersOf(json, json.root!);
  const ownText = ({ start, end, inner }: Member): string => {
    let own = '';
    let from = start;
    for (const one of inner) {
      own += text.slice(from, one.start);
      from = one.end;
    }
    return own + text.slice(from, end);
  };
  const needs = (member: Member): Set<Member> => {
    const found = new Set<Member>();
    const left = [member];
    for (let one = left.pop(); one; one = left.pop()) {
      if (found.has(one)) continue;
      found.add(one);
      const own = ownText(one);
      const named = new Set([...own.matchAll(/'([^']*)'/g)].map(([, name]) => name!.toLowerCase()));
      for (let around: Member | undefined = one; around; around = around.outer)
        for (const other of around.siblings) {
          const isNamed = /^(?:parameters|variables)$/.test(other.section) && named.has(other.name);
          const isAlwaysNeeded =
            other.section === 'functions' || (other.section === 'variables' && other.name === 'copy');
          if (isNamed || isAlwaysNeeded) left.push(other);
        }
      if (one.outer) left.push(one.outer);
    }
    return found;
  };
  return (declared, at) => {
    const group = memberAt(members, declared);
    const damaged = memberAt(members, at);
    if (!group || !damaged) return !group;
    const adding = group.siblings.filter(one => /networkSecurityGroups\/securityRules/i.test(ownText(one)));
    return [group, ...adding].some(one => needs(one).has(damaged));
  };
}
