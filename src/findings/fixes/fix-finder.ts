import type { SecurityGroup, SecurityRule } from '../../network/model.ts';
import type { FileSystem } from '../../templates/file-system.ts';
import { OverlayFiles } from '../../templates/recorded-files.ts';
import type { TextEdit } from '../../templates/source-editor.ts';
import { analyseUnit, type UnitAnalysis, wholeAnalysis } from '../analysis.ts';
import { coveredBy, knownInboundRules } from '../coverage.ts';
import type { Finding, Fix } from '../finding.ts';
import { joined, quoted, shown } from '../message-text.ts';
import { placeKey } from '../places.ts';
import type { SettledFinding } from '../settle.ts';
import { type Candidate, exposureFixes, moveInFront, remove, type Subject, tighten } from './candidates.ts';
import { editedTexts } from './edits.ts';
import { type FixPromise, groupKey, type Proof, proveFix, ruleKey, textKey } from './proof.ts';
import { portsCarried } from './rule-text.ts';
import { removeSuppression, suppressionFix } from './suppression-fixes.ts';
import { Texts } from './texts.ts';

export interface FixContext {
  /** Everything that was judged: a fix must not change any of it that it does not name. */
  readonly analyses: readonly UnitAnalysis[];
  /** The texts that were judged. */
  readonly files: FileSystem;
  readonly ports: readonly number[];
  /** Addresses and CIDR blocks that may administer machines. */
  readonly trustedSources: readonly string[];
  /**
   * How many resources and rules of one unit may be judged again in all to prove fixes; what is beyond it is offered no
   * fix. For a report of everything, in which thousands of findings in one file would each read the file again.
   * Default: no bound.
   */
  readonly mostJudged?: number;
}

type TemplateFinding = SettledFinding<UnitAnalysis>;

const exposureIds: ReadonlySet<string> = new Set([
  'open-management-port',
  'conditional-management-port',
  'wide-management-source',
]);

/**
 * Finds fixes for findings in templates, at the place that really decides. Each is proved before it is offered: its
 * edits are applied to the texts, everything that saw them is read and judged again, the port must be closed as promised
 * and nothing else may have changed. That takes time: ask when somebody looks at a finding.
 */
export class FixFinder {
  readonly #offered = new Map<string, readonly Offer[]>();
  readonly #proofs = new Map<string, Proof>();
  readonly #byKey = new Map<UnitAnalysis, Map<string, Finding[]>>();
  readonly #judged = new Map<string, number>();
  readonly #sizes = new Map<UnitAnalysis, number>();

  constructor(private readonly context: FixContext) {}

  /** The fixes of a finding, best first; of one that is suppressed, none. */
  fixesOf(finding: TemplateFinding): readonly Fix[] {
    const { port } = finding;
    const needless = removeSuppression(finding, this.context.files);
    if (needless) return [needless];
    return this.#offersFor(finding)
      .filter(offer => port === undefined || offer.ports.length === 0 || offer.ports.includes(port))
      .map(offer => offer.fix);
  }

  /** Findings of one rule at several ports have the same fixes, but for those that close only some of them. */
  #offersFor(finding: TemplateFinding): readonly Offer[] {
    const { rule, group } = finding.subject;
    if (!rule || !group || finding.suppressed) return [];
    const key = [
      exposureIds.has(finding.id) ? finding.id : `${finding.id} ${finding.port}`,
      ...finding.foundIn.map(one => `${one.unit} ${one.parameterFile ?? ''}`),
      groupKey(group),
      ruleKey(rule),
    ];
    const known = this.#offered.get(key.join(' '));
    if (known) return known;
    const found = finding.foundIn.every(one => this.#mayJudge(one)) ? this.#subjectOf(finding) : undefined;
    const fixes = found
      ? this.#offers(candidatesOf(finding, found.subject, this.context.trustedSources), finding, found)
      : [];
    this.#offered.set(key.join(' '), fixes);
    return fixes;
  }

