import { plainLine } from '../findings/message-text.ts';
import type { CommandHost } from './command-host.ts';
import { UsageError, usage } from './usage.ts';

/**
 * Runs one command line. Gives the exit status of the contract: 0, 1 when findings reach `--fail-on`, 2 when the command
 * line or an input could not be used. Nothing is thrown: every failure is a message on standard error.
 */
export async function runCommand(args: readonly string[], host: CommandHost): Promise<number> {
  const [command, ...rest] = args;
  try {
    switch (command) {
      case 'scan':
        return await (await import('./scan.ts')).scanCommand(rest, host);
      case 'inventory':
        return await (await import('./inventory.ts')).inventoryCommand(rest, host);
      case 'plan':
        return await (await import('./plan.ts')).planCommand(rest, host);
      case 'flow':
        return await (await import('./flow.ts')).flowCommand(rest, host);
      case '--version':
      case '-v':
        await host.stdout(`${host.version}\n`);
        return 0;
      case '--help':
      case '-h':
      case 'help':
        await host.stdout(usage);
        return 0;
      case undefined:
        host.stderr(usage);
        return 2;
      default:
        throw new UsageError(`${command}: no such command; scan, inventory, plan and flow are there`);
    }
  } catch (error) {
    host.stderr(`portcullis: ${messageOf(error)}\n`);
    return 2;
  }
}

function messageOf(error: unknown): string {
  if (error instanceof UsageError) return `${plainLine(error.message)}\nSee portcullis --help.`;
  if (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'))
    return `${plainLine(error.message.split('\n')[0]!)}\nSee portcullis --help.`;
  return plainLine(error instanceof Error ? error.message : String(error));
}
