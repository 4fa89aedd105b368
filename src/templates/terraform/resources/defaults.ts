import { stringValue, unknownValue } from '../terraform-value.ts';
import type { RestObject } from './rest-object.ts';
import type { SourceResource } from './source-resource.ts';

const versionDependency = 'version of the azurerm provider';

/** What the provider adds to a body that the configuration does not say. */
export function finishBody(resource: SourceResource, body: RestObject): RestObject {
  switch (resource.type) {
    case 'azurerm_public_ip':
    case 'azurerm_lb':
      if (!body.get('sku.name')) setSku(resource, body);
      break;
    case 'azurerm_linux_virtual_machine':
    case 'azurerm_linux_virtual_machine_scale_set':
      setSystem(resource, body, 'Linux');
      break;
    case 'azurerm_windows_virtual_machine':
    case 'azurerm_windows_virtual_machine_scale_set':
      setSystem(resource, body, 'Windows');
      break;
    case 'azurerm_virtual_machine': {
      const linux = resource.value.get('os_profile_linux_config');
      const windows = resource.value.get('os_profile_windows_config');
      if (linux && linux.kind !== 'unknown') setSystem(resource, body, 'Linux');
      else if (windows && windows.kind !== 'unknown') setSystem(resource, body, 'Windows');
      break;
    }
    case 'azurerm_firewall_policy_rule_collection_group': {
      const collections = body.list('properties.ruleCollections');
      for (const item of collections.items) {
        if ('kind' in item) continue;
        item.set('ruleCollectionType', stringValue('FirewallPolicyNatRuleCollection'));
        item.set('action.type', stringValue('DNAT'));
        for (const rule of item.list('rules').items)
          if (!('kind' in rule)) rule.set('ruleType', stringValue('NatRule'));
      }
      break;
    }
  }
  return body;
}

/** Without a `sku`, version 4 of the provider makes Standard addresses and balancers, the versions before it Basic ones. */
function setSku(resource: SourceResource, body: RestObject): void {
  const major = majorVersion(resource.providerVersion);
  const origin = resource.value.origin;
  if (major !== undefined) body.set('sku.name', stringValue(major >= 4 ? 'Standard' : 'Basic', origin));
  else
    body.set(
      'sku.name',
      unknownValue([versionDependency], origin, {
        alternatives: [stringValue('Standard', origin), stringValue('Basic', origin)],
      }),
    );
}

/** The major version that a constraint surely leads to. */
function majorVersion(constraint: string | undefined): number | undefined {
  if (constraint === undefined) return undefined;
  let result: number | undefined;
  for (const part of constraint.split(',')) {
    const match = /^\s*(~>|>=|<=|=|<|>)?\s*v?(\d+)(?:\.(\d+))?/.exec(part);
    if (!match) continue;
    const [, operator = '=', first = '', second] = match;
    const major = Number(first);
    if (operator === '=' || (operator === '~>' && second !== undefined)) return major;
    if ((operator === '<' || operator === '<=') && major <= 4 && (operator === '<' || major < 4)) result = 3;
    if ((operator === '>' || operator === '>=') && major >= 4) result = major;
  }
  return result;
}

function setSystem(resource: SourceResource, body: RestObject, system: 'Linux' | 'Windows'): void {
  const path = resource.type.endsWith('scale_set')
    ? 'properties.virtualMachineProfile.storageProfile'
    : 'properties.storageProfile';
  body.set(`${path}.osDisk.osType`, stringValue(system));
}