  /** A fix that lets only these addresses or blocks in; undefined when there is none that keeps everything else. */
  tightenTo(finding: TemplateFinding, sources: readonly string[]): Fix | undefined {
    const found = exposureIds.has(finding.id) ? this.#subjectOf(finding) : undefined;
    return found && this.#offers([tighten(found.subject, sources)], finding, found)[0]?.fix;
  }

  /** Accepts a finding for a reason: by a comment in its file, or in the configuration file where there can be none. */
  suppress(finding: TemplateFinding, reason: string): Fix | undefined {
    return suppressionFix(finding, reason, this.context);
  }

  /**
   * The first safe fix of each finding, as many as go together: each one more must leave fewer exposures than there
   * were without it and bring nothing new.
   */
  fixAll(findings: readonly TemplateFinding[]): { readonly edits: readonly TextEdit[]; readonly fixed: number } {
    let edits: readonly TextEdit[] = [];
    let fixed = 0;
    let open = this.#troubles(edits);
    for (const finding of findings) {
      if (finding.suppressed) continue;
      const fix = this.fixesOf(finding).find(one => one.disposition === 'safe');
      if (!fix || fix.edits.every(edit => edits.includes(edit))) continue;
      const more = [...edits, ...fix.edits];
      const now = this.#troubles(more);
      if (now === undefined || open === undefined || now >= open) continue;
      edits = more;
      open = now;
      fixed++;
    }
    return { edits, fixed };
  }

