import assert from 'node:assert/strict';
import { applied, type Bed, bedOf, checkFix, configurationOf, type TemplateFinding } from './fix-bed.ts';
import { type LanguageCase, languageCases } from './language-cases.ts';

const trusted = configurationOf({ trustedSources: ['203.0.113.0/28', '2001:db8:1::/64'] });

function finding(bed: Bed, id: string, port?: number): TemplateFinding {
  const found = bed.findings.find(one => one.id === id && (port === undefined || one.port === port));
  assert.ok(found, `a finding ${id}; there are ${bed.findings.map(one => one.message).join('\n')}`);
  return found;
}

function titlesOf(bed: Bed, one: TemplateFinding): string[] {
  return bed.finder.fixesOf(one).map(fix => `${fix.disposition}: ${fix.title}`);
}

describe('fixes that would close too much', () => {
  it('does not move a Deny for all ports in front of a range', async () => {
    const [arm] = languageCases;
    const text = arm!.texts.mixed['azuredeploy.json']!.replace(
      '"destinationPortRanges": ["22", "443", "3389"]',
      '"destinationPortRange": "3389-4500"',
    ).replace('"destinationPortRange": "3389"', '"destinationPortRange": "*"');
    const bed = await bedOf({ 'azuredeploy.json': text });
    const one = finding(bed, 'open-management-port', 3389);
    assert.ok(bed.finder.fixesOf(one).length > 0);
    assert.ok(!titlesOf(bed, one).some(title => title.includes('Move')));
    for (const fix of bed.finder.fixesOf(one)) checkFix(bed, one, fix);
  });
});

describe('fixes of a rule beside another one that opens the same port', () => {
  const item = (name: string, priority: number, source: string, ports: string) => `{
        name: '${name}'
        properties: {
          priority: ${priority}
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: '${source}'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRanges: [${ports}]
        }
      }`;
  const group = (...items: readonly string[]) => ({
    'main.bicep': `resource nsg 'Microsoft.Network/networkSecurityGroups@2024-05-01' = {
  name: 'nsg'
  properties: {
    securityRules: [
      ${items.join('\n      ')}
    ]
  }
}
`,
  });

  it('close the ports at which no earlier rule decides', async () => {
    const bed = await bedOf(group(item('ssh', 200, '*', "'22'"), item('mgmt', 300, 'Internet', "'22', '3389'")));
    const one = finding(bed, 'open-management-port', 3389);
    assert.deepEqual(titlesOf(bed, one), [
      "safe: Let only VirtualNetwork in by rule 'mgmt'",
      "review: Remove rule 'mgmt'",
      "review: Make the source of rule 'mgmt' a parameter without default",
    ]);
    for (const fix of bed.finder.fixesOf(one)) checkFix(bed, one, fix);
  });

  it('close what parameter files make of the rule', async () => {
    const texts = group(item('mgmt', 200, '*', 'port'));
    const bed = await bedOf({
      'main.bicep': `param port string = '22'\n${texts['main.bicep']}`,
      'rdp.bicepparam': "using 'main.bicep'\nparam port = '3389'\n",
    });
    for (const port of [22, 3389]) {
      const one = finding(bed, 'open-management-port', port);
      assert.equal(titlesOf(bed, one)[0], "safe: Let only VirtualNetwork in by rule 'mgmt'");
      for (const fix of bed.finder.fixesOf(one)) checkFix(bed, one, fix);
    }
  });

  it('deny in front of all of them', async () => {
    const bed = await bedOf(group(item('low', 200, '0.0.0.0/1', "'22'"), item('high', 300, '128.0.0.0/1', "'22'")));
    for (const one of bed.findings.filter(found => found.id === 'open-management-port')) {
      assert.deepEqual(titlesOf(bed, one), [
        `safe: Deny SSH (22) from the internet in front of rule '${one.securityRule}'`,
      ]);
      for (const fix of bed.finder.fixesOf(one)) checkFix(bed, one, fix);
    }
  });
});

