import {
  commands,
  env,
  type LogOutputChannel,
  Range,
  type TextDocument,
  type TreeView,
  Uri,
  window,
  workspace,
} from 'vscode';
import { portalLink } from '../azure/cloud.ts';
import type { CommandManager } from '../commands/command-manager.ts';
import { OperationError } from '../commands/operation-error.ts';
import { pickOne } from '../commands/quick-pick.ts';
import type { Estate } from './estate.ts';
import { pickFilter, pickGrouping } from './filter-picker.ts';
import type { ListedMachine } from './machine-list.ts';
import type { MachinesTree } from './machines-tree.ts';
import type { MachinesNode, TenantNode } from './nodes.ts';
import type { ResourceDocuments } from './resource-documents.ts';
import { pickSubscriptions } from './subscription-picker.ts';

export interface ExplorerParts {
  readonly estate: Estate;
  readonly machines: MachinesTree;
  readonly documents: ResourceDocuments;
  readonly view: TreeView<MachinesNode>;
  readonly log: LogOutputChannel;
}

/** Every action of the live views. Each works from the palette too: without a row it asks for the machine. */
export function registerExplorerCommands(manager: CommandManager, parts: ExplorerParts): void {
  const { estate, machines } = parts;
  manager.register('portcullis.signIn', () => estate.signIn());
  manager.register('portcullis.signInToTenant', (node?: TenantNode) => signInToTenant(estate, node));
  manager.register('portcullis.selectSubscriptions', () => selectSubscriptions(estate));
  manager.register('portcullis.refreshMachines', () => estate.refresh());
  manager.register('portcullis.cancelReading', () => estate.cancel());
  manager.register('portcullis.filterMachines', async () => {
    machines.filter = (await pickFilter(machines.filter, estate.machines)) ?? machines.filter;
  });
  manager.register('portcullis.clearMachineFilter', () => {
    machines.filter = {};
  });
  manager.register('portcullis.groupMachines', async () => {
    machines.grouping = (await pickGrouping(machines.grouping)) ?? machines.grouping;
  });
  manager.register('portcullis.saveInventory', () => saveInventory(estate));
  manager.register('portcullis.openInventory', (uri?: Uri) => openInventory(estate, uri));
  manager.register('portcullis.closeInventory', () => estate.closeFile());
  manager.register('portcullis.openResource', (node?: MachinesNode) => openResource(parts, node));
  manager.register('portcullis.openResourceById', (id: string) =>
    window.showTextDocument(parts.documents.resourceUri(id), { preview: true }),
  );
  manager.register('portcullis.openInPortal', (node?: MachinesNode) => openInPortal(parts, node));
  manager.register('portcullis.copyResourceId', async (node?: MachinesNode) => {
    await env.clipboard.writeText(await resourceIdOf(parts, node));
  });
  manager.register('portcullis.showMachineProof', (node?: MachinesNode) => showProof(parts, node));
  manager.register('portcullis.verifyWithAzure', (node?: MachinesNode) => verify(parts, node));
  manager.register('portcullis.revealMachine', (id?: string) => reveal(parts, id));
}

async function signInToTenant(estate: Estate, node?: TenantNode): Promise<void> {
  const failed = estate.tenants.filter(tenant => tenant.failure !== undefined);
  const reading =
    node?.tenant ??
    (
      await window.showQuickPick(
        failed.map(tenant => ({ label: tenant.tenant.displayName, description: tenant.account.label, tenant })),
        { title: 'Sign In to Tenant', placeHolder: 'A tenant that could not be read' },
      )
    )?.tenant;
  if (!reading) return;
  await estate.signIn(reading.account, reading.tenant.tenantId === '' ? undefined : reading.tenant.tenantId);
}

async function selectSubscriptions(estate: Estate): Promise<void> {
  if (estate.phase === 'not-started' || estate.phase === 'signed-out') await estate.start();
  if (estate.phase === 'signed-out') await estate.signIn();
  if (estate.tenants.length === 0) {
    throw new OperationError('Your account belongs to no tenant with subscriptions: sign in with another account.');
  }
  const chosen = await pickSubscriptions(estate);
  if (chosen) await estate.choose(chosen);
}

async function saveInventory(estate: Estate): Promise<void> {
  if (!estate.judged) throw new OperationError('There is no inventory to save yet: read your subscriptions first.');
  const target = await window.showSaveDialog({
    filters: { JSON: ['json'] },
    saveLabel: 'Save Inventory',
    title: 'Save Inventory',
  });
  if (!target) return;
  const { writeInventory } = await import('../azure/inventory-file.ts');
  const names = new Map(
    estate.machines.map(({ subscriptionId }) => [subscriptionId, estate.subscriptionName(subscriptionId)]),
  );
  const text = writeInventory(estate, names, estate.readAt ?? new Date());
  await workspace.fs.writeFile(target, new TextEncoder().encode(text));
}

async function openInventory(estate: Estate, uri?: Uri): Promise<void> {
  const source =
    uri instanceof Uri
      ? uri
      : (
          await window.showOpenDialog({
            filters: { JSON: ['json'] },
            openLabel: 'Open Inventory',
            title: 'Open Inventory',
          })
        )?.[0];
  if (!source) return;
  const name = source.path.slice(source.path.lastIndexOf('/') + 1);
  const bytes = await workspace.fs.readFile(source);
  try {
    const { decodeInventory } = await import('../azure/inventory-file.ts');
    await estate.showFile(name, decodeInventory(bytes, name));
  } catch (error) {
    if (error instanceof Error) throw new OperationError(error.message, { cause: error });
    throw error;
  }
  await commands.executeCommand('portcullis.machines.focus');
}