  /** How many warnings and errors are left after some edits; undefined when they do not go together. */
  #troubles(edits: readonly TextEdit[]): number | undefined {
    const { analyses, files, ports } = this.context;
    const texts = editedTexts(files, edits);
    if (!texts) return undefined;
    const overlay = new OverlayFiles(files, texts);
    let count = 0;
    for (const analysis of analyses) {
      const isTouched = analysis.files.paths.some(path => texts.has(path));
      const { findings } = isTouched ? analyseUnit(analysis, overlay, ports) : analysis;
      count += findings.filter(finding => finding.level !== 'note').length;
    }
    return count;
  }

  /** The finding's rule in every reading that has it. */
  #subjectOf(finding: TemplateFinding): Found | undefined {
    const { rule, group } = finding.subject;
    const first = finding.foundIn[0];
    if (!rule || !group || !first) return undefined;
    const instances: SecurityRule[] = [];
    const holdsIn = new Map<UnitAnalysis, Set<string>>();
    for (const analysis of finding.foundIn.map(wholeAnalysis)) {
      for (const other of this.#findingsLike(finding, analysis)) {
        if (other.subject.rule) instances.push(other.subject.rule);
        const groups = holdsIn.get(analysis) ?? new Set();
        holdsIn.set(analysis, groups.add(groupKey(other.subject.group ?? group)));
      }
    }
    const texts = new Texts(this.context.files, first);
    return { subject: { group, rule, instances, texts, judged: this.context.ports }, holdsIn };
  }

  /** The finding in a reading: once for each rule that has it there. */
  #findingsLike(finding: Finding, analysis: UnitAnalysis): readonly Finding[] {
    let byKey = this.#byKey.get(analysis);
    if (!byKey) {
      byKey = new Map();
      for (const other of analysis.findings) {
        const key = findingKey(other);
        const alike = byKey.get(key);
        if (alike) alike.push(other);
        else byKey.set(key, [other]);
      }
      this.#byKey.set(analysis, byKey);
    }
    return byKey.get(findingKey(finding)) ?? [];
  }

  #offers(candidates: Iterable<Candidate>, finding: Finding, found: Found): readonly Offer[] {
    const out: Offer[] = [];
    const seen = new Set<string>();
    for (const candidate of candidates) {
      const offer = this.#offer(candidate, finding, found);
      if (!offer) continue;
      const key = JSON.stringify(offer.fix.edits);
      if (!seen.has(key)) out.push(offer);
      seen.add(key);
    }
    return out;
  }

  #offer(candidate: Candidate, finding: Finding, found: Found): Offer | undefined {
    const { subject } = found;
    const rules = [candidate.rule ?? subject.rule];
    const ways = [...candidate.ways];
    const alone = this.#offerFor({ ...candidate, ways }, rules, finding, found);
    if (alone || candidate.rule || candidate.outcome === 'same') return alone;
    const made = madeWith(subject, found.holdsIn.keys());
    if (made.length === 0) return undefined;
    const carried = made.flatMap(rule => portsCarried(rule, subject.judged).judged);
    const ports = [...new Set([...candidate.ports, ...carried])].sort((a, b) => a - b);
    const names = joined(made.map(rule => (rule.name.known ? quoted(rule.name.value) : 'without a known name')));
    const title = `${candidate.title}; the same text makes ${made.length === 1 ? 'rule' : 'rules'} ${names}`;
    return this.#offerFor({ ...candidate, title, ports, ways }, [...rules, ...made], finding, found);
  }

  /** The first way of a candidate that changes these rules alone. */
  #offerFor(candidate: Candidate, rules: readonly SecurityRule[], finding: Finding, found: Found): Offer | undefined {
    const { subject, holdsIn } = found;
    const { outcome } = candidate;
    const declared = new Set([placeKey(subject.group.declaration.place)]);
    const keys = new Set(rules.map(ruleKey));
    const closed = candidate.rule ? candidate.ports : candidate.ports.filter(port => isDecided(port, keys, holdsIn));
    const ports =
      candidate.rule || outcome === 'same' ? closed : [...candidate.ports, ...this.#portsElsewhere(keys, found)];
    const promise: FixPromise = { rules: keys, holdsIn, declared, ports, closed, outcome };
    let second: Fix | undefined;
    for (const edits of candidate.ways) {
      if (!edits || edits.length === 0) continue;
      const proof = this.#prove(edits, promise);
      if (!proof.kept) continue;
      const unsure = candidate.review || finding.id === 'conditional-management-port' || isPartial(subject.group);
      if (proof.touches.length === 0) {
        return { fix: { title: candidate.title, disposition: unsure ? 'review' : 'safe', edits }, ports: closed };
      }
      const touches = proof.touches.map(one => shown(one, 80)).join('; ');
      second ??= { title: `${candidate.title} (${touches})`, disposition: 'review', edits };
    }
    return second && { fix: second, ports: closed };
  }

  /** The judged ports that some rules are for in other readings of the same unit, where a parameter decides the port. */
  #portsElsewhere(keys: ReadonlySet<string>, { subject, holdsIn }: Found): readonly number[] {
    const units = new Set([...holdsIn.keys()].map(one => one.unit));
    const others = this.context.analyses
      .filter(one => units.has(one.unit))
      .map(wholeAnalysis)
      .filter(one => !holdsIn.has(one));
    const same = others.flatMap(one =>
      one.groups.flatMap(({ group }) => group.rules.filter(rule => keys.has(ruleKey(rule)))),
    );
    return same.flatMap(rule => portsCarried(rule, subject.judged).judged);
  }

  #prove(edits: readonly TextEdit[], promise: FixPromise): Proof {
    const { analyses, files, ports } = this.context;
    const holdsIn = [...promise.holdsIn.values()].map(groups => [...groups]);
    const key = JSON.stringify([edits, [...promise.rules], holdsIn, promise.ports, promise.closed, promise.outcome]);
    const known = this.#proofs.get(key);
    if (known) return known;
    const judged = [...promise.holdsIn.keys()];
    if (!judged.every(one => this.#mayJudge(one))) return { kept: false };
    for (const one of judged) this.#judged.set(one.unit, (this.#judged.get(one.unit) ?? 0) + this.#sizeOf(one));
    const proof = proveFix(edits, promise, analyses, files, ports);
    this.#proofs.set(key, proof);
    return proof;
  }

  #mayJudge(analysis: UnitAnalysis): boolean {
    const judged = this.#judged.get(analysis.unit) ?? 0;
    return judged + this.#sizeOf(analysis) <= (this.context.mostJudged ?? Number.POSITIVE_INFINITY);
  }

  /** What judging a reading again takes: its resources and rules, and long lists of sources. */
  #sizeOf(analysis: UnitAnalysis): number {
    let size = this.#sizes.get(analysis);
    if (size === undefined) {
      size = analysis.reading.declarations.length;
      for (const { group } of analysis.groups) {
        for (const rule of group.rules) size += 1 + Math.floor(rule.sourceAddressPrefixes.items.length / 20);
      }
      this.#sizes.set(analysis, size);
    }
    return size;
  }
}

