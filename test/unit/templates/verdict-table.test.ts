import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ReportMachine } from '../../../src/cli/machine-report.ts';
import { scanReport } from '../../../src/cli/scan-report.ts';
import { Scanner } from '../../../src/findings/scan.ts';
import { settleFindings } from '../../../src/findings/settle.ts';
import { managementPorts } from '../../../src/network/verdict.ts';
import { TemplateLanguages } from '../../../src/templates/languages.ts';
import { loadAsset } from '../../assets.ts';
import { configurationOf, MemoryFiles } from '../findings/fixes/fix-bed.ts';
import { armTexts } from './verdict-table/arm-text.ts';
import { azapi } from './verdict-table/azapi-text.ts';
import { bicepTexts } from './verdict-table/bicep-text.ts';
import { verdictCases } from './verdict-table/cases.ts';
import type { Estate, Texts } from './verdict-table/estate.ts';
import { planTexts } from './verdict-table/plan-text.ts';
import { randomEstate } from './verdict-table/random-estates.ts';
import { terraformTexts } from './verdict-table/terraform-text.ts';

const languages: readonly (readonly [string, (estate: Estate) => Texts])[] = [
  ['ARM', armTexts],
  ['Bicep', bicepTexts],
  ['azurerm', estate => terraformTexts(estate)],
  ['azapi', estate => terraformTexts(estate, azapi)],
];

const templates = new TemplateLanguages(loadAsset);

/** What the command line prints about groups, machines and findings, without what differs by language. */
async function answer(texts: Texts) {
  const files = new MemoryFiles(texts);
  const parameterFiles = Object.keys(texts).filter(path => path.endsWith('.tfvars'));
  const ports = managementPorts;
  const result = await new Scanner(templates, files).scan({ paths: Object.keys(texts), parameterFiles, ports });
  const findings = settleFindings(result.analyses, { configuration: configurationOf(), files });
  const report = scanReport(result, { files, version: '0', findings, milliseconds: () => 0 });
  assert.deepEqual(
    report.files.filter(file => file.status !== 'analysed' || file.reason !== undefined),
    [],
  );
  const groups = report.securityGroups.map(({ name, verdicts, parameters, partial, existsWhen }) => ({
    name,
    given: parameters !== null,
    partial: partial ?? false,
    existsWhen: existsWhen ?? [],
    verdicts,
  }));
  const machines = (report.machines as readonly ReportMachine[]).map(({ name, ports: judged, ...machine }) => ({
    name,
    existsWhen: machine.existsWhen ?? [],
    ports: judged,
    recommendations: machine.recommendations,
  }));
  const found = report.findings.map(({ id, level, port, securityGroup, securityRule }) => ({
    id,
    level,
    port,
    securityGroup,
    securityRule,
  }));
  // Findings stand in the order of their places, which is the language's own.
  const keyed = found.map(one => [JSON.stringify(one), one] as const).sort(([a], [b]) => (a < b ? -1 : 1));
  return withoutWords({ groups, machines, findings: keyed.map(([, one]) => one) });
}

/** An answer in which Terraform's word for a parameter is not told from the others'. */
function withoutWords<T>(answered: T): T {
  return JSON.parse(JSON.stringify(answered).replace(/\b(?:parameter|variable) (\w)/g, '$1')) as T;
}

type Answer = Awaited<ReturnType<typeof answer>>;

interface Row {
  readonly port: number;
  readonly reach: string;
  readonly atLeast: string;
  readonly dependsOn: readonly string[];
}

function summary({ groups, machines }: Answer): string[] {
  const open = (rows: readonly Row[]): string =>
    rows
      .filter(row => row.reach !== 'none')
      .map(({ port, reach, atLeast, dependsOn }) =>
        reach === atLeast ? `${port} ${reach}` : `${port} ${reach}..${atLeast} on ${dependsOn.join(' and ')}`,
      )
      .join(', ') || 'closed';
  return [
    ...groups.map(({ name, given, partial, existsWhen, verdicts }) => {
      const words = [
        name ?? '?',
        ...(given ? ['with parameters'] : []),
        ...(partial ? ['(partial)'] : []),
        ...(existsWhen.length > 0 ? [`if ${existsWhen.join(' and ')}`] : []),
      ];
      return `${words.join(' ')}: ${open(verdicts)}`;
    }),
    ...machines.map(({ name, ports }) => `${name} (machine): ${open(ports)}`),
  ];
}

/** Whether nothing but literals and references stands in it, so that its plan is plain to write. */
function isPlain({ parameters, variables, modules, resources }: Estate): boolean {
  return !parameters && !variables && !modules && !resources?.some(resource => resource.existing);
}

describe('one table of verdicts in every language', () => {
  it('has the cases that tell languages apart', () => {
    assert.ok(verdictCases.length >= 40, String(verdictCases.length));
    assert.equal(new Set(verdictCases.map(({ title }) => title)).size, verdictCases.length);
  });

  const runs = process.env.PORTCULLIS_FULL ? 300 : 40;

  it(`holds for random groups, ${runs} times`, async () => {
    await fc.assert(
      fc.asyncProperty(randomEstate, async estate => {
        const [[, first], ...others] = languages as readonly [(typeof languages)[0], ...typeof languages];
        const wanted = await answer(first(estate));
        for (const [language, write] of others) {
          const texts = write(estate);
          assert.deepEqual(await answer(texts), wanted, `${language}\n${Object.values(texts).join('\n')}`);
        }
      }),
      { numRuns: runs },
    );
  });

  for (const { title, estate, expected } of verdictCases) {
    it(title, async () => {
      let first: Answer | undefined;
      for (const [language, write] of languages) {
        const texts = write(estate);
        const about = `${language}\n${Object.values(texts).join('\n')}`;
        const given = await answer(texts);
        const said = summary(given).map((line, i) => (expected[i]?.endsWith('?') ? `${line.split(':')[0]}: ?` : line));
        assert.deepEqual(said, expected, about);
        first ??= given;
        assert.deepEqual(given, first, about);
      }
      if (!first || !isPlain(estate)) return;
      const plan = await planTexts(terraformTexts(estate));
      const { groups, machines } = await answer(plan);
      assert.deepEqual({ groups, machines }, { groups: first.groups, machines: first.machines }, plan['plan.json']);
    });
  }
});
