import {
  CancellationError,
  type Memento,
  ProgressLocation,
  type QuickPickItem,
  QuickPickItemKind,
  window,
  workspace,
} from 'vscode';
import { OperationError } from '../../commands/operation-error.ts';
import { pickOne, pickSome } from '../../commands/quick-pick.ts';
import { chosenSources } from '../../remediation/plan-sources.ts';
import type { Estate } from '../estate.ts';
import type { ListedMachine } from '../machine-list.ts';
import { portLabel } from '../machine-text.ts';
import { LookupFailed, lookUpAddresses } from './own-address.ts';
import { applicationGroupsFor } from './source-choices.ts';

export interface SourceQuestion {
  readonly machine: ListedMachine;
  readonly port: number;
  /** Just-in-time access and firewalls take no tags and no application security groups. */
  readonly addressesOnly?: boolean;
  /** What it means to tick nothing; undefined when something must be ticked. */
  readonly none?: string;
}

type SourceItem = QuickPickItem & { readonly sources?: readonly string[]; readonly ask?: 'own' | 'enter' };

const consentKey = 'portcullis.addressLookup.allowed';

/**
 * Asks who may come in: addresses, saved ones, one's own, the virtual network, application security groups, several at
 * once. Empty only when `none` says what that means. @throws CancellationError
 */
export async function askSources(
  { estate, memory }: { readonly estate: Estate; readonly memory: Memento },
  question: SourceQuestion,
): Promise<string[]> {
  const title = `Sources to Admit to ${portLabel(question.port)} of ${question.machine.name}`;
  const picked = await pickSome(itemsFor(estate, question), {
    title,
    placeHolder: question.none === undefined ? 'Tick one or several' : `Tick one or several; none: ${question.none}`,
    matchOnDescription: true,
    ignoreFocusOut: true,
  });
  if (picked.length === 0 && question.none === undefined)
    throw new OperationError('No source was ticked, so nothing was planned: tick who may come in.');
  const sources: string[] = [];
  for (const item of picked) {
    sources.push(...(item.sources ?? []));
    if (item.ask === 'own') sources.push(...(await askOwnAddress(memory, title)));
    if (item.ask === 'enter') sources.push(...(await enterAddresses(title, '')));
  }
  return [...new Set(sources)];
}

function itemsFor(estate: Estate, { machine, addressesOnly }: SourceQuestion): SourceItem[] {
  const separator = (label: string): SourceItem => ({ label, kind: QuickPickItemKind.Separator });
  const saved = trustedSources();
  const groups = addressesOnly || !estate.judged ? [] : applicationGroupsFor(estate.judged, estate.resources, machine);
  return [
    separator('Addresses'),
    { label: '$(person) My Address…', detail: 'You enter it, or let it be looked up', ask: 'own' },
    { label: '$(edit) Enter Addresses or CIDR Blocks…', detail: 'IPv4 and IPv6', ask: 'enter' },
    ...(saved.length > 0 ? [separator('Trusted sources')] : []),
    ...saved.map(
      (source): SourceItem => ({ label: source, description: 'portcullis.trustedSources', sources: [source] }),
    ),
    ...(addressesOnly
      ? []
      : [
          separator('Inside Azure'),
          {
            label: 'VirtualNetwork',
            detail: 'The virtual network, its peers, and what is connected by VPN or ExpressRoute; Bastion too',
            sources: ['VirtualNetwork'],
          },
        ]),
    ...groups.map(
      ({ id, name, resourceGroup, members }): SourceItem => ({
        label: name,
        description: `application security group in ${resourceGroup}`,
        detail:
          members === 0
            ? 'Without members: admits nobody yet'
            : `${members} ${members === 1 ? 'member' : 'members'} in this network`,
        sources: [id],
      }),
    ),
  ];
}

/** Those of the settings that are sources; others are said where the settings are edited. */
export function trustedSources(): string[] {
  const saved = workspace.getConfiguration('portcullis').get<unknown>('trustedSources');
  return (Array.isArray(saved) ? saved : []).filter(
    (source): source is string => typeof source === 'string' && problemOf(source) === undefined,
  );
}

/** One's own address: entered, or looked up, which needs a consent once. What was found can be edited. */
export async function askOwnAddress(memory: Memento, title: string): Promise<string[]> {
  const hosts = lookupHosts();
  const choices = [
    { label: 'Enter It', lookUp: false },
    { label: 'Look It Up', detail: `Asks ${hosts} over HTTPS, which see your address and nothing else`, lookUp: true },
  ];
  const chosen = hosts === '' ? choices[0]! : await pickOne(choices, { title, placeHolder: 'Your own address' });
  return enterAddresses(title, chosen.lookUp ? (await lookUpOwnAddress(memory)).join(', ') : '');
}

/**
 * One's own public addresses as services on the internet see them. Nothing is sent before the person has agreed once.
 * @throws CancellationError when they did not, OperationError when no service answers.
 */
export async function lookUpOwnAddress(memory: Memento): Promise<string[]> {
  const hosts = lookupHosts();
  if (memory.get<boolean>(consentKey) !== true) {
    const answer = await window.showInformationMessage(
      'Look up your public address?',
      {
        modal: true,
        detail: `An empty request goes to ${hosts} over HTTPS. They see your address; nothing about your Azure is sent. You are asked this once; the setting portcullis.addressLookup names the services.`,
      },
      'Look Up',
    );
    if (answer !== 'Look Up') throw new CancellationError();
    await memory.update(consentKey, true);
  }
  try {
    const options = { location: ProgressLocation.Notification, title: 'Looking up your address' };
    return await window.withProgress(options, () => lookUpAddresses(lookupServices(), fetch));
  } catch (error) {
    if (error instanceof LookupFailed) throw new OperationError(error.message, { cause: error });
    throw error;
  }
}

/** The hosts that would be asked for one's own address, in words; empty when the settings name none. */
export function lookupHosts(): string {
  return lookupServices()
    .map(service => (URL.canParse(service) ? new URL(service).host : service))
    .join(' and ');
}

function lookupServices(): string[] {
  const services = workspace.getConfiguration('portcullis').get<unknown>('addressLookup');
  return (Array.isArray(services) ? services : []).filter((one): one is string => typeof one === 'string');
}

async function enterAddresses(title: string, value: string): Promise<string[]> {
  const text = await window.showInputBox({
    title,
    value,
    prompt: 'Addresses or CIDR blocks, with commas between them',
    placeHolder: '203.0.113.7, 2001:db8::/64',
    ignoreFocusOut: true,
    validateInput: problemOf,
  });
  if (text === undefined) throw new CancellationError();
  return text.split(',').map(one => one.trim());
}

function problemOf(text: string): string | undefined {
  try {
    chosenSources([text]);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
