import { OperationError } from '../../commands/operation-error.ts';
import { pickOne } from '../../commands/quick-pick.ts';
import { isWide } from '../../network/reach.ts';
import { groupMachines, type ListedMachine } from '../machine-list.ts';
import { worstReach } from '../machine-text.ts';
import type { MachinesNode } from '../nodes.ts';
import type { ChangeFlow } from './change-flow.ts';
import { planFor } from './change-plan.ts';

/**
 * Closes what the internet or a wide range reaches on many machines: of a subscription, a resource group or the marked
 * rows, in one plan with one question.
 */
export async function closeAll(
  flow: ChangeFlow,
  node: MachinesNode | undefined,
  selected: readonly MachinesNode[] | undefined,
): Promise<unknown> {
  const { estate } = flow.parts;
  const rows = selected && selected.length > 1 ? selected : node ? [node] : [];
  const { machines, label } = rows.length > 0 ? ofRows(rows) : await askWhich(flow);
  const open = machines.filter(isWideOpen);
  if (open.length === 0)
    throw new OperationError(
      `No machine of ${label} is open to the internet or a wide range: there is nothing to close.`,
    );
  const ports = [
    ...new Set(open.flatMap(({ verdict }) => verdict!.ports.filter(({ reach }) => isWide(reach)).map(one => one.port))),
  ];
  const request = { action: 'fix-all', machines: open.map(({ id }) => id), port: ports[0]!, ports } as const;
  const subject = open.length === 1 ? open[0]!.name : `${open.length} machines of ${label}`;
  return flow.runAll(await planFor(estate, request), subject);
}

/** The machines of rows, each once: a port's, a machine's, all of a group. */
function ofRows(rows: readonly MachinesNode[]): { machines: ListedMachine[]; label: string } {
  const found = new Map<string, ListedMachine>();
  for (const row of rows) for (const machine of machinesOf(row)) found.set(machine.id.toLowerCase(), machine);
  const [only] = rows;
  const label = rows.length === 1 && only?.kind === 'group' ? only.group.label : 'the chosen rows';
  return { machines: [...found.values()], label };
}

function machinesOf(row: MachinesNode): readonly ListedMachine[] {
  if ('machine' in row) return [row.machine];
  if (row.kind === 'group') return row.group.machines;
  return row.kind === 'tenant' ? row.groups.flatMap(group => group.machines) : [];
}

async function askWhich({
  parts: { estate },
}: ChangeFlow): Promise<{ machines: readonly ListedMachine[]; label: string }> {
  const names = (id: string): string => estate.subscriptionName(id);
  const items = (['subscription', 'resource-group'] as const).flatMap(grouping =>
    groupMachines(estate.machines, grouping, names).flatMap(({ label, machines }) => {
      const open = machines.filter(isWideOpen).length;
      const description = `${grouping === 'subscription' ? 'subscription' : 'resource group'}, ${open} open`;
      return open > 0 ? [{ label, description, machines }] : [];
    }),
  );
  if (items.length === 0)
    throw new OperationError(
      'No machine that was read is open to the internet or a wide range: there is nothing to close.',
    );
  return pickOne(items, {
    title: 'Close Open Management Ports',
    placeHolder: 'Of which machines',
  });
}

function isWideOpen({ verdict }: ListedMachine): boolean {
  return verdict !== undefined && isWide(worstReach(verdict));
}
