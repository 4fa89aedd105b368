import { AzureWizardPromptStep, type IAzureQuickPickItem } from '@microsoft/vscode-azext-utils';
import type { BalancerChoice } from '../../remediation/plan-jump-choices.ts';
import { type DnsReuseScope, isDnsLabel } from '../../remediation/plan-jump-path.ts';
import { parseId } from '../../remediation/plan-resource-id.ts';
import type { JumpPathContext } from './jump-path-context.ts';
import { refusedPick } from './refused-pick.ts';

/** A new load balancer or one that is there; those that cannot be used are shown with the reason. */
export class LoadBalancerStep extends AzureWizardPromptStep<JumpPathContext> {
  override shouldPrompt(): boolean {
    return true;
  }

  override async prompt(context: JumpPathContext): Promise<void> {
    const choices = context.offer.choices.balancersFor(context.machines!, context.port!);
    const chosen = await context.ui.showQuickPick(choices.map(balancerPick), {
      placeHolder: 'Load balancer that leads to the machines',
      learnMoreLink: 'https://learn.microsoft.com/azure/load-balancer/inbound-nat-rules',
      matchOnDescription: true,
      suppressPersistence: true,
    });
    context.balancer = chosen.data;
  }
}

function balancerPick({
  id,
  name,
  resourceGroup,
  refusal,
  fqdn,
  address,
}: BalancerChoice): IAzureQuickPickItem<string> {
  const label = id === 'new' ? 'New load balancer' : name;
  const description = [id === 'new' ? name : resourceGroup, fqdn ?? address].filter(Boolean).join(' · ');
  if (refusal !== undefined) return { description, data: id, ...refusedPick(label, refusal) };
  const detail = id === 'new' ? 'Standard, with a static public IP of its own' : '';
  return { label: `$(${id === 'new' ? 'add' : 'references'}) ${label}`, description, detail, data: id };
}

/** A name in DNS for the jump path's address, checked with Azure; none when left empty. */
export class DnsLabelStep extends AzureWizardPromptStep<JumpPathContext> {
  override shouldPrompt(context: JumpPathContext): boolean {
    return context.balancer === undefined || isNameless(context);
  }

  override async prompt(context: JumpPathContext): Promise<void> {
    const label = await context.ui.showInputBox({
      prompt: `DNS label of the jump path in ${context.offer.choices.regionOf(context.offer.first)}; leave it empty for an address without a name`,
      value: suggestedLabel(context),
      validateInput: text =>
        text === '' || isDnsLabel(text)
          ? undefined
          : 'A DNS label has 3 to 63 small letters, digits and hyphens, a letter first and no hyphen last',
      asyncValidationTask: text => (text === '' ? Promise.resolve(undefined) : context.offer.labelRefusal(text)),
    });
    context.dnsLabel = label;
  }
}

/** Whether the frontend's address has no name yet. */
function isNameless({ offer, machines, balancer }: JumpPathContext): boolean {
  return offer.choices.fqdnOf(machines!, balancer!) === undefined;
}

function suggestedLabel({ machines }: JumpPathContext): string {
  const name = parseId(machines![0]!)
    .name.toLowerCase()
    .replace(/[^a-z0-9-]/g, '-')
    .replace(/^[^a-z]+/, '');
  return `${name || 'machine'}-jump`.slice(-63);
}

const scopes: readonly (IAzureQuickPickItem<DnsReuseScope> & { readonly detail: string })[] = [
  {
    label: 'Resource group',
    detail: 'The same name comes back only in this resource group',
    data: 'ResourceGroupReuse',
  },
  { label: 'Subscription', detail: 'The same name comes back only in this subscription', data: 'SubscriptionReuse' },
  { label: 'Tenant', detail: 'The same name comes back only in this tenant', data: 'TenantReuse' },
  { label: 'Nobody', detail: 'The name never comes back once the address is deleted', data: 'NoReuse' },
];

/** Who may have the name again when the address is deleted: whoever else could, would get its visitors. */
export class DnsScopeStep extends AzureWizardPromptStep<JumpPathContext> {
  override shouldPrompt(context: JumpPathContext): boolean {
    return context.balancer === undefined || (isNameless(context) && context.dnsLabel !== '');
  }

  override async prompt(context: JumpPathContext): Promise<void> {
    const chosen = await context.ui.showQuickPick([...scopes], {
      placeHolder: 'Who may use the name again when the address is deleted',
      suppressPersistence: true,
    });
    context.dnsScope = chosen.data;
  }
}

/** The high port that clients connect to, the first of several in a row for several machines. */
export class FrontendPortStep extends AzureWizardPromptStep<JumpPathContext> {
  override shouldPrompt(context: JumpPathContext): boolean {
    return context.balancer === undefined || needed(context) > 0;
  }

  override async prompt(context: JumpPathContext): Promise<void> {
    const { choices, random } = context.offer;
    const { machines, balancer } = context;
    const count = needed(context);
    const text = await context.ui.showInputBox({
      prompt:
        count === 1
          ? 'Port of the load balancer that clients connect to'
          : `First of ${count} ports in a row of the load balancer that clients connect to`,
      value: String(choices.freePorts(machines!, balancer!, count, random)),
      validateInput: value =>
        /^\d{1,5}$/.test(value.trim())
          ? choices.portRefusal(machines!, balancer!, Number(value), count)
          : 'A port is a number from 1 to 65534',
    });
    context.frontendPort = Number(text);
  }
}

function needed({ offer, machines, balancer, port }: JumpPathContext): number {
  return offer.choices.portsNeeded(machines!, balancer!, port!);
}
