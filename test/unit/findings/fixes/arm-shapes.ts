import type { Json } from '../../../../src/network/value.ts';

type Members = { readonly [name: string]: Json };

/** A way to write the same security group: SSH open to everybody, HTTPS open, RDP denied behind an Allow for it. */
export interface ArmShape {
  readonly name: string;
  readonly files: { readonly [path: string]: Json };
  /** Titles of the fixes for SSH that must be there besides what is offered anyway. */
  readonly offers: readonly string[];
}

const $schema = 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#';
const version = '2024-05-01';
const groupType = 'Microsoft.Network/networkSecurityGroups';

function template(members: Members): Json {
  return { $schema, contentVersion: '1.0.0.0', ...members };
}

function properties(priority: number, access: string, source: Json, port: Json): Json {
  return {
    priority,
    direction: 'Inbound',
    access,
    protocol: 'Tcp',
    sourceAddressPrefix: source,
    sourcePortRange: '*',
    destinationAddressPrefix: '*',
    destinationPortRange: port,
  };
}

const ssh = { name: 'allow-ssh', properties: properties(200, 'Allow', '*', '22') };
const web = { name: 'allow-web', properties: properties(210, 'Allow', '*', '443') };
const rules: readonly Json[] = [ssh, web];

function group(securityRules: Json, more: Members = {}): Json {
  return {
    type: groupType,
    apiVersion: version,
    name: 'web-nsg',
    location: '[resourceGroup().location]',
    properties: { securityRules },
    ...more,
  };
}

function alone(rule: typeof ssh, name: string, more: Members = {}): Json {
  return {
    type: `${groupType}/securityRules`,
    apiVersion: version,
    name,
    dependsOn: [`[resourceId('${groupType}', 'web-nsg')]`],
    properties: rule.properties,
    ...more,
  };
}

function deployment(properties: Members): Json {
  return { type: 'Microsoft.Resources/deployments', apiVersion: '2022-09-01', name: 'network', properties };
}

const each = (name: string, field: string): string => `[variables('rules')[copyIndex('${name}')].${field}]`;
const looped = (name: string): Json => ({
  priority: `[add(200, copyIndex('${name}'))]`,
  direction: 'Inbound',
  access: 'Allow',
  protocol: 'Tcp',
  sourceAddressPrefix: each(name, 'source'),
  sourcePortRange: '*',
  destinationAddressPrefix: '*',
  destinationPortRange: each(name, 'port'),
});
const data: Json = [
  { name: 'allow-ssh', port: '22', source: '*' },
  { name: 'allow-web', port: '443', source: '*' },
];

const narrow = "Let only VirtualNetwork in by rule 'allow-ssh'";
const deny = "Deny instead of allow in rule 'allow-ssh' (machines inside the network are kept out as well)";
const inFront = "Deny SSH (22) from the internet in front of rule 'allow-ssh'";
const remove = "Remove rule 'allow-ssh'";
const parameter = "Make the source of rule 'allow-ssh' a parameter without default";
const undefault = (name: string): string =>
  `Take the default of '${name}' away, so that each deployment says who gets in`;
const all = [narrow, deny, inFront, remove, parameter];

const parameters: Json = { source: { type: 'string' } };
const fromParameter: Json = { ...ssh, properties: properties(200, 'Allow', "[parameters('source')]", '22') };

