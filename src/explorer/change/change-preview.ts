import type { Plan, PlannedMachine, ReachShown } from '../../remediation/plan.ts';

/*
 * What a person sees before a change: plain text, in which names from Azure are data.
 */

const mostRows = 8;

/** What the journal and the question call a plan. */
export function changeTitle({ steps }: Plan): string {
  const [first] = steps;
  return steps.length === 1 ? first!.title : `${first!.title}, and ${steps.length - 1} more`;
}

/** One side of the diff: who reaches what, and the resources that change as they would be sent. */
export function previewText(plan: Plan, side: 'before' | 'after'): string {
  const reach = plan.machines.map(row => `${nameOf(row.id)}  port ${row.port}  ${reachText(row[side])}`);
  const notes = side === 'after' ? [...plan.warnings, ...plan.alsoAffected] : [];
  const old = new Map(plan.undo.map(step => [step.id.toLowerCase(), step.body]));
  const last = new Map(plan.steps.map(step => [step.id, step.body]));
  const bodies = [...last].flatMap(([id, body]) => {
    const shown = side === 'after' ? body : old.get(id.toLowerCase());
    return ['', id, shown ? JSON.stringify(shown, undefined, 2) : '(not there)'];
  });
  return `${[...reach, ...(notes.length > 0 ? ['', ...notes] : []), ...bodies].join('\n')}\n`;
}

/** The one question, which names the effect. */
export function questionText(plan: Plan, subject: string): string {
  const closed = plan.machines.filter(row => row.after.reach === 'none' && row.before.reach !== 'none');
  const narrowed = plan.machines.filter(row => row.after.reach !== 'none' && row.after.reach !== row.before.reach);
  if (closed.length > 0 && narrowed.length === 0) return `Close ${portsOf(closed)} to the internet?`;
  return `Change Azure for ${subject}?`;
}

function portsOf(rows: readonly PlannedMachine[]): string {
  const names = [...new Set(rows.map(row => nameOf(row.id)))];
  const ports = [...new Set(rows.map(row => row.port))];
  const machines = names.length === 1 ? names[0] : `${names.length} machines`;
  return `${ports.length === 1 ? 'port' : 'ports'} ${ports.join(', ')} of ${machines}`;
}

/** The detail of the one question: what is done, whom it changes something for, and what to take note of. */
export function modalText(plan: Plan): string {
  const { steps, machines } = plan;
  const done =
    steps.length > mostRows
      ? [`${steps.length} steps, which the preview shows.`]
      : steps.map((step, i) => `${i + 1}. ${step.title}`);
  // A port that is closed before and after was asked for, but nothing happens to it.
  const rows = machines.filter(row => row.before.reach !== 'none' || row.after.reach !== 'none');
  const reach =
    rows.length > mostRows
      ? countedRows(rows)
      : rows.map(row => `${nameOf(row.id)} port ${row.port}: ${changeText(row)}`);
  return [done, reach, firstOf(plan.warnings), firstOf(plan.alsoAffected)]
    .filter(lines => lines.length > 0)
    .map(lines => lines.join('\n'))
    .join('\n\n');
}

/** `Port 22: internet → none for 17 machines`. */
function countedRows(rows: readonly PlannedMachine[]): string[] {
  const counts = new Map<string, PlannedMachine[]>();
  for (const row of rows) {
    const key = `Port ${row.port}: ${changeText(row)}`;
    counts.set(key, [...(counts.get(key) ?? []), row]);
  }
  return [...counts].map(([key, [first, ...others]]) =>
    others.length === 0 ? `${key} for ${nameOf(first!.id)}` : `${key} for ${others.length + 1} machines`,
  );
}

function changeText({ before, after }: PlannedMachine): string {
  const [from, to] = [reachText(before), reachText(after)];
  return from === to ? `stays ${from}` : `${from} → ${to}`;
}

/** An instance of a scale set is called by its set too: `web/0`. */
function nameOf(id: string): string {
  return (
    /\/virtualMachineScaleSets\/([^/]+\/)virtualMachines\/([^/]+)$/i.exec(id)?.slice(1).join('') ??
    id.slice(id.lastIndexOf('/') + 1)
  );
}

function reachText({ reach, certainty }: ReachShown): string {
  return certainty === 'definite' ? reach : `${reach} (${certainty})`;
}

function firstOf(lines: readonly string[]): readonly string[] {
  const more = lines.length - mostRows;
  return more > 0 ? [...lines.slice(0, mostRows), `… and ${more} more, in the preview`] : lines;
}
