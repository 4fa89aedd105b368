import type { DeployedGroup } from '../commands/group-links.ts';
import type { Estate } from './estate.ts';

/** The groups of a name, in any letter case, among what was read from Azure or from an inventory file. */
export function deployedGroups(estate: Estate, name: string): DeployedGroup[] {
  const wanted = name.toLowerCase();
  return (estate.judged?.model.securityGroups ?? []).flatMap(group => {
    if (!group.name.known || group.name.value.toLowerCase() !== wanted || group.partial) return [];
    const { id } = group.declaration;
    if (id.kind !== 'string') return [];
    const parts = id.value.split('/');
    const label = [estate.subscriptionName(parts[2] ?? ''), parts[4], group.name.value].filter(Boolean).join(' / ');
    return [{ id: id.value, label, group }];
  });
}
