import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import type { Plan } from '../../../src/remediation/plan.ts';
import { bashQuoted, powershellQuoted } from '../../../src/remediation/plan-script.ts';
import { type CommandRun, runCommandLine } from '../cli/command-line.ts';
import { machineId, rule } from '../network/azure-resources.ts';
import { estate } from './estates.ts';

const run = (
  args: readonly string[],
  resources: readonly unknown[] = estate({ rules: [rule('ssh', '300 Allow Tcp * 22')] }),
): Promise<CommandRun> => runCommandLine(['plan', '-', ...args], { stdin: JSON.stringify({ resources }) });

const common = ['--machine', machineId('vm1').toUpperCase(), '--port', '22'];

describe('portcullis plan', () => {
  it('prints the plan as JSON, text and script', async () => {
    const { status, out } = await run([...common, '--action', 'deny', '--format', 'json']);
    assert.equal(status, 0);
    const plan = JSON.parse(out) as Plan;
    assert.deepEqual(Object.keys(plan), ['version', 'action', 'steps', 'machines', 'alsoAffected', 'warnings', 'undo']);
    assert.match((await run([...common, '--action', 'deny'])).out, /internet -> none/);
    for (const shell of ['bash', 'powershell', 'arm'])
      assert.match(
        (await run([...common, '--action', 'deny', '--format', 'script', '--shell', shell])).out,
        /az rest|Invoke-Step|deploymentTemplate/,
      );
    assert.match((await run([...common, '--action', 'deny', '--format', 'arm'])).out, /deploymentTemplate/);
    assert.match((await run([...common, '--action', 'deny', '--format', 'bicep'])).out, /^resource step1 /m);
  });

  it('ends with status 2, a reason and nothing on standard output for what cannot be planned', async () => {
    for (const args of [
      [...common, '--action', 'tighten', '--source', 'Internet'],
      [...common, '--action', 'tighten', '--source', '*'],
      [...common, '--action', 'unheard-of'],
      [...common],
      ['--machine', 'nobody', '--port', '22', '--action', 'deny'],
      ['--machine', 'vm1', '--port', '70000', '--action', 'deny'],
      ['--machine', 'vm1', '--port', '3389', '--action', 'deny'],
    ]) {
      const { status, out, err } = await run([...args, '--format', 'json']);
      assert.deepEqual([status, out], [2, ''], args.join(' '));
      assert.match(err, /^portcullis: .{10}/, args.join(' '));
    }
  });
});

describe('scripts', () => {
  const hostile = `a'b"; rm -rf $HOME \`id\` $(id)\\ \u2019; x\nnext`;

  it('gives bash one word, whatever is in it', function () {
    try {
      execFileSync('bash', ['-c', 'true']);
    } catch {
      this.skip();
    }
    assert.equal(execFileSync('bash', ['-c', `printf %s ${bashQuoted(hostile)}`], { encoding: 'utf8' }), hostile);
  });

  it('hands az each request as it was planned, whatever names are in it', async function () {
    try {
      execFileSync('bash', ['-c', 'true']);
    } catch {
      this.skip();
    }
    const resources = estate({
      rules: ["it's", '$(touch pwned)', '`id`', '"; exit 1; "', 'a?b#c', '-n', 'é\u2019 x'].map((name, i) =>
        rule(name, `${300 + i} Allow Tcp 203.${i}.0.0/16 22`, { description: hostile }),
      ),
    });
    const args = [...common, '--action', 'delete', '--format'];
    const plan = JSON.parse((await run([...args, 'json'], resources)).out) as Plan;
    const deny = [...common, '--action', 'deny', '--format'];
    const denied = JSON.parse((await run([...deny, 'json'], resources)).out) as Plan;
    for (const [made, format] of [
      [plan, args],
      [denied, deny],
    ] as const) {
      const { out } = await run([...format, 'script'], resources);
      // Stands in for az: prints its words, each ended by a character that no word has.
      const az = `az() { case "$1 $2" in "cloud show") echo https://management.azure.com/;; "rest "*) printf '%s\\0' "$@";; esac; }`;
      const words = execFileSync('bash', ['-s'], { input: `${az}\n${out}`, encoding: 'utf8' }).split('\0');
      const urls = words.filter((_, i) => words[i - 1] === '--url').map(url => new URL(url));
      assert.deepEqual(
        urls.map(url => decodeURIComponent(url.pathname)),
        made.steps.map(step => step.id),
      );
      assert.deepEqual(
        words.filter((_, i) => words[i - 1] === '--body').map(body => JSON.parse(body) as unknown),
        made.steps.flatMap(step => (step.body === null ? [] : [step.body])),
      );
    }
  });

  it('doubles every quote that PowerShell takes for one', () => {
    assert.equal(powershellQuoted("it's \u2018x\u2019"), "'it''s \u2018\u2018x\u2019\u2019'");
  });

  it('keeps a title with line breaks in its comment', async () => {
    const name = 'ssh\nrm -rf /\n';
    const { out } = await run(
      [...common, '--action', 'deny', '--format', 'script'],
      estate({ rules: [rule(name, '300 Allow Tcp * 22')] }),
    );
    assert.ok(!/^rm -rf/m.test(out.replace(/'(?:[^']|'\\'')*'/g, "''")));
  });
});
