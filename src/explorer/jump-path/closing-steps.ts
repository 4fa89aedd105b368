import { AzureWizardPromptStep, type IAzureQuickPickItem } from '@microsoft/vscode-azext-utils';
import type { DirectWay } from '../../remediation/plan-jump-choices.ts';
import type { DirectClosing } from '../../remediation/plan-jump-closing.ts';
import type { WayOut } from '../../remediation/plan-way-out.ts';
import { shortList } from '../machine-text.ts';
import type { JumpPathContext } from './jump-path-context.ts';
import { refusedPick } from './refused-pick.ts';

/** What becomes of the ways that are open beside the jump path. */
export class ClosingStep extends AzureWizardPromptStep<JumpPathContext> {
  override shouldPrompt(context: JumpPathContext): boolean {
    if (context.balancer === undefined) return true;
    const { openRules, addresses } = directWay(context);
    return openRules.length > 0 || addresses.length > 0;
  }

  override async prompt(context: JumpPathContext): Promise<void> {
    const chosen = await context.ui.showQuickPick(closingPicks(directWay(context)), {
      placeHolder: 'The ways that are open beside the jump path',
      suppressPersistence: true,
    });
    context.closing = chosen.data;
  }
}

function closingPicks({ openRules, addresses, stranded }: DirectWay): IAzureQuickPickItem<readonly DirectClosing[]>[] {
  const rules = shortList(openRules, 3);
  const without =
    stranded.length === 0
      ? 'the way out to the internet stays'
      : `${shortList(stranded, 3)} may lose the way out to the internet: the next step offers another`;
  const picks: IAzureQuickPickItem<readonly DirectClosing[]>[] = [
    { label: 'Leave them as they are', detail: 'Nothing is closed now', data: [] },
  ];
  if (openRules.length > 0)
    picks.push({
      label: 'Deny what is open',
      detail: `${rules} ${openRules.length === 1 ? 'admits' : 'admit'} nobody from the internet any more`,
      data: ['deny'],
    });
  if (addresses.length > 0)
    picks.push({
      label: 'Take the public IP away',
      detail: `${shortList(addresses, 3)}; ${without}`,
      data: ['dissociate'],
    });
  if (openRules.length > 0 && addresses.length > 0)
    picks.push({
      label: 'Deny what is open and take the public IP away',
      detail: `${rules}; ${shortList(addresses, 3)}; ${without}`,
      data: ['deny', 'dissociate'],
    });
  return picks;
}

function directWay({ offer, machines, port, balancer }: JumpPathContext): DirectWay {
  return offer.choices.directWayOf(machines!, port!, balancer!);
}

/** How machines that lose their public IP reach the internet from then on. */
export class WayOutStep extends AzureWizardPromptStep<JumpPathContext> {
  override shouldPrompt(context: JumpPathContext): boolean {
    return context.closing?.includes('dissociate') === true && directWay(context).stranded.length > 0;
  }

  override async prompt(context: JumpPathContext): Promise<void> {
    const { waysOut } = directWay(context);
    const refusalOf = (pick: WayOutPick): string | undefined => waysOut.find(one => one.kind === pick.data)?.refusal;
    const open = wayOutPicks.filter(pick => refusalOf(pick) === undefined);
    const refused = wayOutPicks.flatMap(pick => {
      const refusal = refusalOf(pick);
      return refusal === undefined ? [] : [{ ...pick, ...refusedPick(pick.label, refusal) }];
    });
    const chosen = await context.ui.showQuickPick([...open, ...refused], {
      placeHolder: 'How the machines reach the internet without a public IP, for updates and the like',
      learnMoreLink: 'https://learn.microsoft.com/azure/load-balancer/load-balancer-outbound-connections',
      suppressPersistence: true,
    });
    context.wayOut = chosen.data;
  }
}

type WayOutPick = IAzureQuickPickItem<WayOut | 'none'>;

const wayOutPicks: readonly WayOutPick[] = [
  {
    label: 'NAT gateway for the subnet',
    detail: 'Every machine of the subnet goes out by its address. Billed by the hour and by traffic.',
    data: 'nat-gateway',
  },
  {
    label: 'Outbound rule of the load balancer',
    detail: 'Only these machines go out by the address of the jump path.',
    data: 'outbound-rule',
  },
  { label: 'None', detail: 'They may have no way out to the internet afterwards.', data: 'none' },
];
