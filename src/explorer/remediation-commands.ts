import { CancellationError, commands, env, ProgressLocation, window } from 'vscode';
import type { CommandManager } from '../commands/command-manager.ts';
import { OperationError } from '../commands/operation-error.ts';
import { managementPorts } from '../network/verdict.ts';
import type { Change } from '../remediation/change.ts';
import type { Plan, PlanAction } from '../remediation/plan.ts';
import type { ChangeJournal } from './change-journal.ts';
import type { ChangesNode } from './changes-tree.ts';
import type { Estate } from './estate.ts';
import type { ListedMachine } from './machine-list.ts';
import { portLabel } from './machine-text.ts';
import type { MachinesNode } from './nodes.ts';
import type { ResourceDocuments } from './resource-documents.ts';

export interface RemediationParts {
  readonly estate: Estate;
  readonly documents: ResourceDocuments;
  readonly journal: ChangeJournal;
  /** The machine of a row; asks when there is none. */
  readonly machineOf: (node?: MachinesNode) => Promise<ListedMachine>;
}

interface Target {
  readonly machine: ListedMachine;
  readonly port: number;
}

/** What closes ports in Azure, and takes it back. */
export function registerRemediationCommands(manager: CommandManager, parts: RemediationParts): void {
  const register = (id: `portcullis.${string}`, action: PlanAction, sources: 'none' | 'needed' | 'optional') =>
    manager.register(id, (node?: MachinesNode) => change(parts, node, action, sources));
  register('portcullis.denyPort', 'deny', 'none');
  register('portcullis.deleteOpenRule', 'delete', 'none');
  register('portcullis.denyManagementPorts', 'deny-management-ports', 'none');
  register('portcullis.tightenSource', 'tighten', 'needed');
  register('portcullis.createJumpPath', 'jump-path', 'needed');
  register('portcullis.enableJustInTime', 'just-in-time', 'optional');
  manager.register('portcullis.undoChange', (node?: ChangesNode) => undo(parts, node));
  manager.register('portcullis.finishChange', (node?: ChangesNode) => finish(parts, node));
}

/** Tells of changes that were under way when VS Code ended. */
export async function tellUnfinished(parts: RemediationParts): Promise<void> {
  const [first] = parts.journal.unfinished;
  if (!first) return;
  const chosen = await window.showWarningMessage(
    `A change to Azure was not finished: ${first.title}.`,
    'Finish',
    'Roll Back',
  );
  if (chosen === 'Finish') await commands.executeCommand('portcullis.finishChange', { change: first });
  if (chosen === 'Roll Back') await commands.executeCommand('portcullis.undoChange', { change: first });
}

async function change(
  parts: RemediationParts,
  node: MachinesNode | undefined,
  action: PlanAction,
  wanted: 'none' | 'needed' | 'optional',
): Promise<void> {
  const { estate } = parts;
  if (estate.fileName !== undefined)
    throw new OperationError('This is an inventory file: close it to change anything in Azure.');
  const target = await targetOf(parts, node);
  const sources = wanted === 'none' ? [] : await askSources(wanted === 'optional');
  const closeDirect = action === 'jump-path' && (await askCloseDirect());
  const plan = await planFor(parts, target, action, sources, closeDirect);
  await preview(parts, target, plan);
  const title =
    plan.steps.length === 1 ? plan.steps[0]!.title : `${plan.steps[0]!.title}, and ${plan.steps.length - 1} more`;
  const chosen = await window.showWarningMessage(
    `Change Azure for ${target.machine.name}?`,
    { modal: true, detail: modalText(plan) },
    'Apply',
    'Copy as Script',
  );
  if (chosen === 'Copy as Script') {
    const { planScript } = await import('../remediation/plan-script.ts');
    await env.clipboard.writeText(planScript(plan, 'bash'));
    return;
  }
  if (chosen !== 'Apply') throw new CancellationError();
  const { newChange } = await import('../remediation/change.ts');
  await carryOut(parts, newChange(globalThis.crypto.randomUUID(), title, new Date(), plan), 'apply');
}

