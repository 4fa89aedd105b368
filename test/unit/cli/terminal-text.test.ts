import assert from 'node:assert/strict';
import { machine, machineId, nic, publicIp, rule, securityGroup, virtualNetwork } from '../network/azure-resources.ts';
import { runCommandLine } from './command-line.ts';

/** Moves the cursor, rings the bell, sets a terminal's title, turns the direction of text, starts a line. */
const hostile = 'vm\u001b[2J\u0007\u001b]0;title\u0007\u202e\nAll machines are closed. | x';

describe('text for a terminal', () => {
  const resources = [
    { ...machine('vm', 'nic', 'gone'), name: hostile },
    nic('nic', { publicIp: 'pip', nsg: 'nsg' }),
    publicIp('pip', 'Standard', '20.1.2.3'),
    securityGroup('nsg', rule(hostile, '300 Allow Tcp * 22')),
    virtualNetwork('vnet', { default: null }),
  ];

  for (const args of [
    ['inventory', '-'],
    ['inventory', '-', '--format', 'markdown'],
    ['plan', '-', '--machine', machineId('vm'), '--port', '22', '--action', 'jump-path', '--source', '203.0.113.7'],
    ['plan', '-', '--machine', machineId('vm'), '--port', '22', '--action', 'deny'],
    ['plan', '-', '--machine', hostile, '--port', '3389', '--action', 'deny'],
    ['flow', '-', '--from', '203.0.113.7', '--to', machineId('vm'), '--port', '22'],
    ['flow', '-', '--to', `${hostile}?`, '--port', '22'],
    [hostile],
  ]) {
    it(`has no controls and no line of a name's making: ${args
      .slice(0, 7)
      .join(' ')
      .replace(/[^\w -]/g, '')}`, async () => {
      const { out, err } = await runCommandLine(args, { stdin: JSON.stringify(resources) });
      const text = out + err;
      assert.doesNotMatch(text.replaceAll('\n', ''), /[\p{Cc}\p{Cf}]/u);
      assert.doesNotMatch(text, /^All machines/m);
      assert.match(text, /\S/);
    });
  }
});
