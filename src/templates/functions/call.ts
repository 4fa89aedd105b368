import type { OriginChain } from '../../network/origin.ts';
import type { Value } from '../../network/value.ts';
import type { Budget } from './budget.ts';
import { TooLarge } from './budget.ts';
import type { DeploymentScope } from './scope.ts';
import {
  asSecret,
  callSymbol,
  deepDependencies,
  isSecret,
  mostAlternatives,
  Undecided,
  unknownValue,
} from './values.ts';

/** An argument that is evaluated when the function first looks at it: `if` looks at one branch only. */
export interface Operand {
  readonly value: Value;
}

/** A lambda argument: `map(array, lambda('x', …))`, in Bicep `x => …`. */
export interface Lambda {
  readonly arity: number;
  invoke(args: readonly Value[]): Value;
}

export type Argument = Operand | Lambda;

export interface CallContext {
  /** The chain of a value that the call computes: the place of the call. */
  readonly origin: OriginChain;
  /** The call in a few words for messages: `reference('nic')`. Shortened by the caller when it is long. */
  readonly text: string;
  readonly budget: Budget;
  readonly scope: DeploymentScope;
  /** Told when a call must fail in Azure (`int('x')`), with the reason. The call's value is then unknown. */
  report?(message: string): void;
}

/** One call under way. */
export interface Call extends CallContext {
  /** The function's name in the library's spelling. */
  readonly name: string;
}

/** Thrown by a function whose deployment Azure would refuse. */
export class CallFailure extends Error {}

export interface FunctionEntry {
  readonly least: number;
  readonly most: number;
  run(args: readonly Argument[], call: Call): Value;
}

/** A function that needs every argument to be known at its top level; alternatives are multiplied out for it. */
export function known(
  least: number,
  most: number,
  compute: (args: readonly Value[], call: Call) => Value,
): FunctionEntry {
  return {
    least,
    most,
    run: (args, call) => overAlternatives(values(args), call, choice => compute(choice, call)),
  };
}

/** A function that deals with unknown arguments itself. */
export function partial(
  least: number,
  most: number,
  compute: (args: readonly Value[], call: Call) => Value,
): FunctionEntry {
  return { least, most, run: (args, call) => compute(values(args), call) };
}

/** A function that decides which of its arguments are evaluated, or takes lambdas. */
export function lazy(
  least: number,
  most: number,
  compute: (args: readonly Argument[], call: Call) => Value,
): FunctionEntry {
  return { least, most, run: compute };
}

export function operand(argument: Argument | undefined): Value {
  if (!argument || !('value' in argument)) throw new CallFailure('a lambda stands where a value belongs');
  return argument.value;
}

export function lambda(argument: Argument | undefined): Lambda {
  if (!argument || !('invoke' in argument)) throw new CallFailure('a value stands where a lambda belongs');
  return argument;
}

function values(args: readonly Argument[]): readonly Value[] {
  return args.map(operand);
}

/** Computes for every combination of the arguments' alternatives; unknown when there are none, or too many. */
export function overAlternatives(
  args: readonly Value[],
  call: Call,
  compute: (args: readonly Value[]) => Value,
): Value {
  const secret = args.some(isSecret);
  if (args.every(arg => arg.kind !== 'unknown')) {
    const result = compute(args);
    return secret ? asSecret(result) : result;
  }
  let combinations: (readonly Value[])[] | undefined = [[]];
  for (const arg of args) {
    const choices: readonly Value[] | undefined = arg.kind === 'unknown' ? arg.alternatives : [arg];
    if (!choices || combinations.length * choices.length > mostAlternatives) {
      combinations = undefined;
      break;
    }
    combinations = combinations.flatMap(head => choices.map(choice => [...head, choice]));
  }
  const alternatives = combinations && computeEach(combinations, compute);
  return unknownValue(
    args.flatMap(arg => (arg.kind === 'unknown' ? arg.dependsOn : [])),
    call.origin,
    { symbol: callSymbol(call.name, args, call.budget), alternatives, secret },
  );
}

function computeEach(
  combinations: readonly (readonly Value[])[],
  compute: (args: readonly Value[]) => Value,
): readonly Value[] | undefined {
  const results: Value[] = [];
  for (const combination of combinations) {
    try {
      results.push(compute(combination));
    } catch (error) {
      // A choice that Azure would refuse never becomes a value.
      if (error instanceof CallFailure) continue;
      if (error instanceof Undecided) return undefined;
      throw error;
    }
  }
  return results.length > 0 ? results : undefined;
}

class NamedCall implements Call {
  constructor(
    readonly name: string,
    private readonly context: CallContext,
  ) {}

  get origin(): OriginChain {
    return this.context.origin;
  }

  get text(): string {
    return this.context.text;
  }

  get budget(): Budget {
    return this.context.budget;
  }

  get scope(): DeploymentScope {
    return this.context.scope;
  }

  report(message: string): void {
    this.context.report?.(message);
  }
}

/** Runs a function of the library. Never throws: what cannot be computed is an unknown value that names the reason. */
export function runFunction(
  name: string,
  entry: FunctionEntry,
  args: readonly Argument[],
  context: CallContext,
): Value {
  const call = new NamedCall(name, context);
  try {
    context.budget.spend(1 + args.length);
    if (args.length < entry.least || args.length > entry.most) {
      throw new CallFailure(`${name} does not take ${args.length} ${args.length === 1 ? 'argument' : 'arguments'}`);
    }
    return entry.run(args, call);
  } catch (error) {
    if (error instanceof Undecided) {
      return unknownValue(undecidedNames(error, context), context.origin, {
        secret: error.parts.some(isSecret),
        symbol: undecidedSymbol(name, args, context),
      });
    }
    if (error instanceof CallFailure) {
      context.report?.(error.message);
      return unknownValue([`${context.text} (${error.message})`], context.origin);
    }
    if (error instanceof TooLarge) {
      context.report?.(error.message);
      return unknownValue([`${context.text} (too large: ${error.message})`], context.origin);
    }
    throw error;
  }
}

function undecidedNames(error: Undecided, context: CallContext): readonly string[] {
  try {
    return deepDependencies(error.parts, context.budget);
  } catch {
    return [context.text];
  }
}

function undecidedSymbol(name: string, args: readonly Argument[], context: CallContext): string | undefined {
  if (!args.every(arg => 'value' in arg)) return undefined;
  try {
    return callSymbol(name, args.map(operand), context.budget);
  } catch {
    return undefined;
  }
}

/** The text of an argument that must be one. */
export function expectText(value: Value | undefined, what: string): string {
  if (value?.kind === 'string') return value.value;
  if (value?.kind === 'unknown') throw new Undecided([value]);
  throw new CallFailure(`${what} must be a string`);
}

export function expectNumber(value: Value | undefined, what: string): number {
  if (value?.kind === 'number') return value.value;
  if (value?.kind === 'unknown') throw new Undecided([value]);
  // Azure's integers arrive as text from many a parameter file, and it converts them.
  if (value?.kind === 'string' && /^\s*-?\d+\s*$/.test(value.value)) return Number(value.value);
  throw new CallFailure(`${what} must be an integer`);
}

export function expectBoolean(value: Value | undefined, what: string): boolean {
  if (value?.kind === 'boolean') return value.value;
  if (value?.kind === 'unknown') throw new Undecided([value]);
  if (value?.kind === 'string' && /^(true|false)$/i.test(value.value)) return value.value.toLowerCase() === 'true';
  throw new CallFailure(`${what} must be true or false`);
}