async function targetOf(parts: RemediationParts, node: MachinesNode | undefined): Promise<Target> {
  if (node && 'port' in node) return { machine: node.machine, port: node.port.port };
  const machine = await parts.machineOf(node);
  const open = machine.verdict?.ports.filter(port => port.reach !== 'none').map(port => port.port) ?? [];
  if (open.length === 1) return { machine, port: open[0]! };
  const items = (open.length > 0 ? open : managementPorts).map(port => ({ label: portLabel(port), port }));
  const chosen = await window.showQuickPick(items, { title: `Port of ${machine.name}` });
  if (!chosen) throw new CancellationError();
  return { machine, port: chosen.port };
}

async function askSources(optional: boolean): Promise<string[]> {
  const { chosenSources } = await import('../remediation/plan-sources.ts');
  const text = await window.showInputBox({
    title: 'Sources to Admit',
    prompt: 'Addresses or CIDR blocks with commas between them, or VirtualNetwork',
    placeHolder: '203.0.113.7, 2001:db8::/64',
    ignoreFocusOut: true,
    validateInput: value => {
      if (optional && value.trim() === '') return undefined;
      try {
        chosenSources([value]);
        return undefined;
      } catch (error) {
        return (error as Error).message;
      }
    },
  });
  if (text === undefined) throw new CancellationError();
  return text.trim() === '' ? [] : [text];
}

async function askCloseDirect(): Promise<boolean> {
  const chosen = await window.showQuickPick(
    [
      { label: 'Leave the direct way as it is', close: false },
      {
        label: 'Close the direct way',
        detail: 'Denies the open rules and takes the public IP from the machine',
        close: true,
      },
    ],
    { title: 'The Way That Is Open Now' },
  );
  if (!chosen) throw new CancellationError();
  return chosen.close;
}

async function planFor(
  { estate }: RemediationParts,
  { machine, port }: Target,
  action: PlanAction,
  sources: readonly string[],
  closeDirect: boolean,
): Promise<Plan> {
  const { planChange } = await import('../remediation/plan.ts');
  const { PlanError } = await import('../remediation/plan-error.ts');
  try {
    const [word] = globalThis.crypto.getRandomValues(new Uint32Array(1));
    const random = () => word! / 2 ** 32;
    return planChange(estate.resources, {
      action,
      machines: [machine.id],
      port,
      sources,
      closeDirect,
      random,
      now: new Date(),
    });
  } catch (error) {
    if (error instanceof PlanError)
      throw new OperationError(`${error.message}. Nothing was changed.`, { cause: error });
    throw error;
  }
}

/** Before and after in the diff editor: who reaches what, and the resources that change. */
async function preview({ documents }: RemediationParts, { machine, port }: Target, plan: Plan): Promise<void> {
  const rows = (side: 'before' | 'after'): string[] =>
    plan.machines.map(row => `${row.id.slice(row.id.lastIndexOf('/') + 1)}  port ${row.port}  ${row[side].reach}`);
  const inverses = new Map(plan.undo.map(step => [step.id.toLowerCase(), step.body]));
  const bodies = (side: 'before' | 'after'): string[] => {
    const last = new Map(plan.steps.map(step => [step.id, step.body]));
    return [...last].flatMap(([id, body]) => {
      const shown = side === 'after' ? body : inverses.get(id.toLowerCase());
      return ['', id, shown ? JSON.stringify(shown, undefined, 2) : '(not there)'];
    });
  };
  const text = (side: 'before' | 'after'): string =>
    `${[...rows(side), ...(side === 'after' ? ['', ...plan.warnings, ...plan.alsoAffected] : []), ...bodies(side)].join('\n')}\n`;
  const before = documents.textUri(`${machine.name} ${port} before.txt`, text('before'));
  const after = documents.textUri(`${machine.name} ${port} after.txt`, text('after'));
  await commands.executeCommand('vscode.diff', before, after, `${machine.name}: port ${port}, before and after`, {
    preview: true,
  });
}

