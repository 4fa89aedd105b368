/** A query of Resource Graph and what it reads, for messages. */
export interface GraphQuery {
  readonly title: string;
  readonly text: string;
}

const columns = 'id, name, type, kind, location, resourceGroup, subscriptionId, tenantId, sku, zones, tags, properties';

function ofTypes(table: string, types: readonly string[]): string {
  const list = types.map(type => `'${type}'`).join(', ');
  // Paging needs an order over something that is unique; a `limit` would switch it off.
  return `${table} | where type in~ (${list}) | project ${columns} | order by id asc`;
}

/** `networkresources` and `securityresources` lack some of the columns. */
function ofTypesShort(table: string, types: readonly string[], more = ''): string {
  const list = types.map(type => `'${type}'`).join(', ');
  return `${table} | where type in~ (${list})${more} | project id, name, type, location, resourceGroup, subscriptionId, properties | order by id asc`;
}

export const machinesQuery: GraphQuery = {
  title: 'machines',
  text: ofTypes('resources', ['microsoft.compute/virtualmachines', 'microsoft.compute/virtualmachinescalesets']),
};

export const networkQuery: GraphQuery = {
  title: 'networks',
  text: ofTypes('resources', [
    'microsoft.network/networkinterfaces',
    'microsoft.network/publicipaddresses',
    'microsoft.network/publicipprefixes',
    'microsoft.network/networksecuritygroups',
    'microsoft.network/virtualnetworks',
    'microsoft.network/applicationsecuritygroups',
    'microsoft.network/loadbalancers',
    'microsoft.network/azurefirewalls',
    'microsoft.network/firewallpolicies',
    'microsoft.network/firewallpolicies/rulecollectiongroups',
    'microsoft.network/ipgroups',
    'microsoft.network/virtualhubs',
    'microsoft.network/virtualhubs/hubvirtualnetworkconnections',
    'microsoft.network/bastionhosts',
    'microsoft.network/applicationgateways',
    'microsoft.network/natgateways',
  ]),
};

export const scaleSetInstancesQuery: GraphQuery = {
  title: 'scale set instances',
  text: ofTypes('computeresources', [
    'microsoft.compute/virtualmachinescalesets/virtualmachines',
    'microsoft.compute/virtualmachinescalesets/virtualmachines/networkinterfaces',
    'microsoft.compute/virtualmachinescalesets/virtualmachines/networkinterfaces/ipconfigurations/publicipaddresses',
  ]),
};

/** https://learn.microsoft.com/azure/virtual-network-manager/query-azure-resource-graph */
export const networkManagerQuery: GraphQuery = {
  title: 'security admin rules',
  text: ofTypesShort('networkresources', [
    'microsoft.network/effectivesecurityadminrules',
    'microsoft.network/networkmanagers/securityadminconfigurations/rulecollections/rules/snapshots',
    'microsoft.network/networkmanagers/securityadminregionalgoalstates',
    'microsoft.network/firewallpolicies/rulecollectiongroups',
  ]),
};

/** The three recommendations of the control "Secure management ports". */
export const managementPortsAssessments = {
  securityGroup: '483f12ed-ae23-447e-a2de-a67a10db4353',
  closedPorts: 'bc303248-3d14-44c2-96a0-55f5c326b5fe',
  justInTime: '805651bc-6ecd-4c73-9b55-97a19d0582d0',
} as const;

export const managementPortsControl = '52901099-235c-4971-b9d5-a33fca3a936e';

export const defenderQuery: GraphQuery = {
  title: 'Defender for Cloud assessments',
  text: ofTypesShort(
    'securityresources',
    ['microsoft.security/assessments', 'microsoft.security/securescores/securescorecontrols'],
    ` | where name in~ ('${managementPortsAssessments.securityGroup}', '${managementPortsAssessments.closedPorts}', '${managementPortsAssessments.justInTime}', '${managementPortsControl}')`,
  ),
};

/** All queries of one reading, whatever the number of machines. The machines come first: they are the rows on screen. */
export const inventoryQueries: readonly GraphQuery[] = [
  machinesQuery,
  networkQuery,
  scaleSetInstancesQuery,
  networkManagerQuery,
  defenderQuery,
];
