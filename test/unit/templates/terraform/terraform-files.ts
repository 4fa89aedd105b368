import { analyseUnit, type UnitAnalysis } from '../../../../src/findings/analysis.ts';
import type { FileSystem } from '../../../../src/templates/file-system.ts';
import { TemplateLanguages } from '../../../../src/templates/languages.ts';
import type { TemplateLanguage } from '../../../../src/templates/reading.ts';
import { toJsonText } from '../../../../src/templates/terraform/functions/json-text.ts';
import { loadGrammar } from '../../../../src/templates/terraform/grammar.ts';
import { ModuleInstance } from '../../../../src/templates/terraform/module-instance.ts';
import { isFailed } from '../../../../src/templates/terraform/partial-value.ts';
import { ReadingState } from '../../../../src/templates/terraform/reading-state.ts';
import { deepDependencies, isWhollyKnown } from '../../../../src/templates/terraform/terraform-value.ts';
import { loadAsset } from '../../../assets.ts';

export const ports = [22, 3389, 5985, 5986];

/** Files of a test by their paths. */
export function filesOf(texts: Readonly<Record<string, string>>): FileSystem {
  const map = new Map(Object.entries(texts));
  return {
    read(path) {
      if (path.startsWith('..')) return { reason: 'outside', message: `${path}: is outside` };
      const text = map.get(path);
      return text === undefined ? { reason: 'missing', message: `${path}: there is no such file` } : { text };
    },
    list(folder) {
      const prefix = folder === '' ? '' : `${folder}/`;
      const entries = new Map<string, 'file' | 'folder'>();
      for (const path of map.keys()) {
        if (!path.startsWith(prefix)) continue;
        const [first = '', ...rest] = path.slice(prefix.length).split('/');
        entries.set(first, rest.length > 0 ? 'folder' : 'file');
      }
      return [...entries].map(([name, kind]) => ({ name, kind }));
    },
  };
}

export async function terraform(): Promise<TemplateLanguage> {
  const recognised = await new TemplateLanguages(loadAsset).recognise('main.tf', '');
  if (!recognised) throw new Error('Terraform is not recognised');
  return recognised.language;
}

export async function analyse(
  texts: string | Readonly<Record<string, string>>,
  unit = '',
  parameterFile?: string,
): Promise<UnitAnalysis> {
  const language = await terraform();
  const files = filesOf(typeof texts === 'string' ? { 'main.tf': texts } : texts);
  const format = unit.endsWith('.json') ? 'terraform-plan' : 'terraform';
  const given = parameterFile === undefined ? {} : { parameterFile };
  return analyseUnit({ unit, format, language, ...given }, files, ports);
}

/** The verdicts of each group as one line: `address 22=internet/none(variable x)`; closed ports are left out. */
export function verdictLines(analysis: UnitAnalysis): string[] {
  return analysis.groups.map(({ group, verdicts }) => {
    const open = verdicts
      .filter(verdict => verdict.reach !== 'none')
      .map(verdict => {
        const least = verdict.atLeast === verdict.reach ? '' : `/${verdict.atLeast}`;
        const depends = verdict.dependsOn.length > 0 ? `(${verdict.dependsOn.join(', ')})` : '';
        return ` ${verdict.port}=${verdict.reach}${least}${depends}`;
      });
    const when = group.existence.kind === 'depends' ? ` when ${group.existence.on.join(', ')}` : '';
    return `${group.declaration.address}${when}${open.join('')}`;
  });
}

/** An HCL security rule block that admits one port from a source, both written as expressions. */
export function ruleBlock(port: string, source: string, priority = '100', name = '"ssh"'): string {
  return `security_rule {
    name                       = ${name}
    priority                   = ${priority}
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "Tcp"
    source_port_range          = "*"
    destination_port_range     = ${port}
    source_address_prefix      = ${source}
    destination_address_prefix = "*"
  }`;
}

export function groupWith(content: string, name = 'web', extra = ''): string {
  return `resource "azurerm_network_security_group" "${name}" {
  name                = "${name}-nsg"
  location            = "westeurope"
  resource_group_name = "rg"
  ${extra}
  ${content}
}
`;
}

/** The outputs of a root module as JSON; an output with something unknown in it says `unknown: what it hangs on`. */
export async function outputsOf(
  texts: string | Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, string>>> {
  const files = filesOf(typeof texts === 'string' ? { 'main.tf': texts } : texts);
  const parser = await loadGrammar({
    runtime: await loadAsset('web-tree-sitter.wasm'),
    terraform: await loadAsset('tree-sitter-terraform.wasm'),
  });
  const state = new ReadingState('', files, parser);
  const root = new ModuleInstance(state, state.source(''), '', undefined, [], new Map(), {
    hangsOn: [],
    doubt: [],
    leftOut: false,
  });
  const results: Record<string, string> = {};
  for (const name of root.source.outputs.keys()) {
    const value = root.output(name);
    if (!value) continue;
    if (isFailed(value)) results[name] = `error: ${value.dependsOn.join(', ')}`;
    else results[name] = isWhollyKnown(value) ? toJsonText(value) : `unknown: ${deepDependencies(value).join(', ')}`;
  }
  return results;
}
