import assert from 'node:assert/strict';
import { aliasRefusal, planAlias } from '../../../src/remediation/plan-dns-record.ts';
import { PlanError } from '../../../src/remediation/plan-error.ts';
import { jumpFrontend } from '../../../src/remediation/plan-jump-address.ts';
import { JumpPathChoices } from '../../../src/remediation/plan-jump-choices.ts';
import {
  configurationId,
  type Json,
  loadBalancer,
  machine,
  machineId,
  networkId,
  nic,
  part,
  privateFrontend,
  publicFrontend,
  publicIp,
  rule,
  securityGroup,
  subnetId,
  virtualNetwork,
} from '../network/azure-resources.ts';

const vm = (name: string, more: Parameters<typeof nic>[1] = {}): Json[] => [
  { ...nic(`${name}-nic`, { nsg: 'nsg', privateIp: `10.0.0.${name.charCodeAt(0)}`, ...more }), location: 'westeurope' },
  machine(name, `${name}-nic`),
];
const natRule = (balancer: string, name: string, frontendPort: number, backendPort = 22): Json => ({
  ...part(balancer, 'inboundNatRules', name),
  name,
  properties: {
    frontendIPConfiguration: part(balancer, 'frontendIPConfigurations', 'fe'),
    frontendPort,
    backendPort,
    protocol: 'Tcp',
  },
});

/** a: public and open; b: behind `used`; c: Basic; d: another network. */
const resources: Json[] = [
  securityGroup('nsg', rule('open', '100 Allow Tcp * 22')),
  publicIp('a-ip', 'Standard', '20.0.0.1'),
  publicIp('c-ip', 'Basic', '20.0.0.3'),
  publicIp('used-ip', 'Standard', '20.0.0.9', { dnsSettings: { domainNameLabel: 'used', fqdn: 'used.example' } }),
  ...vm('a', { publicIp: 'a-ip' }),
  ...vm('b', { more: { loadBalancerInboundNatRules: [part('used', 'inboundNatRules', 'ssh-b')] } }),
  ...vm('c', { publicIp: 'c-ip' }),
  ...vm('d', { subnet: subnetId('default', 'other') }),
  loadBalancer('used', 'Standard', {
    frontendIPConfigurations: [publicFrontend('used', 'used-ip')],
    inboundNatRules: [natRule('used', 'ssh-b', 50001)],
  }),
  loadBalancer('inner', 'Standard', { frontendIPConfigurations: [privateFrontend('inner', '10.0.0.200')] }),
  loadBalancer('old', 'Basic', { frontendIPConfigurations: [publicFrontend('old', 'old-ip')] }),
  virtualNetwork('vnet', { default: null }),
  virtualNetwork('other', { default: null }),
];
const choices = new JumpPathChoices(resources);
const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(machineId) as [string, string, string, string];

describe('what a person can choose of a jump path', () => {
  it('is which machines share a load balancer: those of one network without Basic things', () => {
    assert.deepEqual(
      choices.companionsOf(a).map(one => one.name),
      ['a', 'b'],
    );
    assert.deepEqual(
      choices.companionsOf(d).map(one => one.name),
      ['d'],
    );
    assert.match(choices.refusalOf(c)!, /public IP c-ip of the retired Basic SKU/);
    assert.equal(choices.refusalOf(a), undefined);
    assert.match(choices.refusalOf('/nowhere')!, /no such machine/);
  });

  it('is a load balancer, with the reason why others are not usable', () => {
    const shown = choices
      .balancersFor([a], 22)
      .map(one => `${one.name} ${one.fqdn ?? ''} ${one.refusal?.replace(/^load balancer /, '') ?? 'usable'}`);
    assert.deepEqual(shown, [
      'a-jump-lb  usable',
      'used used.example usable',
      'inner  inner has no public frontend: choose another',
      'old  old has the retired Basic SKU: upgrade it, or choose another',
    ]);
    const [fresh, used] = choices.balancersFor([b], 22);
    assert.match(fresh!.refusal!, /behind public load balancer used already/);
    assert.equal(used!.refusal, undefined);
  });

  it('is a port that is free there', () => {
    const used = networkId('loadBalancers', 'used');
    assert.match(choices.portRefusal([a], used, 50001, 1)!, /50001 is taken/);
    assert.match(choices.portRefusal([a], used, 50000, 2)!, /50001 is taken/);
    assert.equal(choices.portRefusal([a], 'new', 50001, 1), undefined);
    assert.equal(choices.portsNeeded([a, b], used, 22), 1, 'a rule leads to b already');
    assert.equal(choices.portsNeeded([a, b], used, 3389), 2);
    const first = choices.freePorts([a], used, 3, () => 0.0518);
    assert.equal(choices.portRefusal([a], used, first, 3), undefined);
  });

  it('is what closes beside it, and what then lets the machine out', () => {
    assert.deepEqual(choices.directWayOf([a], 22, 'new'), {
      openRules: ['nsg/open'],
      addresses: ['a-ip'],
      stranded: ['a'],
      waysOut: [
        {
          kind: 'nat-gateway',
          refusal: 'the subnet takes no NAT gateway beside c-ip, which has the retired Basic SKU: upgrade that first',
        },
        { kind: 'outbound-rule', refusal: undefined },
      ],
    });
    assert.deepEqual(choices.directWayOf([d], 22, 'new').openRules, []);
  });
});

