import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { demoAccount, demoTenants } from './demo-estate.ts';
import type { AzureServer } from './server.ts';

/** What VS Code needs to use the local Azure: settings for the user, and environment variables for its host. */
export interface VsCodeEnvironment {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Points VS Code at the local Azure as a custom cloud, with the sign-in of `test/sign-in` in place of Microsoft's.
 * @param folder where the certificate to trust is written
 */
export function vscodeEnvironment(
  azure: AzureServer,
  folder: string,
  account = demoAccount,
  tenantId: string = demoTenants.contoso.tenantId,
): VsCodeEnvironment {
  const file = join(folder, 'local-azure.pem');
  const already = process.env.NODE_EXTRA_CA_CERTS;
  const others = already === undefined || already === '' ? '' : readFileSync(already, 'utf8');
  writeFileSync(file, `${others}\n${azure.certificate}\n`);
  return {
    settings: {
      'microsoft-sovereign-cloud.environment': 'custom',
      'microsoft-sovereign-cloud.customEnvironment': {
        name: 'Demo Azure',
        portalUrl: 'https://portal.invalid',
        managementEndpointUrl: azure.endpoint,
        resourceManagerEndpointUrl: azure.endpoint,
        activeDirectoryEndpointUrl: 'https://login.invalid',
        activeDirectoryResourceId: azure.endpoint,
      },
    },
    env: {
      NODE_EXTRA_CA_CERTS: file,
      VSCODE_SKIP_BUILTIN_EXTENSIONS: 'vscode.microsoft-authentication',
      PORTCULLIS_TEST_ACCOUNT: `${account} ${tenantId}`,
    },
  };
}
