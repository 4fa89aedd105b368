import assert from 'node:assert/strict';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { CancellationError, commands, type Disposable, type QuickPickItem, window, workspace } from 'vscode';
import type { CommandManager } from '../../src/commands/command-manager.ts';
import type { DeclaredGroups } from '../../src/commands/group-links.ts';
import { registerChangeCommands } from '../../src/explorer/change/change-commands.ts';
import { ChangeJournal } from '../../src/explorer/change/change-journal.ts';
import { Estate } from '../../src/explorer/estate.ts';
import type { ListedMachine } from '../../src/explorer/machine-list.ts';
import { MachinesTree } from '../../src/explorer/machines-tree.ts';
import type { MachinesNode } from '../../src/explorer/nodes.ts';
import { ResourceDocuments, resourceScheme } from '../../src/explorer/resource-documents.ts';
import type { RuleChange } from '../../src/findings/fixes/rule-changes.ts';
import { layDemoEstate } from '../azure-server/demo-estate.ts';
import { AzureServer } from '../azure-server/server.ts';
import { TestMemory, TestSessions } from './test-sessions.ts';

type Handler = (...args: unknown[]) => Promise<unknown>;

/** Whether the local Azure's certificate can be trusted in this host. */
export const stageSupported = typeof setDefaultCACertificates === 'function';

