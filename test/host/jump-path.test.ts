import assert from 'node:assert/strict';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { registerOnActionStartHandler, runWithInputs, TestInput } from '@microsoft/vscode-azext-utils';
import { commands, type Disposable, env, Uri, window, workspace } from 'vscode';
import type { CommandManager } from '../../src/commands/command-manager.ts';
import { registerChangeCommands } from '../../src/explorer/change/change-commands.ts';
import { ChangeJournal } from '../../src/explorer/change/change-journal.ts';
import { Estate } from '../../src/explorer/estate.ts';
import { jumpPathWizardId } from '../../src/explorer/jump-path/jump-path-wizard.ts';
import type { ListedMachine } from '../../src/explorer/machine-list.ts';
import type { MachinesNode } from '../../src/explorer/nodes.ts';
import { ResourceDocuments, resourceScheme } from '../../src/explorer/resource-documents.ts';
import { demoSubscriptions, layDemoEstate } from '../azure-server/demo-estate.ts';
import { AzureServer } from '../azure-server/server.ts';
import { TestMemory, TestSessions } from './test-sessions.ts';

type Handler = (...args: unknown[]) => Promise<unknown>;
type Inputs = Parameters<typeof runWithInputs>[1];

const { production, shared } = demoSubscriptions;
const network = 'providers/Microsoft.Network';
const enter = /to enter$/;

