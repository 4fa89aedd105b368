import type { ScopeKind } from '../functions/scope.ts';
import type { JsonNode, JsonText } from './json.ts';

/** What a template's `$schema` says about where it is deployed; undefined when it has none. */
export function scopeOfSchema(json: JsonText, template: JsonNode): ScopeKind | undefined {
  const schema = json.find(template, '$schema');
  const text = schema === undefined ? '' : json.string(schema).toLowerCase();
  if (text.includes('subscriptiondeploymenttemplate')) return 'subscription';
  if (text.includes('managementgroupdeploymenttemplate')) return 'managementGroup';
  if (text.includes('tenantdeploymenttemplate')) return 'tenant';
  return text.includes('deploymenttemplate') ? 'resourceGroup' : undefined;
}
