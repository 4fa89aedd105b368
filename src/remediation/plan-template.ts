import type { Json } from '../network/value.ts';
import { writeExpression } from '../templates/bicep/writing.ts';
import type { Plan } from './plan.ts';
import { PlanError } from './plan-error.ts';
import { isObject, type JsonObject } from './plan-json.ts';
import { comparable, parentOf, parseId, type ResourceId } from './plan-resource-id.ts';
import type { PlanStep } from './plan-steps.ts';

const groupSchema = 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#';
const subscriptionSchema =
  'https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#';

/** A step that a deployment can do, with its number in the plan. */
interface DeployedStep {
  readonly number: number;
  readonly step: PlanStep;
  readonly id: ResourceId;
  /** Names of the resource and of what it is in, outermost first. */
  readonly names: readonly string[];
}

/** The plan's steps apart: what a template declares, and what is left to do by hand. */
interface Parts {
  readonly deployed: readonly DeployedStep[];
  readonly byHand: readonly string[];
}

/**
 * The plan's PUTs as an ARM template to deploy to any resource group: nested deployments, one after another, each where
 * its resource is. What no template can do is listed in its metadata.
 * @throws PlanError when no step can be deployed.
 */
export function armTemplate(plan: Plan): string {
  const { deployed, byHand } = partsOf(plan);
  const resources = deployed.map((one, i) => {
    const { number, id } = one;
    const before = deployed[i - 1];
    const inGroup = id.resourceGroup !== '';
    return {
      type: 'Microsoft.Resources/deployments',
      apiVersion: '2022-09-01',
      name: deploymentName(number),
      subscriptionId: id.subscription,
      ...(inGroup ? { resourceGroup: id.resourceGroup } : { location: '[resourceGroup().location]' }),
      ...(before ? { dependsOn: [deploymentId(before)] } : {}),
      properties: {
        mode: 'Incremental',
        expressionEvaluationOptions: { scope: 'inner' },
        template: {
          $schema: inGroup ? groupSchema : subscriptionSchema,
          contentVersion: '1.0.0.0',
          resources: [declared(one)],
        },
      },
    };
  });
  const template = {
    $schema: groupSchema,
    contentVersion: '1.0.0.0',
    metadata: {
      description: literal(`${plan.action}: ${deployed.map(({ step }) => step.title).join('; ')}`),
      ...(byHand.length > 0 ? { byHand: byHand.map(text => literal(text)) } : {}),
    },
    resources,
  };
  return `${JSON.stringify(template, null, 2)}\n`;
}

/**
 * The plan's PUTs as a Bicep file for the resource group (or the subscription) that they are in, one after another, with
 * what they belong to as `existing`. What no template can do is listed at its head.
 * @throws PlanError when no step can be deployed, or when one file cannot hold them all.
 */
export function bicepTemplate(plan: Plan): string {
  const { deployed, byHand } = partsOf(plan);
  const scopes = new Map(deployed.map(({ id }) => [scopeOf(id).toLowerCase(), id]));
  if (scopes.size > 1) {
    const names = [...scopes.values()].map(scopeOf).join(' and ');
    throw new PlanError('not-supported', `this plan writes to ${names}, and a Bicep file to one: take --format arm`);
  }
  const ids = new Set(deployed.map(({ step }) => comparable(step.id)));
  if (ids.size < deployed.length)
    throw new PlanError(
      'not-supported',
      'this plan writes one resource twice, which a Bicep file cannot: take --format arm',
    );
  const symbols = new Map<string, string>();
  const out: string[] = [];
  for (const [i, one] of deployed.entries()) {
    const parent = parentIn(one, symbols, out);
    const symbol = `step${one.number}`;
    const before = deployed[i - 1];
    out.push(
      [
        `// ${one.number}. ${oneLine(one.step.title)}`,
        resource(one, symbol, parent, before && `step${before.number}`),
      ].join('\n'),
    );
    symbols.set(comparable(one.step.id), symbol);
  }
  const [first] = deployed as readonly [DeployedStep, ...DeployedStep[]];
  const head = [
    `// ${oneLine(plan.action)}, planned by Portcullis for ${oneLine(scopeOf(first.id))}.`,
    ...(byHand.length > 0
      ? ['// By hand, before or after as the numbers say:', ...byHand.map(text => `//   ${text}`)]
      : []),
    `targetScope = '${first.id.resourceGroup === '' ? 'subscription' : 'resourceGroup'}'`,
  ];
  return `${[head.join('\n'), ...out].join('\n\n')}\n`;
}

