import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AzureServer } from '../azure-server/server.ts';
import { DemoAzure } from './demo-azure.ts';
import { Workbench } from './workbench.ts';

const deployedTemplate = `resource web 'Microsoft.Network/networkSecurityGroups@2024-05-01' = {
  name: 'late-deny-nsg'
  location: 'westeurope'
  properties: {
    securityRules: [
      {
        name: 'allow-rdp'
        properties: {
          priority: 300
          access: 'Allow'
          direction: 'Inbound'
          protocol: 'Tcp'
          sourceAddressPrefix: '10.0.0.0/8'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '3389'
        }
      }
    ]
  }
}
`;

describe('the explorer, with the local Azure', () => {
  let demo: DemoAzure;
  let azure: AzureServer;
  let workbench: Workbench;

  before(async function () {
    if (!Workbench.supported) this.skip();
    demo = await DemoAzure.open('explorer', { settings: () => ({ 'files.simpleDialog.enable': true }) });
    ({ azure, workbench } = demo);
  });

  after(() => demo?.close());

  it('asks for nothing and sends nothing before somebody signs in', async () => {
    await workbench.showContainer('Portcullis');
    await workbench.page.locator('.welcome-view-content', { hasText: 'This is a demo' }).waitFor();
    await workbench.shot('signed-out');
    assert.deepEqual(azure.requests, []);
    assert.equal(await workbench.page.locator('.monaco-dialog-box').count(), 0);
  });

  it('signs in through the consent dialog', async () => {
    await demo.welcomeLink('Sign In to the Demo').click();
    const dialog = demo.dialog('wants to sign in');
    await dialog.waitFor();
    await workbench.shot('consent');
    await dialog.locator('.monaco-button', { hasText: 'Allow' }).click();
    await workbench.page.locator('.welcome-view-content', { hasText: 'No subscription is selected' }).waitFor();
    await workbench.shot('none-chosen');
  });

  it('reads only the subscriptions that are ticked', async () => {
    await demo.welcomeLink('Select Subscriptions').click();
    const list = workbench.page.locator('.quick-input-list .monaco-list-row');
    await list.filter({ hasText: 'Development' }).waitFor();
    await workbench.shot('subscriptions');
    for (const name of ['Production', 'Shared services']) await list.filter({ hasText: name }).click();
    await workbench.page.locator('.quick-input-widget .quick-input-count', { hasText: '2 Selected' }).waitFor();
    await workbench.page.locator('.quick-input-widget .monaco-button', { hasText: 'OK' }).click();
    await workbench.row('web-01').first().waitFor();
    await workbench.shot('machines');
    assert.equal(await workbench.row('dev-01').count(), 0);
    assert.match(await workbench.row('web-01').first().innerText(), /SSH 22 · open to the internet/);
  });

  it('expands a machine to the port, the path and the rule that decided', async () => {
    await workbench.page.keyboard.press('Escape');
    await workbench.row('web-01').first().click();
    await workbench.page.keyboard.press('ArrowRight');
    const port = workbench.row(/^SSH 22/).first();
    await port.waitFor();
    await port.click();
    await workbench.page.keyboard.press('ArrowRight');
    const path = workbench.row('public IP address').first();
    await path.waitFor();
    await path.click();
    await workbench.page.keyboard.press('ArrowRight');
    const rule = workbench.row('web-nsg/allow-web-and-ssh').first();
    await rule.waitFor();
    await workbench.shot('path');
    await rule.click();
    await workbench.page.locator('.monaco-editor', { hasText: 'allow-web-and-ssh' }).first().waitFor();
    await workbench.shot('rule-json');
  });

  it('shows the proof of a machine and verifies it with Azure', async () => {
    await workbench.row('web-01').first().click();
    await workbench.command('Portcullis: Show Proof of Machine');
    await workbench.page.locator('.monaco-editor', { hasText: 'gets through' }).first().waitFor();
    await workbench.shot('proof');
    await workbench.row('web-01').first().click();
    await workbench.command('Portcullis: Verify with Azure');
    await workbench.page.locator('.monaco-editor', { hasText: 'No differences' }).first().waitFor();
    await workbench.shot('verified');
  });

  it('counts the secure score beside Defender for Cloud’s', async () => {
    await workbench.command('Portcullis: Focus on Secure Score View');
    await workbench.row('Secure management ports').first().waitFor();
    await workbench.shot('secure-score');
    assert.match(await workbench.row('Secure management ports').first().innerText(), /of 8 points · Defender: /);
  });

  it('links templates and Azure both ways and shows what has drifted', async () => {
    writeFileSync(join(workbench.folder, 'deployed.bicep'), deployedTemplate);
    await workbench.command('Portcullis: Scan Workspace');
    await workbench.page.locator('.sidebar .pane-header', { hasText: 'Secure Score' }).click();
    const declared = workbench.row('late-deny-nsg').filter({ hasText: 'differs from Azure' }).first();
    await declared.click();
    await workbench.page.keyboard.press('ArrowRight');
    await workbench.row('Deployed as Production / web / late-deny-nsg').waitFor();
    // Down to the differences, which may be below the fold.
    for (let presses = 0; presses < 3; presses++) await workbench.page.keyboard.press('ArrowDown');
    await workbench.row('Rule allow-rdp has source 0.0.0.0/0 instead of 10.0.0.0/8').first().waitFor();
    await workbench.shot('drift');
    // The machine opened before has a path of the same words.
    await workbench.row('web-01').first().click();
    await workbench.page.keyboard.press('ArrowLeft');
    await workbench
      .row(/^late-deny(?!-)/)
      .first()
      .click();
    for (const next of [/^RDP 3389/, 'public IP address', 'late-deny-nsg is declared in deployed.bicep:1']) {
      await workbench.page.keyboard.press('ArrowRight');
      await workbench.row(next).first().click();
    }
    const template = workbench.page.locator('.monaco-editor[data-uri$="deployed.bicep"]').first();
    await template.waitFor();
    await template.getByText('Close in Azure: Production / web / late-deny-nsg').first().waitFor();
    await workbench.shot('declared-in');
  });

  it('shows an inventory file without Azure, read-only', async () => {
    const file = join(workbench.folder, 'saved.json');
    const body = {
      resources: [
        {
          id: '/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/lonely',
          type: 'Microsoft.Compute/virtualMachines',
          name: 'lonely',
        },
      ],
    };
    writeFileSync(file, JSON.stringify(body));
    const before = azure.requests.length;
    await workbench.command('Portcullis: Open Inventory…');
    // The palette's own input may still be there: only the dialog has the title.
    const dialog = workbench.page.locator('.quick-input-widget:visible').filter({ hasText: 'Open Inventory' });
    const input = dialog.locator('input.input');
    await input.waitFor();
    // While the dialog still looks into the folder, it takes back what is typed, and the key only completes it.
    for (let tries = 0; tries < 12 && (await input.isVisible()); tries++) {
      await input.fill(file).catch(() => {});
      await workbench.page.keyboard.press('Enter');
      await input.waitFor({ state: 'hidden', timeout: 5000 }).catch(() => {});
    }
    assert.equal(await input.isVisible(), false, 'the dialog takes the file');
    await workbench.row('lonely').first().waitFor();
    await workbench.shot('inventory-file');
    await workbench.page.locator('.pane-header', { hasText: 'read-only' }).first().waitFor();
    assert.equal(azure.requests.length, before);
  });
});
