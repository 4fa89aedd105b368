import assert from 'node:assert/strict';
import fc from 'fast-check';
import { connectCommand, type JumpConnection, rdpFile } from '../../../src/explorer/jump-path/jump-connection.ts';

const base: JumpConnection = {
  machine: 'web-01',
  subscriptionId: 's',
  host: 'jump.a1b2.westeurope.cloudapp.azure.com',
  port: 50123,
  backendPort: 22,
  userName: 'azureuser',
};

describe('connecting by a jump path', () => {
  const cases: readonly [Partial<JumpConnection>, string | undefined][] = [
    [{}, 'ssh -p 50123 azureuser@jump.a1b2.westeurope.cloudapp.azure.com'],
    [{ host: '20.50.0.9' }, 'ssh -p 50123 azureuser@20.50.0.9'],
    [
      { backendPort: 5986 },
      'Enter-PSSession -ComputerName jump.a1b2.westeurope.cloudapp.azure.com -Port 50123 -UseSSL -Credential azureuser',
    ],
    [
      { backendPort: 5985, host: '20.50.0.9' },
      'Enter-PSSession -ComputerName 20.50.0.9 -Port 50123 -Credential azureuser',
    ],
    [{ backendPort: 3389 }, undefined],
    [{ userName: 'a; rm -rf ~', host: '20.50.0.9' }, 'ssh -p 50123 20.50.0.9'],
    [{ userName: '-oProxyCommand=x', host: '20.50.0.9' }, 'ssh -p 50123 20.50.0.9'],
    [{ host: '$(reboot)' }, undefined],
    [{ host: '-oProxyCommand=x' }, undefined],
    [{ port: Number.NaN }, undefined],
  ];
  for (const [change, command] of cases)
    it(`gives ${command ?? 'no command'} for ${JSON.stringify(change)}`, () => {
      assert.equal(connectCommand({ ...base, ...change }), command);
    });

  it('puts nothing into a shell that could be more than an argument', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.constantFrom(22, 5985, 5986), (host, userName, backendPort) => {
        const command = connectCommand({ ...base, host, userName, backendPort });
        assert.match(command ?? '', /^[\w.@ -]*$/);
      }),
    );
  });

  it('writes a remote desktop file that a name cannot add lines to', () => {
    const text = rdpFile({ ...base, backendPort: 3389, userName: 'a\r\nshell working directory:s:x' });
    assert.deepEqual(text.split('\r\n'), [
      'full address:s:jump.a1b2.westeurope.cloudapp.azure.com:50123',
      'username:s:a  shell working directory:s:x',
      'prompt for credentials:i:1',
      'authentication level:i:2',
      '',
    ]);
  });
});
