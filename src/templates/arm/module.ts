import type { CallSite, ResourceDeclaration } from '../../network/resource.ts';
import type { Value } from '../../network/value.ts';
import type { FileSystem } from '../file-system.ts';
import type { DeploymentScope } from '../functions/scope.ts';
import type { ReadProblem } from '../reading.ts';
import { Deployments } from './deployments.ts';
import { Evaluator } from './evaluator.ts';
import { ParsedTexts } from './parsed-texts.ts';
import type { ParameterSource } from './template.ts';
import { TemplateReader } from './template-reader.ts';

/** How another language calls a template. */
export interface TemplateCall {
  readonly path: string;
  readonly scope: DeploymentScope;
  /** The address of the call, which the addresses of its resources begin with. */
  readonly label: string;
  readonly parameters: ParameterSource;
  /** The arguments when the deployer's values are left open. */
  readonly openParameters: ParameterSource;
}

/** A template that another language's file calls as a module. */
export interface CalledTemplate {
  readonly outputNames: readonly string[];
  output(name: string): Value | undefined;
  declarations(via: readonly CallSite[]): readonly ResourceDeclaration[];
  /** Files that it looked at, itself included, and those of them that it calls. */
  readonly dependencies: readonly string[];
  readonly called: readonly string[];
  readonly problems: readonly ReadProblem[];
}

/** Opens a template as a module; undefined when the file is none. */
export function callTemplate(call: TemplateCall, files: FileSystem): CalledTemplate | undefined {
  const texts = new ParsedTexts();
  const evaluator = new Evaluator(texts);
  const deployments = new Deployments(evaluator, files, call.path, texts);
  const source = deployments.source(call.path);
  const root = source?.json.root;
  if (!source || root === undefined || source.json.kind(root) !== 'object') return undefined;
  if (source.json.find(root, 'resources') === undefined) return undefined;
  const { json } = source;
  const template = deployments.entryTemplate(source, root, call.scope, call.parameters, {
    label: call.label,
    open: call.openParameters,
  });
  const section = json.find(root, 'outputs');
  const outputs = new Map<string, Value>();
  const outputNames: string[] = [];
  if (section !== undefined) json.eachProperty(section, name => outputNames.push(json.string(name)));
  return {
    outputNames,
    output: name => {
      const known = outputs.get(name);
      if (known) return known;
      const output = section === undefined ? undefined : json.find(section, name);
      const node = output === undefined ? undefined : json.find(output, 'value');
      if (node === undefined) return undefined;
      const value = evaluator.value({ template }, node);
      outputs.set(name, value);
      return value;
    },
    declarations: via => {
      const reader = new TemplateReader(evaluator, deployments, () => false);
      reader.readTemplate({ template }, call.scope, '');
      return reader.declarations().map(declaration => ({
        ...declaration,
        address: `${call.label}.${declaration.address.replace(/^resources\./, '')}`,
        via: [...via, ...declaration.via],
      }));
    },
    get dependencies() {
      return [...deployments.looked];
    },
    get called() {
      return [...deployments.called];
    },
    get problems() {
      return evaluator.problems;
    },
  };
}
