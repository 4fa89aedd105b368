import {
  EventEmitter,
  ThemeColor,
  ThemeIcon,
  type TreeDataProvider,
  TreeItem,
  TreeItemCollapsibleState,
  type Uri,
  workspace,
} from 'vscode';
import { Disposables } from '../commands/disposables.ts';
import type { DeployedGroup, DeployedGroups } from '../commands/group-links.ts';
import { driftOf } from '../findings/drift.ts';
import { baseName, folderOf } from '../templates/file-system.ts';
import type { AnalysisService } from './analysis-service.ts';
import { type DeclaredGroup, declaredGroups, describeUse, groupName, isExposed, summaryOf } from './group-uses.ts';
import type { RootResult } from './root-analyser.ts';
import { TextRanges } from './text-ranges.ts';

interface FileNode {
  readonly kind: 'file';
  readonly result: RootResult;
  readonly path: string;
  readonly groups: readonly DeclaredGroup[];
}

interface GroupNode {
  readonly kind: 'group';
  readonly result: RootResult;
  readonly declared: DeclaredGroup;
}

/** A group's deployment in Azure, with what differs there. */
interface DeploymentNode {
  readonly kind: 'deployment';
  readonly deployed: DeployedGroup;
  readonly drift: readonly string[];
}

interface DriftNode {
  readonly kind: 'drift';
  readonly sentence: string;
}

export type TemplateNode = FileNode | GroupNode | DeploymentNode | DriftNode;

/** The security groups of the analysed templates, file by file, with who gets in. */
export class TemplateTree extends Disposables implements TreeDataProvider<TemplateNode> {
  readonly #changed = this.register(new EventEmitter<void>());
  readonly onDidChangeTreeData = this.#changed.event;

  constructor(
    private readonly service: AnalysisService,
    private readonly deployments: DeployedGroups,
  ) {
    super();
    this.register(deployments.onDidChange(() => this.#changed.fire()));
    this.register(service.onDidAnalyse(() => this.#changed.fire()));
    this.register(service.onDidCloseRoot(() => this.#changed.fire()));
  }

  getChildren(node?: TemplateNode): TemplateNode[] {
    if (node?.kind === 'group') return this.#deploymentsOf(node);
    if (node?.kind === 'deployment') return node.drift.map(sentence => ({ kind: 'drift', sentence }));
    if (node?.kind === 'drift') return [];
    if (node) return node.groups.map(declared => ({ kind: 'group', result: node.result, declared }));
    return this.service.results.flatMap(filesOf);
  }

  getTreeItem(node: TemplateNode): TreeItem {
    switch (node.kind) {
      case 'file':
        return fileItem(node);
      case 'group':
        return groupItem(node, this.#deploymentsOf(node));
      case 'deployment':
        return deploymentItem(node);
      case 'drift':
        return driftItem(node);
    }
  }

  #deploymentsOf({ declared }: GroupNode): DeploymentNode[] {
    const group = declared.uses[0]?.group;
    if (!group?.name.known) return [];
    return this.deployments
      .find(group.name.value)
      .map(deployed => ({ kind: 'deployment', deployed, drift: driftOf(group, deployed.group) }));
  }
}

function filesOf(result: RootResult): FileNode[] {
  const byFile = new Map<string, DeclaredGroup[]>();
  for (const declared of declaredGroups(result)) {
    const { file } = declared.place;
    byFile.set(file, [...(byFile.get(file) ?? []), declared]);
  }
  return [...byFile].map(([path, groups]) => ({ kind: 'file', result, path, groups }));
}

function fileItem({ result, path, groups }: FileNode): TreeItem {
  const uri = result.files.uriOf(path);
  const item = new TreeItem(baseName(path), TreeItemCollapsibleState.Expanded);
  item.id = uri.toString();
  item.resourceUri = uri;
  item.iconPath = ThemeIcon.File;
  item.description = [rootName(result.root), folderOf(path)].filter(Boolean).join(' · ');
  item.contextValue = 'portcullis.templateFile';
  const exposed = groups.filter(isExposed).length;
  item.tooltip = `${path}: ${exposed} of ${groups.length} security groups let somebody on the internet in`;
  return item;
}

function groupItem({ result, declared }: GroupNode, deployments: readonly DeploymentNode[]): TreeItem {
  const use = declared.uses[0];
  const item = new TreeItem(use ? groupName(use.group) : '');
  const drifted = deployments.some(one => one.drift.length > 0);
  if (deployments.length > 0) item.collapsibleState = TreeItemCollapsibleState.Collapsed;
  const uri = result.files.uriOf(declared.place.file);
  item.id = `${uri.toString()}#${declared.place.range.start}`;
  item.description = summaryOf(declared) + (drifted ? ' · differs from Azure' : '');
  item.iconPath = isExposed(declared)
    ? new ThemeIcon('unlock', new ThemeColor('list.warningForeground'))
    : new ThemeIcon('lock');
  item.tooltip = [summaryOf(declared), ...declared.uses.map(describeUse)].join('\n');
  item.contextValue = 'portcullis.templateGroup';
  const selection = new TextRanges(result.files).rangeOf(declared.place.file, declared.place.range);
  item.command = { command: 'vscode.open', title: 'Open', arguments: [uri, { selection, preview: true }] };
  return item;
}

function deploymentItem({ deployed, drift }: DeploymentNode): TreeItem {
  const item = new TreeItem(`Deployed as ${deployed.label}`);
  if (drift.length > 0) item.collapsibleState = TreeItemCollapsibleState.Expanded;
  item.description =
    drift.length === 0 ? 'the same' : `${drift.length} ${drift.length === 1 ? 'difference' : 'differences'}`;
  item.iconPath = new ThemeIcon(drift.length === 0 ? 'cloud' : 'diff');
  item.contextValue = 'portcullis.deployedGroup';
  item.command = { command: 'portcullis.openResourceById', title: 'Open JSON', arguments: [deployed.id] };
  item.accessibilityInformation = { label: `Deployed as ${deployed.label}, ${item.description}` };
  return item;
}

function driftItem({ sentence }: DriftNode): TreeItem {
  const item = new TreeItem(sentence);
  item.iconPath = new ThemeIcon('diff-modified');
  item.tooltip = sentence;
  item.accessibilityInformation = { label: sentence };
  return item;
}

/** A root's name, when there are several to tell apart. */
function rootName(root: Uri): string | undefined {
  const folders = workspace.workspaceFolders ?? [];
  return folders.length > 1 ? workspace.getWorkspaceFolder(root)?.name : undefined;
}
