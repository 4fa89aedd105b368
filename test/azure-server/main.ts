import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { layDemoEstate } from './demo-estate.ts';
import { AzureServer } from './server.ts';
import { vscodeEnvironment } from './vscode-environment.ts';

/*
 * Runs the local Azure with the demo estate until it is ended: `node --import tsx test/azure-server/main.ts FOLDER`.
 * FOLDER gets `environment.json`: the settings and environment variables for VS Code.
 */
const folder = process.argv[2];
if (folder === undefined) throw new Error('Name the folder for environment.json.');
mkdirSync(folder, { recursive: true });
const azure = await AzureServer.start({ operationMilliseconds: 800, latency: 40 });
layDemoEstate(azure);
azure.requests.length = 0;
writeFileSync(join(folder, 'environment.json'), JSON.stringify(vscodeEnvironment(azure, folder)));
console.log(azure.endpoint);
