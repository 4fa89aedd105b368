import assert from 'node:assert/strict';
import { CancellationTokenSource, EventEmitter, extensions, type LogOutputChannel, window } from 'vscode';
import type { DeployedGroups } from '../../src/commands/group-links.ts';
import { AnalysisService } from '../../src/editor/analysis-service.ts';
import { GroupLenses } from '../../src/editor/code-lenses.ts';
import { FindingFixes } from '../../src/editor/finding-fixes.ts';
import { changeDeclaredRules } from '../../src/editor/template-changes.ts';
import type { RuleChange } from '../../src/findings/fixes/rule-changes.ts';
import { declarationsOf } from '../../src/network/rest/live-resources.ts';
import { readResources } from '../../src/network/rest/read-resources.ts';
import { revertAll, show, until } from './documents.ts';

const id = '/subscriptions/s/resourceGroups/web/providers/Microsoft.Network/networkSecurityGroups/first-nsg';

function deployed(access: string): DeployedGroups {
  const rule = {
    name: 'allow-ssh',
    properties: {
      priority: 100,
      direction: 'Inbound',
      access,
      protocol: 'Tcp',
      sourceAddressPrefix: '*',
      sourcePortRange: '*',
      destinationAddressPrefix: '*',
      destinationPortRange: '22',
    },
  };
  const type = 'Microsoft.Network/networkSecurityGroups';
  const resources = [{ id, type, name: 'first-nsg', properties: { securityRules: [rule] } }];
  const [group] = readResources(declarationsOf(resources)).securityGroups;
  return {
    onDidChange: new EventEmitter<void>().event,
    find: name => (name === 'first-nsg' ? [{ id, label: 'Production / web / first-nsg', group: group! }] : []),
  };
}

describe('groups that templates declare and Azure has', () => {
  let log: LogOutputChannel;
  let service: AnalysisService;

  beforeEach(async () => {
    const extension = extensions.getExtension('portcullis.portcullis');
    assert.ok(extension);
    log = window.createOutputChannel('Portcullis test', { log: true });
    service = new AnalysisService(extension.extensionUri, undefined, log);
    const document = await show('first/azuredeploy.json');
    service.analyserOf(document.uri);
    await until('the template is analysed', () => (service.results.length > 0 ? true : undefined));
  });

  afterEach(async () => {
    service.dispose();
    log.dispose();
    await revertAll();
  });

  it('have a lens that leads to what closes them, while they are open', async () => {
    const document = await show('first/azuredeploy.json');
    const source = new CancellationTokenSource();
    const commandsOf = async (access: string) => {
      const lenses = new GroupLenses(service, new FindingFixes(), deployed(access));
      const all = await lenses.provideCodeLenses(document, source.token);
      lenses.dispose();
      return all.flatMap(({ command }) => (command?.command === 'portcullis.closeDeployedGroup' ? [command] : []));
    };
    const [command] = await commandsOf('Allow');
    assert.match(command?.title ?? '', /Close in Azure: Production \/ web \/ first-nsg/);
    assert.match(command?.tooltip ?? '', /Internet → SSH 22/);
    assert.deepEqual(command?.arguments, [id]);
    assert.deepEqual(await commandsOf('Deny'), []);
  });

  it('follow a change of Azure', async () => {
    const document = await show('first/azuredeploy.json');
    const before = document.getText();
    const change: RuleChange = {
      group: 'First-NSG',
      rule: 'allow-ssh',
      kind: 'set',
      properties: new Map([['sourceAddressPrefix', '203.0.113.7']]),
    };
    await changeDeclaredRules(service.results, [change]);
    const wanted = before.replace('"sourceAddressPrefix": "*"', '"sourceAddressPrefix": "203.0.113.7"');
    assert.equal(document.getText(), wanted);
    await assert.rejects(
      changeDeclaredRules(service.results, [{ ...change, group: 'elsewhere' }]),
      /No template here declares 'elsewhere'/,
    );
  });
});