export const armShapes: readonly ArmShape[] = [
  { name: 'rules of the group', files: { 'azuredeploy.json': template({ resources: [group(rules)] }) }, offers: all },
  {
    name: 'one rule alone',
    files: { 'azuredeploy.json': template({ resources: [group([ssh])] }) },
    offers: all,
  },
  {
    name: 'children in the group',
    files: {
      'azuredeploy.json': template({
        resources: [
          group([web], {
            resources: [{ type: 'securityRules', apiVersion: version, ...ssh, dependsOn: ['web-nsg'] }],
          }),
        ],
      }),
    },
    offers: all,
  },
  {
    name: 'a rule that stands alone',
    files: { 'azuredeploy.json': template({ resources: [group([web]), alone(ssh, 'web-nsg/allow-ssh')] }) },
    offers: all,
  },
  {
    name: 'a rule that stands alone, its name put together',
    files: {
      'azuredeploy.json': template({
        variables: { nsg: 'web-nsg' },
        resources: [group([web]), alone(ssh, "[concat(variables('nsg'), '/allow-ssh')]")],
      }),
    },
    offers: all,
  },
  {
    name: 'a rule that stands alone, its name from variables',
    files: {
      'azuredeploy.json': template({
        variables: { nsg: 'web-nsg', rule: 'allow-ssh' },
        resources: [group([web]), alone(ssh, "[format('{0}/{1}', variables('nsg'), variables('rule'))]")],
      }),
    },
    offers: all,
  },
  {
    name: 'rules one after another, as Azure asks for',
    files: {
      'azuredeploy.json': template({
        resources: [
          group([]),
          alone(ssh, 'web-nsg/allow-ssh'),
          alone(web, 'web-nsg/allow-web', {
            dependsOn: [
              `[resourceId('${groupType}', 'web-nsg')]`,
              `[resourceId('${groupType}/securityRules', 'web-nsg', 'allow-ssh')]`,
            ],
          }),
        ],
      }),
    },
    offers: all,
  },
  {
    name: 'a loop over resources',
    files: {
      'azuredeploy.json': template({
        variables: { rules: data },
        resources: [
          group([]),
          {
            ...(alone(ssh, "[concat('web-nsg/', variables('rules')[copyIndex('rules')].name)]") as Members),
            copy: { name: 'rules', count: "[length(variables('rules'))]" },
            properties: looped('rules'),
          },
        ],
      }),
    },
    offers: [narrow],
  },
  {
    name: 'a loop over a property',
    files: {
      'azuredeploy.json': template({
        variables: { rules: data },
        resources: [
          {
            ...(group([]) as Members),
            properties: {
              copy: [
                {
                  name: 'securityRules',
                  count: "[length(variables('rules'))]",
                  input: { name: each('securityRules', 'name'), properties: looped('securityRules') },
                },
              ],
            },
          },
        ],
      }),
    },
    offers: [narrow],
  },
  {
    name: 'a loop over a variable',
    files: {
      'azuredeploy.json': template({
        variables: {
          rules: data,
          copy: [
            {
              name: 'built',
              count: "[length(variables('rules'))]",
              input: { name: each('built', 'name'), properties: looped('built') },
            },
          ],
        },
        resources: [group("[variables('built')]")],
      }),
    },
    offers: [narrow],
  },
  {
    name: 'rules in a variable',
    files: {
      'azuredeploy.json': template({ variables: { rules }, resources: [group("[variables('rules')]")] }),
    },
    offers: [narrow, deny, inFront, remove],
  },
  {
    name: 'rules put together',
    files: {
      'azuredeploy.json': template({
        variables: { management: [ssh], web },
        resources: [group("[concat(variables('management'), createArray(variables('web')))]")],
      }),
    },
    offers: [narrow, deny, inFront, remove],
  },
  {
    name: "rules that are a parameter's default",
    files: {
      'azuredeploy.json': template({
        parameters: { rules: { type: 'array', defaultValue: rules } },
        resources: [group("[parameters('rules')]")],
      }),
    },
    offers: [narrow, deny, inFront, remove],
  },
  {
    name: "a source that is a parameter's default",
    files: {
      'azuredeploy.json': template({
        parameters: { source: { type: 'string', defaultValue: '*', metadata: { description: 'who' } } },
        resources: [group([fromParameter, web])],
      }),
    },
    offers: [narrow, deny, inFront, remove, undefault('source')],
  },
  {
    name: 'rules in a parameter file',
    files: {
      'azuredeploy.json': template({
        parameters: { rules: { type: 'array' } },
        resources: [group("[parameters('rules')]")],
      }),
      'azuredeploy.parameters.json': {
        $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#',
        contentVersion: '1.0.0.0',
        parameters: { rules: { value: rules } },
      },
    },
    offers: [narrow, deny, inFront, remove],
  },
  {
    name: 'a nested template with the outer scope',
    files: {
      'azuredeploy.json': template({
        variables: { source: '*' },
        resources: [
          deployment({
            mode: 'Incremental',
            template: template({
              resources: [
                group([{ ...ssh, properties: properties(200, 'Allow', "[variables('source')]", '22') }, web]),
              ],
            }),
          }),
        ],
      }),
    },
    offers: all,
  },
  {
    name: 'a nested template with a scope of its own',
    files: {
      'azuredeploy.json': template({
        resources: [
          deployment({
            mode: 'Incremental',
            expressionEvaluationOptions: { scope: 'inner' },
            parameters: { source: { value: '*' } },
            template: template({ parameters, resources: [group([fromParameter, web])] }),
          }),
        ],
      }),
    },
    offers: [narrow, deny, inFront, remove],
  },
  {
    name: 'symbolic names',
    files: { 'azuredeploy.json': template({ languageVersion: '2.0', resources: { nsg: group(rules) } }) },
    offers: all,
  },
  {
    name: 'symbolic names, rules standing alone',
    files: {
      'azuredeploy.json': template({
        languageVersion: '2.0',
        resources: {
          nsg: group([web]),
          ssh: alone(ssh, "[format('{0}/{1}', 'web-nsg', 'allow-ssh')]", { dependsOn: ['nsg'] }),
          sshDeny: alone(web, 'web-nsg/allow-https', {
            dependsOn: ['nsg', 'ssh'],
            properties: properties(220, 'Allow', '*', '8443'),
          }),
        },
      }),
    },
    offers: all,
  },
  {
    name: 'symbolic names, the last of all a rule',
    files: {
      'azuredeploy.json': template({
        languageVersion: '2.0',
        resources: { nsg: group([web]), ssh: alone(ssh, 'web-nsg/allow-ssh', { dependsOn: ['nsg'] }) },
      }),
    },
    offers: all,
  },
  {
    name: 'symbolic names, an existing group',
    files: {
      'azuredeploy.json': template({
        languageVersion: '2.0',
        resources: {
          nsg: { existing: true, type: groupType, apiVersion: version, name: 'web-nsg' },
          ssh: alone(ssh, 'web-nsg/allow-ssh', { dependsOn: ['nsg'] }),
        },
      }),
    },
    offers: all,
  },
  {
    name: 'symbolic names in a nested template',
    files: {
      'azuredeploy.json': template({
        languageVersion: '2.0',
        resources: {
          network: deployment({
            mode: 'Incremental',
            expressionEvaluationOptions: { scope: 'inner' },
            parameters: { source: { value: '*' } },
            template: template({
              languageVersion: '2.0',
              parameters,
              resources: {
                nsg: group([web]),
                ssh: {
                  ...(alone(ssh, 'web-nsg/allow-ssh') as Members),
                  properties: (fromParameter as Members).properties!,
                },
              },
            }),
          }),
        },
      }),
    },
    offers: [narrow, deny, inFront, remove],
  },
];

