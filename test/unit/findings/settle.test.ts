import assert from 'node:assert/strict';
import { Scanner } from '../../../src/findings/scan.ts';
import { TemplateLanguages } from '../../../src/templates/languages.ts';
import { loadAsset } from '../../assets.ts';
import { applied, type Bed, bedOf, configurationOf, MemoryFiles } from './fixes/fix-bed.ts';

const group = (
  comment = '',
  source = "'*'",
): string => `${comment}resource nsg 'Microsoft.Network/networkSecurityGroups@2024-05-01' = {
  name: 'web-nsg'
  properties: {
    securityRules: [
      {
        name: 'ssh'
        properties: {
          priority: 100
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: ${source}
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '22'
        }
      }
    ]
  }
}
`;

const ids = (bed: Bed) =>
  bed.findings.map(one => `${one.level} ${one.id}${one.suppressed ? ` suppressed: ${one.suppressed.reason}` : ''}`);

describe('settled findings', () => {
  it('are suppressed by a comment with a reason', async () => {
    const bed = await bedOf({ 'a.bicep': group('// portcullis-ignore open-management-port -- a lab\n') });
    assert.deepEqual(ids(bed), ['error open-management-port suppressed: a lab']);
  });

  it('are suppressed where the value is decided', async () => {
    const text = `// portcullis-ignore open-management-port -- a lab\nparam source string = '*'\n${group('', 'source')}`;
    assert.deepEqual(ids(await bedOf({ 'a.bicep': text })), ['error open-management-port suppressed: a lab']);
  });

  const faulty: readonly [comment: string, findings: readonly string[], message: RegExp][] = [
    [
      '// portcullis-ignore open-management-port',
      ['error open-management-port', 'warning unused-suppression'],
      /gives no reason/,
    ],
    [
      '// portcullis-ignore open-port -- x',
      ['error open-management-port', 'warning unused-suppression'],
      /no finding of Portcullis/,
    ],
    [
      '// portcullis-ignore wide-management-source -- x',
      ['error open-management-port', 'warning unused-suppression'],
      /nothing to suppress/,
    ],
    [
      '// portcullis-ignore open-management-port, wide-management-source -- x',
      ['error open-management-port suppressed: x', 'warning unused-suppression'],
      /'wide-management-source' has nothing/,
    ],
  ];
  for (const [comment, findings, message] of faulty) {
    it(`say of ${comment} what is wrong`, async () => {
      const bed = await bedOf({ 'a.bicep': group(`${comment}\n`) });
      assert.deepEqual(ids(bed), findings);
      assert.match(bed.findings.at(-1)!.message, message);
    });
  }

  it('are suppressed by the configuration file, by file, group and rule', async () => {
    const entry = {
      id: 'open-management-port',
      file: '*.bicep',
      securityGroup: 'WEB-nsg',
      securityRule: 'ssh',
      reason: 'a lab',
    };
    const texts = { 'a.bicep': group() };
    assert.deepEqual(ids(await bedOf(texts, configurationOf({ suppressions: [entry] }))), [
      'error open-management-port suppressed: a lab',
    ]);
    for (const other of [{ file: 'b/*.bicep' }, { securityGroup: 'db-nsg' }, { securityRule: 'rdp' }]) {
      const bed = await bedOf(texts, configurationOf({ suppressions: [{ ...entry, ...other }] }));
      assert.equal(ids(bed)[0], 'error open-management-port', JSON.stringify(other));
      // An entry for files that nobody looked at is not called unused.
      assert.equal(ids(bed).length, 'file' in other ? 1 : 2, JSON.stringify(other));
    }
  });

  it('have the configured level, or are left out', async () => {
    const texts = { 'a.bicep': group() };
    const note = configurationOf({ severity: { 'open-management-port': 'note' } });
    assert.deepEqual(ids(await bedOf(texts, note)), ['note open-management-port']);
    assert.deepEqual(ids(await bedOf(texts, configurationOf({ severity: { 'open-management-port': 'off' } }))), []);
  });

  it('are one for several parameter files that leave the fact as it is', async () => {
    const bed = await bedOf({
      'a.bicep': `param name string = 'x'\n${group()}`,
      'one.bicepparam': "using 'a.bicep'\nparam name = 'one'\n",
      'two.bicepparam': "using 'a.bicep'\nparam name = 'two'\n",
    });
    assert.equal(bed.findings.length, 1);
    assert.equal(bed.findings[0]!.foundIn.length, 3);
  });

  it('are one for parameter files that only give the group another name', async () => {
    const bed = await bedOf({
      'a.bicep': `param name string\n${group().replace("'web-nsg'", 'name')}`,
      'one.bicepparam': "using 'a.bicep'\nparam name = 'one'\n",
    });
    assert.deepEqual(
      bed.findings.map(found => [found.securityGroup, found.foundIn.length]),
      [[undefined, 2]],
    );
  });
});

