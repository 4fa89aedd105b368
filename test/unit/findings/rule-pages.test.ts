import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { Finding } from '../../../src/findings/finding.ts';
import { ruleDescriptions, ruleHelpUri, rules, runRules } from '../../../src/findings/rules.ts';
import { declarationsOf } from '../../../src/network/rest/live-resources.ts';
import { bedOf } from './fixes/fix-bed.ts';
import { contextOf } from './plain-template.ts';

const root = new URL('../../../', import.meta.url);
const pages = new URL('docs/rules/', root);
const sections = [
  'What it finds',
  'Why it matters',
  'How Azure decides it',
  'Fixes',
  'Configuration',
  'Limits',
  'Examples',
];

interface Example {
  readonly finds: boolean;
  readonly language: string;
  readonly code: string;
  readonly messages: readonly string[];
}

function examplesOf(page: string): Example[] {
  const out: Example[] = [];
  const pattern = /^(Finds|Finds nothing):\n\n```(\w+)\n([\s\S]*?)```\n((?:\n>.*)*)/gm;
  for (const [, heading, language, code, quoted] of page.matchAll(pattern)) {
    const messages = quoted!
      .split('\n')
      .map(line => line.replace(/^> ?/, ''))
      .filter(Boolean);
    out.push({ finds: heading === 'Finds', language: language!, code: code!, messages });
  }
  return out;
}

async function findingsIn({ language, code }: Example): Promise<readonly Finding[]> {
  if (language === 'json') return runRules(contextOf(declarationsOf(JSON.parse(code) as unknown[]), 'live'));
  return (await bedOf({ 'main.bicep': code })).findings;
}

describe('the rules of findings', () => {
  it('have each a file, a page and a table of cases, and nothing is left over', () => {
    const names = (folder: string, ending: string): string[] =>
      readdirSync(new URL(folder, root))
        .filter(name => name.endsWith(ending))
        .map(name => name.slice(0, -ending.length))
        .sort();
    const ids = rules.map(rule => rule.id).sort();
    assert.deepEqual(names('src/findings/rules/', '.ts'), ids);
    assert.deepEqual(names('docs/rules/', '.md'), ids);
    assert.deepEqual(names('test/unit/findings/rules/', '.test.ts'), ids);
  });

  it('are described with the address of their page', () => {
    for (const { id, helpUri, summary } of ruleDescriptions()) {
      assert.equal(helpUri, ruleHelpUri(id));
      assert.ok(existsSync(new URL(`${helpUri.split('/').at(-1)}`, pages)), helpUri);
      assert.match(summary, /^[A-Z].*\.$/);
    }
  });

  for (const { id, level, summary } of rules) {
    describe(`the page of ${id}`, () => {
      const page = readFileSync(new URL(`${id}.md`, pages), 'utf8');

      it('follows the template', () => {
        assert.ok(page.startsWith(`# ${id}\n\n${summary}\n\nLevel: **${level}**\n`), page.slice(0, 300));
        assert.deepEqual(
          [...page.matchAll(/^## (.*)$/gm)].map(match => match[1]),
          sections,
        );
      });

      it('has examples that find what it says, and others that find nothing', async () => {
        const examples = examplesOf(page);
        assert.ok(examples.some(example => example.finds) && examples.some(example => !example.finds));
        for (const example of examples) {
          const found = (await findingsIn(example)).filter(finding => finding.id === id);
          assert.deepEqual(
            found.map(finding => finding.message),
            example.messages,
            example.code,
          );
          assert.equal(found.length > 0, example.finds);
        }
      });
    });
  }
});
