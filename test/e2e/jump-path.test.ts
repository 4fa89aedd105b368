import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { demoSubscriptions } from '../azure-server/demo-estate.ts';
import type { AzureServer } from '../azure-server/server.ts';
import { DemoAzure } from './demo-azure.ts';
import { Workbench } from './workbench.ts';

describe('the jump path wizard, with the local Azure', () => {
  let demo: DemoAzure;
  let azure: AzureServer;
  let workbench: Workbench;

  before(async function () {
    if (!Workbench.supported) this.skip();
    demo = await DemoAzure.open('jump-path', {
      lay: azure =>
        azure.seed({
          id: `/subscriptions/${demoSubscriptions.production}/resourceGroups/web/providers/Microsoft.Network/publicIPAddresses/someone`,
          location: 'westeurope',
          sku: { name: 'Standard' },
          properties: { publicIPAllocationMethod: 'Static', dnsSettings: { domainNameLabel: 'jump-taken' } },
        }),
      // The terminal connects to nobody: what it would do is written down.
      settings: folder => {
        mkdirSync(join(folder, 'bin'));
        const script = `#!/bin/sh\necho "$@" > '${join(folder, 'ssh.txt')}'\n`;
        writeFileSync(join(folder, 'bin/ssh'), script, { mode: 0o755 });
        return { 'terminal.integrated.env.linux': { PATH: `${join(folder, 'bin')}:${process.env.PATH}` } };
      },
    });
    ({ azure, workbench } = demo);
    await demo.signIn('Production', 'Shared services');
  });

  after(() => demo?.close());

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await workbench.shot('failed');
  });

  const sshArguments = async (): Promise<string> => {
    const file = join(demo.folder, 'ssh.txt');
    for (let tries = 0; tries < 600; tries++) {
      if (existsSync(file) && readFileSync(file, 'utf8').endsWith('\n')) return readFileSync(file, 'utf8');
      await workbench.page.waitForTimeout(100);
    }
    throw new Error('The terminal ran no ssh.');
  };

  const input = (): Locator => demo.input();
  const pick = (text: string | RegExp): Locator => demo.pick(text);
  const step = (count: string): Promise<void> => input().locator('.quick-input-title', { hasText: count }).waitFor();
  const back = (): Promise<void> => input().locator('.quick-input-titlebar a.action-label').first().click();
  const enter = async (text: string): Promise<void> => {
    await input().locator('input.input').fill(text);
    await workbench.page.keyboard.press('Enter');
  };
  const message = (text: string | RegExp): Locator => input().locator('.quick-input-message').filter({ hasText: text });

  it('asks step by step, and goes back', async () => {
    await workbench.row('web-01').first().click();
    await workbench.command('Portcullis: Create Jump Path');
    await step('1/');
    await input().locator('input.input').fill('web-02');
    await pick('web-02').locator('.monaco-icon-label').first().click();
    await input().locator('.quick-input-count', { hasText: '2 Selected' }).waitFor();
    await input().locator('input.input').fill('');
    await workbench.shot('machines');
    await input().locator('.monaco-button', { hasText: 'OK' }).click();
    await pick('SSH 22').waitFor();
    await workbench.shot('port');
    await back();
    await input().locator('.quick-input-count', { hasText: '2 Selected' }).waitFor();
    await input().locator('.monaco-button', { hasText: 'OK' }).click();
    await pick('SSH 22').click();
    await step('3/');
    await pick('New load balancer').waitFor();
    await workbench.shot('load-balancer');
    await pick('New load balancer').click();
  });

  it('says that a label is taken, and takes another', async () => {
    await message('DNS label of the jump path').waitFor();
    await enter('Not A Label');
    await message('3 to 63 small letters').waitFor();
    await enter('jump-taken');
    await message('jump-taken is taken in westeurope').waitFor();
    await workbench.shot('label-taken');
    await enter('jump-web');
    await pick('Subscription').waitFor();
    await workbench.shot('reuse-scope');
    await back();
    await message('DNS label of the jump path').waitFor();
    assert.equal(await input().locator('input.input').inputValue(), 'jump-web');
    await workbench.page.keyboard.press('Enter');
    await pick('Subscription').click();
  });

  it('offers a free port, and asks for sources that can come', async () => {
    await message('ports in a row').waitFor();
    const offered = Number(await input().locator('input.input').inputValue());
    assert.ok(offered >= 49152 && offered <= 65533, String(offered));
    await enter('65534');
    await message('do not end at 65534').waitFor();
    await enter('50123');
    await pick('Addresses or CIDR blocks').locator('.monaco-icon-label').first().click();
    await workbench.shot('sources');
    await input().locator('.monaco-button', { hasText: 'OK' }).click();
    await message('Who may come in').waitFor();
    await enter('VirtualNetwork');
    await message('nobody comes through a public load balancer').waitFor();
    await workbench.shot('pointless-source');
    await enter('203.0.113.7');
  });

  it('closes the direct way as chosen, after a preview and one question', async () => {
    await pick('Deny what is open and take the public IP away').waitFor();
    await workbench.shot('closing');
    await pick('Deny what is open and take the public IP away').click();
    await pick('Outbound rule').waitFor();
    await workbench.shot('way-out');
    await pick('Outbound rule').click();
    const dialog = workbench.page.locator('.monaco-dialog-box');
    await dialog.waitFor();
    await workbench.page.locator('.monaco-diff-editor').first().waitFor();
    await workbench.shot('question');
    await dialog.locator('.monaco-button', { hasText: 'Apply' }).click();
  });

  it('says where the paths begin, as Azure has named them', async () => {
    const toast = workbench.toast('Jump paths at jump-web.');
    await toast.waitFor();
    await workbench.shot('result');
    const text = await toast.innerText();
    const address = azure.store.get(
      `/subscriptions/${demoSubscriptions.production}/resourceGroups/web/providers/Microsoft.Network/publicIPAddresses/web-01-jump-ip`,
    );
    assert.ok(text.includes(address!.properties.dnsSettings.fqdn), text);
    assert.match(text, /web-01 \(50123\), web-02 \(50124\)/);
    await toast.locator('.monaco-button', { hasText: 'Connect' }).click();
    await pick('web-02').click();
    await workbench.page.locator('.terminal-wrapper .xterm').first().waitFor();
    const said = await sshArguments();
    assert.match(said, /^-p 50124 \w+@jump-web\.\w+\.westeurope\.cloudapp\.azure\.com$/m);
    await workbench.shot('terminal');
  });

  it('shows the path in the tree as a jump path', async () => {
    const row = workbench.row('web-01').filter({ hasText: 'open to few addresses' }).first();
    await row.waitFor();
    await row.click();
    await workbench.page.keyboard.press('ArrowRight');
    const port = workbench.row(/^SSH 22/).first();
    await port.click();
    await workbench.page.keyboard.press('ArrowRight');
    await workbench.row('jump path').first().waitFor();
    await workbench.shot('tree');
  });
});
