/** A command line that cannot be used: printed on standard error, exit status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const usage = `Portcullis: who on the internet reaches the management ports of Azure machines, and why.

  portcullis scan <path>... [--parameters FILE]... [--ports 22,3389,...]
                  [--format text|json|sarif|markdown] [--output FILE] [--fail-on error|warning|never]
  portcullis inventory <FILE|-> [--format text|json|markdown]
  portcullis inventory --subscription ID... [--format text|json|markdown]
  portcullis plan <FILE|-> --machine ID --port N --action ACTION [--source CIDR]... [--close-direct]
                  [--format text|json|script|arm|bicep] [--shell bash|powershell]
                  for a jump path also [--load-balancer ID|new] [--frontend-port N] [--dns-label NAME]
                  [--dns-scope ResourceGroupReuse|SubscriptionReuse|TenantReuse|NoReuse]
                  [--close deny|dissociate]... [--way-out nat-gateway|outbound-rule]
  portcullis flow <FILE|-> [--from MACHINE|ADDRESS] [--to MACHINE|ADDRESS] --port N [--protocol tcp|udp]
                  [--source-port N] [--format text|json]
  portcullis --version | --help

scan       reads ARM templates (JSON), Bicep and Terraform files or folders of them
inventory  reads Azure resources: a saved inventory, a Resource Graph answer, or live
plan       computes the steps that close a port, what they change, and how to take them back
flow       tells whether one machine reaches a port of another inside the network, or who does

Exit status: 0 nothing at or above --fail-on (default error), 1 findings, 2 the command line or an input
could not be used.
`;

/** One of a fixed set of words, or a {@link UsageError} that lists them. */
export function oneOf<T extends string>(
  option: string,
  value: string | undefined,
  allowed: readonly T[],
  otherwise: T,
): T {
  if (value === undefined) return otherwise;
  const found = allowed.find(word => word === value);
  if (found === undefined) throw new UsageError(`${option} ${value}: must be one of ${allowed.join(', ')}`);
  return found;
}

/** The ports of `--ports 22,3389`, or a {@link UsageError}. */
export function parsePorts(text: string): readonly number[] {
  const ports = text.split(',').map(part => part.trim());
  for (const port of ports)
    if (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65535)
      throw new UsageError(`--ports ${text}: '${port}' is not a port from 1 to 65535`);
  return [...new Set(ports.map(Number))];
}
