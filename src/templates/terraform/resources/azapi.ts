import type { ObjectValue, Value } from '../../../network/value.ts';
import { FunctionError, FunctionLimit } from '../functions/definition.ts';
import { decodeJson, encodedValue } from '../functions/encodings.ts';
import { combine } from '../partial-value.ts';
import { stringValue, symbolOf, unknownValue } from '../terraform-value.ts';
import type { Draft, Drafts } from './declarations.ts';
import { RestObject } from './rest-object.ts';
import type { SourceResource } from './source-resource.ts';

export function isAzapi(resource: SourceResource): boolean {
  return resource.type === 'azapi_resource' || resource.type === 'azapi_update_resource';
}

/**
 * Resources of the azapi provider, whose `body` is written as Azure's REST API has it:
 * https://registry.terraform.io/providers/Azure/azapi/latest/docs/resources/resource
 */
export function azapiDeclaration(resource: SourceResource): Draft[] {
  const { value } = resource;
  const typed = value.get('type');
  if (typed?.kind !== 'string') return [];
  const [type = ''] = typed.value.split('@');
  const parent = value.get('parent_id');
  const name = value.get('name') ?? unknownValue([`${resource.address}.name`], [], { symbol: `{${resource.address}}` });
  const isChild = type.split('/').length > 2;
  const { id } = resource;
  const body = new RestObject(value.origin);
  for (const property of ['location', 'tags']) {
    const given = value.get(property);
    if (given) body.set(property, given);
  }
  const own = isChild ? childName(parent, name) : name;
  body.set('name', name);
  const content = bodyValue(value);
  if (resource.type === 'azapi_update_resource') return updates(resource, type, id, content);
  if (content?.kind === 'object')
    for (const property of content.properties()) body.set(property.name, property.value, property.namePlace);
  else if (content)
    body.set('properties', unknownValue(content.kind === 'unknown' ? content.dependsOn : [resource.address]));
  return [{ type, id, name: own, body, existing: resource.mode === 'data', source: resource }];
}

function childName(parent: Value | undefined, name: Value): Value {
  const whole = parent && symbolOf(parent);
  const own = symbolOf(name);
  if (whole === undefined || own === undefined) return name;
  const full = `${whole.slice(whole.lastIndexOf('/') + 1)}/${own}`;
  return name.kind === 'string' && !full.includes('{')
    ? stringValue(full, name.origin)
    : combine([name], name.origin, full);
}

/** The body, also when it is written as JSON text. */
function bodyValue(value: ObjectValue): Value | undefined {
  const body = value.get('body');
  if (!body) return undefined;
  const encoded = encodedValue(body);
  if (encoded) return encoded;
  if (body.kind !== 'string') return body;
  try {
    return decodeJson(body.value, undefined, body.origin);
  } catch (error) {
    if (error instanceof FunctionError) return unknownValue(['a body that is not JSON'], body.origin);
    if (error instanceof FunctionLimit) return unknownValue([error.message], body.origin);
    throw error;
  }
}

const updatedInPlace = /^microsoft\.network\/(?:virtualnetworks\/subnets|networkinterfaces)$/i;

/** An update of a subnet or interface, such as one that gives it a security group, is written into its declaration. */
export function addAzapiUpdate(resource: SourceResource, drafts: Drafts): void {
  if (resource.type !== 'azapi_update_resource') return;
  const typed = resource.value.get('type');
  const type = typed?.kind === 'string' ? (typed.value.split('@')[0] ?? '') : '';
  const content = bodyValue(resource.value);
  const properties = content?.kind === 'object' ? content.get('properties') : undefined;
  if (!updatedInPlace.test(type) || properties?.kind !== 'object') return;
  const draft = drafts.referenced(resource.id, type, resource);
  for (const { name, value, namePlace } of properties.properties())
    draft?.body.set(`properties.${name}`, value, namePlace);
}

/** An update adds rules to a group that is declared elsewhere: each is a rule of its own. */
function updates(resource: SourceResource, type: string, id: Value, content: Value | undefined): Draft[] {
  if (!/^microsoft\.network\/networksecuritygroups$/i.test(type) || content?.kind !== 'object') return [];
  const properties = content.get('properties');
  const rules = properties?.kind === 'object' ? properties.get('securityRules') : undefined;
  if (rules?.kind !== 'array') return [];
  return rules.items.flatMap((rule, index): Draft[] => {
    if (rule.kind !== 'object') return [];
    const body = new RestObject(rule.origin);
    for (const property of rule.properties()) body.set(property.name, property.value, property.namePlace);
    const name = rule.get('name') ?? stringValue(`rule ${index}`, rule.origin);
    const symbol = `${symbolOf(id) ?? `{${resource.address}}`}/securityRules/${symbolOf(name) ?? index}`;
    return [
      {
        type: 'Microsoft.Network/networkSecurityGroups/securityRules',
        id: unknownValue([`${resource.address}.id`], [], { symbol }),
        name: childName(id, name),
        body,
        existing: false,
        source: resource,
      },
    ];
  });
}