describe('fixes of suppressions', () => {
  it('accept a finding by a comment, with a reason', async () => {
    for (const [file, text] of [
      ['a.bicep', group()],
      [
        'a.json',
        JSON.stringify(
          {
            $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
            contentVersion: '1.0.0.0',
            resources: [
              {
                type: 'Microsoft.Network/networkSecurityGroups',
                apiVersion: '2024-05-01',
                name: 'web-nsg',
                properties: {
                  securityRules: [
                    {
                      name: 'ssh',
                      properties: {
                        priority: 100,
                        direction: 'Inbound',
                        access: 'Allow',
                        protocol: 'Tcp',
                        sourceAddressPrefix: '*',
                        sourcePortRange: '*',
                        destinationAddressPrefix: '*',
                        destinationPortRange: '22',
                      },
                    },
                  ],
                },
              },
            ],
          },
          null,
          2,
        ),
      ],
    ] as const) {
      const bed = await bedOf({ [file]: text });
      const fix = bed.finder.suppress(bed.findings[0]!, 'a lab\nwith two lines');
      assert.equal(fix?.title, 'Suppress open-management-port with a comment');
      const again = await bedOf(applied(bed, fix!.edits));
      assert.deepEqual(ids(again), ['error open-management-port suppressed: a lab with two lines']);
      assert.equal(bed.finder.suppress(bed.findings[0]!, '  '), undefined);
    }
  });

  it('take a comment away that has nothing to suppress', async () => {
    const text = group('// portcullis-ignore wide-management-source -- x\n');
    const bed = await bedOf({ 'a.bicep': text });
    const [fix] = bed.finder.fixesOf(bed.findings.at(-1)!);
    assert.equal(fix?.disposition, 'safe');
    assert.deepEqual(applied(bed, fix!.edits), { 'a.bicep': group() });
  });
});

describe('parameter files of the configuration', () => {
  it('are judged with their template', async () => {
    const files = new MemoryFiles({
      'main.bicep': `param source string\n${group('', 'source')}`,
      'elsewhere/prod.json': JSON.stringify({
        $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#',
        contentVersion: '1.0.0.0',
        parameters: { source: { value: '*' } },
      }),
    });
    const { parameterFiles } = configurationOf({ parameterFiles: { 'main.bicep': ['elsewhere/prod.json'] } });
    const scanner = new Scanner(new TemplateLanguages(loadAsset), files);
    const request = { paths: ['main.bicep'], ports: [22] };
    const { analyses } = await scanner.scan({ ...request, parameterFilesOf: parameterFiles });
    assert.deepEqual(
      analyses.map(one => [one.parameterFile, one.findings[0]?.id]),
      [
        [undefined, 'conditional-management-port'],
        ['elsewhere/prod.json', 'open-management-port'],
      ],
    );
    assert.equal((await scanner.scan(request)).analyses.length, 1);
  });
});
