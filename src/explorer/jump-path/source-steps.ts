import { AzureWizardPromptStep, type IAzureQuickPickItem } from '@microsoft/vscode-azext-utils';
import { sentence } from '../../findings/message-text.ts';
import { whoNeverComes } from '../../remediation/plan-jump-rules.ts';
import { chosenSources } from '../../remediation/plan-sources.ts';
import type { JumpPathContext } from './jump-path-context.ts';

type SourcePick = IAzureQuickPickItem<'own' | 'enter' | { readonly source: string }>;

/** What the first of the two steps has left for the second to ask. */
export interface SourcesToEnter {
  wanted: boolean;
  /** What was found out already, to be edited. */
  found: string;
}

/** Who may come in: one's own address, trusted sources of the settings, and others that are entered. */
export class SourcesStep extends AzureWizardPromptStep<JumpPathContext> {
  #ticked: ReadonlySet<string> = new Set();

  constructor(private readonly toEnter: SourcesToEnter) {
    super();
  }

  override shouldPrompt(): boolean {
    return true;
  }

  override async prompt(context: JumpPathContext): Promise<void> {
    const { offer, ui } = context;
    for (;;) {
      const chosen = await ui.showQuickPick(picksFor(context), {
        placeHolder: 'Who may come in by the jump path',
        canPickMany: true,
        isPickSelected: pick => this.#ticked.has(pick.label),
        suppressPersistence: true,
      });
      this.#ticked = new Set(chosen.map(pick => pick.label));
      const values = chosen.map(pick => pick.data);
      context.sources = values.flatMap(value => (typeof value === 'object' ? [value.source] : []));
      this.toEnter.wanted = context.sources.length === 0 || values.includes('enter') || values.includes('own');
      const found = values.includes('own') ? await offer.lookUpOwnAddress() : [];
      if (!found) continue;
      this.toEnter.found = found.join(', ');
      return;
    }
  }
}

function picksFor({ offer: { lookupHosts, trustedSources } }: JumpPathContext): SourcePick[] {
  const own: SourcePick[] =
    lookupHosts === ''
      ? []
      : [{ label: '$(person) My address', detail: `Asks ${lookupHosts} over HTTPS, once you agree`, data: 'own' }];
  return [
    ...own,
    { label: '$(edit) Addresses or CIDR blocks to enter', detail: 'IPv4 and IPv6', data: 'enter' },
    ...trustedSources.map(
      (source): SourcePick => ({ label: source, description: 'portcullis.trustedSources', data: { source } }),
    ),
  ];
}

export class EnterSourcesStep extends AzureWizardPromptStep<JumpPathContext> {
  constructor(private readonly toEnter: SourcesToEnter) {
    super();
  }

  override shouldPrompt(): boolean {
    return this.toEnter.wanted;
  }

  override async prompt(context: JumpPathContext): Promise<void> {
    const ticked = context.sources ?? [];
    const text = await context.ui.showInputBox({
      prompt: 'Who may come in: addresses or CIDR blocks with commas between them',
      placeHolder: '203.0.113.7, 2001:db8::/64',
      value: this.toEnter.found,
      validateInput: sourcesRefusal,
    });
    context.sources = [...ticked, text];
  }
}

/** Why sources cannot be those of a jump path; undefined when they can. */
function sourcesRefusal(text: string): string | undefined {
  try {
    const refusal = whoNeverComes(chosenSources([text]));
    return refusal === undefined ? undefined : sentence(refusal);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
