import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { openPage, openWorkbench, startServer } from '../../scripts/browser-host.mjs';
import { browserHostSupported } from '../../scripts/vscode-host.mjs';

const root = resolve(import.meta.dirname, '../..');
const shots = join(root, 'test-results/screenshots');

/** Long, because a loaded machine takes its time; nothing waits this long on a good day. */
const patience = Number(process.env.PORTCULLIS_E2E_SECONDS ?? 90) * 1000;

export interface WorkbenchOptions {
  /** A folder of the project whose copy is opened. */
  readonly folder: string;
  readonly settings?: object;
  readonly env?: Readonly<Record<string, string>>;
  /** Packed extensions to install beside the product. */
  readonly extensions?: readonly string[];
}

/** The real workbench with the packaged extension, opened on a copy of a folder. */
export class Workbench {
  #shots = 0;

  private constructor(
    readonly page: Page,
    readonly folder: string,
    private readonly browser: Browser,
    private readonly server: { stop(): Promise<void>; readLog(): string; data: string },
    private readonly name: string,
  ) {}

  /** Whether the UI can be driven on this system; elsewhere these tests are skipped. */
  static readonly supported: boolean = browserHostSupported;

  static async open(name: string, options: WorkbenchOptions): Promise<Workbench> {
    const vsix = process.env.PORTCULLIS_VSIX;
    if (!vsix) throw new Error('PORTCULLIS_VSIX must name the packed extension: run npm run test:e2e.');
    const folder = mkdtempSync(join(tmpdir(), 'portcullis-e2e-'));
    cpSync(join(root, options.folder), folder, { recursive: true });
    const server = await startServer({
      vsix: [vsix, ...(options.extensions ?? [])],
      settings: options.settings ?? {},
      env: options.env ?? {},
    });
    const { browser, page } = await openPage();
    page.setDefaultTimeout(patience);
    const workbench = new Workbench(page, folder, browser, server, name);
    await openWorkbench(page, server.port, { folder });
    await page.locator('.monaco-workbench').waitFor();
    await page.locator('.activitybar a.action-label[aria-label^="Portcullis"]').waitFor();
    return workbench;
  }

  async close(): Promise<void> {
    await this.browser.close();
    this.#keepLog();
    await this.server.stop();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }

  /** Keeps the extension's own log beside the screenshots. */
  #keepLog(): void {
    const logs = readdirSync(this.server.data, { recursive: true, encoding: 'utf8' });
    for (const file of logs.filter(name => /Portcullis\.log$/.test(name))) {
      cpSync(join(this.server.data, file), join(shots, `${this.name}.log`));
    }
  }

  /** Writes a screenshot beside the results, numbered in the order taken. */
  async shot(what: string): Promise<void> {
    mkdirSync(shots, { recursive: true });
    this.#shots++;
    await this.page.screenshot({
      path: join(shots, `${this.name}-${String(this.#shots).padStart(2, '0')}-${what}.png`),
    });
  }

  /** Shows a view container by its title in the activity bar. */
  async showContainer(title: string): Promise<void> {
    const action = this.page.locator(`.activitybar a.action-label[aria-label^="${title}"]`);
    await action.waitFor();
    const shown = this.page.locator('.sidebar .composite.title', { hasText: new RegExp(title, 'i') });
    if (!(await shown.isVisible())) await action.click();
    await shown.waitFor();
  }

  /** Runs a command through the Command Palette. */
  async command(title: string): Promise<void> {
    await this.page.keyboard.press('F1');
    const input = this.page.locator('.quick-input-widget:visible input.input');
    await input.fill(`>${title}`);
    await this.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: title }).first().click();
  }

  /** Opens a file by Quick Open and waits for its editor. */
  async openFile(path: string): Promise<void> {
    await this.page.keyboard.press('Control+P');
    const input = this.page.locator('.quick-input-widget:visible input.input');
    await input.fill(path);
    const name = path.slice(path.lastIndexOf('/') + 1);
    await this.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: name }).first().click();
    await this.page.locator(`.monaco-editor[data-uri$="${name}"]`).first().waitFor();
  }

  /** The rows of the tree in the side bar that contain a text. */
  row(text: string | RegExp): Locator {
    return this.page.locator('.sidebar .pane-body .monaco-list-row').filter({ hasText: text });
  }

  lens(text: string | RegExp): Locator {
    return this.page.locator('.codelens-decoration a').filter({ hasText: text });
  }

  toast(text: string | RegExp): Locator {
    return this.page.locator('.notification-toast').filter({ hasText: text });
  }

  squiggle(severity: 'error' | 'warning'): Locator {
    return this.page.locator(`.monaco-editor .squiggly-${severity}`);
  }

  /** The hover that contains a text. */
  hover(text: string | RegExp): Locator {
    return this.page.locator('.monaco-hover:visible').filter({ hasText: text }).first();
  }

  /** Goes to the file's next problem. */
  async goToProblem(): Promise<void> {
    await this.page.keyboard.press('Escape');
    await this.page.keyboard.press('Control+1');
    await this.page.keyboard.press('Control+Home');
    const own = this.page.locator('.marker-widget').filter({ hasText: 'Portcullis' });
    for (let tries = 0; tries < 20 && !(await own.isVisible()); tries++) {
      await this.page.keyboard.press('F8');
      await this.page.locator('.marker-widget').waitFor();
    }
    await own.waitFor();
  }

  /** Applies the first quick fix at the cursor whose title fits. */
  async fix(title: RegExp): Promise<void> {
    await this.page.keyboard.press('Control+.');
    const row = this.page.locator('.action-widget .monaco-list-row').filter({ hasText: title }).first();
    await row.waitFor();
    await this.shot('fixes');
    await row.click();
  }

  /** Waits until a file on disk has a text. */
  async untilFile(path: string, holds: (text: string) => boolean): Promise<void> {
    const deadline = Date.now() + patience;
    while (!holds(this.read(path))) {
      if (Date.now() > deadline) throw new Error(`${path} did not become what was expected:\n${this.read(path)}`);
      await new Promise(resolve => setTimeout(resolve, 50));
    }
  }

  /** Saves the active editor and waits until it is written. */
  async save(): Promise<void> {
    await this.page.keyboard.press('Control+S');
    await this.page.locator('.tab.active:not(.dirty)').waitFor();
  }

  read(path: string): string {
    return readFileSync(join(this.folder, path), 'utf8');
  }
}
