import type { Value } from '../../network/value.ts';
import { arrayFunctions } from './arrays.ts';
import { type Argument, type CallContext, type FunctionEntry, runFunction } from './call.ts';
import { cidrFunctions } from './cidr.ts';
import { dateFunctions } from './dates.ts';
import { deploymentFunctions, listFunction } from './deployment.ts';
import { encodingFunctions } from './encodings.ts';
import { lambdaFunctions } from './lambdas.ts';
import { logicalFunctions } from './logical.ts';
import { numberFunctions } from './numbers.ts';
import { objectFunctions } from './objects.ts';
import { resourceIdFunctions } from './resource-ids.ts';
import { stringFunctions } from './strings.ts';

interface Named {
  readonly name: string;
  readonly entry: FunctionEntry;
}

/** By the name in lower case: ARM reads function names in any letter case. */
const library: ReadonlyMap<string, Named> = new Map(
  [
    arrayFunctions,
    cidrFunctions,
    dateFunctions,
    deploymentFunctions,
    encodingFunctions,
    lambdaFunctions,
    logicalFunctions,
    numberFunctions,
    objectFunctions,
    resourceIdFunctions,
    stringFunctions,
  ].flatMap(table => [...table].map(([name, entry]) => [name.toLowerCase(), { name, entry }] as const)),
);

/** Whether the standard library of ARM and Bicep has a function of this name, in any letter case. */
export function isLibraryFunction(name: string): boolean {
  return find(name) !== undefined;
}

function find(name: string): Named | undefined {
  const key = name.toLowerCase();
  const found = library.get(key);
  // `listKeys`, `listCallbackUrl` and every other operation that a resource provider offers.
  return found ?? (key.startsWith('list') && key.length > 4 ? { name, entry: listFunction } : undefined);
}

/**
 * Calls a function of the standard library of ARM and Bicep over values known in part. Functions that a deployment
 * answers (`reference`, `list*`, `utcNow` …) give unknown values named by `context.text`. Never throws; undefined when
 * the library has no such function. Those that need the template itself (`parameters`, `variables`, `copyIndex`,
 * `lambda`) are their language's business.
 * https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions
 */
export function callFunction(name: string, args: readonly Argument[], context: CallContext): Value | undefined {
  const found = find(name);
  return found && runFunction(found.name, found.entry, args, context);
}
