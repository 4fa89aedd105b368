import type { Finding, Level } from '../finding.ts';
import { frontendName, type PublicEnd, publicEnds, widestReach } from '../machines.ts';
import { joined, quoted, shown } from '../message-text.ts';
import type { FindingRule } from '../rule.ts';

export const publicIpWithoutNsg: FindingRule = {
  id: 'public-ip-without-nsg',
  level: 'error',
  summary: 'A machine with a way in from the internet has no network security group.',
  *check(context) {
    const own = publicEnds(
      context,
      path => path.groups.length === 0 && ['public-ip', 'lb-nat-rule', 'lb-rule'].includes(path.kind),
    );
    for (const end of own) yield without(end);
  },
};

function without(end: PublicEnd): Finding {
  const { machine, paths } = end;
  const { level, consequence } = judge(end);
  const ways = [...new Set(paths.map(path => quoted(frontendName(path))))];
  return {
    id: publicIpWithoutNsg.id,
    level,
    message: `Machine ${quoted(machine.machine.name)} has no network security group behind public address ${joined(ways, 3)}: ${consequence}.`,
    place: end.interface.declaration.place,
    address: end.interface.declaration.address,
    related: [],
    subject: {},
  };
}

function judge({ paths }: PublicEnd): { readonly level: Level; readonly consequence: string } {
  const isDirect = paths.some(path => path.kind === 'public-ip');
  const [who, ports] = isDirect
    ? ['a Basic address', 'every port']
    : ['a Basic load balancer', 'the ports that its rules name'];
  if (widestReach(paths, 'atLeast') !== 'none')
    return { level: 'error', consequence: `${who} lets the internet reach ${ports}` };
  if (widestReach(paths, 'reach') !== 'none') {
    const on = [...new Set(paths.flatMap(path => path.dependsOn))].map(name => shown(name, 80));
    return { level: 'warning', consequence: `whether the internet reaches ${ports} depends on ${joined(on, 3)}` };
  }
  return {
    level: 'note',
    consequence: 'a Standard address stays closed only until the first security group with an open rule',
  };
}