/** Opens the JSON of what a row is about; of a rule, its group at the rule. */
async function openResource(parts: ExplorerParts, node?: MachinesNode): Promise<void> {
  const id = await resourceIdOf(parts, node);
  if (node?.kind !== 'rule' || !node.step.rule) {
    await window.showTextDocument(parts.documents.resourceUri(id), { preview: true });
    return;
  }
  const { declaration, place } = node.step.rule;
  const owner = declaration.id.kind === 'string' ? declaration.id.value : id;
  const editor = await window.showTextDocument(parts.documents.resourceUri(owner), { preview: true });
  const index = place.kind === 'resource' ? /securityRules\[(\d+)\]/i.exec(place.path)?.[1] : undefined;
  const range = index === undefined ? undefined : ruleRange(editor.document, Number(index));
  if (range) editor.revealRange(range);
}

/** The lines of the n-th rule in a group's document, which is printed with two spaces. */
function ruleRange(document: TextDocument, index: number): Range | undefined {
  const lines = document.getText().split('\n');
  let line = lines.findIndex(text => /^ {4}"securityRules": \[/i.test(text));
  for (let seen = -1; line >= 0 && line < lines.length; line++) {
    if (lines[line] === '      {' && ++seen === index) return new Range(line, 0, line, 0);
  }
  return undefined;
}

async function openInPortal(parts: ExplorerParts, node?: MachinesNode): Promise<void> {
  const id = await resourceIdOf(parts, node);
  const tenant = parts.estate.tenantOf(id.split('/')[2] ?? '')?.tenant.tenantId;
  await env.openExternal(Uri.parse(portalLink(parts.estate.sessions.cloud, id, tenant), true));
}

async function showProof(parts: ExplorerParts, node?: MachinesNode): Promise<void> {
  const machine = await machineOf(parts, node);
  await window.showTextDocument(parts.documents.proofUri(machine.id, machine.name), { preview: true });
}

async function verify(parts: ExplorerParts, node?: MachinesNode): Promise<void> {
  const { estate, documents } = parts;
  if (estate.fileName !== undefined)
    throw new OperationError('This is an inventory file: close it to ask Azure about live machines.');
  const machine = await machineOf(parts, node);
  const tenant = estate.tenantOf(machine.subscriptionId);
  if (!tenant) throw new OperationError(`The subscription of ${machine.name} is not among yours: sign in again.`);
  const [{ verifyWithAzure }, { questionsFor, verificationText }, { FlowEvaluation }] = await Promise.all([
    import('../azure/verification.ts'),
    import('./verification-report.ts'),
    import('../network/flow/flow.ts'),
  ]);
  const questions = estate.judged ? questionsFor(machine, new FlowEvaluation(estate.judged.model)) : [];
  const options = { location: { viewId: 'portcullis.machines' }, title: 'Verifying with Azure', cancellable: true };
  const text = await window.withProgress(options, async (_progress, cancellation) => {
    const abort = new AbortController();
    cancellation.onCancellationRequested(() => abort.abort());
    const reader = await estate.openReader(tenant.account, tenant.tenant.tenantId);
    return verificationText(machine, await verifyWithAzure(reader, machine.location, questions, abort.signal));
  });
  await window.showTextDocument(documents.textUri(`${machine.name} verified.txt`, text), { preview: true });
}

async function reveal({ machines, view }: ExplorerParts, id?: string): Promise<void> {
  if (id === undefined) return;
  await commands.executeCommand('portcullis.machines.focus');
  const node = machines.find(id);
  if (node) await view.reveal(node, { select: true, focus: true, expand: true });
}

async function resourceIdOf(parts: ExplorerParts, node?: MachinesNode): Promise<string> {
  switch (node?.kind) {
    case 'group':
      if (node.subscriptionId !== undefined) return `/subscriptions/${node.subscriptionId}`;
      break;
    case 'path':
      return node.path.through?.id ?? idOf(node.path.interface.declaration.id) ?? node.machine.id;
    case 'rule':
      return (node.step.rule && idOf(node.step.rule.declaration.id)) ?? node.machine.id;
  }
  return (await machineOf(parts, node)).id;
}

function idOf(value: { readonly kind: string; readonly value?: unknown }): string | undefined {
  return value.kind === 'string' && typeof value.value === 'string' ? value.value : undefined;
}

/** The machine of a row; from the palette, the one that the person picks. */
export async function machineOf(
  { estate, view }: Pick<ExplorerParts, 'estate' | 'view'>,
  node?: MachinesNode,
): Promise<ListedMachine> {
  if (node && 'machine' in node) return node.machine;
  const [selected] = view.selection;
  if (!node && selected && 'machine' in selected && view.visible) return selected.machine;
  if (estate.machines.length === 0)
    throw new OperationError('No machines have been read yet: sign in and select subscriptions first.');
  const items = estate.machines.map(machine => ({ label: machine.name, description: machine.resourceGroup, machine }));
  const chosen = await pickOne(items, { title: 'Select a Machine', matchOnDescription: true });
  return chosen.machine;
}
