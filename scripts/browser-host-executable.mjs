#!/usr/bin/env node
// Stands in for the `code` executable: takes the arguments that @vscode/test-electron passes and runs the tests in
// VS Code in the browser.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { openPage, openWorkbench, startServer } from './browser-host.mjs';

const given = process.argv.slice(2);
const argumentOf = name =>
  given
    .filter(argument => argument.startsWith(`--${name}=`))
    .map(argument => resolve(argument.slice(name.length + 3)))[0];
const target = given.find(argument => !argument.startsWith('-')) ?? mkdtempSync(join(tmpdir(), 'portcullis-empty-'));
const patience = Number(process.env.PORTCULLIS_HOST_SECONDS ?? 400) * 1000;

const server = await startServer({
  env: {
    VSCODE_SKIP_BUILTIN_EXTENSIONS: 'vscode.microsoft-authentication',
    PORTCULLIS_TEST_RESULTS: process.env.PORTCULLIS_TEST_RESULTS ?? '',
    PORTCULLIS_GREP: process.env.PORTCULLIS_GREP ?? '',
    PORTCULLIS_PATIENCE: process.env.PORTCULLIS_PATIENCE ?? '',
  },
});
const { browser, page } = await openPage();
const said = [];
let status = 2;
try {
  const finished = new Promise((done, fail) => {
    page.exposeFunction('codeAutomationLog', (_type, args) => {
      const words = args.map(argument => (typeof argument === 'string' ? argument : JSON.stringify(argument)));
      // The window's own talk is only of use when something went wrong.
      said.push(words.join(' '));
    });
    page.exposeFunction('codeAutomationExit', code => done(code));
    page.on('crash', () => fail(new Error('The page crashed.')));
    setTimeout(() => fail(new Error(`The tests gave no result in ${patience / 1000} s.`)), patience).unref();
  });
  await openWorkbench(page, server.port, {
    ...(target.endsWith('.code-workspace') ? { workspace: resolve(target) } : { folder: resolve(target) }),
    extension: argumentOf('extensionDevelopmentPath'),
    tests: argumentOf('extensionTestsPath'),
    trustedAuthentication: ['portcullis.portcullis'],
  });
  status = await finished;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  console.error(server.readLog().split('\n').slice(-40).join('\n'));
}
if (status !== 0) console.error(said.join('\n'));
await browser.close().catch(() => undefined);
await server.stop();
process.exit(status);
