import type { Plan } from './plan.ts';
import { childBody } from './plan-body.ts';
import { PlanError } from './plan-error.ts';
import { type JsonObject, pickText } from './plan-json.ts';
import { parseId } from './plan-resource-id.ts';
import type { PlanStep } from './plan-steps.ts';

export const dnsApi = '2018-05-01';
const recordType = 'Microsoft.Network/dnsZones/CNAME';

/** The id of an alias in a zone. */
export function aliasId(zone: string, name: string): string {
  return `${zone}/CNAME/${name}`;
}

/** Why a text cannot name an alias in a zone; undefined when it can. A zone's own name takes none. */
export function aliasRefusal(name: string): string | undefined {
  const labels = name.split('.');
  const isName = name.length <= 200 && labels.every(label => /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/i.test(label));
  return isName ? undefined : 'A name has letters, digits and hyphens, such as jump or jump.west';
}

/**
 * Points a name in a zone of Azure DNS to another name.
 * @param existing the alias as it is now, when there is one
 * @throws PlanError when it points there already.
 * https://learn.microsoft.com/rest/api/dns/record-sets/create-or-update
 */
export function planAlias(zone: string, name: string, target: string, existing: JsonObject | undefined): Plan {
  const id = aliasId(zone, name);
  const full = `${name}.${parseId(zone).name}`;
  const before = pickText(existing, 'properties', 'CNAMERecord', 'cname');
  if (before?.replace(/\.$/, '').toLowerCase() === target.toLowerCase())
    throw new PlanError('already-closed', `${full} leads to ${target} already`);
  const title = existing ? `Point ${full} to ${target} instead of ${before}` : `Point ${full} to ${target}`;
  const etag = pickText(existing, 'etag');
  const step: PlanStep = {
    title,
    method: 'PUT',
    id,
    apiVersion: dnsApi,
    body: { properties: { TTL: 300, CNAMERecord: { cname: target } } },
    ...(etag === undefined ? {} : { ifMatch: etag }),
  };
  const undo: PlanStep = existing
    ? { title: `Take back: ${title}`, method: 'PUT', id, apiVersion: dnsApi, body: childBody(existing, recordType) }
    : { title: `Take back: ${title}`, method: 'DELETE', id, apiVersion: dnsApi, body: null };
  return {
    version: 1,
    action: 'jump-path',
    steps: [step],
    machines: [],
    alsoAffected: [],
    warnings: existing ? [`Whoever used ${full} for ${before} comes to the jump path.`] : [],
    undo: [undo],
  };
}
