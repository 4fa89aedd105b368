import type { FlowQuestion, Verification } from '../azure/verification.ts';
import type { ListedMachine } from './machine-list.ts';
import { portLabel } from './machine-text.ts';

/** A public address that no rule names in particular: stands for somebody on the internet. */
const stranger = '9.9.9.9';

/** What to ask Azure about a machine: one flow for each port and interface with a private IPv4 address. */
export function questionsFor(
  machine: ListedMachine,
  addressOf: (configurationId: string) => string | undefined,
): FlowQuestion[] {
  const questions: FlowQuestion[] = [];
  for (const port of machine.verdict?.ports ?? []) {
    const asked = new Set<string>();
    for (const path of port.paths) {
      // A firewall's DNAT hides the client: the groups see the firewall, which IP flow verify is not asked about.
      if (path.kind === 'firewall-dnat' || path.kind === 'app-gateway' || path.ipConfiguration.family !== 'v4')
        continue;
      const localAddress = addressOf(path.ipConfiguration.id);
      if (localAddress === undefined || asked.has(localAddress)) continue;
      asked.add(localAddress);
      const open = path.reach !== 'none' && path.certainty === 'definite';
      const client = open && path.exampleClient?.includes('.') ? path.exampleClient : stranger;
      questions.push({
        machineId: machine.id,
        interfaceId:
          path.interface.declaration.id.kind === 'string' ? path.interface.declaration.id.value : path.interface.id,
        localAddress,
        port: port.port,
        client,
        expected: path.reach === 'internet' || (open && client !== stranger) ? 'Allow' : 'Deny',
      });
    }
  }
  return questions;
}

/** The report as text: differences first. */
export function verificationText(machine: ListedMachine, { flows, effective, differences }: Verification): string {
  const lines = [`${machine.name}: Azure's answers beside this evaluation`, machine.id, ''];
  lines.push(
    differences === 0 ? 'No differences.' : `${differences} ${differences === 1 ? 'difference' : 'differences'}:`,
  );
  for (const { question, access, ruleName, failure } of flows) {
    const what = `${portLabel(question.port)} from ${question.client} to ${question.localAddress}`;
    if (failure !== undefined) lines.push(`  no answer  ${what}: ${failure}`);
    else {
      const mark = access === question.expected ? 'agrees' : 'DIFFERS';
      const own = access === question.expected ? '' : `, here ${question.expected}`;
      lines.push(`  ${mark}  ${what}: Azure says ${access} by ${ruleName || 'no rule'}${own}`);
    }
  }
  if (flows.length === 0) lines.push('  There was nothing to ask: no path with an IPv4 address leads to this machine.');
  lines.push(
    '',
    'IP flow verify knows network security groups and security admin rules, for IPv4 and running machines.',
  );
  for (const { interfaceId, groups, failure } of effective) {
    lines.push('', `Effective security rules of ${interfaceId}`);
    if (failure !== undefined) lines.push(`  no answer: ${failure}`);
    else
      lines.push(
        ...JSON.stringify(groups, undefined, 2)
          .split('\n')
          .map(line => `  ${line}`),
      );
  }
  return `${lines.join('\n')}\n`;
}
