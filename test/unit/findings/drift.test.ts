import assert from 'node:assert/strict';
import { driftOf } from '../../../src/findings/drift.ts';
import { declarationsOf } from '../../../src/network/rest/live-resources.ts';
import { readResources } from '../../../src/network/rest/read-resources.ts';

const properties = {
  priority: 100,
  direction: 'Inbound',
  access: 'Allow',
  protocol: 'Tcp',
  sourceAddressPrefix: '10.0.0.0/8',
  sourcePortRange: '*',
  destinationAddressPrefix: '*',
  destinationPortRange: '22',
};

const group = (...rules: { readonly name: string; readonly properties: object }[]) => {
  const id = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/networkSecurityGroups/n';
  const type = 'Microsoft.Network/networkSecurityGroups';
  return readResources(declarationsOf([{ id, type, name: 'n', properties: { securityRules: rules } }]))
    .securityGroups[0]!;
};
const rule = (name: string, more: object = {}) => ({ name, properties: { ...properties, ...more } });

describe('drift of a security group', () => {
  const cases: readonly (readonly [string, Parameters<typeof group>, Parameters<typeof group>, readonly string[]])[] = [
    ['nothing', [rule('a')], [rule('a')], []],
    [
      'letter case and spelling',
      [rule('a', { destinationPortRange: '22-22' })],
      [rule('A', { protocol: 'TCP', destinationPortRange: undefined, destinationPortRanges: ['22'] })],
      [],
    ],
    [
      'a wider source',
      [rule('a')],
      [rule('a', { sourceAddressPrefix: '*' })],
      ['Rule a has source * instead of 10.0.0.0/8 in Azure'],
    ],
    [
      'a priority and an access',
      [rule('a')],
      [rule('a', { priority: 200, access: 'Deny' })],
      ['Rule a has access Deny instead of Allow, priority 200 instead of 100 in Azure'],
    ],
    ['a rule that was deleted', [rule('a'), rule('b', { priority: 101 })], [rule('a')], ['Rule b is not in Azure']],
    [
      'a rule that was added',
      [rule('a')],
      [rule('a'), rule('hand-made', { priority: 101 })],
      ['Rule hand-made is only in Azure'],
    ],
    [
      'rules of just-in-time access',
      [rule('a')],
      [rule('a'), rule('MicrosoftDefenderForCloud-JITRule_1_AB', { priority: 4096 })],
      [],
    ],
  ];
  for (const [title, declared, deployed, expected] of cases) {
    it(`tells ${title}`, () => assert.deepEqual(driftOf(group(...declared), group(...deployed)), expected));
  }
});
