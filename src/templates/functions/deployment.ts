import type { Value } from '../../network/value.ts';
import { type Argument, type Call, type FunctionEntry, lazy, partial } from './call.ts';
import { resourceGroupObject, subscriptionObject } from './scope.ts';
import { callSymbol, objectValue, textValue, unknownValue } from './values.ts';

/** Functions whose result only a deployment knows, and those that say where it goes. */

/** Unknown, named by the call as written; equal calls are equal when their arguments are. */
function fromDeployment(least: number, most: number): FunctionEntry {
  return partial(least, most, (args, call) =>
    unknownValue([call.text], call.origin, { symbol: callSymbol(call.name, args, call.budget) }),
  );
}

/** Unknown and different at each call. */
function onceOnly(_: readonly Argument[], call: Call): Value {
  return unknownValue([call.text], call.origin);
}

/** Keys and connection strings: unknown and never shown. */
export const listFunction: FunctionEntry = partial(1, 4, (args, call) =>
  unknownValue([call.text], call.origin, {
    symbol: callSymbol(call.name, args, call.budget),
    secret: true,
  }),
);

function resourceGroup(args: readonly Value[], call: Call): Value {
  if (args.length === 0) return resourceGroupObject(call.scope, call.origin);
  const named = args.length === 1 ? args[0]! : args[1]!;
  const subscriptionId = args.length === 1 ? call.scope.subscriptionId : args[0]!;
  return resourceGroupObject({ kind: 'resourceGroup', subscriptionId, resourceGroup: named }, call.origin);
}

function subscription(args: readonly Value[], call: Call): Value {
  const subscriptionId = args[0] ?? call.scope.subscriptionId;
  return subscriptionObject({ ...call.scope, subscriptionId }, call.origin);
}

/** The public cloud's `environment()`: templates read its suffixes for host names, which no network rule uses. */
function environment(_: readonly Value[], call: Call): Value {
  const { origin } = call;
  const texts = (entries: Readonly<Record<string, string>>) =>
    objectValue(
      Object.entries(entries).map(([name, text]): [string, Value] => [name, textValue(text, origin)]),
      origin,
    );
  return objectValue(
    [
      ['name', textValue('AzureCloud', origin)],
      ['portal', textValue('https://portal.azure.com', origin)],
      ['resourceManager', textValue('https://management.azure.com/', origin)],
      ['graph', textValue('https://graph.windows.net/', origin)],
      [
        'authentication',
        texts({
          loginEndpoint: 'https://login.microsoftonline.com/',
          audience: 'https://management.core.windows.net/',
          tenant: 'common',
          identityProvider: 'AAD',
        }),
      ],
      [
        'suffixes',
        texts({
          storage: 'core.windows.net',
          keyvaultDns: '.vault.azure.net',
          sqlServerHostname: '.database.windows.net',
          acrLoginServer: '.azurecr.io',
          azureDatalakeStoreFileSystem: 'azuredatalakestore.net',
          azureDatalakeAnalyticsCatalogAndJob: 'azuredatalakeanalytics.net',
        }),
      ],
    ],
    origin,
    unknownValue(['environment()'], origin, { symbol: '{environment()}' }),
  );
}

function tenant(_: readonly Value[], call: Call): Value {
  return unknownValue(['tenant()'], call.origin, { symbol: '{tenant()}' });
}

export const deploymentFunctions: ReadonlyMap<string, FunctionEntry> = new Map([
  ['reference', fromDeployment(1, 3)],
  ['references', fromDeployment(1, 2)],
  ['providers', fromDeployment(1, 2)],
  ['deployment', fromDeployment(0, 0)],
  ['deployer', fromDeployment(0, 0)],
  ['managementGroup', fromDeployment(0, 1)],
  ['resourceInfo', fromDeployment(1, 1)],
  ['getSecret', listFunction],
  ['externalInput', fromDeployment(1, 2)],
  ['readEnvironmentVariable', fromDeployment(1, 2)],
  ['newGuid', lazy(0, 0, onceOnly)],
  ['utcNow', lazy(0, 1, onceOnly)],
  ['resourceGroup', partial(0, 2, resourceGroup)],
  ['subscription', partial(0, 1, subscription)],
  ['environment', partial(0, 0, environment)],
  ['tenant', partial(0, 0, tenant)],
]);
