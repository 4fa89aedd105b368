import { env, ProgressLocation, type QuickPickItem, window } from 'vscode';
import { type DnsZone, listDnsZones, readRecord } from '../../azure/dns-names.ts';
import { explain } from '../../azure/failure.ts';
import { preflight } from '../../azure/preflight.ts';
import { OperationError } from '../../commands/operation-error.ts';
import { aliasId, aliasRefusal, planAlias } from '../../remediation/plan-dns-record.ts';
import { PlanError } from '../../remediation/plan-error.ts';
import { isObject } from '../../remediation/plan-json.ts';
import { parseId } from '../../remediation/plan-resource-id.ts';
import type { ChangeFlow } from '../change/change-flow.ts';
import { openReaderOf } from '../change/change-writer.ts';
import type { Estate } from '../estate.ts';

/** More zones are not looked at one by one. */
const mostZones = 50;

/**
 * Gives a jump path a name in a zone of Azure DNS that the person may write, through the same steps as every change.
 * Without such a zone, says which record to enter elsewhere.
 * @param host the name that Azure gave the jump path
 * @param subscriptionId of the jump path; zones are looked for in all subscriptions of its tenant
 */
export async function addAlias(flow: ChangeFlow, host: string, subscriptionId: string): Promise<void> {
  const { estate } = flow.parts;
  const zones = await window.withProgress(
    { location: ProgressLocation.Notification, title: 'Looking for DNS zones' },
    () => writableZones(estate, subscriptionId),
  );
  const picks: (QuickPickItem & { readonly zone?: DnsZone })[] = [
    ...zones.map(zone => ({ label: zone.name, description: parseId(zone.id).resourceGroup, zone })),
    { label: 'In another place', detail: 'Shows the record to enter where your domain is kept' },
  ];
  const chosen = zones.length === 0 ? picks[0]! : await window.showQuickPick(picks, { title: 'Zone of the DNS Alias' });
  if (!chosen) return;
  if (!chosen.zone) return showRecord(host, zones.length === 0);
  const name = await window.showInputBox({
    title: `Alias in ${chosen.zone.name}`,
    prompt: `Name in front of ${chosen.zone.name} that leads to ${host}`,
    value: 'jump',
    ignoreFocusOut: true,
    validateInput: aliasRefusal,
  });
  if (name === undefined) return;
  await enterAlias(flow, chosen.zone, name, host);
}

async function enterAlias(flow: ChangeFlow, zone: DnsZone, name: string, host: string): Promise<void> {
  const reader = await openReaderOf(flow.parts.estate, parseId(zone.id).subscription);
  try {
    const existing = await readRecord(reader, aliasId(zone.id, name));
    const plan = planAlias(zone.id, name, host, isObject(existing) ? existing : undefined);
    await flow.run(plan, `${name}.${zone.name}`);
  } catch (error) {
    if (error instanceof PlanError)
      throw new OperationError(`${error.message}. Nothing was changed.`, { cause: error });
    throw error;
  }
}

/** Zones in which the person may enter an alias. */
async function writableZones(estate: Estate, subscriptionId: string): Promise<DnsZone[]> {
  const tenant = estate.tenantOf(subscriptionId);
  if (!tenant) return [];
  const reader = await openReaderOf(estate, subscriptionId);
  const subscriptions = tenant.subscriptions.map(one => one.subscriptionId);
  try {
    const zones = (await listDnsZones(reader, subscriptions)).slice(0, mostZones);
    const checked = await Promise.all(
      zones.map(async zone => {
        const plan = planAlias(zone.id, 'jump', 'example', undefined);
        const { stops, notes } = await preflight(plan, {
          readerOf: subscription => openReaderOf(estate, subscription),
          subscriptionName: id => estate.subscriptionName(id),
          subscriptionState: id => tenant.subscriptions.find(one => one.subscriptionId === id)?.state,
        });
        return stops.length === 0 && notes.length === 0 ? [zone] : [];
      }),
    );
    return checked.flat();
  } catch (error) {
    void window.showWarningMessage(`Zones of Azure DNS could not be listed: ${explain(error)}`);
    return [];
  }
}

async function showRecord(host: string, noZone: boolean): Promise<void> {
  const record = `jump IN CNAME ${host}.`;
  const reason = noZone ? 'You may write no zone of Azure DNS. ' : '';
  const chosen = await window.showInformationMessage(
    `${reason}Enter this record where your domain is kept: ${record}`,
    'Copy',
  );
  if (chosen === 'Copy') await env.clipboard.writeText(record);
}
