import assert from 'node:assert/strict';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { Estate } from '../../src/explorer/estate.ts';
import { MachinesTree } from '../../src/explorer/machines-tree.ts';
import type { MachinesNode } from '../../src/explorer/nodes.ts';
import { ResourceDocuments } from '../../src/explorer/resource-documents.ts';
import { SecureScoreTree } from '../../src/explorer/secure-score-tree.ts';
import { demoSubscriptions, demoTenants, layDemoEstate } from '../azure-server/demo-estate.ts';
import { serverError, throttled } from '../azure-server/faults.ts';
import { AzureServer } from '../azure-server/server.ts';
import { TestMemory, TestSessions } from './test-sessions.ts';

describe('the machines view', () => {
  let azure: AzureServer;
  let sessions: TestSessions;
  let estate: Estate;
  let tree: MachinesTree;
  let trusted: string[];
  const { production, shared, development } = demoSubscriptions;

  before(function () {
    if (typeof setDefaultCACertificates !== 'function') this.skip();
    trusted = getCACertificates('default');
  });

  beforeEach(async () => {
    azure = await AzureServer.start();
    setDefaultCACertificates([...trusted, azure.certificate]);
    layDemoEstate(azure);
    azure.requests.length = 0;
    sessions = new TestSessions(azure);
    estate = new Estate(sessions, new TestMemory(), () => undefined);
    tree = new MachinesTree(estate);
  });

  afterEach(async () => {
    estate?.dispose();
    await azure?.close();
  });

  after(() => {
    if (trusted) setDefaultCACertificates(trusted);
  });

  async function signedInTo(...subscriptions: string[]): Promise<void> {
    await estate.signIn();
    await estate.choose(subscriptions);
  }

  const labels = (nodes: readonly MachinesNode[]) => nodes.map(node => String(tree.getTreeItem(node).label));
  const descriptions = (nodes: readonly MachinesNode[]) =>
    nodes.map(node => String(tree.getTreeItem(node).description));

  it('makes no request and asks nobody anything while signed out', async () => {
    await estate.start();
    await estate.refresh();
    assert.equal(estate.phase, 'signed-out');
    assert.deepEqual(tree.getChildren(), []);
    assert.deepEqual([azure.requests.length, sessions.prompts], [0, 0]);
  });

  it('reads nothing when no subscription is chosen: none means none', async () => {
    await estate.signIn();
    assert.equal(estate.phase, 'none-chosen');
    assert.ok(azure.requests.every(request => /^\/(tenants|subscriptions)\?/.test(request.url)));
    assert.deepEqual(estate.subscriptions.map(subscription => subscription.displayName).sort(), [
      'Development',
      'Production',
      'Shared services',
    ]);
  });

  it('goes from subscription to machine, port, path and rule, each row with a label for a screen reader', async () => {
    await signedInTo(production);
    assert.equal(estate.phase, 'ready');
    const [subscription] = tree.getChildren();
    assert.deepEqual(labels([subscription!]), ['Production']);
    const machine = tree
      .getChildren(subscription)
      .find(node => node.kind === 'machine' && node.machine.name === 'web-01')!;
    assert.deepEqual(descriptions([machine]), ['SSH 22 · open to the internet']);
    const ports = tree.getChildren(machine);
    assert.deepEqual(labels(ports), ['SSH 22', 'RDP 3389', 'WinRM 5985', 'WinRM over TLS 5986']);
    const [path] = tree.getChildren(ports[0]);
    assert.match(labels([path!])[0]!, /^20\.50\.0\.1:22$/);
    const rules = tree.getChildren(path);
    assert.deepEqual(labels(rules), ['web-nsg/allow-web-and-ssh (priority 200)']);
    for (const node of [subscription!, machine, ports[0]!, path!, rules[0]!]) {
      const item = tree.getTreeItem(node);
      assert.ok(item.accessibilityInformation?.label && item.iconPath, String(item.label));
    }
    const item = tree.resolveTreeItem(tree.getTreeItem(machine), machine);
    assert.match(
      (item.tooltip as { value: string }).value,
      /web-nsg\/allow-web-and-ssh \(priority 200\) admits Internet/,
    );
  });

  it('shows a row for each tenant when there are several, and one that fails alone', async () => {
    sessions.locked.add(demoTenants.fabrikam.tenantId);
    await signedInTo(production, development);
    const rows = tree.getChildren().filter(node => node.kind === 'tenant');
    assert.deepEqual(labels(rows), ['Contoso', 'Fabrikam']);
    assert.match(descriptions(rows)[1]!, /could not be read/);
    assert.equal(tree.getTreeItem(rows[1]!).contextValue, 'tenant.failed');
    assert.ok(estate.machines.length > 20);
    const [, failed] = rows;
    assert.ok(failed?.kind === 'tenant');
    await estate.signIn(failed.tenant.account, failed.tenant.tenant.tenantId);
    assert.ok(estate.machines.some(machine => machine.name === 'dev-01'));
  });

  it('shows machines as their pages arrive, before anything is judged', async () => {
    azure.graphPageSize = 10;
    const seen: number[] = [];
    estate.onDidChange(() => {
      if (estate.phase === 'reading' && !estate.judged) seen.push(tree.shown.length);
    });
    await signedInTo(production, shared);
    assert.ok(
      seen.some(count => count > 0 && count < estate.machines.length),
      seen.join(),
    );
  });

  it('says what could not be read, and that an answer was cut', async () => {
    azure.faults.add(
      {
        path: /jitnetworkaccesspolicies/,
        effect: {
          kind: 'answer',
          status: 403,
          body: {
            error: {
              code: 'AuthorizationFailed',
              message: "x perform action 'Microsoft.Security/jitNetworkAccessPolicies/read' over",
            },
          },
        },
      },
      { path: /resourcegraph/, call: 1, effect: { kind: 'truncate' } },
    );
    await signedInTo(production);
    const notes = labels(tree.getChildren().filter(node => node.kind === 'note'));
    assert.ok(
      notes.some(text => /just-in-time policies of Production.*jitNetworkAccessPolicies\/read/.test(text)),
      notes.join('\n'),
    );
    assert.ok(
      notes.some(text => /Azure returned \d+ of \d+/.test(text)),
      notes.join('\n'),
    );
  });

  it('fails with a reason when nothing can be read', async () => {
    await estate.signIn();
    azure.faults.add({
      path: /resourcegraph|jitnetwork/,
      effect: { kind: 'answer', status: 400, body: { error: { code: 'BadRequest', message: 'Not today.' } } },
    });
    await estate.choose([production]);
    assert.deepEqual([estate.phase, estate.failure], ['failed', 'Not today.']);
    assert.deepEqual(tree.getChildren(), []);
  });

  it('finds nothing in a subscription without machines, and says so', async () => {
    azure.addSubscription({ subscriptionId: 'empty-1', displayName: 'Empty', tenantId: demoTenants.contoso.tenantId });
    await signedInTo('empty-1');
    assert.deepEqual([estate.phase, estate.machines.length], ['ready', 0]);
  });

  it('survives throttling and a lost connection', async () => {
    azure.faults.add(
      { path: /resourcegraph/, call: 1, effect: throttled(0) },
      { path: /resourcegraph/, call: 3, effect: { kind: 'drop' } },
      { path: /jitnetwork/, call: 1, effect: serverError(503) },
    );
    await signedInTo(production);
    assert.equal(estate.phase, 'ready');
    assert.deepEqual(estate.problems, []);
  });

  it('stops when cancelled and says that the picture is not whole', async () => {
    await estate.signIn();
    azure.latency = 150;
    const reading = estate.choose([production, shared]);
    await new Promise(resolve => setTimeout(resolve, 200));
    estate.cancel();
    await reading;
    assert.equal(estate.cancelled, true);
    const before = azure.requests.length;
    await new Promise(resolve => setTimeout(resolve, 300));
    assert.ok(azure.requests.length <= before + 6, 'nothing goes on in the background');
  });

  it('forgets everything when the account signs out', async () => {
    await signedInTo(production);
    sessions.signedIn = false;
    const changed = new Promise<void>(resolve => estate.onDidChange(() => estate.phase === 'signed-out' && resolve()));
    sessions.changed.fire();
    await changed;
    assert.deepEqual([estate.machines.length, tree.getChildren().length], [0, 0]);
  });

  it('groups and filters', async () => {
    await signedInTo(production);
    tree.grouping = 'reach';
    assert.deepEqual(labels(tree.getChildren())[0], 'Open to the internet');
    tree.grouping = 'port';
    assert.deepEqual(labels(tree.getChildren())[0], 'SSH 22');
    tree.grouping = 'resource-group';
    assert.ok(labels(tree.getChildren()).includes('web (Production)'));
    tree.filter = { text: 'db-' };
    assert.deepEqual(labels(tree.getChildren().flatMap(node => tree.getChildren(node))), ['db-01', 'db-02', 'db-03']);
  });

  it('redraws only what a refresh has changed', async () => {
    await signedInTo(production);
    tree.refresh();
    for (const group of tree.getChildren()) tree.getChildren(group);
    const nsg = azure.store
      .ofType('microsoft.network/networksecuritygroups')
      .find(group => group.name === 'late-deny-nsg')!;
    const rule = `${nsg.id}/securityRules/other?api-version=2024-05-01`;
    azure.request('PUT', rule, {
      properties: {
        access: 'Allow',
        direction: 'Inbound',
        priority: 3000,
        protocol: 'Tcp',
        sourceAddressPrefix: 'Internet',
        sourcePortRange: '*',
        destinationAddressPrefix: '*',
        destinationPortRange: '22',
      },
    });
    const drawn: (MachinesNode | undefined)[] = [];
    tree.onDidChangeTreeData(node => drawn.push(node));
    const following = estate.onDidChange(() => tree.refresh());
    await estate.refresh();
    following.dispose();
    const machines = drawn.filter(node => node?.kind === 'machine');
    assert.deepEqual(labels(machines as MachinesNode[]), ['late-deny']);
    assert.ok(!drawn.includes(undefined), 'the whole tree was drawn again');
  });

  it('shows an inventory file without an account and without a request', async () => {
    const text = JSON.stringify({
      resources: [
        {
          id: '/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/a',
          type: 'Microsoft.Compute/virtualMachines',
        },
      ],
    });
    await estate.showFile('saved.json', text);
    assert.deepEqual([estate.phase, estate.fileName, azure.requests.length], ['ready', 'saved.json', 0]);
    await assert.rejects(estate.showFile('bad.json', '{}'), /bad\.json has no list of resources/);
    assert.equal(estate.fileName, 'saved.json', 'what was shown stays');
    await estate.closeFile();
    assert.deepEqual([estate.phase, estate.fileName], ['signed-out', undefined]);
  });

  it('opens resources and proofs as read-only documents', async () => {
    await signedInTo(production);
    const documents = new ResourceDocuments(estate);
    const machine = estate.machines.find(one => one.name === 'web-01')!;
    const json = JSON.parse(documents.provideTextDocumentContent(documents.resourceUri(machine.id.toUpperCase())));
    assert.equal(json.name, 'web-01');
    assert.match(documents.provideTextDocumentContent(documents.proofUri(machine.id, machine.name)), /gets through/);
    documents.dispose();
  });

  it('sets our score beside Defender’s', async () => {
    await signedInTo(production);
    const score = new SecureScoreTree(estate);
    const [control] = score.getChildren();
    assert.match(String(score.getTreeItem(control!).description), /of 8 points · Defender: [\d.]+ of 8/);
    const recommendations = score.getChildren(control);
    assert.equal(recommendations.length, 3);
    const machines = recommendations.flatMap(one => score.getChildren(one)).flatMap(one => score.getChildren(one));
    assert.equal(machines.length, 3 * estate.machines.length);
  });
});
