import { intervalsContain, uniteIntervals } from '../../network/intervals.ts';
import type { PortVerdict, SecurityGroup, SecurityRule } from '../../network/model.ts';
import { noPorts } from '../../network/port-set.ts';
import { widerReach } from '../../network/reach.ts';
import { compileGroup, type RuleLayer } from '../../network/rule-layer.ts';
import { evaluateGroup } from '../../network/security-group.ts';
import { identity } from '../../network/value.ts';
import type { FileSystem } from '../../templates/file-system.ts';
import { OverlayFiles } from '../../templates/recorded-files.ts';
import type { TextEdit } from '../../templates/source-editor.ts';
import { analyseUnit, type UnitAnalysis, wholeAnalysis } from '../analysis.ts';
import { groupLabel, placeKey } from '../places.ts';
import type { GroupVerdicts } from '../rule.ts';
import { editedTexts } from './edits.ts';
import { insideLevel, insideSenders } from './inside.ts';
import { ruleSignature, sameResources } from './signature.ts';

/** What a fix says that it does. */
export interface FixPromise {
  /** Places and names of the rules that may change: see {@link ruleKey}. */
  readonly rules: ReadonlySet<string>;
  /** Addresses of the groups in which it must hold, by reading; in others the same rule may follow. */
  readonly holdsIn: ReadonlyMap<UnitAnalysis, ReadonlySet<string>>;
  /** Where those groups are declared. */
  readonly declared: ReadonlySet<string>;
  /** TCP ports that it may close; empty when verdicts stay as they are. */
  readonly ports: readonly number[];
  /** Those of them that must be closed then: for the others an earlier rule decides. */
  readonly closed: readonly number[];
  /**
   * `narrow`: only a few addresses, or nobody, get in. `undecided`: nobody surely does, and the deployment decides.
   * `same`: nothing changes but the text.
   */
  readonly outcome: 'narrow' | 'undecided' | 'same';
}

/** Whether a fix keeps its promise. `kept` with `touches`: it does, and something else changes that a person should see. */
export type Proof = { readonly kept: false } | { readonly kept: true; readonly touches: readonly string[] };

const broken: Proof = { kept: false };

/** The same for rules that one text makes: by where it stands, and the name. */
export function ruleKey(rule: SecurityRule): string {
  return `${textKey(rule)} ${nameText(rule)}`;
}

/** The same for rules that one text makes, whatever they are called: those of a loop for example. */
export function textKey(rule: SecurityRule): string {
  return placeKey(rule.value.origin.at(-1)?.place ?? rule.place);
}

/** A rule's name, or a text that stands for one that is not known. */
function nameText({ name, value, declaration, standalone }: SecurityRule): string {
  if (name.known) return name.value.toLowerCase();
  const raw = standalone ? declaration.name : value.kind === 'object' ? value.get('name') : undefined;
  return `? ${identity(raw) ?? name.dependsOn.join()}`;
}

/** By which a resource is found again after an edit. */
export function groupKey({ declaration }: SecurityGroup): string {
  return [declaration.address, ...declaration.via.map(call => call.name)].join(' ');
}

/**
 * Applies edits to the texts, reads and judges everything again that saw one of the files, and compares: the promise
 * must hold, and no other rule, port, group, machine or resource may have changed.
 */
export function proveFix(
  edits: readonly TextEdit[],
  promise: FixPromise,
  analyses: readonly UnitAnalysis[],
  files: FileSystem,
  ports: readonly number[],
): Proof {
  const texts = editedTexts(files, edits);
  if (!texts) return broken;
  const overlay = new OverlayFiles(files, texts);
  const touches = new Set<string>();
  for (const analysis of analyses) {
    if (!analysis.files.paths.some(path => texts.has(path))) continue;
    const before = wholeAnalysis(analysis);
    const after = analyseUnit(before, overlay, ports);
    if (!new Comparison(before, after, promise, touches).holds()) return broken;
  }
  return { kept: true, touches: [...touches] };
}

class Comparison {
  constructor(
    private readonly before: UnitAnalysis,
    private readonly after: UnitAnalysis,
    private readonly promise: FixPromise,
    private readonly touches: Set<string>,
  ) {}

  /** Names of the rules that may change. */
  readonly #mine = new Set<string>();

  holds(): boolean {
    return (
      this.#sameProblems() && this.#sameResources() && this.#groupsHold() && this.#machinesHold() && this.#noNews()
    );
  }

