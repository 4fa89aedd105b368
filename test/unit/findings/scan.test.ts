import assert from 'node:assert/strict';
import { wholeAnalysis } from '../../../src/findings/analysis.ts';
import { type ScanFiles, Scanner } from '../../../src/findings/scan.ts';
import { TemplateLanguages } from '../../../src/templates/languages.ts';
import { MemoryFiles } from './fixes/fix-bed.ts';

const schema = 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#';

const group = {
  type: 'Microsoft.Network/networkSecurityGroups',
  apiVersion: '2024-05-01',
  name: 'nsg',
  properties: { securityRules: [] },
};

function template(...resources: readonly object[]): string {
  return JSON.stringify({ $schema: schema, contentVersion: '1.0.0.0', resources });
}

function call(path: string): object {
  return {
    type: 'Microsoft.Resources/deployments',
    apiVersion: '2024-03-01',
    name: path,
    properties: { mode: 'Incremental', templateLink: { relativePath: path } },
  };
}

const languages = new TemplateLanguages(name => Promise.reject(new Error(`${name} is not asked for here.`)));

function scannerOf(texts: Readonly<Record<string, string>>): Scanner {
  return new Scanner(languages, new MemoryFiles(texts));
}

describe('a scan', () => {
  it('judges what is called through its callers only, in whatever order the files are named', async () => {
    const texts = {
      'b.json': template(call('a.json'), call('c.json')),
      'a.json': template(group),
      'c.json': template(group),
    };
    for (const paths of [Object.keys(texts), Object.keys(texts).reverse()]) {
      const { analyses, files } = await scannerOf(texts).scan({ paths, ports: [22] });
      assert.deepEqual(
        analyses.map(one => [one.unit, one.groups.length]),
        [['b.json', 2]],
      );
      assert.deepEqual(
        files.map(file => [file.path, file.status]),
        [
          ['a.json', 'analysed'],
          ['b.json', 'analysed'],
          ['c.json', 'analysed'],
        ],
      );
    }
  });

  it('lets the first by name stand for a circle of calls', async () => {
    const texts = {
      'y.json': template(call('z.json'), group),
      'x.json': template(call('y.json')),
      'z.json': template(call('x.json')),
    };
    const { analyses } = await scannerOf(texts).scan({ paths: Object.keys(texts), ports: [22] });
    assert.deepEqual(
      analyses.map(one => one.unit),
      ['x.json'],
    );
  });

  it('tells a problem in a called file with that file', async () => {
    const broken = template({ ...group, name: "[parameters('none')]" });
    const texts = { 'main.json': template(call('nested.json')), 'nested.json': broken };
    const { files } = await scannerOf(texts).scan({ paths: Object.keys(texts), ports: [22] });
    assert.equal(files[0]?.reason, undefined);
    assert.match(files[1]?.reason ?? '', /no parameter 'none'/);
  });

  it('reads a unit again only when what it looked at has changed, and judges it again for other ports', async () => {
    const texts = new Map([['main.json', template(group)]]);
    const files: ScanFiles = {
      read: path => {
        const text = texts.get(path);
        return text === undefined ? { reason: 'missing', message: `${path}: there is no such file` } : { text };
      },
      list: () => [],
    };
    const scanner = new Scanner(languages, files);
    const scan = async (port: number) => (await scanner.scan({ paths: ['main.json'], ports: [port] })).analyses[0]!;
    const first = await scan(22);
    assert.equal(await scan(22), first);
    const other = await scan(3389);
    assert.equal(other.reading, first.reading);
    assert.equal(other.groups[0]?.verdicts[0]?.port, 3389);
    texts.set('main.json', template(group, { ...group, name: 'second' }));
    assert.equal((await scan(3389)).groups.length, 2);
  });

  it('judges anew only with a parameter file that gives a value to something it looked at', async () => {
    const rule = {
      name: 'ssh',
      properties: {
        ...{ priority: 100, direction: 'Inbound', access: 'Allow', protocol: 'Tcp', sourcePortRange: '*' },
        ...{ destinationAddressPrefix: '*', destinationPortRange: '22', sourceAddressPrefix: "[parameters('from')]" },
        description: "[parameters('note')]",
      },
    };
    const main = JSON.stringify({
      $schema: schema,
      contentVersion: '1.0.0.0',
      parameters: {
        from: { type: 'string', defaultValue: '*' },
        note: { type: 'string', defaultValue: 'by default' },
      },
      resources: [{ ...group, properties: { securityRules: [rule] } }],
    });
    const values = (given: object): string =>
      JSON.stringify({
        $schema: schema.replace('Template', 'Parameters'),
        contentVersion: '1.0.0.0',
        parameters: Object.fromEntries(Object.entries(given).map(([name, value]) => [name, { value }])),
      });
    const texts = {
      'main.json': main,
      'main.parameters.damaged.json': values({ note: 'x' }).slice(0, -1),
      'main.parameters.from.json': values({ From: '10.0.0.0/8' }),
      'main.parameters.note.json': values({ NOTE: 'given' }),
    };
    const { analyses } = await scannerOf(texts).scan({ paths: Object.keys(texts), ports: [22] });
    const told = analyses.map(one => [
      one.parameterFile,
      one.groups === analyses[0]!.groups,
      one.groups[0]?.verdicts[0]?.reach,
      one.reading.dependencies.length,
    ]);
    assert.deepEqual(told, [
      [undefined, true, 'internet', 1],
      ['main.parameters.damaged.json', false, 'internet', 2],
      ['main.parameters.from.json', false, 'none', 2],
      ['main.parameters.note.json', true, 'internet', 2],
    ]);
    const described = analyses.map(one => {
      const value = wholeAnalysis(one).groups[0]!.group.rules[0]!.value;
      const properties = value.kind === 'object' ? value.get('properties') : undefined;
      const note = properties?.kind === 'object' ? properties.get('description') : undefined;
      return note?.kind === 'string' ? note.value : undefined;
    });
    assert.deepEqual(described, ['by default', 'x', 'by default', 'given']);
  });

  it('follows a change of a parameter file that changed nothing before', async () => {
    const values = (name: string): string =>
      JSON.stringify({
        $schema: schema.replace('Template', 'Parameters'),
        contentVersion: '1.0.0.0',
        parameters: { [name]: { value: 'given' } },
      });
    const texts = new Map([
      [
        'main.json',
        JSON.stringify({
          $schema: schema,
          contentVersion: '1.0.0.0',
          parameters: { name: { type: 'string', defaultValue: 'by-default' }, other: { type: 'string' } },
          resources: [{ ...group, name: "[parameters('name')]" }],
        }),
      ],
      ['main.parameters.json', values('other')],
    ]);
    const files: ScanFiles = {
      read: path => {
        const text = texts.get(path);
        return text === undefined ? { reason: 'missing', message: `${path}: there is no such file` } : { text };
      },
      list: () => [...texts.keys()].map(name => ({ name, kind: 'file' })),
    };
    const scanner = new Scanner(languages, files);
    const names = async (): Promise<unknown> => {
      const { analyses } = await scanner.scan({ paths: ['main.json'], ports: [22] });
      return analyses.map(({ groups }) => groups[0]?.group.name.known && groups[0].group.name.value);
    };
    assert.deepEqual(await names(), ['by-default', 'by-default']);
    texts.set('main.parameters.json', values('name'));
    assert.deepEqual(await names(), ['by-default', 'given']);
    texts.set('main.parameters.json', values('other'));
    assert.deepEqual(await names(), ['by-default', 'by-default']);
  });

  it('gives the event loop its turn where somebody may cancel', async () => {
    const texts = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`${index}.json`, template(group)]));
    let cancelled = false;
    setTimeout(() => {
      cancelled = true;
    }, 0);
    const request = { paths: Object.keys(texts), ports: [22], isCancelled: () => cancelled };
    assert.ok((await scannerOf(texts).scan(request)).analyses.length < 50);
  });

  it('tells the machines behind a loop of NAT rules in one sentence', async () => {
    const text = `
resource nsg 'Microsoft.Network/networkSecurityGroups@2024-05-01' = {
  name: 'nsg'
  properties: { securityRules: [ { name: 'rdp', properties: {
    priority: 100, direction: 'Inbound', access: 'Allow', protocol: 'Tcp', sourcePortRange: '*'
    sourceAddressPrefix: '*', destinationAddressPrefix: '*', destinationPortRange: '3389' } } ] }
}
resource ip 'Microsoft.Network/publicIPAddresses@2024-05-01' = { name: 'ip', sku: { name: 'Standard' } }
resource lb 'Microsoft.Network/loadBalancers@2024-05-01' = {
  name: 'lb'
  sku: { name: 'Standard' }
  properties: {
    frontendIPConfigurations: [ { name: 'front', properties: { publicIPAddress: { id: ip.id } } } ]
    inboundNatRules: [for i in range(0, 2): { name: 'rdp\${i}', properties: {
      frontendIPConfiguration: { id: resourceId('Microsoft.Network/loadBalancers/frontendIPConfigurations', 'lb', 'front') }
      protocol: 'Tcp', frontendPort: 50000 + i, backendPort: 3389 } }]
  }
}
resource nic 'Microsoft.Network/networkInterfaces@2024-05-01' = [for i in range(0, 2): {
  name: 'nic\${i}'
  properties: { networkSecurityGroup: { id: nsg.id }, ipConfigurations: [ { name: 'ip', properties: {
    loadBalancerInboundNatRules: [ { id: lb.properties.inboundNatRules[i].id } ] } } ] }
}]
resource vm 'Microsoft.Compute/virtualMachines@2024-05-01' = [for i in range(0, 2): {
  name: 'vm\${i}'
  properties: { networkProfile: { networkInterfaces: [ { id: nic[i].id } ] } }
}]
`;
    const { analyses } = await scannerOf({ 'main.bicep': text }).scan({ paths: ['main.bicep'], ports: [3389] });
    assert.deepEqual(
      analyses.flatMap(one => one.findings.filter(found => found.id === 'open-jump-path').map(found => found.message)),
      [
        "RDP (3389) of machines 'vm0' and 'vm1' is open to the internet through inbound NAT rules 'rdp0' and 'rdp1' at 'ip:50000' and 'ip:50001'; 'nsg/rdp' admits any source.",
      ],
    );
  });
});
