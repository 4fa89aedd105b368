import { runCommand } from '../../../src/cli/run.ts';
import { loadAsset } from '../../assets.ts';

export interface CommandRun {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command line as the process does, with what it is given on standard input. */
export async function runCommandLine(
  args: readonly string[],
  { stdin = '', workingDirectory = '.' }: { readonly stdin?: string; readonly workingDirectory?: string } = {},
): Promise<CommandRun> {
  let out = '';
  let err = '';
  const status = await runCommand(args, {
    workingDirectory,
    version: '0.0.0',
    stdout: async text => {
      out += text;
    },
    stderr: text => {
      err += text;
    },
    stdin: async () => stdin,
    loadAsset,
  });
  return { status, out, err };
}
