import {
  type Event,
  EventEmitter,
  MarkdownString,
  Range,
  ThemeColor,
  ThemeIcon,
  type TreeDataProvider,
  TreeItem,
  TreeItemCollapsibleState,
} from 'vscode';
import type { TenantReading } from '../azure/subscriptions.ts';
import type { DeclaredGroups } from '../commands/group-links.ts';
import type { Reach } from '../network/model.ts';
import { isWide } from '../network/reach.ts';
import type { Estate } from './estate.ts';
import {
  fingerprint,
  type Grouping,
  groupMachines,
  type ListedMachine,
  type MachineFilter,
  type MachineGroup,
  matchesFilter,
} from './machine-list.ts';
import { machineMarks } from './machine-marks.ts';
import {
  isConditional,
  machineSummary,
  pathLines,
  pathSummary,
  portLabel,
  portSummary,
  proofLines,
  stepName,
  stepSummary,
  worstReach,
} from './machine-text.ts';
import type { GroupNode, MachineNode, MachinesNode, NoteNode, PathNode } from './nodes.ts';

/** The rows of the Machines view. */
export class MachinesTree implements TreeDataProvider<MachinesNode> {
  readonly #changed = new EventEmitter<MachinesNode | undefined>();
  readonly onDidChangeTreeData: Event<MachinesNode | undefined> = this.#changed.event;
  #grouping: Grouping = 'subscription';
  #filter: MachineFilter = {};
  /** Rows handed out, by key: a redrawing names the rows that changed and leaves the others alone. */
  #machines = new Map<string, { readonly node: MachineNode; readonly fingerprint: string }>();
  #layout = '';

  constructor(
    private readonly estate: Estate,
    private readonly declared?: DeclaredGroups,
  ) {}

  get grouping(): Grouping {
    return this.#grouping;
  }

  set grouping(grouping: Grouping) {
    this.#grouping = grouping;
    this.redraw();
  }

  get filter(): MachineFilter {
    return this.#filter;
  }

  set filter(filter: MachineFilter) {
    this.#filter = filter;
    this.redraw();
  }

