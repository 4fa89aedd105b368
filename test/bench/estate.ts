import { judgeInventory } from '../../src/explorer/inventory-verdicts.ts';
import { managementPorts } from '../../src/network/verdict.ts';
import { layLargeEstate } from '../azure-server/large-estate.ts';
import { render } from '../azure-server/resources.ts';
import { AzureServer } from '../azure-server/server.ts';

export interface EstateCost {
  readonly machines: number;
  /** Milliseconds for `JSON.parse` of all resources. */
  readonly parsing: number;
  /** Milliseconds for reading the model and judging every machine. */
  readonly judging: number;
  /** Bytes that everything read and judged holds at its peak, for each machine. */
  readonly bytesPerMachine: number;
}

/** What it costs to judge an estate of 10,000 machines in 200 subscriptions, beside parsing the same resources. */
export async function estateCost(rounds: number): Promise<EstateCost> {
  const text = await estateText();
  let [parsing, judging, peak] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 0];
  let machines = 0;
  for (let round = 0; round < rounds; round++) {
    const before = process.memoryUsage().heapUsed;
    const began = performance.now();
    const resources = JSON.parse(text);
    const parsed = performance.now();
    const judged = await judgeInventory(resources, managementPorts);
    judging = Math.min(judging, performance.now() - parsed);
    parsing = Math.min(parsing, parsed - began);
    machines = judged.machines.length;
    peak = Math.max(peak, process.memoryUsage().heapUsed - before);
  }
  return { machines, parsing, judging, bytesPerMachine: peak / machines };
}

async function estateText(): Promise<string> {
  const azure = await AzureServer.start();
  layLargeEstate(azure, 200, 50);
  const text = JSON.stringify([...azure.store.all()].map(resource => render(resource, azure.store)));
  await azure.close();
  return text;
}
