import { CancellationError, window } from 'vscode';

/** Asks who may come in. Empty only when `optional`. */
export async function askSources(optional: boolean): Promise<string[]> {
  const { chosenSources } = await import('../../remediation/plan-sources.ts');
  const text = await window.showInputBox({
    title: 'Sources to Admit',
    prompt: 'Addresses or CIDR blocks with commas between them, or VirtualNetwork',
    placeHolder: '203.0.113.7, 2001:db8::/64',
    ignoreFocusOut: true,
    validateInput: value => {
      if (optional && value.trim() === '') return undefined;
      try {
        chosenSources([value]);
        return undefined;
      } catch (error) {
        return (error as Error).message;
      }
    },
  });
  if (text === undefined) throw new CancellationError();
  return text.trim() === '' ? [] : [text];
}