describe('fixes of a text that makes several rules', () => {
  const loop = (ports: string) => `
var ports = ${ports}
resource nsg 'Microsoft.Network/networkSecurityGroups@2024-05-01' = {
  name: 'nsg'
  properties: {
    securityRules: [for (port, i) in ports: {
      name: 'allow-\${port}'
      properties: {
        priority: 200 + i
        direction: 'Inbound'
        access: 'Allow'
        protocol: 'Tcp'
        sourceAddressPrefix: '*'
        sourcePortRange: '*'
        destinationAddressPrefix: '*'
        destinationPortRange: port
      }
    }]
  }
}
`;

  it('close them all where all are for management ports', async () => {
    const bed = await bedOf({ 'main.bicep': loop("['22', '3389']") });
    const one = finding(bed, 'open-management-port', 22);
    assert.deepEqual(titlesOf(bed, one), [
      "safe: Let only VirtualNetwork in by rule 'allow-22'; the same text makes rule 'allow-3389'",
      "review: Deny instead of allow in rule 'allow-22'; the same text makes rule 'allow-3389' (machines inside the network are kept out as well)",
    ]);
    for (const fix of bed.finder.fixesOf(one)) checkFix(bed, one, fix);
  });

  it('close them all where each is read alone', async () => {
    const bed = await bedOf({
      'main.bicep': `resource nsg 'Microsoft.Network/networkSecurityGroups@2024-05-01' existing = { name: 'nsg' }
resource rules 'Microsoft.Network/networkSecurityGroups/securityRules@2024-05-01' = [for (port, i) in ['22', '3389']: {
  parent: nsg
  name: 'allow-\${port}'
  properties: {
    priority: 200 + i
    direction: 'Inbound'
    access: 'Allow'
    protocol: 'Tcp'
    sourceAddressPrefix: '*'
    sourcePortRange: '*'
    destinationAddressPrefix: '*'
    destinationPortRange: port
  }
}]
`,
    });
    const one = finding(bed, 'open-management-port', 3389);
    assert.equal(
      titlesOf(bed, one)[0],
      "review: Let only VirtualNetwork in by rule 'allow-3389'; the same text makes rule 'allow-22'",
    );
    for (const fix of bed.finder.fixesOf(one)) checkFix(bed, one, fix);
  });

  it('leave the text as it is where one of them is for something else', async () => {
    const bed = await bedOf({ 'main.bicep': loop("['22', '443']") });
    assert.deepEqual(titlesOf(bed, finding(bed, 'open-management-port', 22)), []);
  });
});

