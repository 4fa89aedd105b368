// Renders media/icon.svg to the 128-pixel PNG that the Marketplace asks for. Run it after a change of the drawing.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openPage } from './browser-host.mjs';
import { root } from './dependencies.mjs';

const { browser, page } = await openPage({ width: 128, height: 128 });
await page.setContent(`<style>body{margin:0}</style>${readFileSync(join(root, 'media/icon.svg'), 'utf8')}`);
await page.screenshot({ path: join(root, 'media/icon.png'), omitBackground: true });
await browser.close();