function partsOf(plan: Plan): Parts {
  const deployed: DeployedStep[] = [];
  const byHand: string[] = [];
  for (const [i, step] of plan.steps.entries()) {
    const behind = behindProviders(step.id);
    if (step.method === 'PUT' && behind) {
      const names = behind.filter((_, at) => at > 0 && at % 2 === 0);
      deployed.push({ number: i + 1, step, id: parseId(step.id), names });
    } else byHand.push(`${i + 1}. ${oneLine(step.title)}: ${step.method} ${oneLine(step.id)}`);
  }
  if (deployed.length === 0)
    throw new PlanError('not-supported', 'no step of this plan is one that a template can do: take --format script');
  return { deployed, byHand };
}

/** The type and names in an id of a subscription or resource group; undefined for an id of another scope. */
function behindProviders(id: string): readonly string[] | undefined {
  const match = /^\/subscriptions\/[^/]+(?:\/resourceGroups\/[^/]+)?\/providers\/(.+)$/i.exec(id);
  const parts = match?.[1]?.split('/');
  return parts && parts.length % 2 === 1 && !parts.some(part => /^providers$/i.test(part)) ? parts : undefined;
}

function scopeOf(id: ResourceId): string {
  return id.resourceGroup === '' ? `subscription ${id.subscription}` : `resource group ${id.resourceGroup}`;
}

/** Text of one line: what follows it must not become code. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ');
}

/** Names of deployments are visible in Azure for as long as it keeps them. */
function deploymentName(number: number): string {
  return `portcullis-step-${number}`;
}

function deploymentId({ number, id }: DeployedStep): string {
  const scope = [id.subscription, id.resourceGroup].filter(Boolean).map(part => `'${part.replaceAll("'", "''")}'`);
  const call = id.resourceGroup === '' ? 'subscriptionResourceId' : 'resourceId';
  return `[${call}(${scope.join(', ')}, 'Microsoft.Resources/deployments', '${deploymentName(number)}')]`;
}

/** The resource as a template has it. */
function declared({ step, id, names }: DeployedStep): JsonObject {
  return {
    type: id.type,
    apiVersion: step.apiVersion,
    ...(literal(step.body) as JsonObject),
    name: literal(names.join('/')),
  };
}

/** A string in brackets is an expression in a template, names of properties too: it is written with two. */
function literal(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return value.startsWith('[') && value.endsWith(']') ? `[${value}` : value;
  if (depth > 60) return value;
  if (Array.isArray(value)) return value.map(item => literal(item, depth + 1));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [literal(key), literal(inner, depth + 1)] as [string, unknown]),
  );
}

/** The symbol of what a child belongs to: of a step before, or of an `existing` resource that is written for it. */
function parentIn({ step, id, names }: DeployedStep, symbols: Map<string, string>, out: string[]): string | undefined {
  if (names.length < 2) return undefined;
  const parent = comparable(parentOf(step.id));
  const known = symbols.get(parent);
  if (known !== undefined) return known;
  const symbol = `parent${symbols.size + 1}`;
  const type = id.type.slice(0, id.type.lastIndexOf('/'));
  out.push(
    `resource ${symbol} ${quoted(`${type}@${step.apiVersion}`)} existing = {\n  name: ${quoted(names.slice(0, -1).join('/'))}\n}`,
  );
  symbols.set(parent, symbol);
  return symbol;
}

function resource(
  { step, id, names }: DeployedStep,
  symbol: string,
  parent: string | undefined,
  before: string | undefined,
): string {
  const { name: _, ...body } = step.body ?? {};
  const members: Record<string, string> = {
    ...(parent === undefined ? {} : { parent }),
    name: quoted(parent === undefined ? names.join('/') : names.at(-1)!),
  };
  for (const [key, value] of Object.entries(body)) members[key] = written(value as Json);
  if (before !== undefined && before !== parent) members.dependsOn = `[\n    ${before}\n  ]`;
  const lines = Object.entries(members).map(([key, value]) => `  ${key}: ${value}\n`);
  return `resource ${symbol} ${quoted(`${id.type}@${step.apiVersion}`)} = {\n${lines.join('')}}`;
}

function written(value: Json): string {
  return writeExpression({ json: value }, '', '  ');
}

function quoted(text: string): string {
  return written(text);
}
