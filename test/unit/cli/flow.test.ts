import assert from 'node:assert/strict';
import {
  type Json,
  machine,
  machineId,
  nic,
  publicIp,
  rule,
  securityGroup,
  virtualNetwork,
} from '../network/azure-resources.ts';
import { type CommandRun, runCommandLine } from './command-line.ts';

const estate: readonly Json[] = [
  machine('jump', 'jump-nic'),
  machine('db', 'db-nic'),
  machine('web', 'web-nic'),
  nic('jump-nic', { privateIp: '10.0.0.4', publicIp: 'pip', nsg: 'jump' }),
  nic('db-nic', { privateIp: '10.0.0.5', nsg: 'db' }),
  nic('web-nic', { privateIp: '10.0.0.6' }),
  publicIp('pip', 'Standard', '20.1.2.3'),
  virtualNetwork('vnet', { default: ['10.0.0.0/24', null] }, { addressSpace: { addressPrefixes: ['10.0.0.0/16'] } }),
  securityGroup('jump', rule('office', '100 Allow Tcp 203.0.113.0/24 22')),
  securityGroup('db', rule('jump', '100 Allow Tcp 10.0.0.4 22'), rule('no', '200 Deny * * *')),
];

const run = (...args: readonly string[]): Promise<CommandRun> =>
  runCommandLine(['flow', '-', ...args], { stdin: JSON.stringify({ resources: estate }) });

interface Report {
  readonly flows: readonly {
    readonly from: { readonly name: string | null; readonly address: string };
    readonly to: { readonly name: string | null };
    readonly access: string;
    readonly decisions: readonly { readonly rule: string }[];
  }[];
  readonly summary: unknown;
}

async function flows(...args: readonly string[]): Promise<readonly (readonly unknown[])[]> {
  const { status, out, err } = await run(...args, '--port', '22', '--format', 'json');
  assert.equal(status, 0, err);
  const report = JSON.parse(out) as Report;
  return report.flows.map(({ from, to, access, decisions }) => [
    from.name ?? from.address,
    to.name,
    access,
    decisions.at(-1)?.rule,
  ]);
}

describe('portcullis flow', () => {
  it('answers for machines by id or name and for addresses, with the rule that decides', async () => {
    assert.deepEqual(await flows('--from', 'jump', '--to', machineId('db').toUpperCase()), [
      ['jump', 'db', 'allow', 'jump'],
    ]);
    assert.deepEqual(await flows('--from', '10.0.0.6', '--to', '10.0.0.5'), [['web', 'db', 'deny', 'no']]);
    assert.deepEqual(await flows('--from', 'web', '--to', 'jump'), [['web', 'jump', 'allow', 'AllowVnetInBound']]);
  });

  it('wants a public way for somebody on the internet', async () => {
    assert.deepEqual(await flows('--from', '203.0.113.9', '--to', 'jump'), [
      ['203.0.113.9', 'jump', 'allow', 'office'],
    ]);
    assert.deepEqual(await flows('--from', '198.51.100.9', '--to', 'jump'), [
      ['198.51.100.9', 'jump', 'deny', 'DenyAllInBound'],
    ]);
    assert.deepEqual(await flows('--from', '203.0.113.9', '--to', 'web'), [
      ['203.0.113.9', 'web', 'deny', 'no public way'],
    ]);
  });

  it('lists who gets somewhere, and where somebody gets', async () => {
    assert.deepEqual(
      (await flows('--to', 'db')).map(([from]) => from),
      ['jump'],
    );
    assert.deepEqual(
      (await flows('--from', 'web')).map(([, to]) => to),
      ['jump'],
    );
    assert.match(
      (await run('--to', 'db', '--port', '22')).out,
      /^allow {4}jump \(10\.0\.0\.4\) -> db \(10\.0\.0\.5\):22\/tcp\n/,
    );
    assert.match((await run('--to', 'db', '--port', '3389')).out, /Nothing in what was read gets through/);
  });

  it('ends with status 2 and says what is missing', async () => {
    for (const [args, message] of [
      [['--to', 'db'], /--port is missing/],
      [['--port', '22'], /--from or --to is missing/],
      [['--to', 'db', '--port', '70000'], /70000/],
      [['--to', 'nobody', '--port', '22'], /nobody: no such machine/],
      [['--to', 'db', '--port', '22', '--protocol', 'icmp'], /must be one of tcp, udp/],
    ] as const) {
      const { status, out, err } = await run(...args);
      assert.deepEqual([status, out], [2, '']);
      assert.match(err, message);
    }
  });
});
