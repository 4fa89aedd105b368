import {
  AzureWizard,
  callWithTelemetryAndErrorHandling,
  type IAzExtOutputChannel,
  registerUIExtensionVariables,
} from '@microsoft/vscode-azext-utils';
import { CancellationError, type ExtensionContext } from 'vscode';
import { DnsLabelStep, DnsScopeStep, FrontendPortStep, LoadBalancerStep } from './balancer-steps.ts';
import { ClosingStep, WayOutStep } from './closing-steps.ts';
import type { JumpPathAnswers, JumpPathContext, JumpPathOffer } from './jump-path-context.ts';
import { MachinesStep, PortStep } from './machine-steps.ts';
import { EnterSourcesStep, SourcesStep } from './source-steps.ts';

const nothing = (): void => undefined;

// The library wants a place for telemetry, errors and recent choices: it gets one of each that keeps nothing.
registerUIExtensionVariables({
  context: {
    extension: { packageJSON: { name: 'portcullis', publisher: 'portcullis', version: '0', aiKey: 'off' } },
    subscriptions: [],
    globalState: { keys: () => [], get: nothing, update: async () => undefined },
  } as unknown as ExtensionContext,
  outputChannel: { appendLog: nothing, show: nothing } as unknown as IAzExtOutputChannel,
});

export const jumpPathWizardId = 'portcullis.createJumpPath';

/**
 * Asks for a jump path step by step, with a way back. @param port skips the question for it.
 * @throws CancellationError when the person left.
 */
export async function askForJumpPath(offer: JumpPathOffer, port?: number): Promise<Partial<JumpPathAnswers>> {
  const answers = await callWithTelemetryAndErrorHandling(jumpPathWizardId, async action => {
    action.telemetry.suppressAll = true;
    action.errorHandling.suppressDisplay = true;
    action.errorHandling.rethrow = true;
    const context: JumpPathContext = Object.assign(action, { offer });
    const toEnter = { wanted: true, found: '' };
    const wizard = new AzureWizard(context, {
      title: 'Create Jump Path',
      promptSteps: [
        new MachinesStep(),
        new PortStep(port),
        new LoadBalancerStep(),
        new DnsLabelStep(),
        new DnsScopeStep(),
        new FrontendPortStep(),
        new SourcesStep(toEnter),
        new EnterSourcesStep(toEnter),
        new ClosingStep(),
        new WayOutStep(),
      ],
    });
    await wizard.prompt();
    return context;
  });
  if (!answers) throw new CancellationError();
  return answers;
}
