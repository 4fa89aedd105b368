import type { IAzureQuickPickItem } from '@microsoft/vscode-azext-utils';
import { window } from 'vscode';

/** What makes a choice one that is shown with the reason why it cannot be taken. */
export function refusedPick(
  label: string,
  refusal: string,
): Required<Pick<IAzureQuickPickItem, 'label' | 'detail' | 'onPicked'>> {
  return {
    label: `$(circle-slash) ${label}`,
    detail: `Not usable: ${refusal}`,
    onPicked: () => void window.showWarningMessage(`This cannot be used: ${refusal}.`),
  };
}
