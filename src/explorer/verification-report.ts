import type { FlowQuestion, Verification } from '../azure/verification.ts';
import { parseAddress } from '../network/address-prefix.ts';
import { type FlowEvaluation, outsideEnd } from '../network/flow/flow.ts';
import type { ListedMachine } from './machine-list.ts';
import { portLabel } from './machine-text.ts';

/** A public address that no rule names in particular: stands for somebody on the internet. */
const stranger = '9.9.9.9';

/**
 * What to ask Azure about a machine: one flow for each port and private IPv4 address, from a client that a way lets in
 * where one does, with what this evaluation says of the same flow. Both look at security groups and security admin rules
 * alone, not at whether a public way leads to the machine.
 */
export function questionsFor({ id, verdict }: ListedMachine, flows: FlowEvaluation): FlowQuestion[] {
  if (!verdict) return [];
  const ends = flows
    .endsOf(verdict.machine)
    .filter(({ configuration }) => configuration?.family === 'v4' && configuration.privateAddress.known);
  return verdict.ports.flatMap(port =>
    ends.map((end): FlowQuestion => {
      const open = port.paths.find(
        path => path.ipConfiguration.id === end.configuration?.id && path.certain.addresses.v4.length > 0,
      );
      // A firewall's DNAT or an application gateway hides its client from the groups.
      const relayed = open?.kind === 'firewall-dnat' || open?.kind === 'app-gateway';
      const client = !relayed && open?.exampleClient?.includes('.') ? open.exampleClient : stranger;
      const { access, decisions } = flows.evaluate({
        from: outsideEnd(parseAddress(client)!),
        to: end,
        protocol: 'Tcp',
        port: port.port,
      });
      const deciding = decisions.at(-1)?.rule;
      const declared = end.interface!.declaration.id;
      return {
        machineId: id,
        interfaceId: declared.kind === 'string' ? declared.value : end.interface!.id,
        localAddress: end.shown,
        port: port.port,
        client,
        ...(access === 'unknown' ? {} : { expected: access === 'allow' ? 'Allow' : 'Deny' }),
        ...(access === 'unknown' || deciding === undefined ? {} : { expectedRule: deciding }),
      };
    }),
  );
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
      const { expected, expectedRule } = question;
      const mark = expected === undefined ? 'unknown here' : access === expected ? 'agrees' : 'DIFFERS';
      const by = expectedRule === undefined ? '' : ` by ${expectedRule}`;
      const own = expected === undefined || access === expected ? '' : `, here ${expected}${by}`;
      lines.push(`  ${mark}  ${what}: Azure says ${access} by ${ruleName || 'no rule'}${own}`);
    }
  }
  if (flows.length === 0) lines.push('  There was nothing to ask: no IPv4 address of this machine was read.');
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
