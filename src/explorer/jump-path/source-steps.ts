import { AzureWizardPromptStep, type IAzureQuickPickItem } from '@microsoft/vscode-azext-utils';
import { whoNeverComes } from '../../remediation/plan-jump-rules.ts';
import { chosenSources } from '../../remediation/plan-sources.ts';
import type { JumpPathContext } from './jump-path-context.ts';

const enterOthers = 'enter';

/** Who may come in: trusted sources of the settings, or others that are entered. */
export class SourcesStep extends AzureWizardPromptStep<JumpPathContext> {
  #ticked: ReadonlySet<string> = new Set();
  readonly #entered: EnteredSources;

  constructor(entered: EnteredSources) {
    super();
    this.#entered = entered;
  }

  override shouldPrompt({ offer }: JumpPathContext): boolean {
    return offer.trustedSources.length > 0;
  }

  override async prompt(context: JumpPathContext): Promise<void> {
    const picks: IAzureQuickPickItem<string>[] = [
      ...context.offer.trustedSources.map(source => ({ label: source, description: 'trusted source', data: source })),
      { label: 'Enter other addresses…', data: enterOthers },
    ];
    const chosen = await context.ui.showQuickPick(picks, {
      placeHolder: 'Who may come in by the jump path',
      canPickMany: true,
      isPickSelected: pick => this.#ticked.has((pick as IAzureQuickPickItem<string>).data),
      suppressPersistence: true,
    });
    const values = chosen.map(pick => pick.data);
    this.#ticked = new Set(values);
    context.sources = values.filter(value => value !== enterOthers);
    this.#entered.wanted = context.sources.length === 0 || values.includes(enterOthers);
  }
}

/** Whether other sources are to be entered. */
export interface EnteredSources {
  wanted: boolean;
}

export class EnterSourcesStep extends AzureWizardPromptStep<JumpPathContext> {
  readonly #entered: EnteredSources;

  constructor(entered: EnteredSources) {
    super();
    this.#entered = entered;
  }

  override shouldPrompt({ offer }: JumpPathContext): boolean {
    return offer.trustedSources.length === 0 || this.#entered.wanted;
  }

  override async prompt(context: JumpPathContext): Promise<void> {
    const ticked = context.sources ?? [];
    const text = await context.ui.showInputBox({
      prompt: 'Who may come in: addresses or CIDR blocks with commas between them',
      placeHolder: '203.0.113.7, 2001:db8::/64',
      validateInput: sourcesRefusal,
    });
    context.sources = [...ticked, text];
  }
}

/** Why sources cannot be those of a jump path; undefined when they can. */
function sourcesRefusal(text: string): string | undefined {
  try {
    const refusal = whoNeverComes(chosenSources([text]));
    return refusal === undefined ? undefined : `${refusal.charAt(0).toUpperCase()}${refusal.slice(1)}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
