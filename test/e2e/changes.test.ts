import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import { demoSubscriptions } from '../azure-server/demo-estate.ts';
import type { AzureServer } from '../azure-server/server.ts';
import { DemoAzure } from './demo-azure.ts';
import { Workbench } from './workbench.ts';

describe('closing ports, with the local Azure', () => {
  let demo: DemoAzure;
  let azure: AzureServer;
  let workbench: Workbench;

  before(async function () {
    if (!Workbench.supported) this.skip();
    demo = await DemoAzure.open('changes');
    ({ azure, workbench } = demo);
    await demo.signIn('Production');
  });

  after(() => demo?.close());

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await workbench.shot('failed');
  });

  const dialog = (text: string | RegExp): Locator => demo.dialog(text);
  const input = (): Locator => demo.input();
  const pick = (text: string | RegExp): Locator => demo.pick(text);
  const machine = (name: string): Locator => workbench.row(new RegExp(`^${name}(?![-\\d])`)).first();
  /** Opens the menu of a row and chooses from it: by key, since a click that follows at once is taken for the first. */
  const choose = async (row: Locator, item: string): Promise<void> => {
    await row.click({ button: 'right' });
    const menu = workbench.page.locator('.monaco-menu .action-item', { hasText: item }).first();
    await menu.hover();
    await workbench.page.keyboard.press('Enter');
    await menu.waitFor({ state: 'hidden' });
  };
  const closed = (name: string): Locator => machine(name).filter({ hasText: 'closed to the internet' });
  const clearToasts = () => workbench.command('Notifications: Clear All Notifications');

  it('denies from the tree: a preview, one question, and the row turns green', async () => {
    await machine('late-deny').click();
    await choose(machine('late-deny'), 'Deny Port');
    const question = dialog('Close port 3389 of late-deny to the internet?');
    await question.waitFor();
    await workbench.page.locator('.monaco-diff-editor', { hasText: 'late-deny' }).first().waitFor();
    await workbench.shot('preview-and-question');
    assert.match(await question.innerText(), /late-deny port 3389: internet → none/);
    await question.locator('.monaco-button', { hasText: 'Apply' }).click();
    await closed('late-deny').waitFor();
    await workbench.toast('Done: ').first().waitFor();
    assert.equal(await closed('late-deny').locator('.codicon-lock').count(), 1);
    await workbench.shot('closed');
  });

  it('undoes from the Changes view', async () => {
    await clearToasts();
    await workbench.command('Portcullis: Focus on Changes View');
    const change = workbench.row(/allow-rdp.*applied/).first();
    await change.hover();
    await change.locator('a.action-label[aria-label^="Undo"]').click();
    await workbench
      .row(/allow-rdp.*undone/)
      .first()
      .waitFor();
    await workbench.shot('undone');
    await machine('late-deny').filter({ hasText: 'open to the internet' }).waitFor();
  });

  it('tightens by the palette, which asks for the machine and the sources', async () => {
    await clearToasts();
    await workbench
      .row(/^Production/)
      .first()
      .click();
    await workbench.command('Portcullis: Tighten Source');
    await input().locator('input.input').fill('halves');
    await pick('halves').click();
    await pick('Enter Addresses or CIDR Blocks').locator('.monaco-icon-label').first().click();
    await input().locator('.quick-input-count', { hasText: '1 Selected' }).waitFor();
    await workbench.shot('sources');
    await input().locator('.monaco-button', { hasText: 'OK' }).click();
    await input().locator('.quick-input-message', { hasText: 'Addresses or CIDR blocks' }).waitFor();
    await input().locator('input.input').fill('198.51.100.0/33');
    await input().locator('.quick-input-message', { hasText: '198.51.100.0/33' }).waitFor();
    await workbench.shot('wrong-cidr');
    await input().locator('input.input').fill('198.51.100.0/28');
    await workbench.page.keyboard.press('Enter');
    await dialog(/halves/)
      .locator('.monaco-button', { hasText: 'Apply' })
      .click();
    await workbench.toast('Done: ').first().waitFor();
    await workbench
      .row(/^Production/)
      .first()
      .click();
    // It stands behind the open ones now, out of view where rows are expanded.
    await workbench.page.keyboard.press('End');
    await machine('halves').filter({ hasText: 'open to few addresses' }).waitFor();
    await workbench.shot('tightened');
    await workbench.page.keyboard.press('Home');
  });

  it('says of a locked group what is locked and what to do, and writes nothing', async () => {
    await clearToasts();
    const group = `/subscriptions/${demoSubscriptions.production}/resourceGroups/web`;
    const lock = `${group}/providers/Microsoft.Authorization/locks/year-end?api-version=2020-05-01`;
    azure.request('PUT', lock, { properties: { level: 'ReadOnly', notes: 'Frozen for the year end' } });
    azure.requests.length = 0;
    await choose(machine('web-01'), 'Deny Port');
    const message = workbench.toast('Resource group web (subscription Production) is locked');
    await message.first().waitFor();
    assert.match(
      await message.first().innerText(),
      /Frozen for the year end\): remove the lock, or ask its owner to\./,
    );
    await workbench.shot('locked');
    assert.deepEqual(
      azure.requests.filter(request => request.method === 'PUT' || request.method === 'DELETE'),
      [],
    );
    azure.request('DELETE', lock);
  });

  it('says which right is missing and whom to ask for it, and writes nothing', async () => {
    await clearToasts();
    const action = 'Microsoft.Network/networkSecurityGroups/securityRules/write';
    azure.authorization.permissions = [{ scope: '/', actions: ['*'], notActions: [action] }];
    azure.requests.length = 0;
    await choose(machine('web-01'), 'Deny Port');
    const message = workbench.toast(`You need ${action}`);
    await message.first().waitFor();
    assert.match(
      await message.first().innerText(),
      /ask its owner for a role that has it, such as Network Contributor/,
    );
    await workbench.shot('missing-permission');
    assert.deepEqual(
      azure.requests.filter(request => request.method === 'PUT' || request.method === 'DELETE'),
      [],
    );
    azure.authorization.permissions = [{ scope: '/', actions: ['*'] }];
  });

  it('closes a whole subscription with one question, and says on each row how it went', async () => {
    await clearToasts();
    await choose(workbench.row(/^Production/).first(), 'Close Open Management Ports');
    const question = dialog(/Close ports? .* machines to the internet/);
    await question.waitFor();
    await workbench.shot('close-all-question');
    await question.locator('.monaco-button', { hasText: 'Apply' }).click();
    await workbench.row('closed just now').first().waitFor();
    await workbench.shot('close-all-done');
  });
});
