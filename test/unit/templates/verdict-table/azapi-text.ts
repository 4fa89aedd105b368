import { apiVersion, bySymbol, type Estate, type Id, type Resource } from './estate.ts';
import { HclTerms } from './hcl-text.ts';
import type { Provider } from './terraform-text.ts';

/** The azapi provider: each resource as the REST API has it. */
export const azapi: Provider = {
  terms: estate => new HclTerms(id => idOf(estate, id, false)),
  resources(estate) {
    return (estate.resources ?? []).filter(resource => !resource.existing).map(resource => write(estate, resource));
  },
};

const group = '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg';

function write(estate: Estate, resource: Resource): string {
  const { symbol, type, name, parent, sku, properties, when, each } = resource;
  const terms = new HclTerms(id => idOf(estate, id, id.symbol === symbol));
  const owner = parent === undefined ? undefined : bySymbol(estate, parent);
  const ownerId = owner?.existing
    ? `"${group}/providers/${owner.type}/${owner.name}"`
    : `azapi_resource.${parent}${owner?.each ? '[each.key]' : ''}.id`;
  const body = { ...(sku === undefined ? {} : { sku: { name: sku } }), properties };
  const key = JSON.stringify([name, properties]).includes('"field"') ? 'item.name' : 'item';
  const lines = [
    ...(when ? [`count = ${terms.term(when)} ? 1 : 0`] : []),
    ...(each ? [`for_each = { for item in ${terms.term(each)} : ${key} => item }`] : []),
    `type = "${type}@${apiVersion}"`,
    `name = ${terms.term(name)}`,
    `parent_id = ${owner ? ownerId : `"${group}"`}`,
    `body = ${terms.term(body)}`,
  ];
  return `resource "azapi_resource" "${symbol}" {\n${lines.map(line => `  ${line}\n`).join('')}}`;
}

function idOf(estate: Estate, { symbol, part }: Id, itself: boolean): string {
  const { type, name, each, when } = bySymbol(estate, symbol);
  const whole = `azapi_resource.${symbol}${each ? '[each.key]' : when ? '[0]' : ''}.id`;
  if (!part) return whole;
  // A resource that names its own part has the id put together: it may not refer to itself.
  return itself ? `"${group}/providers/${type}/${name}/${part.join('/')}"` : `"\${${whole}}/${part.join('/')}"`;
}
