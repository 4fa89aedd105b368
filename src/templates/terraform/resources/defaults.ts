import type { OriginChain } from '../../../network/origin.ts';
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

/**
 * Without a `sku`, version 4 of the provider makes Standard addresses and balancers, the versions before it Basic ones
 * (https://registry.terraform.io/providers/hashicorp/azurerm/latest/docs/guides/4.0-upgrade-guide).
 */
function setSku(resource: SourceResource, body: RestObject): void {
  const origin: OriginChain = [{ kind: 'property', name: 'sku', place: resource.place }];
  const standard = standardByDefault(resource.providerVersion);
  const allocation = resource.value.get('allocation_method') ?? resource.value.get('public_ip_address_allocation');
  // A Standard address is static: without a version, a dynamic one tells that it was written for an earlier provider.
  const dynamic = allocation?.kind === 'string' && allocation.value.toLowerCase() === 'dynamic';
  if (standard !== undefined || dynamic) body.set('sku.name', stringValue(standard ? 'Standard' : 'Basic', origin));
  else
    body.set(
      'sku.name',
      unknownValue([versionDependency], origin, {
        alternatives: [stringValue('Standard', origin), stringValue('Basic', origin)],
      }),
    );
}

/** Whether every version that meets the constraints is at least 4, or none is; undefined when they leave both open. */
function standardByDefault(constraints: string | undefined): boolean | undefined {
  let lowest = 0;
  let highest = Number.POSITIVE_INFINITY;
  for (const part of constraints?.split(',') ?? []) {
    const match = /^\s*(~>|>=|<=|=|<|>)?\s*v?(\d+)(?:\.(\d+))?(?:\.(\d+))?/.exec(part);
    if (!match) continue;
    const [, operator = '=', first = '', second, third] = match;
    const major = Number(first);
    const within = Number(second ?? 0) > 0 || Number(third ?? 0) > 0;
    if (operator === '=' || (operator === '~>' && second !== undefined)) lowest = highest = major;
    else if (operator === '<') highest = Math.min(highest, within ? major : major - 1);
    else if (operator === '<=') highest = Math.min(highest, major);
    else lowest = Math.max(lowest, major);
  }
  if (lowest >= 4) return true;
  return highest < 4 ? false : undefined;
}

function setSystem(resource: SourceResource, body: RestObject, system: 'Linux' | 'Windows'): void {
  const path = resource.type.endsWith('scale_set')
    ? 'properties.virtualMachineProfile.storageProfile'
    : 'properties.storageProfile';
  body.set(`${path}.osDisk.osType`, stringValue(system));
}
