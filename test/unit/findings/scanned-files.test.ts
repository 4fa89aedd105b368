import assert from 'node:assert/strict';
import { Scanner } from '../../../src/findings/scan.ts';
import { TemplateLanguages } from '../../../src/templates/languages.ts';
import { loadAsset } from '../../assets.ts';
import { MemoryFiles } from './fixes/fix-bed.ts';

const group = (source: string): string => `resource nsg 'Microsoft.Network/networkSecurityGroups@2024-05-01' = {
  name: 'nsg'
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

const template = (resources: unknown): string =>
  JSON.stringify({
    $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
    contentVersion: '1.0.0.0',
    resources,
  });

interface Case {
  readonly title: string;
  readonly texts: { readonly [path: string]: string };
  /** Named on the command line and not there. */
  readonly missing?: string;
  /** `path: status`, with what the reason has in it. */
  readonly expected: readonly string[];
  /** Verdicts for SSH, by parameter file. */
  readonly verdicts?: readonly string[];
}

const cases: readonly Case[] = [
  {
    title: 'a file that is not there',
    texts: { 'a.bicep': group("'*'") },
    missing: 'gone.json',
    expected: ['a.bicep: analysed', 'gone.json: failed, is not there'],
    verdicts: ['internet'],
  },
  {
    title: 'JSON that is no template, and what is no JSON',
    texts: { 'a.json': '{"name": "x"}', 'b.json': '{"a": 1}\n{"a": 2}\n', 'c.json': '// words\n{}', 'd.json': 'words' },
    expected: [
      'a.json: skipped, is not a template',
      'b.json: skipped, is not a template',
      'c.json: skipped, is not a template',
      'd.json: failed, is not JSON',
    ],
  },
  {
    title: 'resources that are no list',
    texts: { 'a.json': template('x') },
    expected: ['a.json: analysed, resources is not a list'],
  },
  {
    title: 'a value of a parameter file that cannot be read',
    texts: { 'a.bicep': `param s string\n${group('s')}`, 'a.bicepparam': "using 'a.bicep'\nparam s = {{{\n" },
    expected: ['a.bicep: analysed', 'a.bicepparam: analysed, The name of a property is missing'],
    verdicts: ['internet..none', 'a.bicepparam internet..none'],
  },
  {
    title: 'parameter files that extend each other',
    texts: {
      'a.bicep': `param s string = '10.0.0.0/8'\n${group('s')}`,
      'b.bicepparam': "using 'a.bicep'\nextends 'c.bicepparam'\n",
      'c.bicepparam': "using 'a.bicep'\nextends 'b.bicepparam'\n",
    },
    expected: [
      'a.bicep: analysed',
      'b.bicepparam: analysed, leads back to itself',
      'c.bicepparam: analysed, leads back to itself',
    ],
    verdicts: ['none', 'b.bicepparam none', 'c.bicepparam none'],
  },
  {
    title: 'data that is damaged',
    texts: { 'a.bicep': group("loadJsonContent('d.json').source"), 'd.json': '{nope' },
    expected: ['a.bicep: analysed, d.json: The file is not valid JSON', 'd.json: skipped, is not a template'],
    verdicts: ['internet..none'],
  },
  {
    title: 'data that is nested without end',
    texts: { 'a.bicep': group("string(loadJsonContent('d.json'))"), 'd.json': '['.repeat(100_000) },
    expected: ['a.bicep: analysed, nested too deep', 'd.json: skipped, is not a template'],
    verdicts: ['internet..none'],
  },
];

describe('scanned files', () => {
  for (const { title, texts, missing, expected, verdicts } of cases) {
    it(`are told with what became of them: ${title}`, async () => {
      const scanner = new Scanner(new TemplateLanguages(loadAsset), new MemoryFiles(texts));
      const paths = [...Object.keys(texts), ...(missing === undefined ? [] : [missing])];
      const { files, analyses } = await scanner.scan({ paths, ports: [22] });
      assert.equal(files.length, expected.length);
      for (const [i, { path, status, reason }] of files.entries()) {
        const [told, words] = expected[i]!.split(', ');
        assert.equal(`${path}: ${status}`, told);
        if (words === undefined) assert.equal(reason, undefined);
        else assert.ok(reason?.includes(words), `${path}: ${reason}`);
      }
      const judged = analyses.flatMap(({ parameterFile, groups }) =>
        groups.map(({ verdicts: [ssh] }) => {
          const reach = ssh!.reach === ssh!.atLeast ? ssh!.reach : `${ssh!.reach}..${ssh!.atLeast}`;
          return parameterFile === undefined ? reach : `${parameterFile} ${reach}`;
        }),
      );
      assert.deepEqual(judged, verdicts ?? []);
    });
  }
});
