import { MachineEvaluation } from '../network/machine/evaluation.ts';
import type { MachinePortVerdict, MachineVerdict } from '../network/machine/machine-verdict.ts';
import type { Machine, NetworkModel } from '../network/network-model.ts';
import { declarationsOf } from '../network/rest/live-resources.ts';
import { readResources } from '../network/rest/read-resources.ts';
import { bodyOf } from './plan-body.ts';
import { PlanError } from './plan-error.ts';
import { type JsonObject, pickList, pickText } from './plan-json.ts';
import { machinesByGroup } from './plan-machines.ts';
import { comparable, kindOf, parentOf, parseId, rootOf } from './plan-resource-id.ts';
import { applyStep, byId, type PlanStep } from './plan-steps.ts';
import { blockingLocks, type Lock, lockOf } from './preflight-locks.ts';

/** The API version of Microsoft.Network that steps are written for: new virtual networks keep their defaults in it. */
export const networkApi = '2024-05-01';

/** A plan in the making: its steps so far, and the resources as they are after them. */
export class Draft {
  readonly steps: PlanStep[] = [];
  readonly undo: PlanStep[] = [];
  readonly warnings = new Set<string>();
  readonly alsoAffected = new Set<string>();
  /** Groups that the plan writes to, by what ids are compared by. */
  readonly groups = new Set<string>();
  #resources: readonly unknown[];
  #byId: Map<string, JsonObject> | undefined;
  #evaluation: MachineEvaluation | undefined;
  #machines: Map<string, Machine> | undefined;
  #behind: Map<string, Machine[]> | undefined;
  #lockList: readonly Lock[] | undefined;
  readonly #written = new Set<string>();

  constructor(
    readonly before: readonly unknown[],
    readonly ports: readonly number[],
  ) {
    this.#resources = before;
  }

  get resources(): readonly unknown[] {
    return this.#resources;
  }

  get model(): NetworkModel {
    return this.#evaluated().model;
  }

  evaluate(machine: Machine): MachineVerdict {
    return this.#evaluated().evaluate(this.machine(machine.id) ?? machine);
  }

  /** The machine with an identity, as it is in the draft. */
  machine(id: string): Machine | undefined {
    const { machines } = this.model;
    this.#machines ??= new Map(machines.map(one => [one.id, one]));
    return this.#machines.get(id);
  }

  /** The machines that a group governs. */
  machinesBehind(group: string): readonly Machine[] {
    this.#behind ??= machinesByGroup(this.model);
    return this.#behind.get(comparable(group)) ?? [];
  }

  port(machine: Machine, port: number): MachinePortVerdict {
    return this.evaluate(machine).ports.find(one => one.port === port)!;
  }

