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

export type TemplateNode = FileNode | GroupNode;

/** The security groups of the analysed templates, file by file, with who gets in. */
export class TemplateTree extends Disposables implements TreeDataProvider<TemplateNode> {
  readonly #changed = this.register(new EventEmitter<void>());
  readonly onDidChangeTreeData = this.#changed.event;

  constructor(private readonly service: AnalysisService) {
    super();
    this.register(service.onDidAnalyse(() => this.#changed.fire()));
    this.register(service.onDidCloseRoot(() => this.#changed.fire()));
  }

  getChildren(node?: TemplateNode): TemplateNode[] {
    if (node?.kind === 'group') return [];
    if (node) return node.groups.map(declared => ({ kind: 'group', result: node.result, declared }));
    return this.service.results.flatMap(filesOf);
  }

  getTreeItem(node: TemplateNode): TreeItem {
    return node.kind === 'file' ? fileItem(node) : groupItem(node);
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

function groupItem({ result, declared }: GroupNode): TreeItem {
  const use = declared.uses[0];
  const item = new TreeItem(use ? groupName(use.group) : '');
  const uri = result.files.uriOf(declared.place.file);
  item.id = `${uri.toString()}#${declared.place.range.start}`;
  item.description = summaryOf(declared);
  item.iconPath = isExposed(declared)
    ? new ThemeIcon('unlock', new ThemeColor('list.warningForeground'))
    : new ThemeIcon('lock');
  item.tooltip = [summaryOf(declared), ...declared.uses.map(describeUse)].join('\n');
  item.contextValue = 'portcullis.templateGroup';
  const selection = new TextRanges(result.files).rangeOf(declared.place.file, declared.place.range);
  item.command = { command: 'vscode.open', title: 'Open', arguments: [uri, { selection, preview: true }] };
  return item;
}

/** A root's name, when there are several to tell apart. */
function rootName(root: Uri): string | undefined {
  const folders = workspace.workspaceFolders ?? [];
  return folders.length > 1 ? workspace.getWorkspaceFolder(root)?.name : undefined;
}