for (const language of languageCases) {
  describe(`fixes in ${language.name}`, () => {
    const write = (name: keyof LanguageCase['texts']) => language.texts[name];

    it('closes a rule for management ports alone', async () => {
      const bed = await bedOf(write('literal'));
      const one = finding(bed, 'open-management-port', 22);
      assert.deepEqual(titlesOf(bed, one), [
        "safe: Let only VirtualNetwork in by rule 'allow-ssh'",
        "review: Deny instead of allow in rule 'allow-ssh' (machines inside the network are kept out as well)",
        "safe: Deny SSH (22) from the internet in front of rule 'allow-ssh'",
        "review: Remove rule 'allow-ssh'",
        "review: Make the source of rule 'allow-ssh' a parameter without default",
      ]);
      for (const fix of bed.finder.fixesOf(one)) checkFix(bed, one, fix);
    });

    it('splits a rule that carries other ports', async () => {
      const bed = await bedOf(write('mixed'), trusted);
      const one = finding(bed, 'open-management-port', 3389);
      assert.deepEqual(titlesOf(bed, one), [
        "safe: Let only 203.0.113.0/28 and 2001:db8:1::/64 reach SSH (22) and RDP (3389) in rule 'allow-mgmt'",
        "safe: Close SSH (22) and RDP (3389) in rule 'allow-mgmt' and keep its other ports",
        "safe: Deny SSH (22) and RDP (3389) from the internet in front of rule 'allow-mgmt'",
        "safe: Move rule 'deny-rdp' in front of what lets RDP (3389) in",
      ]);
      for (const fix of bed.finder.fixesOf(one)) checkFix(bed, one, fix);
      const ssh = finding(bed, 'open-management-port', 22);
      assert.equal(bed.finder.fixesOf(ssh).length, 3);
      for (const fix of bed.finder.fixesOf(ssh)) checkFix(bed, ssh, fix);
      const late = finding(bed, 'ineffective-deny');
      assert.deepEqual(titlesOf(bed, late), ["safe: Move rule 'deny-rdp' in front of what lets RDP (3389) in"]);
    });

    it('keeps all other ports of a rule for every port', async () => {
      const bed = await bedOf(write('everything'));
      const one = finding(bed, 'open-management-port', 5985);
      const fixes = bed.finder.fixesOf(one);
      assert.equal(
        fixes[0]?.title,
        "Close SSH (22), RDP (3389), WinRM (5985) and WinRM (5986) in rule 'allow-all' and keep its other ports",
      );
      for (const fix of fixes) checkFix(bed, one, fix);
    });

    it('edits the place that decides: a variable, a default, the item that makes a rule, an argument', async () => {
      for (const name of ['variable', 'default', 'loop', 'module'] as const) {
        const bed = await bedOf(write(name), configurationOf({ trustedSources: ['203.0.113.7'] }));
        const one = finding(bed, 'open-management-port');
        const fix = bed.finder.fixesOf(one)[0];
        assert.ok(fix, name);
        assert.equal(fix.disposition, 'safe', name);
        assert.equal(fix.edits.length, 1, name);
        const [{ file, range, newText }] = fix.edits as [(typeof fix.edits)[0]];
        const text = write(name)[file]!;
        assert.match(text.slice(range.start, range.end), /^['"]\*['"]$/, name);
        assert.match(newText, /^['"]203\.0\.113\.7['"]$/, name);
        const marked = text.slice(text.lastIndexOf('\n', range.start) + 1, text.indexOf('\n', range.end));
        assert.match(marked, /DECIDES/, name);
        for (const each of bed.finder.fixesOf(one)) checkFix(bed, one, each);
      }
    });

    it('leaves a shared variable alone and edits the rule', async () => {
      const bed = await bedOf(write('shared'));
      const one = finding(bed, 'open-management-port', 22);
      const fix = bed.finder.fixesOf(one)[0]!;
      assert.equal(fix.title, "Let only VirtualNetwork in by rule 'allow-ssh'");
      const [{ file, range }] = fix.edits as [(typeof fix.edits)[0]];
      assert.ok(range.start > write('shared')[file]!.indexOf('allow-ssh'));
      for (const each of bed.finder.fixesOf(one)) checkFix(bed, one, each);
    });

    it("takes a parameter's default away", async () => {
      const bed = await bedOf(write('default'));
      const one = finding(bed, 'open-management-port', 22);
      const fix = bed.finder.fixesOf(one).find(each => each.title.includes('default'));
      assert.ok(fix);
      assert.equal(fix.disposition, 'review');
      const again = await bedOf({ ...write('default'), ...applied(bed, fix.edits) });
      assert.equal(again.findings.filter(each => each.id === 'open-management-port').length, 0);
      assert.ok(finding(again, 'conditional-management-port', 22));
    });

    it('edits the parameter file that gives the value', async () => {
      const bed = await bedOf(write('given'));
      const one = finding(bed, 'open-management-port', 22);
      const [fix] = bed.finder.fixesOf(one);
      assert.equal(fix?.title, "Let only VirtualNetwork in by rule 'allow-ssh'");
      assert.match(fix!.edits[0]!.file, /param|tfvars/);
      assert.ok(!bed.finder.fixesOf(one).some(each => each.title.startsWith('Make the source')));
      for (const each of bed.finder.fixesOf(one)) checkFix(bed, one, each);
    });

    it('removes a rule that never decides', async () => {
      const bed = await bedOf(write('unreachable'));
      const one = finding(bed, 'unreachable-rule');
      const [fix] = bed.finder.fixesOf(one);
      assert.equal(fix?.disposition, 'safe');
      const again = await bedOf({ ...write('unreachable'), ...applied(bed, fix!.edits) });
      assert.equal(again.findings.filter(each => each.id === 'unreachable-rule').length, 0);
    });

    it('fixes all at once', async () => {
      for (const name of [
        'literal',
        'mixed',
        'everything',
        'variable',
        'default',
        'loop',
        'module',
        'shared',
      ] as const) {
        const bed = await bedOf(write(name));
        const { edits, fixed } = bed.finder.fixAll(bed.findings);
        assert.ok(fixed > 0, name);
        const again = await bedOf({ ...write(name), ...applied(bed, edits) });
        assert.deepEqual(
          again.findings.filter(each => each.level === 'error').map(each => each.message),
          [],
          name,
        );
      }
    });

    it('lets an entered address in', async () => {
      const bed = await bedOf(write('literal'));
      const one = finding(bed, 'open-management-port', 22);
      const fix = bed.finder.tightenTo(one, ['198.51.100.7']);
      assert.equal(fix?.title, "Let only 198.51.100.7 in by rule 'allow-ssh'");
      checkFix(bed, one, fix!);
    });
  });
}
