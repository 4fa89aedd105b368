import { bySymbol, type Estate, type Id, Loop, type Resource, type Term, type Texts } from './estate.ts';
import { HclTerms } from './hcl-text.ts';

/** How a Terraform provider writes the resources of an estate. */
export interface Provider {
  resources(estate: Estate): string[];
  /** Writes terms that may name resources. */
  terms(estate: Estate): HclTerms;
}

/** An estate as a Terraform configuration, with its modules and its `terraform.tfvars`. */
export function terraformTexts(estate: Estate, provider: Provider = azurerm, folder = ''): Texts {
  const terms = new HclTerms(() => '');
  const out: string[] = [];
  for (const [name, { type, default: fallback }] of Object.entries(estate.parameters ?? {})) {
    const kind = { string: 'string', bool: 'bool', int: 'number', array: 'any' }[type];
    out.push(
      `variable "${name}" {\n  type = ${kind}\n${fallback === undefined ? '' : `  default = ${terms.term(fallback)}\n`}}`,
    );
  }
  const locals = Object.entries(estate.variables ?? {}).map(([name, value]) => `  ${name} = ${terms.term(value)}\n`);
  if (locals.length > 0) out.push(`locals {\n${locals.join('')}}`);
  out.push(...provider.resources(estate));
  for (const [name, value] of Object.entries(estate.outputs ?? {}))
    out.push(`output "${name}" {\n  value = ${provider.terms(estate).term(value)}\n}`);
  let texts: Texts = {};
  for (const [name, { estate: inner, args }] of Object.entries(estate.modules ?? {})) {
    const given = Object.entries(args).map(([arg, value]) => `  ${arg} = ${terms.term(value)}\n`);
    out.push(`module "${name}" {\n  source = "./${name}"\n${given.join('')}}`);
    texts = { ...texts, ...terraformTexts(inner, provider, `${folder}${name}/`) };
  }
  texts = { ...texts, [`${folder}main.tf`]: `${out.join('\n\n')}\n` };
  if (!estate.given) return texts;
  const lines = Object.entries(estate.given).map(([name, value]) => `${name} = ${terms.term(value)}\n`);
  return { ...texts, [`${folder}given.tfvars`]: lines.join('') };
}

type Properties = { readonly [name: string]: Term };

const ruleAttributes: Readonly<Record<string, string>> = {
  description: 'description',
  priority: 'priority',
  direction: 'direction',
  access: 'access',
  protocol: 'protocol',
  sourcePortRange: 'source_port_range',
  sourcePortRanges: 'source_port_ranges',
  destinationPortRange: 'destination_port_range',
  destinationPortRanges: 'destination_port_ranges',
  sourceAddressPrefix: 'source_address_prefix',
  sourceAddressPrefixes: 'source_address_prefixes',
  destinationAddressPrefix: 'destination_address_prefix',
  destinationAddressPrefixes: 'destination_address_prefixes',
};

const natAttributes: Readonly<Record<string, string>> = {
  name: 'name',
  protocols: 'protocols',
  source_addresses: 'sourceAddresses',
  destination_addresses: 'destinationAddresses',
  destination_ports: 'destinationPorts',
  translated_address: 'translatedAddress',
  translated_port: 'translatedPort',
};

/** The azurerm provider, with its resources for what is one list in Azure. */
export const azurerm: Provider = {
  terms: estate => new HclTerms(id => new AzurermWriter(estate).id(id)),
  resources(estate) {
    return (estate.resources ?? []).flatMap(resource => new AzurermWriter(estate).resource(resource));
  },
};

class AzurermWriter {
  readonly #terms: HclTerms;

  constructor(private readonly estate: Estate) {
    this.#terms = new HclTerms(id => this.id(id));
  }

