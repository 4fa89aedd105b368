import assert from 'node:assert/strict';
import { Workbench } from './workbench.ts';

describe('the packaged extension', () => {
  let workbench: Workbench;

  before(async function () {
    if (!Workbench.supported) this.skip();
    workbench = await Workbench.open('editor', { folder: 'examples' });
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await workbench?.shot('failed');
  });

  after(() => workbench?.close());

  it('marks what is open in an ARM template and says who gets in', async () => {
    await workbench.openFile('arm/azuredeploy.json');
    await workbench.squiggle('error').first().waitFor();
    await workbench.lens(/Internet → SSH 22, RDP 3389/).waitFor();
    await workbench.shot('arm-lens');
  });

  it('explains it when the lens is clicked', async () => {
    await workbench.lens(/Internet → SSH 22/).click();
    const hover = workbench.hover('allow-mgmt');
    await hover.waitFor();
    assert.match(await hover.innerText(), /Priority[\s\S]*comes too late/);
    await workbench.shot('arm-proof');
    await workbench.page.keyboard.press('Escape');
  });

  it('closes the port by a fix of the light bulb', async () => {
    await workbench.goToProblem();
    await workbench.fix(/keep its other ports/);
    await workbench.lens(/Management ports closed to the internet/).waitFor();
    await workbench.squiggle('error').waitFor({ state: 'detached' });
    await workbench.save();
    await workbench.shot('arm-fixed');
    assert.doesNotMatch(workbench.read('arm/azuredeploy.json'), /"22"/);
  });

  it('leads from a Bicep module to the caller that opens it, and closes it there', async () => {
    await workbench.openFile('bicep/modules/nsg.bicep');
    await workbench.lens(/Internet → SSH 22 · allow-ssh \(1 of 2 uses\)/).waitFor();
    await workbench.goToProblem();
    await workbench.page.locator('.marker-widget', { hasText: 'main.bicep' }).waitFor();
    await workbench.shot('bicep-module');
    await workbench.page.keyboard.press('Escape');
    await workbench.fix(/VirtualNetwork/);
    await workbench.lens(/Management ports closed to the internet/).waitFor();
    await workbench.shot('bicep-fixed');
    await workbench.command('File: Save All Files');
    await workbench.untilFile('bicep/main.bicep', text => !text.includes("'0.0.0.0/0'"));
  });

  it('closes a rule of a Terraform for_each in the map that it is made from', async () => {
    await workbench.openFile('terraform/main.tf');
    await workbench.lens(/Internet → RDP 3389/).waitFor();
    await workbench.goToProblem();
    await workbench.page.keyboard.press('Escape');
    await workbench.shot('terraform');
    await workbench.fix(/VirtualNetwork/);
    await workbench.lens(/Management ports closed to the internet/).waitFor();
    await workbench.save();
    await workbench.shot('terraform-fixed');
    assert.match(
      workbench.read('terraform/main.tf'),
      /rdp\s+= \{ priority = 110, port = "3389", source = "VirtualNetwork" \}/,
    );
  });

  it('scans the workspace and shows every group', async () => {
    await workbench.command('Portcullis: Scan Workspace');
    await workbench.row(/admin-nsg/).waitFor();
    await workbench.page.locator('.sidebar .pane .message', { hasText: /scanned/ }).waitFor();
    await workbench.shot('scan');
  });

  it('shows the page of a rule', async () => {
    await workbench.command('Portcullis: Show Documentation of Rule');
    await workbench.page.locator('.quick-input-list .monaco-list-row', { hasText: 'open-management-port' }).click();
    await workbench.page.locator('.tab', { hasText: /Preview open-management-port/ }).waitFor();
    const page = workbench.page.frameLocator('iframe.webview').frameLocator('iframe');
    await page.locator('h1').first().waitFor();
    await workbench.shot('rule-page');
  });
});