/** A way to lay JSON out, as people and tools do. */
export interface Layout {
  readonly name: string;
  write(json: Json): string;
  /** Whether a text still has this layout. */
  keeps(text: string): boolean;
}

const comment = /\/\/ c\d+/g;

export const layouts: readonly Layout[] = [
  {
    name: 'two spaces',
    write: json => `${JSON.stringify(json, null, 2)}\n`,
    keeps: text => !/\r|\t/.test(text) && text.split('\n').every(line => /^( {2})*(\S|$)/.test(line)),
  },
  {
    name: 'tabs',
    write: json => `${JSON.stringify(json, null, '\t')}\n`,
    keeps: text => text.split('\n').every(line => /^\t*(\S|$)/.test(line)),
  },
  {
    name: 'four spaces, Windows lines and a byte order mark',
    write: json => `\ufeff${JSON.stringify(json, null, 4).replaceAll('\n', '\r\n')}`,
    keeps: text =>
      text.startsWith('\ufeff') &&
      !/[^\r]\n/.test(text) &&
      text
        .slice(1)
        .split('\r\n')
        .every(line => /^( {4})*(\S|$)/.test(line)),
  },
  {
    name: 'one line',
    write: json => JSON.stringify(json),
    keeps: text => !/[\r\n\t]/.test(text) && !/\s\s/.test(text),
  },
  {
    name: 'comments and commas behind everything',
    write: json => {
      let number = 0;
      const lines = JSON.stringify(json, null, 2).split('\n');
      return lines
        .map((line, at) => {
          const closes = /^\s*[}\]]/.test(lines[at + 1] ?? '');
          const comma = closes && !/[{[,]$/.test(line) ? ',' : '';
          return `${line}${comma} // c${number++}`;
        })
        .join('\n');
    },
    keeps: text => new Set(text.match(comment)).size > 0,
  },
];

/** Comments of a text, those that a copy repeats once. */
export function commentsOf(text: string): ReadonlySet<string> {
  return new Set(text.match(comment));
}