function modalText(plan: Plan): string {
  const rows = plan.machines.slice(0, 12).map(row => {
    const name = row.id.slice(row.id.lastIndexOf('/') + 1);
    return `${name} port ${row.port}: ${row.before.reach} → ${row.after.reach}`;
  });
  const more = plan.machines.length > rows.length ? [`… and ${plan.machines.length - rows.length} more`] : [];
  const steps = plan.steps.map((step, i) => `${i + 1}. ${step.title}`);
  return [...steps, '', ...rows, ...more, '', ...plan.warnings].join('\n');
}

async function carryOut(parts: RemediationParts, start: Change, how: 'apply' | 'undo' | 'roll-back'): Promise<void> {
  const { estate, journal } = parts;
  const subscription = start.steps[0]?.step.id.split('/')[2] ?? '';
  const tenant = estate.tenantOf(subscription);
  if (!tenant)
    throw new OperationError(
      'The subscription of this change is not among yours: sign in and read your machines first.',
    );
  const [{ applyChange, ChangeFailed, rollBack }, { createArmWriter }, { explain }, { sessionCredential }] =
    await Promise.all([
      import('../remediation/apply.ts'),
      import('../azure/write.ts'),
      import('../azure/failure.ts'),
      import('../azure/sessions.ts'),
    ]);
  const writer = await createArmWriter({
    cloud: estate.sessions.cloud,
    credential: sessionCredential(estate.sessions, tenant.account, tenant.tenant.tenantId),
  });
  const title = how === 'apply' ? 'Changing Azure' : 'Taking Back a Change';
  const progressOptions = { location: ProgressLocation.Notification, title, cancellable: how === 'apply' };
  const done = await window.withProgress(progressOptions, async (progress, cancellation) => {
    const abort = new AbortController();
    cancellation.onCancellationRequested(() => abort.abort());
    const options = {
      writer,
      journal,
      explain,
      signal: abort.signal,
      progress: (message: string, at: number, of: number) =>
        progress.report({ message: `${at + 1} of ${of}: ${message}` }),
    };
    try {
      if (how === 'apply') return await applyChange(start, options);
      return await rollBack(start, options, how === 'undo' ? 'undone' : 'rolled-back');
    } catch (error) {
      if (error instanceof ChangeFailed) throw new OperationError(error.message, { cause: error });
      throw error;
    }
  });
  void estate.refresh();
  if (done.remains.length > 0)
    throw new OperationError(`Not all of it could be taken back: ${done.remains.join('; ')}.`);
  if (how !== 'apply') {
    void window.showInformationMessage(`Taken back: ${done.title}.`);
    return;
  }
  void window.showInformationMessage(`Done: ${done.title}.`, 'Undo').then(chosen => {
    if (chosen === 'Undo') void commands.executeCommand('portcullis.undoChange', { change: done });
  });
}

async function undo(parts: RemediationParts, node?: ChangesNode): Promise<void> {
  const chosen =
    node?.change ?? (await pick(parts, 'Change to Undo', ['applied', 'partly', 'applying', 'rolling-back']));
  const current = parts.journal.changes.find(one => one.id === chosen.id) ?? chosen;
  await carryOut(parts, current, current.state === 'applied' ? 'undo' : 'roll-back');
}

async function finish(parts: RemediationParts, node?: ChangesNode): Promise<void> {
  const chosen = node?.change ?? (await pick(parts, 'Change to Finish', ['applying']));
  await carryOut(parts, chosen, chosen.state === 'rolling-back' ? 'roll-back' : 'apply');
}

async function pick({ journal }: RemediationParts, title: string, states: readonly string[]): Promise<Change> {
  const items = journal.changes
    .filter(one => states.includes(one.state))
    .map(one => ({ label: one.title, description: new Date(one.startedAt).toLocaleString(), change: one }));
  if (items.length === 0)
    throw new OperationError('There is no such change: none was made from here, or it was taken back.');
  const chosen = await window.showQuickPick(items, { title });
  if (!chosen) throw new CancellationError();
  return chosen.change;
}
