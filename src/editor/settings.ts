import { type ConfigurationScope, workspace } from 'vscode';
import type { Severity } from '../findings/configuration.ts';
import { managementPorts } from '../network/verdict.ts';

/** The extension's settings for one resource, checked: what a person wrote wrong counts as not written. */
export interface Settings {
  /** The ports to judge, the management ports first. */
  readonly ports: readonly number[];
  readonly trustedSources: readonly string[];
  readonly severity: ReadonlyMap<string, Severity>;
  readonly lenses: boolean;
}

export function readSettings(scope?: ConfigurationScope): Settings {
  const configuration = workspace.getConfiguration('portcullis', scope);
  const additional = list(configuration.get('additionalPorts')).filter(
    (port): port is number => Number.isInteger(port) && Number(port) > 0 && Number(port) < 65536,
  );
  const trusted = list(configuration.get('trustedSources')).filter(
    (source): source is string => typeof source === 'string' && source.trim() !== '',
  );
  const severity = configuration.get<Record<string, Severity>>('severity') ?? {};
  return {
    ports: [...new Set([...managementPorts, ...additional])],
    trustedSources: trusted.map(source => source.trim()),
    severity: new Map(Object.entries(severity)),
    lenses: configuration.get('codeLens.enabled') !== false,
  };
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