describe('where a jump path begins', () => {
  const balancer = {
    properties: {
      frontendIPConfigurations: [publicFrontend('lb', 'ip')],
      inboundNatRules: [
        {
          ...natRule('lb', 'one', 50001),
          properties: {
            ...(natRule('lb', 'one', 50001).properties as Json),
            backendIPConfiguration: { id: configurationId('nic1') },
          },
        },
        {
          name: 'many',
          properties: {
            frontendIPConfiguration: part('lb', 'frontendIPConfigurations', 'fe'),
            frontendPortRangeStart: 51000,
            frontendPortRangeEnd: 51009,
            frontendPort: 0,
            backendPort: 22,
            backendAddressPool: part('lb', 'backendAddressPools', 'pool'),
          },
        },
      ],
      backendAddressPools: [
        {
          ...part('lb', 'backendAddressPools', 'pool'),
          properties: {
            loadBalancerBackendAddresses: [
              {
                properties: {
                  networkInterfaceIPConfiguration: { id: configurationId('nic2').toUpperCase() },
                  inboundNatRulesPortMapping: [{ inboundNatRuleName: 'MANY', frontendPort: 51004, backendPort: 22 }],
                },
              },
            ],
          },
        },
      ],
    },
  };
  const address = networkId('publicIPAddresses', 'ip');

  it('is the rule of its own, or its port of a range', () => {
    assert.deepEqual(jumpFrontend(balancer, configurationId('nic1'), 22), { port: 50001, address });
    assert.deepEqual(jumpFrontend(balancer, configurationId('nic2'), 22), { port: 51004, address });
    assert.deepEqual(
      jumpFrontend(balancer, configurationId('nic3'), 22, [part('lb', 'inboundNatRules', 'one').id as string]),
      { port: 50001, address },
    );
    assert.equal(jumpFrontend(balancer, configurationId('nic1'), 3389), undefined);
    assert.equal(jumpFrontend(balancer, configurationId('nic3'), 22), undefined);
    assert.equal(jumpFrontend('nothing', configurationId('nic1'), 22), undefined);
  });
});

describe('plans: an alias for a jump path', () => {
  const zone = networkId('dnsZones', 'contoso.example');
  it('points a name to another, and takes it back', () => {
    const made = planAlias(zone, 'jump', 'a.b.example', undefined);
    assert.deepEqual(made.steps[0]!.body, { properties: { TTL: 300, CNAMERecord: { cname: 'a.b.example' } } });
    assert.deepEqual([made.steps[0]!.id, made.undo[0]!.method], [`${zone}/CNAME/jump`, 'DELETE']);
  });

  it('says whom it takes the name from, and gives it back', () => {
    const existing = {
      name: 'jump',
      etag: 'e1',
      properties: { fqdn: 'jump.contoso.example.', TTL: 60, CNAMERecord: { cname: 'old.example' } },
    };
    const made = planAlias(zone, 'jump', 'a.b.example', existing);
    assert.match(made.warnings.join(), /for old\.example/);
    assert.equal(made.steps[0]!.ifMatch, 'e1');
    assert.deepEqual(made.undo[0]!.body, {
      name: 'jump',
      properties: { TTL: 60, CNAMERecord: { cname: 'old.example' } },
    });
    assert.throws(() => planAlias(zone, 'jump', 'OLD.example', existing), PlanError);
  });

  it('takes names of an alias, and no others', () => {
    for (const name of ['jump', 'a.b', '_x', 'a-1']) assert.equal(aliasRefusal(name), undefined, name);
    for (const name of ['', '@', '*', 'a b', '-a', 'a.', '.a', 'a/b', `${'x'.repeat(64)}`, '../x'])
      assert.ok(aliasRefusal(name), name);
  });
});
