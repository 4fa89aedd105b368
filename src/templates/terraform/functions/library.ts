import type { OriginChain } from '../../../network/origin.ts';
import type { Value } from '../../../network/value.ts';
import { callSymbol, combine, failed, mapAlternatives } from '../partial-value.ts';
import { asSecret, isWhollyKnown, unknownValue } from '../terraform-value.ts';
import { addressFunctions } from './addresses.ts';
import { collectionFunctions } from './collections.ts';
import { conversionFunctions } from './conversions.ts';
import { dateFunctions } from './dates.ts';
import {
  type Budget,
  type Call,
  type FunctionContext,
  FunctionError,
  FunctionLimit,
  type TerraformFunction,
} from './definition.ts';
import { encodingFunctions } from './encodings.ts';
import { fileFunctions } from './files.ts';
import { numberFunctions } from './numbers.ts';
import { setFunctions } from './sets.ts';
import { stringFunctions } from './strings.ts';

const library: ReadonlyMap<string, TerraformFunction> = new Map([
  ...stringFunctions,
  ...numberFunctions,
  ...collectionFunctions,
  ...setFunctions,
  ...conversionFunctions,
  ...encodingFunctions,
  ...addressFunctions,
  ...fileFunctions,
  ...dateFunctions,
]);

/**
 * A function of Terraform's library (https://developer.hashicorp.com/terraform/language/functions). One that is not
 * known, of a provider or with a result that only a run gives, is unknown and named.
 */
export function callFunction(
  name: string,
  args: readonly Value[],
  origin: OriginChain,
  context: FunctionContext,
  budget: Budget,
): Value {
  const found = library.get(name);
  if (!found) {
    const symbol = impure.has(name) ? undefined : callSymbol(name, args);
    const unknown = combine(args, origin);
    const names = args.some(value => !isWhollyKnown(value)) ? unknown.dependsOn : [];
    return unknownValue([`function ${name}`, ...names], origin, symbol === undefined ? {} : { symbol });
  }
  if (args.length < found.minimum || (found.maximum !== undefined && args.length > found.maximum))
    return failed(`a call of ${name} with the wrong number of arguments`, origin);
  return run(found, args, { name, origin, context, budget });
}

const impure = new Set(['timestamp', 'plantimestamp', 'uuid', 'bcrypt']);

function run(found: TerraformFunction, args: readonly Value[], call: Call): Value {
  if (!found.partial && args.some(value => !isWhollyKnown(value)))
    return (
      found.symbolic?.(args, call) ??
      mapAlternatives(args, known =>
        known.some(value => !isWhollyKnown(value)) ? combine(known, call.origin) : run(found, known, call),
      ) ??
      combine(args, call.origin, callSymbol(call.name, args))
    );
  try {
    const result = found.call(args, call);
    return args.some(value => value.secret) && call.name !== 'nonsensitive' ? asSecret(result) : result;
  } catch (error) {
    if (error instanceof FunctionError) return failed(error.message, call.origin);
    if (error instanceof FunctionLimit) return unknownValue([error.message], call.origin);
    // Texts and lists that JavaScript itself cannot hold.
    if (error instanceof RangeError) return unknownValue(['a value that is too large'], call.origin);
    throw error;
  }
}
