/** One Azure: where its resource manager, portal and sign-in are. */
export interface Cloud {
  readonly name: string;
  /** `https://management.azure.com`, without a slash at its end. */
  readonly resourceManager: string;
  readonly portal: string;
  /** What tokens are asked for: `https://management.azure.com/.default`. */
  readonly scope: string;
  /** The authority for the command line's credentials; VS Code knows its own. */
  readonly authority: string;
  /** VS Code's provider of sessions for it. */
  readonly authenticationProvider: 'microsoft' | 'microsoft-sovereign-cloud';
}

export const publicCloud: Cloud = {
  name: 'Azure',
  resourceManager: 'https://management.azure.com',
  portal: 'https://portal.azure.com',
  scope: 'https://management.azure.com/.default',
  authority: 'https://login.microsoftonline.com',
  authenticationProvider: 'microsoft',
};

export const usGovernmentCloud: Cloud = {
  name: 'Azure US Government',
  resourceManager: 'https://management.usgovcloudapi.net',
  portal: 'https://portal.azure.us',
  scope: 'https://management.usgovcloudapi.net/.default',
  authority: 'https://login.microsoftonline.us',
  authenticationProvider: 'microsoft-sovereign-cloud',
};

export const chinaCloud: Cloud = {
  name: 'Azure China',
  resourceManager: 'https://management.chinacloudapi.cn',
  portal: 'https://portal.azure.cn',
  scope: 'https://management.chinacloudapi.cn/.default',
  authority: 'https://login.chinacloudapi.cn',
  authenticationProvider: 'microsoft-sovereign-cloud',
};

/** The settings `microsoft-sovereign-cloud.*`, which VS Code's own sign-in reads too. */
export interface SovereignCloudSettings {
  readonly environment?: string | undefined;
  readonly customEnvironment?: Readonly<Record<string, unknown>> | undefined;
}

/** Thrown for settings that name no usable cloud; the message says which part is missing. */
export class CloudSettingsError extends Error {}

/**
 * The cloud that the settings name; public Azure when they name none.
 * https://github.com/microsoft/vscode/blob/main/extensions/microsoft-authentication/package.json
 */
export function cloudOfSettings(settings: SovereignCloudSettings): Cloud {
  switch (settings.environment) {
    case undefined:
    case '':
      return publicCloud;
    case 'USGovernment':
      return usGovernmentCloud;
    case 'ChinaCloud':
      return chinaCloud;
    case 'custom':
      return customCloud(settings.customEnvironment ?? {});
    default:
      throw new CloudSettingsError(
        `The setting microsoft-sovereign-cloud.environment is ${JSON.stringify(settings.environment)}: use ChinaCloud, USGovernment or custom.`,
      );
  }
}

function customCloud(custom: Readonly<Record<string, unknown>>): Cloud {
  const url = (name: string): string => {
    const value = custom[name];
    if (typeof value !== 'string' || !URL.canParse(value)) {
      throw new CloudSettingsError(
        `The setting microsoft-sovereign-cloud.customEnvironment has no ${name}, or it is not a URL.`,
      );
    }
    return value.replace(/\/+$/, '');
  };
  const resourceManager = url('resourceManagerEndpointUrl');
  if (!resourceManager.startsWith('https://')) {
    throw new CloudSettingsError(
      'The setting microsoft-sovereign-cloud.customEnvironment.resourceManagerEndpointUrl must be an https URL: tokens are sent to it.',
    );
  }
  return {
    name: typeof custom.name === 'string' && custom.name !== '' ? custom.name : 'Custom Azure',
    resourceManager,
    portal: url('portalUrl'),
    scope: `${url('managementEndpointUrl')}/.default`,
    authority: url('activeDirectoryEndpointUrl'),
    authenticationProvider: 'microsoft-sovereign-cloud',
  };
}

/** The portal's page of a resource. */
export function portalLink(cloud: Cloud, id: string, tenantId?: string): string {
  const path = id.split('/').map(encodeURIComponent).join('/');
  return `${cloud.portal}/#@${encodeURIComponent(tenantId ?? '')}/resource${path}/overview`;
}

/** Whether the resource manager runs on this machine: the demo, or a test. */
export function isLocal(cloud: Cloud): boolean {
  return ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(cloud.resourceManager).hostname);
}
