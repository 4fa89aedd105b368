import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { outputsOf } from './terraform-files.ts';

const files = {
  'files/a.tftpl': 'hello ${name}\n%{ for p in ports ~}\nport ${p}\n%{ endfor ~}\n',
  'files/b.tftpl': '%{ if x }yes%{ else }no%{ endif }',
  'files/c.txt': 'plain\n',
  'files/d.json': '{"a":[1,2,{"b":null}]}',
  'files/r.csv': 'name,port,prio\nssh,22,100\n"r,dp",3389,110\n',
  'files/y.yaml': 'a: &x\n  - 1\n  - two\nb: *x\nd: true\ne: "022"\nf: 22\ng: ~\nh:\n  k: v\n',
};

const textOf = (name: string) => readFile(new URL(`./expressions/${name}`, import.meta.url), 'utf8');

describe('Terraform expressions', () => {
  // `main.tf` says what names stand for; `table.txt` has expressions with their values as JSON, most of them as the pages
  // of https://developer.hashicorp.com/terraform/language/functions give them, and `error` where Terraform refuses them.
  it('give what Terraform gives', async () => {
    const rows = (await textOf('table.txt'))
      .trim()
      .split('\n')
      .map(row => row.split(' ==> ') as [string, string]);
    const outputs = rows.map(([expression], index) => `output "o${index}" { value = ${expression} }\n`);
    const results = await outputsOf({ ...files, 'main.tf': (await textOf('main.tf')) + outputs.join('') });
    const got = rows.map(([expression, want], index) => {
      const result = results[`o${index}`] ?? '';
      return `${expression} ==> ${want === 'error' && result.startsWith('error') ? 'error' : result}`;
    });
    assert.deepEqual(
      got,
      rows.map(row => row.join(' ==> ')),
    );
  });
});
