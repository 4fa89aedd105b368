import { AzureWizardPromptStep, type IAzureQuickPickItem } from '@microsoft/vscode-azext-utils';
import { parseId } from '../../remediation/plan-resource-id.ts';
import { portLabel } from '../machine-text.ts';
import type { JumpPathContext } from './jump-path-context.ts';

/** The machines that share the jump path's load balancer; the one that the wizard was begun for is always among them. */
export class MachinesStep extends AzureWizardPromptStep<JumpPathContext> {
  #ticked: ReadonlySet<string> | undefined;

  override async configureBeforePrompt(context: JumpPathContext): Promise<void> {
    const { choices, first } = context.offer;
    if (choices.companionsOf(first).length === 1) context.machines = [first];
  }

  override shouldPrompt(context: JumpPathContext): boolean {
    return context.offer.choices.companionsOf(context.offer.first).length > 1;
  }

  override async prompt(context: JumpPathContext): Promise<void> {
    const { choices, first, selected } = context.offer;
    const [own, ...others] = choices.companionsOf(first);
    const ticked = this.#ticked ?? new Set([own!.displayId, ...selected].map(id => id.toLowerCase()));
    const near = ({ displayId }: { displayId: string }): number =>
      Number(groupOf(displayId) !== groupOf(own!.displayId));
    const picks = [own!, ...others.sort((a, b) => near(a) - near(b) || a.name.localeCompare(b.name))].map(
      (machine): IAzureQuickPickItem<string> => ({
        label: machine.name,
        description: parseId(machine.displayId).resourceGroup,
        data: machine.displayId,
      }),
    );
    const chosen = await context.ui.showQuickPick(picks, {
      placeHolder: 'Machines that get ports in a row of one load balancer',
      canPickMany: true,
      isPickSelected: pick => ticked.has((pick as IAzureQuickPickItem<string>).data.toLowerCase()),
      matchOnDescription: true,
      suppressPersistence: true,
    });
    const ids = chosen.map(pick => pick.data);
    context.machines = ids.length > 0 ? ids : [own!.displayId];
    this.#ticked = new Set(context.machines.map(id => id.toLowerCase()));
  }
}

function groupOf(machine: string): string {
  return parseId(machine).resourceGroup.toLowerCase();
}

/** The port of the machines that the jump path leads to. */
export class PortStep extends AzureWizardPromptStep<JumpPathContext> {
  constructor(private readonly given: number | undefined) {
    super();
  }

  override async configureBeforePrompt(context: JumpPathContext): Promise<void> {
    if (this.given !== undefined) context.port = this.given;
  }

  override shouldPrompt(): boolean {
    return this.given === undefined;
  }

  override async prompt(context: JumpPathContext): Promise<void> {
    const picks = context.offer.ports.map(
      (port): IAzureQuickPickItem<number> => ({ label: portLabel(port), data: port }),
    );
    const chosen = await context.ui.showQuickPick(picks, {
      placeHolder: 'Port of the machines that the jump path leads to',
      suppressPersistence: true,
    });
    context.port = chosen.data;
  }
}