  /** Machines that the filter keeps. */
  get shown(): readonly ListedMachine[] {
    return this.estate.machines.filter(machine => matchesFilter(machine, this.#filter));
  }

  /** Draws what has changed since the rows were handed out: single machines when the arrangement is the same. */
  refresh(): void {
    if (this.#layout === '' || this.#layoutNow() !== this.#layout) {
      this.redraw();
      return;
    }
    const byId = new Map(this.estate.machines.map(machine => [machine.id.toLowerCase(), machine]));
    for (const [key, { node, fingerprint: before }] of [...this.#machines]) {
      const machine = byId.get(node.machine.id.toLowerCase());
      if (!machine || this.#fingerprint(machine) === before) continue;
      this.#machines.delete(key);
      Object.assign(node, { machine });
      this.#changed.fire(node);
    }
  }

  #fingerprint(machine: ListedMachine): string {
    return `${fingerprint(machine)}${this.estate.outcomeOf(machine.id) ?? ''}`;
  }

  redraw(): void {
    this.#machines = new Map();
    this.#layout = this.#layoutNow();
    this.#changed.fire(undefined);
  }

  /** The row of a machine, by its id in any letter case. */
  find(id: string, under?: MachinesNode): MachineNode | undefined {
    for (const node of this.getChildren(under)) {
      if (node.kind === 'machine' && node.machine.id.toLowerCase() === id.toLowerCase()) return node;
      if (node.kind === 'tenant' || node.kind === 'group') {
        const found = this.find(id, node);
        if (found) return found;
      }
    }
    return undefined;
  }

  getParent(node: MachinesNode): MachinesNode | undefined {
    return node.parent;
  }

  getChildren(node?: MachinesNode): MachinesNode[] {
    if (!node) return this.#roots();
    switch (node.kind) {
      case 'tenant':
        return node.groups.map(group => this.#groupNode(group, node));
      case 'group':
        return node.group.machines.map(machine => this.#machineNode(machine, node));
      case 'machine':
        return this.#portsOf(node);
      case 'port': {
        const { machine, port } = node;
        const paths: MachinesNode[] = port.paths.map((path, index) => ({
          kind: 'path',
          key: `${node.key}/${index}`,
          parent: node,
          machine,
          port,
          path,
        }));
        if (port.certainty === 'conditional') {
          for (const [index, name] of port.dependsOn.entries()) {
            paths.push(note(`${node.key}/depends${index}`, `Depends on ${name}`, 'info', node));
          }
        }
        return paths;
      }
      case 'path': {
        const { machine, port, path } = node;
        const rules = path.proof.map(
          (step, index): MachinesNode => ({
            kind: 'rule',
            key: `${node.key}/${index}`,
            parent: node,
            machine,
            port,
            path,
            step,
          }),
        );
        return [...rules, ...this.#declarationsOf(node)];
      }
      default:
        return [];
    }
  }

  #roots(): MachinesNode[] {
    if (!this.#isShowing()) return [];
    const notes = this.#notes();
    const groups = groupMachines(this.shown, this.#grouping, id => this.estate.subscriptionName(id));
    const tenants = this.#tenantsShown();
    if (this.#grouping !== 'subscription' || tenants.length < 2) {
      return [...notes, ...this.#withEmpty(groups).map(group => this.#groupNode(group))];
    }
    const nodes = tenants.map((tenant): MachinesNode => {
      const own = new Set(tenant.subscriptions.map(subscription => subscription.subscriptionId.toLowerCase()));
      const key = `tenant/${tenant.account.id}/${tenant.tenant.tenantId}`;
      return { kind: 'tenant', key, tenant, groups: this.#withEmpty(groups).filter(group => own.has(group.key)) };
    });
    return [...notes, ...nodes];
  }

  /** While a refresh is under way, what was read before stays. */
  #isShowing(): boolean {
    const { phase, machines } = this.estate;
    return phase === 'ready' || ((phase === 'reading' || phase === 'listing') && machines.length > 0);
  }

  /** A chosen subscription without machines is a row too: it was read and there is nothing. */
  #withEmpty(groups: readonly MachineGroup[]): readonly MachineGroup[] {
    if (this.#grouping !== 'subscription' || this.estate.fileName !== undefined || hasFilter(this.#filter))
      return groups;
    const have = new Set(groups.map(group => group.key));
    const empty = this.estate.chosenSubscriptions
      .filter(subscription => !have.has(subscription.subscriptionId.toLowerCase()))
      .map(subscription => ({
        key: subscription.subscriptionId.toLowerCase(),
        label: subscription.displayName,
        machines: [],
      }));
    return this.estate.machines.length === 0 ? groups : [...groups, ...empty];
  }

  #tenantsShown(): readonly TenantReading[] {
    if (this.estate.fileName !== undefined) return [];
    const { chosen } = this.estate;
    return this.estate.tenants.filter(
      tenant =>
        tenant.failure !== undefined ||
        tenant.subscriptions.some(subscription => chosen.has(subscription.subscriptionId.toLowerCase())),
    );
  }

  #notes(): NoteNode[] {
    const notes: NoteNode[] = [];
    const seen = new Set<string>();
    for (const problem of this.estate.problems) {
      const where =
        problem.subscriptionId === undefined ? '' : ` of ${this.estate.subscriptionName(problem.subscriptionId)}`;
      const text =
        problem.kind === 'truncated' ? problem.message : `Not read: ${problem.what}${where}. ${problem.message}`;
      if (seen.has(text)) continue;
      seen.add(text);
      notes.push(note(`problem/${notes.length}`, text, problem.signIn ? 'account' : 'warning'));
    }
    if (this.estate.cancelled) {
      const command = { command: 'portcullis.refreshMachines', title: 'Refresh' };
      notes.push(
        note('cancelled', 'Reading was cancelled: what is missing here is not known.', 'warning', undefined, command),
      );
    }
    return notes;
  }

  /** Where the templates of the workspace declare the groups on a way. */
  #declarationsOf(node: PathNode): NoteNode[] {
    return node.path.groups.flatMap(({ name }) =>
      (this.declared?.find(name) ?? []).map(({ uri, line, label: place }) => {
        const range = new Range(line, 0, line, 0);
        const command = {
          command: 'vscode.open',
          title: 'Open',
          arguments: [uri, { selection: range, preview: true }],
        };
        return note(`${node.key}/declared/${name}/${place}`, `${name} is declared in ${place}`, 'info', node, command);
      }),
    );
  }

  #groupNode(group: MachineGroup, parent?: MachinesNode): MachinesNode {
    const key = `${parent ? `${parent.key}/` : ''}${this.#grouping}/${group.key}`;
    return {
      kind: 'group',
      key,
      group,
      ...(parent ? { parent } : {}),
      ...(this.#grouping === 'subscription' ? { subscriptionId: group.key } : {}),
      ...(this.#grouping === 'resource-group' ? { resourceGroupId: resourceGroupOf(group) } : {}),
    };
  }

  #machineNode(machine: ListedMachine, parent: MachinesNode): MachineNode {
    const key = `${parent.key}${machine.id.toLowerCase()}`;
    const known = this.#machines.get(key);
    const node: MachineNode = known?.node ?? { kind: 'machine', key, machine, parent };
    if (known) Object.assign(node, { machine, parent });
    this.#machines.set(key, { node, fingerprint: this.#fingerprint(machine) });
    return node;
  }

  #portsOf(node: MachineNode): MachinesNode[] {
    const { machine } = node;
    this.#machines.set(node.key, { node, fingerprint: fingerprint(machine) });
    if (!machine.verdict) return [note(`${node.key}/reading`, 'Still being read', 'info', node)];
    return machine.verdict.ports.map(port => ({
      kind: 'port',
      key: `${node.key}/${port.port}`,
      parent: node,
      machine,
      port,
    }));
  }

  /** The arrangement of the rows above the ports: which machine is in which group, in which order. */
  #layoutNow(): string {
    const { phase, problems, cancelled, tenants } = this.estate;
    const groups = groupMachines(this.shown, this.#grouping, id => this.estate.subscriptionName(id));
    return JSON.stringify([
      this.#isShowing() ? 'showing' : phase,
      problems.length,
      cancelled,
      tenants.map(tenant => [tenant.tenant.tenantId, tenant.failure === undefined]),
      [...this.estate.chosen],
      groups.map(group => [group.label, group.machines.map(machine => machine.id)]),
    ]);
  }

  getTreeItem(node: MachinesNode): TreeItem {
    const item = this.#itemOf(node);
    item.id = node.key;
    return item;
  }

  /** The proof, put together when somebody looks at it. */
  resolveTreeItem(item: TreeItem, node: MachinesNode): TreeItem {
    if (node.kind === 'machine' && node.machine.verdict) {
      item.tooltip = plain([node.machine.name, ...proofLines(node.machine.verdict)]);
    } else if (node.kind === 'port') {
      item.tooltip = plain([
        `${portLabel(node.port.port)}: ${portSummary(node.port)}`,
        ...node.port.paths.flatMap(pathLines),
      ]);
    } else if (node.kind === 'path') item.tooltip = plain(pathLines(node.path));
    return item;
  }

  /** What menus ask about a machine, or a port of it: `jit`, `dnat`, `bastion`. */
  #marksOf(machine: ListedMachine, port?: number): string[] {
    const { judged } = this.estate;
    return machine.verdict && judged
      ? machineMarks(judged.model, machine.verdict, id => this.estate.resource(id), port)
      : [];
  }

  #itemOf(node: MachinesNode): TreeItem {
    switch (node.kind) {
      case 'tenant':
        return tenantItem(node.tenant);
      case 'group':
        return groupItem(node);
      case 'machine':
        return machineItem(node.machine, this.estate.outcomeOf(node.machine.id), this.#marksOf(node.machine));
      case 'port': {
        const { port } = node;
        const item = new TreeItem(
          portLabel(port.port),
          expandable(port.paths.length > 0 || port.certainty === 'conditional'),
        );
        item.description = portSummary(port);
        item.iconPath = reachIcon(port.reach, port.atLeast !== port.reach);
        item.contextValue = [`port.${port.reach}`, ...this.#marksOf(node.machine, port.port)].join(' ');
        label(item, `${portLabel(port.port)} of ${node.machine.name}, ${portSummary(port)}`);
        return item;
      }
      case 'path': {
        const { path } = node;
        const item = new TreeItem(path.frontend, expandable(path.proof.length > 0));
        item.description = pathSummary(path);
        item.iconPath = reachIcon(path.reach, path.atLeast !== path.reach);
        item.contextValue = `path.${path.kind}.${path.reach}`;
        label(item, `Path ${path.frontend}, ${pathSummary(path)}`);
        return item;
      }
      case 'rule': {
        const { step } = node;
        const item = new TreeItem(stepName(step), TreeItemCollapsibleState.None);
        item.description = stepSummary(step);
        item.iconPath = new ThemeIcon(
          step.effect === 'admits' ? 'pass' : step.effect === 'denies' ? 'circle-slash' : 'debug-step-over',
        );
        item.contextValue = step.rule ? `rule.${step.effect}` : 'default-rule';
        if (step.rule) item.command = { command: 'portcullis.openResource', title: 'Open JSON', arguments: [node] };
        label(item, `Rule ${stepName(step)} ${stepSummary(step)}`);
        return item;
      }
      case 'note': {
        const item = new TreeItem(node.text, TreeItemCollapsibleState.None);
        item.iconPath = new ThemeIcon(node.icon);
        item.tooltip = node.text;
        item.contextValue = 'note';
        if (node.command) item.command = { ...node.command, arguments: [...(node.command.arguments ?? [])] };
        label(item, node.text);
        return item;
      }
    }
  }
}

function tenantItem({ tenant, account, failure }: TenantReading): TreeItem {
  const item = new TreeItem(
    tenant.displayName,
    failure === undefined ? TreeItemCollapsibleState.Expanded : TreeItemCollapsibleState.None,
  );
  item.description = failure === undefined ? account.label : `${account.label} · could not be read`;
  item.iconPath = new ThemeIcon(failure === undefined ? 'organization' : 'warning');
  item.contextValue = failure === undefined ? 'tenant' : 'tenant.failed';
  if (failure !== undefined) item.tooltip = failure instanceof Error ? failure.message : String(failure);
  label(item, `Tenant ${tenant.displayName}, ${item.description}`);
  return item;
}

function groupItem({ group, subscriptionId, resourceGroupId }: GroupNode): TreeItem {
  const item = new TreeItem(
    group.label,
    group.machines.length > 0 ? TreeItemCollapsibleState.Expanded : TreeItemCollapsibleState.None,
  );
  const open = group.machines.filter(machine => machine.verdict && worstReach(machine.verdict) === 'internet').length;
  const count = group.machines.length === 1 ? '1 machine' : `${group.machines.length} machines`;
  item.description = open > 0 ? `${count}, ${open} open to the internet` : count;
  item.iconPath = new ThemeIcon(subscriptionId === undefined ? 'folder' : 'key');
  const kind =
    subscriptionId !== undefined ? 'subscription' : resourceGroupId !== undefined ? 'resource-group' : 'group';
  const closable = group.machines.some(({ verdict }) => verdict && isWide(worstReach(verdict)));
  item.contextValue = closable ? `${kind}.open` : kind;
  label(item, `${group.label}, ${item.description}`);
  return item;
}

function resourceGroupOf({ machines }: MachineGroup): string {
  return machines[0]?.id.split('/').slice(0, 5).join('/') ?? '';
}

/** `outcome`: how a change of many machines went for this one. `marks`: what menus ask about. */
function machineItem(machine: ListedMachine, outcome: string | undefined, marks: readonly string[]): TreeItem {
  const { verdict, name, power } = machine;
  const item = new TreeItem(name, expandable(true));
  item.description = verdict ? machineSummary(verdict) : 'being read …';
  if (verdict && power === 'stopped') item.description += ' · stopped';
  if (outcome !== undefined) item.description += ` · ${outcome}`;
  item.iconPath = verdict ? reachIcon(worstReach(verdict), isConditional(verdict)) : new ThemeIcon('sync');
  item.contextValue = [verdict ? `machine.${worstReach(verdict)}` : 'machine.reading', ...marks].join(' ');
  label(item, `${name}, ${item.description}`);
  return item;
}

/** The shape says it; the colour, one of the theme's, says it again. */
export function reachIcon(reach: Reach, conditional: boolean): ThemeIcon {
  if (conditional) return new ThemeIcon('question', new ThemeColor('list.warningForeground'));
  switch (reach) {
    case 'internet':
      return new ThemeIcon('unlock', new ThemeColor('list.errorForeground'));
    case 'wide':
      return new ThemeIcon('warning', new ThemeColor('list.warningForeground'));
    case 'restricted':
      return new ThemeIcon('shield');
    case 'none':
      return new ThemeIcon('lock', new ThemeColor('testing.iconPassed'));
  }
}

function expandable(yes: boolean): TreeItemCollapsibleState {
  return yes ? TreeItemCollapsibleState.Collapsed : TreeItemCollapsibleState.None;
}

function label(item: TreeItem, text: string): void {
  item.accessibilityInformation = { label: text };
}

function note(
  key: string,
  text: string,
  icon: NoteNode['icon'],
  parent?: MachinesNode,
  command?: NoteNode['command'],
): NoteNode {
  return { kind: 'note', key, text, icon, ...(parent ? { parent } : {}), ...(command ? { command } : {}) };
}

/** Lines as Markdown in which nothing is markup. */
function plain(lines: readonly string[]): MarkdownString {
  const markdown = new MarkdownString();
  markdown.appendCodeblock(lines.join('\n'), 'text');
  return markdown;
}

function hasFilter(filter: MachineFilter): boolean {
  return Object.values(filter).some(value => value !== undefined);
}
