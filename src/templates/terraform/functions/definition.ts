import type { OriginChain } from '../../../network/origin.ts';
import type { Value } from '../../../network/value.ts';

/** What functions may look at besides their arguments. */
export interface FunctionContext {
  /** A file of the module or below the working directory; the failure says why there is none. */
  readFile(path: string): { readonly text: string; readonly file: string } | { readonly message: string };
  /** Paths below a folder, relative to it. */
  listFiles(folder: string): readonly string[];
  /** The name of a declared resource by its address, as the symbol of an id has it in braces. */
  nameOf(address: string): Value | undefined;
  /** A template text evaluated with nothing but the given variables. */
  renderTemplate(text: string, file: string, variables: Value, origin: OriginChain): Value;
}

export interface Budget {
  /** False when the reading's bound on work is reached. */
  spend(steps: number): boolean;
}

export interface Call {
  readonly name: string;
  readonly origin: OriginChain;
  readonly context: FunctionContext;
  readonly budget: Budget;
}

export interface TerraformFunction {
  readonly minimum: number;
  /** Undefined for any number of arguments. */
  readonly maximum: number | undefined;
  /** Works with arguments that are unknown or known in part. The others are called with known ones only. */
  readonly partial: boolean;
  readonly call: (args: readonly Value[], call: Call) => Value;
  /** For one that is called with known arguments only: what it gives all the same for some that are not. */
  readonly symbolic?: (args: readonly Value[], call: Call) => Value | undefined;
}

/** Why a function cannot give a result: what Terraform would report as an error. */
export class FunctionError extends Error {}

/** Why a function does not give the result that Terraform would: it takes more than a reading may. */
export class FunctionLimit extends Error {}

export function strict(
  minimum: number,
  maximum: number | undefined,
  call: TerraformFunction['call'],
): TerraformFunction {
  return { minimum, maximum, partial: false, call };
}

export function partial(
  minimum: number,
  maximum: number | undefined,
  call: TerraformFunction['call'],
): TerraformFunction {
  return { minimum, maximum, partial: true, call };
}
