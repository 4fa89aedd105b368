// `npm run scan -- <arguments>`: the command line on the sources as they are, in the folder where npm was called.
import { join } from 'node:path';
import { buildWhenStale } from './build.mjs';
import { ensureDependencies, root } from './dependencies.mjs';
import { run } from './processes.mjs';

await ensureDependencies();
await buildWhenStale();
const cwd = process.env.INIT_CWD ?? process.cwd();
process.exitCode = await run(process.execPath, [join(root, 'dist/cli.js'), 'scan', ...process.argv.slice(2)], { cwd });
