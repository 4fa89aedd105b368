import assert from 'node:assert/strict';
import { homedir } from 'node:os';
import { type CodeAction, commands, Range, Uri, workspace } from 'vscode';
import {
  actionsAt,
  fileUri,
  hoverText,
  lensTitles,
  problemAt,
  problems,
  replace,
  revertAll,
  show,
  until,
} from './documents.ts';

const open = 'open-management-port';

/** Waits until a file has, or has not, a problem of an id. */
function untilProblems(uri: Uri, id: string, count: number): Promise<unknown> {
  return until(`${uri.path} has ${count} of ${id}`, () => (problems(uri, id).length === count ? true : undefined));
}

describe('the editor on ARM templates', () => {
  afterEach(revertAll);

  it('marks the source that lets the internet in, with a link to the page', async () => {
    await show('first/azuredeploy.json');
    const problem = await problemAt('first/azuredeploy.json', open, '*');
    assert.match(problem.message, /SSH/);
    assert.ok(typeof problem.code === 'object');
    assert.match(problem.code.target.toString(true), /^command:portcullis\.showRuleDocumentation\?/);
  });

  it('says on the group who gets in, and why in the hover', async () => {
    const document = await show('first/azuredeploy.json');
    const titles = await lensTitles(document.uri);
    assert.ok(
      titles.some(title => title.includes('Internet → SSH 22 · allow-ssh')),
      titles.join('\n'),
    );
    const hover = await hoverText(document, '"allow-ssh"');
    assert.match(hover, /allow-ssh/);
    assert.match(hover, /\| SSH 22 \| lets in \|/);
  });

  it('follows what is typed before it is saved', async () => {
    const document = await show('first/azuredeploy.json');
    await untilProblems(document.uri, open, 1);
    await replace(document, '"sourceAddressPrefix": "*"', '"sourceAddressPrefix": "10.0.0.0/8"');
    await untilProblems(document.uri, open, 0);
    await replace(document, '"10.0.0.0/8"', '"0.0.0.0/0"');
    await untilProblems(document.uri, open, 1);
  });

  it('follows a parameter file that is changed beside the template', async () => {
    const template = await show('first/azuredeploy.json');
    await untilProblems(template.uri, open, 1);
    const parameters = await show('first/azuredeploy.parameters.json');
    await replace(parameters, '"value": "VirtualNetwork"', '"value": "*"');
    await untilProblems(template.uri, open, 2);
  });

  it('follows the configuration file', async () => {
    const template = await show('first/azuredeploy.json');
    await untilProblems(template.uri, open, 1);
    const configuration = fileUri('first/.portcullis.json');
    const text = JSON.stringify({ suppressions: [{ id: open, file: 'azuredeploy.json', reason: 'a lab' }] });
    await workspace.fs.writeFile(configuration, new TextEncoder().encode(text));
    try {
      await untilProblems(template.uri, open, 0);
    } finally {
      await workspace.fs.delete(configuration);
    }
    await untilProblems(template.uri, open, 1);
  });

  it('follows the settings', async () => {
    const template = await show('first/azuredeploy.json');
    await untilProblems(template.uri, open, 1);
    const settings = workspace.getConfiguration('portcullis');
    await settings.update('severity', { [open]: 'off' });
    try {
      await untilProblems(template.uri, open, 0);
    } finally {
      await settings.update('severity', undefined);
    }
    await untilProblems(template.uri, open, 1);
  });

  it('shows text from a template as text', async () => {
    const document = await show('first/nested/hostile.json');
    await untilProblems(document.uri, open, 1);
    const hover = await hoverText(document, '[x](command');
    assert.match(hover, /SSH 22/);
    assert.doesNotMatch(hover, /(?<!\\)\]\(command:|(?<!\\)<img|(?<!\\)\$\(flame|(?<!\\)\*\*bold/);
  });
});

describe('the editor on Bicep', () => {
  afterEach(revertAll);

  it('judges a module with its caller’s argument and leads to the caller', async () => {
    const module = await show('second/modules/nsg.bicep');
    await until('the lens knows the caller', async () => {
      const titles = await lensTitles(module.uri);
      return titles.some(title => title.includes('Internet → SSH 22')) ? true : undefined;
    });
    const found = await until('there is a problem', () => {
      const all = [...problems(module.uri, open), ...problems(fileUri('second/main.bicep'), open)];
      return all.length > 0 ? all : undefined;
    });
    const places = found.flatMap(problem => problem.relatedInformation ?? []).map(({ location }) => location.uri.path);
    assert.ok(
      places.some(path => path.endsWith('/second/main.bicep')) ||
        problems(fileUri('second/main.bicep'), open).length > 0,
      places.join('\n'),
    );
  });

  it('follows the caller’s unsaved text', async () => {
    const module = await show('second/modules/nsg.bicep');
    const caller = await show('second/main.bicep');
    const opens = async () => (await lensTitles(module.uri)).some(title => title.includes('Internet → SSH 22'));
    await until('it is open', async () => ((await opens()) ? true : undefined));
    await replace(caller, "'0.0.0.0/0'", "'10.0.0.0/8'");
    await until('it is closed', async () => ((await opens()) ? undefined : true));
  });
});

describe('the editor on modules of a registry', () => {
  const caller = fileUri('second/registry.bicep');
  const cache = Uri.joinPath(Uri.file(homedir()), '.bicep/br/portcullis.example');

  afterEach(async () => {
    await revertAll();
    await workspace.fs.delete(caller);
    await workspace.fs.delete(cache, { recursive: true });
  });

  it('reads them from the Bicep tools’ cache, as soon as they are there', async () => {
    const source = "module net 'br:portcullis.example/network:1.0.0' = {\n  name: 'net'\n}\n";
    await workspace.fs.writeFile(caller, new TextEncoder().encode(source));
    const document = await show('second/registry.bicep');
    await until('it was analysed', async () => ((await lensTitles(document.uri)) ? true : undefined));
    assert.deepEqual(problems(caller, open), []);
    const rule = { priority: 100, direction: 'Inbound', access: 'Allow', protocol: 'Tcp', sourcePortRange: '*' };
    const open22 = { ...rule, sourceAddressPrefix: '*', destinationAddressPrefix: '*', destinationPortRange: '22' };
    const group = {
      type: 'Microsoft.Network/networkSecurityGroups',
      apiVersion: '2024-05-01',
      name: 'from-registry',
      properties: { securityRules: [{ name: 'ssh', properties: open22 }] },
    };
    const schema = 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#';
    const template = { $schema: schema, contentVersion: '1.0.0.0', resources: [group] };
    const file = Uri.joinPath(cache, 'network/1.0.0$/main.json');
    await workspace.fs.writeFile(file, new TextEncoder().encode(JSON.stringify(template)));
    const found = await until('the problem is at the module', () => problems(caller, open)[0]);
    assert.equal(found.range.start.line, 0);
  });
});

describe('the editor on Terraform', () => {
  afterEach(revertAll);

  it('judges rules of a for_each over a local map', async () => {
    const document = await show('second/network/main.tf');
    const problem = await until('there is a problem', () => problems(document.uri, open)[0]);
    assert.match(problem.message, /RDP/);
    const titles = await lensTitles(document.uri);
    assert.ok(
      titles.some(title => title.includes('Internet → RDP 3389')),
      titles.join('\n'),
    );
  });
});

describe('Scan Workspace', () => {
  it('finds what is open in every root, but not in ignored files', async () => {
    await revertAll();
    await commands.executeCommand('portcullis.scanWorkspace');
    assert.equal(problems(fileUri('first/azuredeploy.json'), open).length, 1);
    assert.ok(problems(fileUri('second/modules/nsg.bicep'), open).length > 0);
    assert.ok(problems(fileUri('second/network/main.tf'), open).length > 0);
    assert.equal(problems(fileUri('first/ignored/azuredeploy.json'), open).length, 0);
  });

  it('keeps what it found true when a file changes on disk', async () => {
    const uri = fileUri('first/nested/hostile.json');
    await untilProblems(uri, open, 1);
    const before = await workspace.fs.readFile(uri);
    const closed = new TextDecoder().decode(before).replace('"Internet"', '"VirtualNetwork"');
    await workspace.fs.writeFile(uri, new TextEncoder().encode(closed));
    await untilProblems(uri, open, 0);
    await workspace.fs.writeFile(uri, before);
    await untilProblems(uri, open, 1);
  });
});

describe('fixes', () => {
  afterEach(revertAll);

  it('close the port by the light bulb, and keep everything else', async () => {
    const document = await show('first/azuredeploy.json');
    await untilProblems(document.uri, open, 1);
    const before = document.getText();
    const actions = await actionsAt(document, '"*"');
    const fix = actions.find(action => /VirtualNetwork/.test(action.title) && action.edit);
    assert.ok(fix?.edit, actions.map(action => action.title).join('\n'));
    assert.ok(fix.isPreferred);
    await workspace.applyEdit(fix.edit);
    assert.equal(
      document.getText(),
      before.replace('"sourceAddressPrefix": "*"', '"sourceAddressPrefix": "VirtualNetwork"'),
    );
    await untilProblems(document.uri, open, 0);
  });

  it('reach into the caller of a module', async () => {
    const module = await show('second/modules/nsg.bicep');
    const problem = await until('there is a problem', () => problems(module.uri, open)[0]);
    const actions = await actionsAt(module, problem.range);
    const fix = actions.find(action => /VirtualNetwork/.test(action.title) && action.edit);
    assert.ok(fix?.edit, actions.map(action => action.title).join('\n'));
    assert.ok(fix.edit.entries().some(([uri]) => uri.path.endsWith('/second/main.bicep')));
  });

  it('change the map that a Terraform for_each goes over', async () => {
    const document = await show('second/network/main.tf');
    const problem = await until('there is a problem', () => problems(document.uri, open)[0]);
    const actions = await actionsAt(document, problem.range);
    const fix = actions.find(action => /VirtualNetwork/.test(action.title) && action.edit);
    assert.ok(fix?.edit, actions.map(action => action.title).join('\n'));
    await workspace.applyEdit(fix.edit);
    assert.match(document.getText(), /port = "3389", source = "VirtualNetwork" \}/);
    await untilProblems(document.uri, open, 0);
  });

  it('are offered for the whole file as one action', async () => {
    const document = await show('first/azuredeploy.json');
    await untilProblems(document.uri, open, 1);
    const whole = new Range(0, 0, document.lineCount, 0);
    const actions = await commands.executeCommand<CodeAction[]>(
      'vscode.executeCodeActionProvider',
      document.uri,
      whole,
      'source.fixAll.portcullis',
    );
    assert.equal(actions.length, 1);
    assert.ok(actions[0]?.edit);
    await workspace.applyEdit(actions[0].edit);
    await untilProblems(document.uri, open, 0);
  });
});
