import { frontendName, publicAddressOf, publicEnds, widestReach } from '../machines.ts';
import { quoted, reachPhrase } from '../message-text.ts';
import type { FindingRule } from '../rule.ts';

export const directPublicIp: FindingRule = {
  id: 'direct-public-ip',
  level: 'note',
  summary: 'A machine has a public IP address of its own.',
  *check(context) {
    // Without any security group another finding says more.
    for (const end of publicEnds(context, path => path.kind === 'public-ip' && path.groups.length > 0)) {
      const address = publicAddressOf(context, end.configuration.publicIpAddress);
      const declaration = address?.declaration ?? end.interface.declaration;
      const reach = widestReach(end.paths, 'reach');
      const reaches = reach === 'restricted' ? 'reach' : 'reaches';
      const may = reach === widestReach(end.paths, 'atLeast') ? reaches : 'may reach';
      const name = quoted(frontendName(end.paths[0]!));
      yield {
        id: this.id,
        level: this.level,
        message: `Machine ${quoted(end.machine.machine.name)} has its own public IP address ${name}; on its management ports ${reachPhrase(reach)} ${may} it.`,
        place: declaration.place,
        address: declaration.address,
        related: [
          {
            place: end.interface.declaration.place,
            message: `Interface ${quoted(end.interface.name)} carries the address.`,
          },
        ],
        subject: {},
      };
    }
  },
};