/** A proved fix with the ports that it closes. */
interface Offer {
  readonly fix: Fix;
  readonly ports: readonly number[];
}

interface Found {
  readonly subject: Subject;
  readonly holdsIn: ReadonlyMap<UnitAnalysis, ReadonlySet<string>>;
}

/** Whether some rules are among those that let somebody in at a port. */
function isDecided(
  port: number,
  rules: ReadonlySet<string>,
  holdsIn: ReadonlyMap<UnitAnalysis, ReadonlySet<string>>,
): boolean {
  for (const [{ groups }, keys] of holdsIn) {
    for (const { group, verdicts } of groups) {
      if (!keys.has(groupKey(group))) continue;
      const steps = verdicts.find(verdict => verdict.port === port)?.proof ?? [];
      if (steps.some(step => step.effect === 'admits' && step.rule && rules.has(ruleKey(step.rule)))) return true;
    }
  }
  return false;
}

/**
 * The other rules that the rule's text makes, in its group or in others: a loop's body for example. None when one of them
 * is for something else than management ports.
 */
function madeWith({ rule, judged }: Subject, analyses: Iterable<UnitAnalysis>): readonly SecurityRule[] {
  const place = textKey(rule);
  const own = ruleKey(rule);
  const others = new Map<string, SecurityRule>();
  for (const { groups } of analyses) {
    for (const other of groups.flatMap(({ group }) => group.rules)) {
      if (textKey(other) !== place || ruleKey(other) === own || others.has(ruleKey(other))) continue;
      const { judged: ports, others: more } = portsCarried(other, judged);
      if (ports.length === 0 || more || !other.access.known || other.access.value !== 'Allow') return [];
      others.set(ruleKey(other), other);
    }
  }
  return [...others.values()];
}

function candidatesOf(finding: Finding, subject: Subject, trusted: readonly string[]): Iterable<Candidate> {
  if (exposureIds.has(finding.id)) return exposureFixes(subject, trusted);
  if (finding.id === 'unreachable-rule') return [remove(subject, 'same', [])];
  if (finding.id === 'ineffective-deny') return inFront(finding, subject);
  return [];
}

function inFront(finding: Finding, subject: Subject): readonly Candidate[] {
  const all = knownInboundRules(subject.group);
  const late = all.find(one => one.rule === subject.rule);
  const by = late && coveredBy(late, all, finding.port)?.filter(one => one.allows);
  if (finding.port === undefined || !by || by.length === 0) return [];
  const before = Math.min(...by.map(one => one.priority));
  return [moveInFront(subject, subject.rule, before, [finding.port])];
}

/** Of a group that is only read in part, priorities and rules may be taken that nobody sees. */
function isPartial(group: SecurityGroup): boolean {
  return group.partial || group.furtherRules !== undefined;
}

/** What findings that say the same of the same place have in common. */
function findingKey({ id, address, securityRule, port, place }: Finding): string {
  return JSON.stringify([id, address, securityRule, port, placeKey(place)]);
}
