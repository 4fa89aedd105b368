import type { ScopeKind } from '../functions/scope.ts';
import { Circles } from './circles.ts';
import { TokenBuffers } from './lexer.ts';
import { parseBicep } from './parser.ts';
import type {
  BicepTree,
  Expression,
  FunctionNode,
  ImportNode,
  ModuleNode,
  OutputNode,
  ParameterNode,
  ResourceNode,
  TypeDeclarationNode,
  UsingNode,
  VariableNode,
} from './syntax.ts';

export type SymbolNode = ParameterNode | VariableNode | FunctionNode | ResourceNode | ModuleNode;

/** What stands behind an imported name. */
export interface ImportedName {
  readonly from: ImportNode;
  /** The name in the other file; undefined for the whole file (`* as name`). */
  readonly name: string | undefined;
}

/** A Bicep text with its names resolved to declarations, the same for every call of it. */
export interface Program {
  readonly text: string;
  readonly tree: BicepTree;
  readonly scope: ScopeKind;
  readonly symbols: ReadonlyMap<string, SymbolNode>;
  readonly types: ReadonlyMap<string, TypeDeclarationNode>;
  readonly outputs: ReadonlyMap<string, OutputNode>;
  readonly imported: ReadonlyMap<string, ImportedName>;
  /** Resources and modules at the top, in the order written. */
  readonly deployed: readonly (ResourceNode | ModuleNode)[];
  /** Of a parameter file. */
  readonly using: UsingNode | undefined;
  readonly extending: UsingNode | undefined;
  readonly circles: Circles;
  /** Whether its values may ask for further files when they are looked at: by an import or a function that loads one. */
  readonly loadsOnDemand: boolean;
}

/** What the network model is made of, children included. Other resources cannot open a management port. */
const relevantTypes = new RegExp(
  `^microsoft\\.(?:${[
    'network/(?:networksecuritygroups|networkinterfaces|virtualnetworks|publicipaddresses|publicipprefixes|loadbalancers|' +
      'applicationgateways|applicationsecuritygroups|azurefirewalls|firewallpolicies|ipgroups|bastionhosts|networkmanagers)',
    'compute/(?:virtualmachines|virtualmachinescalesets)',
    'security/locations',
  ].join('|')})(?:[/@]|$)`,
  'i',
);

/** Whether a resource of this type, or one nested in it, can matter to a management port. */
export function isRelevantType(type: Expression): boolean {
  return type.kind === 'text' && relevantTypes.test(type.value);
}

const scopes = new Map<string, ScopeKind>([
  ['resourcegroup', 'resourceGroup'],
  ['subscription', 'subscription'],
  ['managementgroup', 'managementGroup'],
  ['tenant', 'tenant'],
]);

export function readProgram(text: string, buffers?: TokenBuffers): Program {
  const tree = parseBicep(text, buffers);
  const symbols = new Map<string, SymbolNode>();
  const types = new Map<string, TypeDeclarationNode>();
  const outputs = new Map<string, OutputNode>();
  const imported = new Map<string, ImportedName>();
  const deployed: (ResourceNode | ModuleNode)[] = [];
  let scope: ScopeKind = 'resourceGroup';
  let using: UsingNode | undefined;
  let extending: UsingNode | undefined;
  for (const node of tree.declarations) {
    switch (node.kind) {
      case 'resource':
      case 'module':
        deployed.push(node);
        addFirst(symbols, node.name.text, node);
        break;
      case 'parameter':
      case 'variable':
      case 'function':
        addFirst(symbols, node.name.text, node);
        break;
      case 'type':
        addFirst(types, node.name.text, node);
        break;
      case 'output':
        addFirst(outputs, node.name.text, node);
        break;
      case 'target-scope':
        if (node.value.kind === 'text') scope = scopes.get(node.value.value.toLowerCase()) ?? scope;
        break;
      case 'import':
        for (const symbol of node.symbols) addFirst(imported, symbol.alias, { from: node, name: symbol.name });
        if (node.wildcard) addFirst(imported, node.wildcard.text, { from: node, name: undefined });
        break;
      case 'using':
        using ??= node;
        break;
      case 'extends':
        extending ??= node;
        break;
    }
  }
  const circles = new Circles(symbols);
  const loadsOnDemand = imported.size > 0 || (text.includes('load') && /\bload(?:Json|Yaml|Text|File)/.test(text));
  return { text, tree, scope, symbols, types, outputs, imported, deployed, using, extending, circles, loadsOnDemand };
}

function addFirst<T>(map: Map<string, T>, name: string, node: T): void {
  if (name !== '' && !map.has(name)) map.set(name, node);
}

const mostCharacters = 8_000_000;

/** Programs of texts read lately: a module that many templates call is parsed once. */
export class ProgramCache {
  readonly #programs = new Map<string, Program>();
  readonly #buffers = new TokenBuffers();
  #characters = 0;

  program(text: string): Program {
    const known = this.#programs.get(text);
    if (known) {
      // While there is room for twice as much, the order does not matter.
      if (this.#characters < mostCharacters / 2) return known;
      this.#programs.delete(text);
      this.#programs.set(text, known);
      return known;
    }
    const program = readProgram(text, this.#buffers);
    this.#programs.set(text, program);
    this.#characters += text.length;
    for (const oldest of this.#programs.keys()) {
      if (this.#characters <= mostCharacters || oldest === text) break;
      this.#programs.delete(oldest);
      this.#characters -= oldest.length;
    }
    return program;
  }
}