  #sameProblems(): boolean {
    return this.after.reading.problems.length <= this.before.reading.problems.length;
  }

  #sameResources(): boolean {
    return sameResources(this.before.reading.declarations, this.after.reading.declarations);
  }

  #groupsHold(): boolean {
    const left = byKey(this.after.groups);
    for (const [key, old] of byKey(this.before.groups)) {
      const now = left.get(key);
      left.delete(key);
      if (!now) {
        // A rule that stands alone was all that was read of its group.
        const gone = old.group.partial && old.group.rules.every(rule => this.promise.rules.has(ruleKey(rule)));
        if (!gone || this.promise.outcome !== 'narrow') return false;
        continue;
      }
      const changed = this.#changedRules(old.group, now.group);
      if (changed === undefined) return false;
      const holds = changed
        ? old.verdicts.every((verdict, at) => this.#portHolds(old.group, verdict, now.verdicts[at]!)) &&
          this.#otherPortsHold(old.group, now.group)
        : old.verdicts.every((verdict, at) => sameVerdict(verdict, now.verdicts[at]!));
      if (!holds) return false;
    }
    return [...left.values()].every(one => this.#isCopyAlone(one));
  }

  /** A copy of a rule whose group is elsewhere: it has an entry of its own, and lets no more in than the fix says. */
  #isCopyAlone({ group, verdicts }: GroupVerdicts): boolean {
    return (
      group.partial &&
      verdicts.every(({ port, reach }) => (this.promise.ports.includes(port) ? isNarrow(reach) : reach === 'none'))
    );
  }

  /** Whether rules that may change did; undefined when another one did. */
  #changedRules(old: SecurityGroup, now: SecurityGroup): boolean | undefined {
    const mine = new Set(old.rules.filter(rule => this.promise.rules.has(ruleKey(rule))).map(nameText));
    for (const name of mine) this.#mine.add(name);
    const others = (group: SecurityGroup): string[] =>
      group.rules.filter(rule => !mine.has(nameText(rule))).map(ruleSignature);
    const kept = others(old);
    const left = others(now);
    // A copy that splits a rule is new: the others must be there as they were, in their order.
    let at = 0;
    for (const signature of left) if (signature === kept[at]) at++;
    if (at < kept.length || (left.length > kept.length && mine.size === 0)) return undefined;
    if (left.length - kept.length > 1) return undefined;
    if (old.furtherRules === undefined && now.furtherRules !== undefined) return undefined;
    return mine.size > 0;
  }

  #portHolds(group: SecurityGroup, old: PortVerdict, now: PortVerdict): boolean {
    const { ports, closed, outcome } = this.promise;
    if (!ports.includes(old.port)) return sameVerdict(old, now);
    if (!isNarrower(now, old)) return false;
    if (!this.#mustHold(group)) {
      this.#noteOther(group, old, now);
      return true;
    }
    if (!closed.includes(old.port)) return true;
    this.#noteLost(old, now);
    if (outcome === 'undecided') return isNarrow(now.atLeast);
    if (outcome === 'same') return sameVerdict(old, now);
    return isNarrow(now.reach);
  }

  #mustHold(group: SecurityGroup): boolean {
    return this.promise.holdsIn.get(this.before)?.has(groupKey(group)) ?? false;
  }

  /**
   * Another group that the same text makes a rule of. The same group with another parameter file, and copies of one
   * declaration that are all open, count as one.
   */
  #noteOther(group: SecurityGroup, old: PortVerdict, now: PortVerdict): void {
    if (sameVerdict(old, now)) return;
    for (const [analysis, groups] of this.promise.holdsIn) {
      if (analysis.unit === this.before.unit && groups.has(groupKey(group))) return;
    }
    const isCopy = this.promise.declared.has(placeKey(group.declaration.place)) && !isNarrow(old.reach);
    if (!isCopy) this.touches.add(`also in ${groupLabel(group)}`);
  }

  /** Other rules that let a few in and no longer do. */
  #noteLost(old: PortVerdict, now: PortVerdict): void {
    const still = new Set(now.proof.filter(step => step.effect === 'admits').map(step => step.ruleName));
    for (const step of old.proof) {
      if (step.effect !== 'admits' || !step.rule || this.promise.rules.has(ruleKey(step.rule))) continue;
      if (step.reach === 'restricted' && !still.has(step.ruleName))
        this.touches.add(`rule ${step.ruleName} lets nobody in`);
    }
  }

  /** Ports that nobody asked about, and senders inside the network. */
  #otherPortsHold(old: SecurityGroup, now: SecurityGroup): boolean {
    const layers = [compileGroup(old), compileGroup(now)] as const;
    const senders = insideSenders(layers);
    // Other rules are as they were, in their order: ports that no changed rule has cannot have changed.
    const known = new Set(old.rules.map(nameText));
    const isChanged = (rule: SecurityRule): boolean => this.#mine.has(nameText(rule)) || !known.has(nameText(rule));
    const witnesses = witnessPorts(layers, isChanged, this.promise.ports);
    for (const protocol of ['Tcp', 'Udp'] as const) {
      const was = evaluateGroup(old, { ports: witnesses, protocol });
      const is = evaluateGroup(now, { ports: witnesses, protocol });
      for (const [i, port] of witnesses.entries()) {
        const promised = this.promise.ports.includes(port);
        if (!promised && !sameVerdict(was[i]!, is[i]!)) return false;
        // RDP over UDP needs the TCP connection: that it goes along with the TCP port is no change.
        if (promised && !isNarrower(is[i]!, was[i]!)) return false;
        for (const sender of senders) {
          const [earlier, later] = layers.map(layer => insideLevel(layer, protocol, port, sender));
          if (later === earlier) continue;
          if (!promised || later! > earlier!) return false;
          this.touches.add('machines inside the network are kept out as well');
        }
      }
    }
    return true;
  }

  #machinesHold(): boolean {
    if (this.before.machines.length !== this.after.machines.length) return false;
    return this.before.machines.every((old, i) =>
      old.ports.every((verdict, at) => {
        const now = this.after.machines[i]!.ports[at]!;
        if (this.promise.ports.includes(verdict.port)) return isNarrower(now, verdict);
        return now.reach === verdict.reach && now.atLeast === verdict.atLeast;
      }),
    );
  }

  /** Whether the edit brings no finding that was not there. */
  #noNews(): boolean {
    const key = (finding: { id: string; address?: string; securityRule?: string; port?: number }) =>
      JSON.stringify([finding.id, finding.address, finding.securityRule, finding.port]);
    const known = new Set(this.before.findings.map(key));
    for (const finding of this.after.findings) {
      if (known.has(key(finding)) || finding.level === 'note') continue;
      if (finding.id === 'conditional-management-port' && this.promise.outcome === 'undecided') continue;
      const { rule } = finding.subject;
      const isMine = rule && this.#mine.has(nameText(rule));
      if (finding.id === 'unreachable-rule' && !isMine)
        this.touches.add(`rule ${finding.securityRule ?? ''} has no effect any more`);
      else return false;
    }
    return true;
  }
}