  #evaluated(): MachineEvaluation {
    this.#evaluation ??= new MachineEvaluation(readResources(declarationsOf(this.#resources)), { ports: this.ports });
    return this.#evaluation;
  }

  get(id: string): JsonObject | undefined {
    this.#byId ??= byId(this.#resources);
    return this.#byId.get(comparable(id));
  }

  /** A child in its parent's list, or standing alone. */
  child(id: string): JsonObject | undefined {
    const parent = this.get(parentOf(id));
    const name = parseId(id).name.toLowerCase();
    const inline = pickList(parent, 'properties', kindOf(id)).find(
      item => pickText(item, 'name')?.toLowerCase() === name,
    );
    return (inline as JsonObject | undefined) ?? this.get(id);
  }

  put(title: string, id: string, body: JsonObject, apiVersion = networkApi): void {
    const old = this.#existing(id);
    this.#push({ title, method: 'PUT', id, apiVersion, body, ...this.#match(id) }, [
      old === undefined
        ? { title: `Take back: ${title}`, method: 'DELETE', id, apiVersion, body: null }
        : { title: `Take back: ${title}`, method: 'PUT', id, apiVersion, body: old },
    ]);
  }

  delete(title: string, id: string, apiVersion = networkApi): void {
    const old = this.#existing(id);
    if (old === undefined) throw new PlanError('no-rule', `${id} is not there: read the inventory again`);
    this.#push({ title, method: 'DELETE', id, apiVersion, body: null, ...this.#match(id) }, [
      { title: `Take back: ${title}`, method: 'PUT', id, apiVersion, body: old },
    ]);
  }

  post(title: string, id: string, body: JsonObject, apiVersion: string): void {
    this.#push({ title, method: 'POST', id, apiVersion, body }, []);
  }

  /** Does something to the draft; when it cannot be planned, the draft is as before, and the reason is given. */
  attempt(what: () => void): PlanError | undefined {
    const { length } = this.steps;
    const undone = this.undo.length;
    const sets = [this.warnings, this.alsoAffected, this.groups, this.#written].map(set => ({ set, had: [...set] }));
    const resources = this.#resources;
    const [evaluation, machines, behind] = [this.#evaluation, this.#machines, this.#behind];
    try {
      what();
      return undefined;
    } catch (error) {
      if (!(error instanceof PlanError)) throw error;
      if (this.steps.length > length) {
        this.steps.length = length;
        this.undo.splice(0, this.undo.length - undone);
        this.#resources = resources;
        this.#byId = undefined;
        this.#evaluation = evaluation;
        this.#machines = machines;
        this.#behind = behind;
      }
      for (const { set, had } of sets) {
        set.clear();
        for (const one of had) set.add(one);
      }
      return error;
    }
  }

  /** Locks among what was read. */
  get #locks(): readonly Lock[] {
    this.#lockList ??= this.before.flatMap(lockOf);
    return this.#lockList;
  }

  #push(step: PlanStep, undo: readonly PlanStep[]): void {
    const [lock] = blockingLocks([step], this.#locks);
    if (lock)
      throw new PlanError(
        'locked',
        `${parseId(lock.scope).name} is locked (${lock.level} lock ${lock.name}), which forbids to ${lowerFirst(step.title)}: remove the lock, or ask its owner to`,
      );
    for (const { name, level } of blockingLocks(undo, this.#locks))
      this.warnings.add(`This cannot be taken back while ${level} lock ${name} stands.`);
    this.steps.push(step);
    this.undo.unshift(...undo);
    this.#written.add(comparable(step.id)).add(comparable(rootOf(step.id)));
    if (/\/networksecuritygroups\//i.test(step.id)) this.groups.add(comparable(rootOf(step.id)));
    this.#resources = applyStep(this.#resources, step);
    this.#byId = undefined;
    if (isRule(step.id)) this.#readGroupAgain(rootOf(step.id));
    else {
      this.#evaluation = undefined;
      this.#machines = undefined;
      this.#behind = undefined;
    }
  }

  /** A rule's change leaves all but its group as it was: an estate is not read anew for each of hundreds of rules. */
  #readGroupAgain(id: string): void {
    if (!this.#evaluation) return;
    const { model } = this.#evaluation;
    const own = comparable(id);
    const parts = this.#resources.filter(one => {
      const other = comparable(pickText(one, 'id') ?? '');
      return other === own || other.startsWith(`${own}/securityrules/`);
    });
    const read = readResources(declarationsOf(parts)).securityGroupsById;
    const changed: NetworkModel = {
      ...model,
      securityGroups: model.securityGroups.map(group => read.get(group.id) ?? group),
      securityGroupsById: new Map([...model.securityGroupsById, ...read]),
    };
    this.#evaluation = new MachineEvaluation(changed, { ports: this.ports });
  }

  /** The body that would write the resource as it is now; undefined when there is none. */
  #existing(id: string): JsonObject | undefined {
    const isChild = rootOf(id) !== id;
    const found = isChild ? this.child(id) : this.get(id);
    if (!found) return undefined;
    return bodyOf(found, id);
  }

  /** A group and its rules share one ETag: only the first write to it can name the one that was read. */
  #match(id: string): { ifMatch?: string } {
    if (this.#written.has(comparable(rootOf(id)))) return {};
    const found = rootOf(id) === id ? this.get(id) : this.child(id);
    const etag = pickText(found, 'etag');
    return found === undefined || etag === undefined ? {} : { ifMatch: etag };
  }
}

function lowerFirst(text: string): string {
  return `${text.charAt(0).toLowerCase()}${text.slice(1)}`;
}

function isRule(id: string): boolean {
  return /\/networksecuritygroups\/[^/]+\/securityrules\/[^/]+$/i.test(id);
}
