import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { packageSignIn } from '../../scripts/sign-in-extension.mjs';
import { layDemoEstate } from '../azure-server/demo-estate.ts';
import { AzureServer } from '../azure-server/server.ts';
import { vscodeEnvironment } from '../azure-server/vscode-environment.ts';
import { Workbench } from './workbench.ts';

export interface DemoOptions {
  /** Changes the local Azure before VS Code starts. */
  readonly lay?: (azure: AzureServer) => void;
  /** Settings besides those that point at the local Azure; given a folder that is removed at the end. */
  readonly settings?: (folder: string) => object;
}

/** The workbench on the examples, beside a local Azure with the demo estate. */
export class DemoAzure {
  private constructor(
    readonly azure: AzureServer,
    readonly workbench: Workbench,
    /** For files of the test's own. */
    readonly folder: string,
  ) {}

  static async open(name: string, options: DemoOptions = {}): Promise<DemoAzure> {
    const folder = mkdtempSync(join(tmpdir(), 'portcullis-azure-'));
    const azure = await AzureServer.start();
    layDemoEstate(azure);
    options.lay?.(azure);
    azure.requests.length = 0;
    const { settings, env } = vscodeEnvironment(azure, folder);
    const workbench = await Workbench.open(name, {
      folder: 'examples',
      settings: { ...settings, ...options.settings?.(folder) },
      env,
      extensions: [await packageSignIn()],
    });
    return new DemoAzure(azure, workbench, folder);
  }

  async close(): Promise<void> {
    await this.workbench.close();
    await this.azure.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Signs in and reads the machines of some subscriptions. */
  async signIn(...subscriptions: readonly string[]): Promise<void> {
    await this.workbench.showContainer('Portcullis');
    await this.welcomeLink('Sign In to the Demo').click();
    await this.dialog('wants to sign in').locator('.monaco-button', { hasText: 'Allow' }).click();
    await this.welcomeLink('Select Subscriptions').click();
    for (const name of subscriptions) await this.pick(name).click();
    await this.input().locator('.monaco-button', { hasText: 'OK' }).click();
    await this.workbench.row('web-01').first().waitFor();
  }

  welcomeLink(text: string): Locator {
    return this.workbench.page.locator('.welcome-view-content a', { hasText: text }).first();
  }

  dialog(text: string | RegExp): Locator {
    return this.workbench.page.locator('.monaco-dialog-box', { hasText: text });
  }

  /** The quick pick or input box that is shown. */
  input(): Locator {
    return this.workbench.page.locator('.quick-input-widget:visible');
  }

  pick(text: string | RegExp): Locator {
    return this.workbench.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: text }).first();
  }
}