describe('the jump path wizard', function () {
  this.timeout(90_000);
  let azure: AzureServer;
  let estate: Estate;
  let journal: ChangeJournal;
  let trusted: string[];
  let provided: Disposable;
  const handlers = new Map<string, Handler>();
  const told: string[] = [];
  /** Which button of a message that is no question is pressed. */
  let press: (message: string, buttons: readonly string[]) => string | undefined;
  const { showWarningMessage, showInformationMessage, showErrorMessage } = window;

  before(function () {
    if (typeof setDefaultCACertificates !== 'function') this.skip();
    trusted = getCACertificates('default');
  });

  beforeEach(async () => {
    azure = await AzureServer.start();
    setDefaultCACertificates([...trusted, azure.certificate]);
    layDemoEstate(azure);
    estate = new Estate(new TestSessions(azure), new TestMemory(), () => undefined);
    journal = new ChangeJournal(new TestMemory());
    await estate.signIn();
    await estate.choose([production, shared]);
    const documents = new ResourceDocuments(estate);
    provided = workspace.registerTextDocumentContentProvider(resourceScheme, documents);
    const manager = { register: (id: string, handler: Handler) => handlers.set(id, handler) };
    registerChangeCommands(manager as unknown as CommandManager, {
      estate,
      documents,
      journal,
      memory: new TestMemory(),
      declared: { find: () => [], change: async () => undefined },
      machineOf: async node => (node as { machine: ListedMachine }).machine,
      reveal: async () => undefined,
    });
    told.length = 0;
    press = () => undefined;
    const show = async (message: string, ...rest: unknown[]) => {
      const [options] = rest as [{ detail?: string; modal?: boolean }];
      told.push([message, options?.detail ?? ''].join('\n').trim());
      return options?.modal ? (rest[1] as string) : press(message, rest as string[]);
    };
    Object.assign(window, { showWarningMessage: show, showInformationMessage: show, showErrorMessage: show });
  });

  afterEach(async () => {
    Object.assign(window, { showWarningMessage, showInformationMessage, showErrorMessage });
    provided?.dispose();
    await commands.executeCommand('workbench.action.closeAllEditors');
    estate?.dispose();
    await azure?.close();
  });

  after(() => {
    if (trusted) setDefaultCACertificates(trusted);
  });

  const row = (name: string, port?: number): MachinesNode => {
    const machine = estate.machines.find(one => one.name === name)!;
    if (port === undefined) return { kind: 'machine', key: '', machine };
    return { kind: 'port', key: '', machine, port: machine.verdict!.ports.find(one => one.port === port)! };
  };
  const create = (inputs: Inputs, ...nodes: MachinesNode[]): Promise<unknown> =>
    runWithInputs(jumpPathWizardId, inputs, registerOnActionStartHandler, () =>
      handlers.get('portcullis.createJumpPath')!(nodes[0], nodes),
    );
  const inAzure = (group: string, rest: string) =>
    azure.store.get(`/subscriptions/${production}/resourceGroups/${group}/${network}/${rest}`);
  const reachOf = (name: string): string =>
    estate.machines.find(one => one.name === name)!.verdict!.ports.find(port => port.port === 22)!.reach;

  it('makes one for two machines after going back, and says where it begins as Azure named it', async () => {
    const back = TestInput.BackButton;
    await create(
      [
        ...[/^web-01$/, back, /^web-0[12]$/],
        ...[/New load balancer/, 'jump-a', back, 'jump-web', /Tenant/, '50100', enter, '203.0.113.7'],
        /Deny what is open and take the public IP away/,
        /Outbound rule/,
      ],
      row('web-01', 22),
    );
    const [change] = journal.changes;
    assert.equal(change?.state, 'applied');
    const address = inAzure('web', 'publicIPAddresses/web-01-jump-ip')!;
    assert.equal(address.properties.dnsSettings.domainNameLabelScope, 'TenantReuse');
    const { fqdn } = address.properties.dnsSettings;
    assert.match(fqdn, /^jump-web\.[a-z0-9]+\./, 'Azure puts a part of its own into the name');
    const rules = inAzure('web', 'loadBalancers/web-01-jump-lb')!.properties.inboundNatRules;
    assert.deepEqual(
      rules.map((rule: { properties: { frontendPort: number } }) => rule.properties.frontendPort),
      [50100, 50101],
    );
    assert.ok(
      told.some(text => text.includes(`Jump paths at ${fqdn} to web-01 (50100), web-02 (50101)`)),
      told.join('\n'),
    );
    await estate.refresh();
    assert.deepEqual(['web-01', 'web-02'].map(reachOf), ['restricted', 'restricted']);
    await handlers.get('portcullis.undoChange')!({ change });
    await estate.refresh();
    assert.deepEqual(['web-01', 'web-02'].map(reachOf), ['internet', 'internet']);
    assert.equal(inAzure('web', 'loadBalancers/web-01-jump-lb'), undefined);
  });

  it('goes through a load balancer that is there and keeps its name', async () => {
    const before = inAzure('balanced', 'loadBalancers/nat-lb')!.properties.inboundNatRules.length;
    await create([/^lb-02$/, /WinRM over TLS/, /nat-lb/, '', '50200', enter, '203.0.113.7'], row('lb-02'));
    const { inboundNatRules } = inAzure('balanced', 'loadBalancers/nat-lb')!.properties;
    assert.equal(inboundNatRules.length, before + 1);
    assert.ok(
      told.some(text => text.startsWith('Jump path to lb-02: Enter-PSSession')),
      told.join('\n'),
    );
  });

  it('connects and copies as the port is for', async () => {
    press = (_message, buttons) => buttons.find(one => one === 'Copy');
    await create(
      [/^jump-office$/, /New load/, '', '50300', enter, '203.0.113.7', /Leave them/],
      row('jump-office', 22),
    );
    assert.match(await env.clipboard.readText(), /^ssh -p 50300 [a-z]\w*@\d+\.\d+\.\d+\.\d+$/);
    assert.ok(inAzure('web', 'loadBalancers/jump-office-jump-lb'));
  });

  it('writes a remote desktop file where the person says, and opens it', async () => {
    press = (_message, buttons) => buttons.find(one => one === 'Connect');
    const { showSaveDialog } = window;
    const { openExternal } = env;
    const opened: Uri[] = [];
    const target = Uri.joinPath(workspace.workspaceFolders![0]!.uri, 'late-deny.rdp');
    Object.assign(window, { showSaveDialog: async () => target });
    Object.assign(env, { openExternal: async (uri: Uri) => opened.push(uri) });
    try {
      await create(
        [/^late-deny$/, /New load/, 'late', /Resource group/, '50350', enter, '203.0.113.7', /Leave them/],
        row('late-deny', 3389),
      );
      const text = new TextDecoder().decode(await workspace.fs.readFile(target));
      const { fqdn } = inAzure('web', 'publicIPAddresses/late-deny-jump-ip')!.properties.dnsSettings;
      assert.ok(text.startsWith(`full address:s:${fqdn}:50350\r\nusername:s:`), text);
      assert.deepEqual(opened.map(String), [String(target)]);
      assert.ok(told.every(one => !one.includes('Jump path') || one.includes(fqdn)));
    } finally {
      Object.assign(window, { showSaveDialog });
      Object.assign(env, { openExternal });
      await workspace.fs.delete(target).then(undefined, () => undefined);
    }
  });

  it('gives the address an alias in a zone that the person may write', async () => {
    press = (_message, buttons) => buttons.find(one => one === 'Add DNS Alias…');
    const { showQuickPick, showInputBox } = window;
    const zones: string[] = [];
    Object.assign(window, {
      showQuickPick: async (items: { label: string }[]) => {
        zones.push(...items.map(item => item.label));
        return items[0];
      },
      showInputBox: async () => 'bastion',
    });
    try {
      await create(
        [/^halves$/, /New load/, 'halves', /Nobody/, '50400', enter, '203.0.113.7', /Deny what is open$/],
        row('halves', 22),
      );
    } finally {
      Object.assign(window, { showQuickPick, showInputBox });
    }
    assert.deepEqual(zones, ['contoso.example', 'In another place']);
    const record = azure.store.get(
      `/subscriptions/${shared}/resourceGroups/hub/${network}/dnsZones/contoso.example/CNAME/bastion`,
    );
    const { fqdn } = inAzure('web', 'publicIPAddresses/halves-jump-ip')!.properties.dnsSettings;
    assert.equal(record?.properties.CNAMERecord.cname, fqdn);
    assert.deepEqual(
      journal.changes.map(change => change.state),
      ['applied', 'applied'],
    );
  });

  it('looks up the own address once the person agrees, and lets them edit it', async () => {
    const { fetch } = globalThis;
    globalThis.fetch = async () => new Response('198.51.100.9\n');
    try {
      await create(
        [
          /^asg-outsider$/,
          /New load/,
          '',
          '50500',
          /My address/,
          TestInput.UseDefaultValue,
          /Take the public IP/,
          /None/,
        ],
        row('asg-outsider', 22),
      );
    } finally {
      globalThis.fetch = fetch;
    }
    assert.ok(
      told.some(text => text.startsWith('Look up your public address?')),
      told.join('\n'),
    );
    const rules = azure.store.get(
      `/subscriptions/${production}/resourceGroups/web/${network}/networkSecurityGroups/asg-nsg`,
    )!.properties.securityRules;
    assert.ok(
      rules.some(
        (one: { properties: { sourceAddressPrefix?: string } }) =>
          one.properties.sourceAddressPrefix === '198.51.100.9',
      ),
    );
  });

  it('says at once why a machine can have none', async () => {
    await assert.rejects(create([], row('no-group-basic')), /public IP no-group-basic-nic-ip of the retired Basic SKU/);
    assert.deepEqual(journal.changes, []);
  });

  it('changes nothing when the person leaves', async () => {
    const before = azure.requests.length;
    await assert.rejects(create([/^web-01$/], row('web-01', 22)), /No more inputs/);
    assert.ok(azure.requests.slice(before).every(request => request.method === 'GET'));
  });
});
