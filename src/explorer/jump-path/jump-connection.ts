/** What it takes to connect to a machine by a jump path. All of it comes from Azure and is checked before it is used. */
export interface JumpConnection {
  readonly machine: string;
  /** Of the load balancer. */
  readonly subscriptionId: string;
  /** The name in DNS that Azure gave, else the address. */
  readonly host: string;
  readonly port: number;
  /** The port of the machine. */
  readonly backendPort: number;
  readonly userName?: string;
}

/** `web.westeurope.cloudapp.azure.com:50123`. */
export function addressText({ host, port }: JumpConnection): string {
  return `${host}:${port}`;
}

/**
 * The command by which a shell connects; undefined for ports that have none, or when what Azure says of the host or the
 * person is nothing that a shell may be given.
 */
export function connectCommand({ host, port, backendPort, userName }: JumpConnection): string | undefined {
  if (!/^[a-z0-9.-]+$/i.test(host) || host.startsWith('-') || !Number.isInteger(port)) return undefined;
  const user = userName !== undefined && /^[a-z0-9_][a-z0-9._-]*$/i.test(userName) ? userName : undefined;
  switch (backendPort) {
    case 22:
      return `ssh -p ${port} ${user === undefined ? '' : `${user}@`}${host}`;
    case 5985:
    case 5986: {
      const options = [backendPort === 5986 ? ' -UseSSL' : '', user === undefined ? '' : ` -Credential ${user}`].join(
        '',
      );
      return `Enter-PSSession -ComputerName ${host} -Port ${port}${options}`;
    }
    default:
      return undefined;
  }
}

/** The text of a `.rdp` file. https://learn.microsoft.com/windows-server/remote/remote-desktop-services/remotepc/remote-desktop-client-settings */
export function rdpFile({ host, port, userName }: JumpConnection): string {
  const line = (text: string): string => text.replace(/[\r\n]/g, ' ');
  const lines = [
    `full address:s:${line(host)}:${port}`,
    ...(userName === undefined ? [] : [`username:s:${line(userName)}`]),
    'prompt for credentials:i:1',
    'authentication level:i:2',
  ];
  return `${lines.join('\r\n')}\r\n`;
}
