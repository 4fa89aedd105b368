import assert from 'node:assert/strict';
import type { Reach } from '../../../src/network/model.ts';
import { readResources } from '../../../src/network/rest/read-resources.ts';
import { evaluateGroup } from '../../../src/network/security-group.ts';
import { declare, object, toValue } from './declared-rules.ts';

describe('reach classes', () => {
  it('has its limits where the design draws them', () => {
    const of = (...prefixes: readonly string[]): Reach => {
      const items = prefixes.map(toValue);
      const rule = object({
        name: toValue('r'),
        properties: object({
          direction: toValue('Inbound'),
          access: toValue('Allow'),
          priority: toValue(100),
          protocol: toValue('Tcp'),
          sourceAddressPrefixes: { kind: 'array', items, origin: [] },
          sourcePortRange: toValue('*'),
          destinationAddressPrefix: toValue('*'),
          destinationPortRange: toValue('22'),
        }),
      });
      const declaration = declare([]).declaration;
      const body = object({ properties: object({ securityRules: { kind: 'array', items: [rule], origin: [] } }) });
      const group = readResources([{ ...declaration, body }]).securityGroups[0]!;
      return evaluateGroup(group, { ports: [22] })[0]!.reach;
    };
    assert.equal(of('32.0.0.0/4'), 'internet');
    assert.equal(of('32.0.0.0/5'), 'wide');
    assert.equal(of('0.0.0.0/4'), 'wide');
    assert.equal(of('203.0.113.0/24'), 'restricted');
    assert.equal(of('203.0.112.0/23'), 'wide');
    assert.equal(of('203.0.113.0/24', '8.8.8.8'), 'wide');
    assert.equal(of('10.0.0.0/8', '168.63.129.16'), 'none');
    assert.equal(of('2000::/12'), 'internet');
    assert.equal(of('2000::/13'), 'wide');
    assert.equal(of('2001:db8::/48'), 'restricted');
    assert.equal(of('2001:db8::/47'), 'wide');
    assert.equal(of('fc00::/7'), 'none');
    assert.equal(of('AzureCloud.westeurope'), 'wide');
    assert.equal(of('AzureDevOps'), 'restricted');
    assert.equal(of('VirtualNetwork', 'AzureLoadBalancer'), 'none');
    assert.equal(of('0.0.0.0/1', '128.0.0.0/1'), 'internet');
  });
});