/** Groups in their order, by what they are found again by. */
function byKey(groups: readonly GroupVerdicts[]): Map<string, GroupVerdicts> {
  const out = new Map<string, GroupVerdicts>();
  for (const one of groups) {
    const key = groupKey(one.group);
    let free = key;
    for (let i = 2; out.has(free); i++) free = `${key} ${i}`;
    out.set(free, one);
  }
  return out;
}

type Reached = Pick<PortVerdict, 'reach' | 'atLeast'>;

function isNarrower(now: Reached, old: Reached): boolean {
  return widerReach(now.reach, old.reach) === old.reach && widerReach(now.atLeast, old.atLeast) === old.atLeast;
}

function isNarrow(reach: PortVerdict['reach']): boolean {
  return reach === 'none' || reach === 'restricted';
}

function sameVerdict(a: PortVerdict, b: PortVerdict): boolean {
  return (
    a.reach === b.reach &&
    a.atLeast === b.atLeast &&
    a.sources.join() === b.sources.join() &&
    a.decidedBy.join() === b.decidedBy.join() &&
    a.dependsOn.join() === b.dependsOn.join()
  );
}

/** More than any group has that is not made to be slow. */
const mostWitnesses = 300;

/** One port for each part of the changed rules' ports that the rules tell apart. */
function witnessPorts(
  layers: readonly RuleLayer[],
  isChanged: (rule: SecurityRule) => boolean,
  promised: readonly number[],
): number[] {
  // A promised port stands for itself alone: what comes behind it is a part of its own.
  const starts = new Set<number>([0, ...promised.flatMap(port => [port, port + 1])]);
  let changed = noPorts;
  for (const layer of layers) {
    for (const { rule, ports } of layer.rules) {
      for (const edge of [...ports.must, ...ports.may]) starts.add(edge);
      if (rule && isChanged(rule)) changed = uniteIntervals(changed, ports.may);
    }
  }
  return [...starts]
    .filter(port => intervalsContain(changed, port))
    .sort((a, b) => a - b)
    .slice(0, mostWitnesses);
}