/** The commands that change Azure, on the demo estate, with a person whose answers a test lays out beforehand. */
export class ChangeStage {
  readonly memory = new TestMemory();
  readonly journal = new ChangeJournal(this.memory);
  /** Questions and messages with their details, in the order shown. */
  readonly told: string[] = [];
  /** What is ticked in the pickers to come, by labels: one, or several where several can be. */
  readonly picks: (RegExp | readonly RegExp[])[] = [];
  /** What is entered in the input boxes to come. A text that the box refuses fails the test, unless it is `refused`. */
  readonly inputs: (string | { readonly refused: string; readonly because: RegExp })[] = [];
  /** The answer to a question: a button, or undefined; the first button when left out. */
  answer: (message: string, buttons: readonly string[]) => string | undefined = (_message, buttons) => buttons[0];
  /** Where templates declare a group; none at first. */
  declared: DeclaredGroups['find'] = () => [];
  /** Changes that templates were to follow. */
  readonly changedTemplates: RuleChange[] = [];
  /** Labels of all items that the last picker showed. */
  lastItems: readonly string[] = [];
  readonly #handlers = new Map<string, Handler>();
  readonly #originals = {
    showWarningMessage: window.showWarningMessage,
    showInformationMessage: window.showInformationMessage,
    showQuickPick: window.showQuickPick,
    showInputBox: window.showInputBox,
  };

  private constructor(
    readonly azure: AzureServer,
    readonly estate: Estate,
    private readonly trusted: string[],
    readonly documents: ResourceDocuments,
    private readonly provided: Disposable,
  ) {
    const manager = { register: (id: string, handler: Handler) => this.#handlers.set(id, handler) };
    registerChangeCommands(manager as unknown as CommandManager, {
      estate,
      documents,
      journal: this.journal,
      memory: this.memory,
      declared: {
        find: name => this.declared(name),
        change: async changes => void this.changedTemplates.push(...changes),
      },
      machineOf: async node => (node as { machine: ListedMachine }).machine,
      reveal: async () => undefined,
    });
    const show = async (message: string, ...rest: unknown[]) => {
      const [options, ...buttons] = rest as [{ detail?: string; modal?: boolean }, ...string[]];
      this.told.push([message, options?.detail ?? ''].join('\n').trim());
      return options?.modal ? this.answer(message, buttons) : undefined;
    };
    const showQuickPick = async (
      given: readonly QuickPickItem[],
      options: { canPickMany?: boolean; title?: string },
    ) => {
      const items = await given;
      this.lastItems = items.map(item => item.label);
      const wanted = this.picks.shift();
      if (wanted === undefined) throw new CancellationError();
      const find = (label: RegExp): QuickPickItem => {
        const found = items.find(item => label.test(item.label));
        assert.ok(found, `${options?.title}: no ${label} among ${this.lastItems.join(' | ')}`);
        return found;
      };
      if (options?.canPickMany) return [wanted].flat().map(one => find(one as RegExp));
      return find(wanted as RegExp);
    };
    const showInputBox = async (options: { value?: string; validateInput?: (text: string) => unknown }) => {
      for (;;) {
        const wanted = this.inputs.shift();
        if (wanted === undefined) return options.value;
        const text = typeof wanted === 'string' ? wanted : wanted.refused;
        const problem = await options.validateInput?.(text);
        if (typeof wanted === 'string') {
          assert.equal(problem, undefined, text);
          return text;
        }
        assert.match(String(problem), wanted.because);
      }
    };
    Object.assign(window, { showWarningMessage: show, showInformationMessage: show, showQuickPick, showInputBox });
  }

  static async open(subscriptions: readonly string[]): Promise<ChangeStage> {
    const trusted = getCACertificates('default');
    const azure = await AzureServer.start();
    setDefaultCACertificates([...trusted, azure.certificate]);
    layDemoEstate(azure);
    const estate = new Estate(new TestSessions(azure), new TestMemory(), () => undefined);
    await estate.signIn();
    await estate.choose(subscriptions);
    const documents = new ResourceDocuments(estate);
    const provided = workspace.registerTextDocumentContentProvider(resourceScheme, documents);
    azure.requests.length = 0;
    return new ChangeStage(azure, estate, trusted, documents, provided);
  }

  async close(): Promise<void> {
    Object.assign(window, this.#originals);
    this.provided.dispose();
    await commands.executeCommand('workbench.action.closeAllEditors');
    this.estate.dispose();
    await this.azure.close();
    setDefaultCACertificates(this.trusted);
  }

  /** Runs a command by its id without the prefix. What it throws is thrown. */
  run(command: string, ...args: unknown[]): Promise<unknown> {
    return this.#handlers.get(`portcullis.${command}`)!(...args);
  }

  machine(name: string): ListedMachine {
    const found = this.estate.machines.find(one => one.name === name);
    assert.ok(found, `no machine ${name}`);
    return found;
  }

  reach(name: string, port = 22): string | undefined {
    return this.machine(name).verdict?.ports.find(one => one.port === port)?.reach;
  }

  /** The row of a machine's port. */
  row(name: string, port = 22): MachinesNode {
    const machine = this.machine(name);
    return { kind: 'port', key: '', machine, port: machine.verdict!.ports.find(one => one.port === port)! };
  }

  /** The row of a group of machines, by its label. */
  group(label: string, grouping: MachinesTree['grouping'] = 'resource-group'): MachinesNode {
    const tree = new MachinesTree(this.estate);
    tree.grouping = grouping;
    const nodes = tree.getChildren().flatMap(node => (node.kind === 'tenant' ? tree.getChildren(node) : [node]));
    const found = nodes.find(node => node.kind === 'group' && node.group.label === label);
    assert.ok(found, `no group ${label}`);
    return found;
  }

  /** Description and context of a machine's own row. */
  shown(name: string): { readonly description: string; readonly context: string } {
    const tree = new MachinesTree(this.estate);
    tree.grouping = 'reach';
    const node = tree.find(this.machine(name).id)!;
    const { description, contextValue } = tree.getTreeItem(node);
    return { description: String(description), context: String(contextValue) };
  }

  id(type: string, name: string): string {
    const found = this.azure.store.ofType(type.toLowerCase()).find(resource => resource.name === name);
    assert.ok(found, `no ${type} ${name}`);
    return found.id;
  }

  /** Requests that wrote. */
  get writes(): readonly string[] {
    const asks = /resourcegraph/i;
    return this.azure.requests.filter(({ method, url }) => method !== 'GET' && !asks.test(url)).map(one => one.method);
  }
}
