// `npm run bench`: ratios measured in one run, on the bundled product.
import { buildBenchmark, buildProduct } from './build.mjs';
import { ensureDependencies, root } from './dependencies.mjs';
import { run } from './processes.mjs';

await ensureDependencies();
await buildProduct();
process.exitCode = await run(process.execPath, [await buildBenchmark(), root], { cwd: root });