  resource(resource: Resource): string[] {
    const { symbol, name, properties, sku } = resource;
    const place = { location: 'westeurope', resource_group_name: 'rg' };
    switch (resource.type) {
      case 'Microsoft.Network/networkSecurityGroups':
        if (resource.existing) return [];
        return [
          this.#block(resource, 'azurerm_network_security_group', symbol, { name, ...place }, [
            ...this.#rules(properties.securityRules),
          ]),
        ];
      case 'Microsoft.Network/networkSecurityGroups/securityRules': {
        const owner = bySymbol(this.estate, resource.parent!);
        const group = owner.existing
          ? this.#terms.term(owner.name)
          : `azurerm_network_security_group.${owner.symbol}${owner.each ? '[each.key]' : ''}.name`;
        return [
          this.#block(resource, 'azurerm_network_security_rule', symbol, { name, resource_group_name: 'rg' }, [
            `network_security_group_name = ${group}`,
            ...this.#ruleLines(properties, this.#terms),
          ]),
        ];
      }
      case 'Microsoft.Network/applicationSecurityGroups':
        return [this.#block(resource, 'azurerm_application_security_group', symbol, { name, ...place })];
      case 'Microsoft.Network/publicIPAddresses':
        return [
          this.#block(resource, 'azurerm_public_ip', symbol, {
            name,
            ...place,
            sku: sku ?? 'Basic',
            allocation_method: properties.publicIPAllocationMethod ?? 'Static',
          }),
        ];
      case 'Microsoft.Network/virtualNetworks':
        return [
          this.#block(resource, 'azurerm_virtual_network', symbol, { name, ...place, address_space: ['10.0.0.0/16'] }),
          ...list(properties.subnets).flatMap(subnet => this.#subnet(symbol, subnet)),
        ];
      case 'Microsoft.Network/networkInterfaces':
        return this.#interface(resource, place);
      case 'Microsoft.Network/loadBalancers':
        return this.#balancer(resource, place);
      case 'Microsoft.Compute/virtualMachines': {
        const nics = list(member(member(properties, 'networkProfile'), 'networkInterfaces')).map(
          nic => member(nic, 'id') as Id,
        );
        return [
          this.#block(resource, 'azurerm_linux_virtual_machine', symbol, {
            name,
            ...place,
            size: 'Standard_B1s',
            network_interface_ids: nics,
          }),
        ];
      }
      case 'Microsoft.Network/azureFirewalls':
        return this.#firewall(resource, place);
      case 'Microsoft.Network/firewallPolicies':
        return [this.#block(resource, 'azurerm_firewall_policy', symbol, { name, ...place })];
      case 'Microsoft.Network/firewallPolicies/ruleCollectionGroups':
        return [this.#ruleCollectionGroup(resource)];
      case 'Microsoft.Compute/virtualMachineScaleSets':
        return [this.#scaleSet(resource, place)];
      default:
        throw new Error(`${resource.type} is not written for azurerm`);
    }
  }

  #subnet(network: string, subnet: Term): string[] {
    const label = `${network}_${member(subnet, 'name')}`;
    const inner = member(subnet, 'properties');
    const group = member(member(inner, 'networkSecurityGroup'), 'id');
    const out = [
      `resource "azurerm_subnet" "${label}" {\n  name = ${this.#terms.term(member(subnet, 'name') ?? null)}\n  resource_group_name = "rg"\n  virtual_network_name = azurerm_virtual_network.${network}.name\n  address_prefixes = [${this.#terms.term(member(inner, 'addressPrefix') ?? null)}]\n}`,
    ];
    if (group !== undefined)
      out.push(
        `resource "azurerm_subnet_network_security_group_association" "${label}" {\n  subnet_id = azurerm_subnet.${label}.id\n  network_security_group_id = ${this.#terms.term(group)}\n}`,
      );
    return out;
  }

  #interface({ symbol, name, properties }: Resource, place: Properties): string[] {
    const out: string[] = [];
    const blocks: string[] = [];
    const id = `azurerm_network_interface.${symbol}.id`;
    for (const configuration of list(properties.ipConfigurations)) {
      const inner = member(configuration, 'properties');
      const configurationName = this.#terms.term(member(configuration, 'name') ?? null);
      const own = member(inner, 'privateIPAddress');
      const allocation = own === undefined ? 'Dynamic' : 'Static';
      const lines = [`name = ${configurationName}`, `private_ip_address_allocation = "${allocation}"`];
      if (own !== undefined) lines.push(`private_ip_address = ${this.#terms.term(own)}`);
      const subnet = member(member(inner, 'subnet'), 'id');
      const address = member(member(inner, 'publicIPAddress'), 'id');
      const version = member(inner, 'privateIPAddressVersion');
      if (subnet !== undefined) lines.push(`subnet_id = ${this.#terms.term(subnet)}`);
      if (address !== undefined) lines.push(`public_ip_address_id = ${this.#terms.term(address)}`);
      if (version !== undefined) lines.push(`private_ip_address_version = ${this.#terms.term(version)}`);
      if (blocks.length > 0) lines.push('primary = false');
      else if (list(properties.ipConfigurations).length > 1) lines.push('primary = true');
      blocks.push(`ip_configuration {\n${indented(lines)}}`);
      const link = (type: string, what: string, target: Term, by = true): string =>
        `resource "${type}" "${symbol}_${out.length}" {\n  network_interface_id = ${id}\n${by ? `  ip_configuration_name = ${configurationName}\n` : ''}  ${what} = ${this.#terms.term(target)}\n}`;
      for (const group of list(member(inner, 'applicationSecurityGroups')))
        out.push(
          link(
            'azurerm_network_interface_application_security_group_association',
            'application_security_group_id',
            member(group, 'id')!,
            false,
          ),
        );
      for (const rule of list(member(inner, 'loadBalancerInboundNatRules')))
        out.push(link('azurerm_network_interface_nat_rule_association', 'nat_rule_id', member(rule, 'id')!));
      for (const pool of list(member(inner, 'loadBalancerBackendAddressPools')))
        out.push(
          link(
            'azurerm_network_interface_backend_address_pool_association',
            'backend_address_pool_id',
            member(pool, 'id')!,
          ),
        );
    }
    const group = member(member(properties, 'networkSecurityGroup'), 'id');
    if (group !== undefined)
      out.push(
        `resource "azurerm_network_interface_security_group_association" "${symbol}" {\n  network_interface_id = ${id}\n  network_security_group_id = ${this.#terms.term(group)}\n}`,
      );
    const attributes = Object.entries({ name, ...place }).map(([key, value]) => `${key} = ${this.#terms.term(value)}`);
    return [`resource "azurerm_network_interface" "${symbol}" {\n${indented([...attributes, ...blocks])}}`, ...out];
  }

  #balancer({ symbol, name, sku, properties }: Resource, place: Properties): string[] {
    const frontends = list(properties.frontendIPConfigurations).map(frontend => {
      const address = member(member(member(frontend, 'properties'), 'publicIPAddress'), 'id');
      return `frontend_ip_configuration {\n  name = ${this.#terms.term(member(frontend, 'name') ?? null)}\n  public_ip_address_id = ${this.#terms.term(address ?? null)}\n}`;
    });
    const attributes = Object.entries({ name, ...place, sku: sku ?? 'Basic' }).map(
      ([key, value]) => `${key} = ${this.#terms.term(value)}`,
    );
    const out = [`resource "azurerm_lb" "${symbol}" {\n${indented([...attributes, ...frontends])}}`];
    const label = (part: Term): string => `${symbol}_${String(member(part, 'name')).replaceAll('-', '_')}`;
    for (const pool of list(properties.backendAddressPools))
      out.push(
        `resource "azurerm_lb_backend_address_pool" "${label(pool)}" {\n  name = ${this.#terms.term(member(pool, 'name')!)}\n  loadbalancer_id = azurerm_lb.${symbol}.id\n}`,
      );
    const parts: readonly (readonly [string, string])[] = [
      ['inboundNatRules', 'azurerm_lb_nat_rule'],
      ['loadBalancingRules', 'azurerm_lb_rule'],
    ];
    for (const [collection, type] of parts)
      for (const rule of list(properties[collection])) {
        const inner = member(rule, 'properties') as Properties;
        const frontend = member(inner.frontendIPConfiguration!, 'id') as Id;
        const pool = member(inner.backendAddressPool ?? {}, 'id') as Id | undefined;
        const range = inner.frontendPortRangeStart !== undefined;
        const lines = [
          `name = ${this.#terms.term(member(rule, 'name')!)}`,
          `loadbalancer_id = azurerm_lb.${symbol}.id`,
          `protocol = ${this.#terms.term(inner.protocol!)}`,
          `backend_port = ${this.#terms.term(inner.backendPort!)}`,
          `frontend_ip_configuration_name = "${frontend.part?.[1]}"`,
          ...(type === 'azurerm_lb_nat_rule' ? ['resource_group_name = "rg"'] : []),
          ...(range
            ? [
                `frontend_port_start = ${this.#terms.term(inner.frontendPortRangeStart!)}`,
                `frontend_port_end = ${this.#terms.term(inner.frontendPortRangeEnd!)}`,
              ]
            : [`frontend_port = ${this.#terms.term(inner.frontendPort!)}`]),
          ...(pool
            ? [
                type === 'azurerm_lb_rule'
                  ? `backend_address_pool_ids = [${this.#terms.term(pool)}]`
                  : `backend_address_pool_id = ${this.#terms.term(pool)}`,
              ]
            : []),
        ];
        out.push(`resource "${type}" "${label(rule)}" {\n${indented(lines)}}`);
      }
    return out;
  }

  #firewall({ symbol, name, properties }: Resource, place: Properties): string[] {
    const policy = member(properties.firewallPolicy, 'id');
    const configurations = list(properties.ipConfigurations).map(one => {
      const inner = member(one, 'properties');
      const lines = [
        `name = ${this.#terms.term(member(one, 'name')!)}`,
        `subnet_id = ${this.#terms.term(member(member(inner, 'subnet'), 'id')!)}`,
        `public_ip_address_id = ${this.#terms.term(member(member(inner, 'publicIPAddress'), 'id')!)}`,
      ];
      return `ip_configuration {\n${indented(lines)}}`;
    });
    const attributes = Object.entries({ name, ...place, sku_name: 'AZFW_VNet', sku_tier: 'Standard' }).map(
      ([key, value]) => `${key} = ${this.#terms.term(value)}`,
    );
    if (policy !== undefined) attributes.push(`firewall_policy_id = ${this.#terms.term(policy)}`);
    const out = [`resource "azurerm_firewall" "${symbol}" {\n${indented([...attributes, ...configurations])}}`];
    for (const collection of list(properties.natRuleCollections)) {
      const inner = member(collection, 'properties');
      const rules = list(member(inner, 'rules')).map(rule => {
        const lines = Object.entries(natAttributes).map(
          ([attribute, field]) => `${attribute} = ${this.#terms.term(member(rule, field)!)}`,
        );
        return `rule {\n${indented(lines)}}`;
      });
      const lines = [
        `name = ${this.#terms.term(member(collection, 'name')!)}`,
        `azure_firewall_name = azurerm_firewall.${symbol}.name`,
        'resource_group_name = "rg"',
        `priority = ${this.#terms.term(member(inner, 'priority')!)}`,
        'action = "Dnat"',
        ...rules,
      ];
      out.push(`resource "azurerm_firewall_nat_rule_collection" "${symbol}" {\n${indented(lines)}}`);
    }
    return out;
  }

  #ruleCollectionGroup({ symbol, name, parent, properties }: Resource): string {
    const collections = list(properties.ruleCollections).map(collection => {
      const rules = list(member(collection, 'rules')).map(rule => {
        const lines = [
          `name = ${this.#terms.term(member(rule, 'name')!)}`,
          `protocols = ${this.#terms.term(member(rule, 'ipProtocols')!)}`,
          `source_addresses = ${this.#terms.term(member(rule, 'sourceAddresses')!)}`,
          `destination_address = ${this.#terms.term(list(member(rule, 'destinationAddresses'))[0]!)}`,
          `destination_ports = ${this.#terms.term(member(rule, 'destinationPorts')!)}`,
          `translated_address = ${this.#terms.term(member(rule, 'translatedAddress')!)}`,
          `translated_port = ${this.#terms.term(member(rule, 'translatedPort')!)}`,
        ];
        return `rule {\n${indented(lines)}}`;
      });
      const lines = [
        `name = ${this.#terms.term(member(collection, 'name')!)}`,
        `priority = ${this.#terms.term(member(collection, 'priority')!)}`,
        'action = "Dnat"',
        ...rules,
      ];
      return `nat_rule_collection {\n${indented(lines)}}`;
    });
    const lines = [
      `name = ${this.#terms.term(name)}`,
      `firewall_policy_id = azurerm_firewall_policy.${parent}.id`,
      `priority = ${this.#terms.term(properties.priority!)}`,
      ...collections,
    ];
    return `resource "azurerm_firewall_policy_rule_collection_group" "${symbol}" {\n${indented(lines)}}`;
  }

  #scaleSet({ symbol, name, sku, properties }: Resource, place: Properties): string {
    const profile = member(member(properties, 'virtualMachineProfile'), 'networkProfile');
    const cards = list(member(profile, 'networkInterfaceConfigurations')).map(one => {
      const inner = member(one, 'properties');
      const group = member(member(inner, 'networkSecurityGroup'), 'id');
      const configurations = list(member(inner, 'ipConfigurations')).map(configuration => {
        const own = member(configuration, 'properties');
        const address = member(own, 'publicIPAddressConfiguration');
        const lines = [
          `name = ${this.#terms.term(member(configuration, 'name')!)}`,
          'primary = true',
          `subnet_id = ${this.#terms.term(member(member(own, 'subnet'), 'id')!)}`,
          ...(address === undefined
            ? []
            : [`public_ip_address {\n  name = ${this.#terms.term(member(address, 'name')!)}\n}`]),
        ];
        return `ip_configuration {\n${indented(lines)}}`;
      });
      const lines = [
        `name = ${this.#terms.term(member(one, 'name')!)}`,
        'primary = true',
        ...(group === undefined ? [] : [`network_security_group_id = ${this.#terms.term(group)}`]),
        ...configurations,
      ];
      return `network_interface {\n${indented(lines)}}`;
    });
    const attributes = Object.entries({ name, ...place, sku: sku ?? 'Standard_B1s', instances: 1 });
    const lines = attributes.map(([key, value]) => `${key} = ${this.#terms.term(value)}`);
    return `resource "azurerm_linux_virtual_machine_scale_set" "${symbol}" {\n${indented([...lines, ...cards])}}`;
  }

  #rules(rules: Term | undefined): string[] {
    if (rules instanceof Loop) {
      const terms = this.#terms.within('security_rule.value');
      const lines = this.#rule(rules.body, terms);
      return [
        `dynamic "security_rule" {\n  for_each = ${this.#terms.term(rules.over)}\n  content {\n${indented(lines, 4)}  }\n}`,
      ];
    }
    return list(rules).map(rule => `security_rule {\n${indented(this.#rule(rule as Properties, this.#terms))}}`);
  }

  #rule(rule: Properties, terms: HclTerms): string[] {
    return [`name = ${terms.term(rule.name ?? null)}`, ...this.#ruleLines(rule.properties as Properties, terms)];
  }

  #ruleLines(properties: Properties, terms: HclTerms): string[] {
    return Object.entries(properties).map(([name, value]) => {
      const side = /^(source|destination)ApplicationSecurityGroups$/.exec(name)?.[1];
      if (side)
        return `${side}_application_security_group_ids = ${terms.term(list(value).map(one => member(one, 'id')!))}`;
      const attribute = ruleAttributes[name];
      if (attribute === undefined) throw new Error(`${name} is not written for azurerm`);
      return `${attribute} = ${terms.term(value)}`;
    });
  }

  #block(resource: Resource, type: string, label: string, attributes: Properties, more: string[] = []): string {
    const { when, each } = resource;
    const lines = Object.entries(attributes).map(([name, value]) => `${name} = ${this.#terms.term(value)}`);
    if (when) lines.unshift(`count = ${this.#terms.term(when)} ? 1 : 0`);
    if (each) {
      const items = this.#terms.term(each);
      const key = JSON.stringify([resource.name, resource.properties]).includes('"field"') ? 'item.name' : 'item';
      lines.unshift(`for_each = { for item in ${items} : ${key} => item }`);
    }
    return `resource "${type}" "${label}" {\n${indented([...lines, ...more])}}`;
  }

  id({ symbol, part }: Id): string {
    const { type, each, when } = bySymbol(this.estate, symbol);
    const index = each ? '[each.key]' : when ? '[0]' : '';
    if (part) {
      const [collection, name] = part;
      const label = `${symbol}_${name.replaceAll('-', '_')}`;
      if (collection === 'subnets') return `azurerm_subnet.${label}.id`;
      if (collection === 'inboundNatRules') return `azurerm_lb_nat_rule.${label}.id`;
      if (collection === 'backendAddressPools') return `azurerm_lb_backend_address_pool.${label}.id`;
      throw new Error(`${collection} has no id of its own in azurerm`);
    }
    const kinds: Readonly<Record<string, string>> = {
      'Microsoft.Network/networkSecurityGroups': 'azurerm_network_security_group',
      'Microsoft.Network/applicationSecurityGroups': 'azurerm_application_security_group',
      'Microsoft.Network/publicIPAddresses': 'azurerm_public_ip',
      'Microsoft.Network/networkInterfaces': 'azurerm_network_interface',
      'Microsoft.Network/firewallPolicies': 'azurerm_firewall_policy',
    };
    return `${kinds[type]}.${symbol}${index}.id`;
  }
}

function indented(lines: readonly string[], by = 2): string {
  return lines
    .flatMap(line => line.split('\n'))
    .map(line => `${' '.repeat(by)}${line}\n`)
    .join('');
}

function member(term: Term | undefined, name: string): Term | undefined {
  if (term === undefined || term === null || typeof term !== 'object') return undefined;
  return (term as Properties)[name];
}

function list(term: Term | undefined): readonly Term[] {
  return Array.isArray(term) ? (term as readonly Term[]) : [];
}
