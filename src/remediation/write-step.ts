import type { Change } from './change.ts';
import { type Difference, differenceText, type Leeway, merge } from './merge.ts';
import { bodyOf } from './plan-body.ts';
import { isObject, type JsonObject, pickText } from './plan-json.ts';
import type { PlanStep } from './plan-steps.ts';

/** What a failed call means for the resource it was about. */
export type FailureMeaning =
  /** Somebody else has written meanwhile: nothing was done, and it can be tried on what stands there now. */
  | 'outdated'
  /** No answer, or none that tells: the call may have been carried out. */
  | 'unknown'
  | 'refused';

/** Where steps are carried out: Azure, or a stand-in. */
export interface ResourceWriter {
  /** The resource as it is once no operation is under way on it; undefined when there is none. */
  read(id: string, apiVersion: string, signal?: AbortSignal): Promise<unknown>;
  /** Resolves when it has been carried out, with the resource as it is then. It is not given up half-way. */
  write(step: PlanStep & { readonly ifNoneMatch?: '*' }): Promise<unknown>;
  meaningOf(error: unknown): FailureMeaning;
  /** Waits before a call is made again for the nth time. */
  pause(attempt: number, signal?: AbortSignal): Promise<void>;
}

/** Keeps changes over the end of the process. A change is saved before and after every call that writes. */
export interface Journal {
  save(change: Change): Promise<void>;
}

export interface ApplyOptions {
  readonly writer: ResourceWriter;
  readonly journal: Journal;
  /** Told of each step before it is taken. */
  readonly progress?: (title: string, at: number, of: number) => void;
  /** Honoured between steps. */
  readonly signal?: AbortSignal;
  /** A failure in words for a person. */
  readonly explain: (error: unknown) => string;
}

/** The resource is not as it was when it was looked at: nothing was written to it. */
export class NotAsExpected extends Error {
  override readonly name = 'NotAsExpected';

  constructor(
    message: string,
    readonly differences: readonly Difference[],
  ) {
    super(message);
  }
}

/** A resource as it stands in Azure. */
export interface Standing {
  /** What would write it so; null when it is not there. */
  readonly body: JsonObject | null;
  readonly etag: string | undefined;
}

/** How often a write is tried when others write to the same group meanwhile. */
export const mostTries = 5;

export async function standingOf(writer: ResourceWriter, step: PlanStep, signal?: AbortSignal): Promise<Standing> {
  return asStanding(await writer.read(step.id, step.apiVersion, signal), step.id);
}

export function asStanding(resource: unknown, id: string): Standing {
  if (!isObject(resource)) return { body: null, etag: undefined };
  return { body: bodyOf(resource, id), etag: pickText(resource, 'etag') };
}

/** Sends a body on the condition that the resource is as it was read. */
export async function send(
  writer: ResourceWriter,
  step: PlanStep,
  body: JsonObject | null,
  { body: standing, etag }: Standing,
): Promise<Standing> {
  const { ifMatch: _, ...bare } = step;
  const condition = etag !== undefined ? { ifMatch: etag } : standing === null ? { ifNoneMatch: '*' as const } : {};
  const method = body === null ? 'DELETE' : 'PUT';
  return asStanding(await writer.write({ ...bare, method, body, ...condition }), step.id);
}

/**
 * What a step makes of the resource as it stands. @throws NotAsExpected when somebody has changed meanwhile what the
 * step changes.
 */
export function rebased(
  step: PlanStep,
  base: JsonObject | null,
  ours: JsonObject | null,
  theirs: JsonObject | null,
): JsonObject | null {
  const merged = merge(base, ours, theirs, leewayOf(step.id, base, ours));
  const [first] = merged.conflicts;
  if (!first) return merged.body;
  const what =
    theirs === null
      ? 'it is gone'
      : base === null
        ? 'there is one already'
        : merged.conflicts.map(differenceText).join('; ');
  throw new NotAsExpected(what, merged.conflicts);
}

/** One rule or record is changed as a whole or not at all, and nothing is made or deleted over another's head. */
function leewayOf(id: string, base: JsonObject | null, ours: JsonObject | null): Leeway {
  if (/\/(securityRules|inboundNatRules)\/[^/]+$/i.test(id)) return 'rule';
  return ours === null || base === null || /\/(CNAME|A)\/[^/]+$/i.test(id) ? 'none' : 'parts';
}

/** Whether a request for access stands in its policy already, from before the process ended. */
export function isRequested(policy: unknown, { body }: PlanStep): boolean {
  const wanted = endsOf(body);
  const requests = isObject(policy) && isObject(policy.properties) ? policy.properties.requests : undefined;
  return (
    wanted.length > 0 &&
    Array.isArray(requests) &&
    requests.some(one => {
      const held = endsOf(one);
      return wanted.every(end => held.includes(end));
    })
  );
}

/** Machine, port and end of each request, as text. */
function endsOf(request: unknown): string[] {
  const machines = isObject(request) && Array.isArray(request.virtualMachines) ? request.virtualMachines : [];
  return machines.flatMap(machine =>
    (isObject(machine) && Array.isArray(machine.ports) ? machine.ports : []).map(
      port =>
        `${pickText(machine, 'id')?.toLowerCase()} ${pickText(port, 'number')} ${Date.parse(pickText(port, 'endTimeUtc') ?? '')}`,
    ),
  );
}

/** The resource that an action is asked of. */
export function actedOn(step: PlanStep): string {
  return step.id.slice(0, step.id.lastIndexOf('/'));
}
