import type { TextPlace } from '../../network/origin.ts';
import { certainExistence, type Existence } from '../../network/resource.ts';
import type { Value } from '../../network/value.ts';
import { blockValue } from './block-value.ts';
import type { Expanded } from './instances.ts';
import { extentOf, type ModuleInstance, openingOf } from './module-instance.ts';
import type { ResourceBlock } from './module-source.ts';
import { azapiIdSymbol, type ChildId, childIds, idByName, nestedIds, restTypes } from './resource-ids.ts';
import { LazyObject, sequence, stringValue, symbolOf, unknownValue } from './terraform-value.ts';

/** The value of a resource's `name` remembers the resource, so that what is joined by name finds it. */
interface NameOfResource {
  readonly resource: ResourceInstance;
}

/** The resource whose name a value is, when it was taken from the resource itself. */
export function namedResource(value: Value | undefined): ResourceInstance | undefined {
  return value && (value as Partial<NameOfResource>).resource;
}

/** One instance of a resource or data source. */
export class ResourceInstance {
  /** What the configuration says. */
  readonly configured: LazyObject;
  /** The same with what only the provider knows, as expressions see the resource. */
  readonly value: LazyObject;
  readonly place: TextPlace;
  readonly extent: TextPlace;
  /** It is one of several that share a block, or the module that it is in is. */
  readonly hangsOn: readonly string[];
  readonly doubt: readonly string[];
  readonly leftOut: boolean;
  #id: Value | undefined;

  constructor(
    readonly module: ModuleInstance,
    readonly block: ResourceBlock,
    readonly address: string,
    readonly expanded: Expanded,
  ) {
    this.place = openingOf(block);
    this.extent = extentOf(block);
    this.hangsOn = [...new Set([...module.expanded.hangsOn, ...expanded.hangsOn])];
    this.doubt = [...new Set([...module.expanded.doubt, ...expanded.doubt])];
    this.leftOut = module.expanded.leftOut || expanded.leftOut;
    const scope = { ...module.scope(block.file), bindings: expanded.bindings };
    const each = expanded.bindings?.value;
    const data = each?.kind === 'object' ? each.get('value')?.origin : undefined;
    this.configured = blockValue(
      block.block.body,
      scope,
      module.state.evaluator,
      [{ kind: 'resource', name: address, place: this.extent }, ...(data ?? [])],
      name => this.#computedInBlock(name),
    );
    this.value = asSeen(this, name => this.#computed(name));
    module.state.resources.set(address, this);
  }

  get type(): string {
    return this.block.type;
  }

  /** What a reference to the resource's `id` gives: an unknown text that no other resource has. */
  get id(): Value {
    this.#id ??= unknownValue([this.block.mode === 'data' ? this.address : `${this.address}.id`], [], {
      symbol: this.#idSymbol(),
    });
    return this.#id;
  }

  /** Existence as the defaults of the input variables have it. */
  get existence(): Existence {
    return this.doubt.length > 0 ? { kind: 'depends', on: this.doubt } : certainExistence;
  }

  /** Existence that names every input variable that it hangs on, whatever the defaults are. */
  get wholeExistence(): Existence {
    const on = [...new Set([...this.hangsOn, ...this.doubt])];
    return on.length > 0 ? { kind: 'depends', on } : certainExistence;
  }

  #idSymbol(): string {
    const child = childIds.get(this.type);
    const name = symbolOf(this.value.get('name') ?? stringValue(`{${this.address}}`)) ?? `{${this.address}}`;
    if (child) {
      const parent = this.#parentId(child);
      if (parent) return `${parent}/${child.segment}/${name.replaceAll('/', '%2f')}`;
    }
    const azapi = this.type.startsWith('azapi_') ? azapiIdSymbol(this.configured, this.address, name) : undefined;
    if (azapi !== undefined) return azapi;
    const type = restTypes.get(this.type) ?? this.type;
    return `/subscriptions/{subscription}/resourceGroups/{resource group}/providers/${type}/{${this.address.replaceAll('/', '%2f')}}`;
  }

  #parentId({ reference, parentType }: ChildId): string | undefined {
    const named = this.value.get(reference);
    const symbol = named && symbolOf(named);
    if (!named || parentType === undefined) return symbol;
    const declared = this.module.state.idOfNamed(parentType, named, this);
    if (declared !== undefined || symbol === undefined) return declared;
    const group = this.value.get('resource_group_name');
    return idByName(parentType, symbol, group && symbolOf(group));
  }

  /** What the provider computes in a nested block, named as `block.attribute`: its id, an interface's address. */
  #computedInBlock(name: string): Value | undefined {
    if (`${this.type}.${name}` === 'azurerm_network_interface.ip_configuration.private_ip_address')
      return unknownValue(['a private address given at deployment'], [], {
        symbol: `{${this.address}.private_ip_address}`,
      });
    const segment = name.endsWith('.id') ? nestedIds.get(`${this.type}.${name.slice(0, -3)}`) : undefined;
    if (!segment) return undefined;
    return unknownValue([`${this.address}.${name}`], [], { symbol: `${symbolOf(this.id)}/${segment}` });
  }

  /** What the provider computes from attributes that the configuration sets elsewhere. */
  #elsewhere(name: string): Value | undefined {
    const first = (list: Value | undefined) => (list?.kind === 'array' && !list.rest ? list.items[0] : undefined);
    switch (`${this.type}.${name}`) {
      case 'azurerm_network_interface.private_ip_address': {
        const configuration = first(this.configured.get('ip_configuration'));
        return configuration?.kind === 'object' ? configuration.get('private_ip_address') : undefined;
      }
      case 'azurerm_linux_virtual_machine.private_ip_address':
      case 'azurerm_windows_virtual_machine.private_ip_address': {
        const id = first(this.configured.get('network_interface_ids'));
        const owner = id && /\/\{([^{}]+)\}$/.exec(symbolOf(id) ?? '')?.[1]?.replaceAll('%2f', '/');
        if (owner === undefined) return undefined;
        return unknownValue([`${this.address}.${name}`], [], { symbol: `{${owner}.private_ip_address}` });
      }
      case 'azurerm_subnet.address_prefix':
        return first(this.configured.get('address_prefixes'));
      case 'azurerm_subnet.address_prefixes': {
        const prefix = this.configured.get('address_prefix');
        return prefix && sequence([prefix], prefix.origin, 'list');
      }
      default:
        return undefined;
    }
  }

  #computed(name: string): Value | undefined {
    if (name === 'id') return this.id;
    const elsewhere = this.#elsewhere(name);
    if (elsewhere) return elsewhere;
    if (this.type === 'terraform_data' && name === 'output') return this.value.get('input');
    const names = this.block.mode === 'data' ? [this.address] : [`${this.address}.${name}`];
    return unknownValue([...names, ...(this.expanded.generic ? this.doubt : [])], [], {
      symbol: `{${this.address}.${name}}`,
    });
  }
}

/** A resource as expressions see it; its name remembers whose it is. */
function asSeen(resource: ResourceInstance, computed: (name: string) => Value | undefined): LazyObject {
  const { configured } = resource;
  return new LazyObject(
    configured.origin,
    () => Array.from(configured.properties(), property => property.name),
    name => {
      const property = configured.property(name);
      if (!property) {
        const value = computed(name);
        return value && { name, value };
      }
      if (name !== 'name' || namedResource(property.value)) return property;
      return { ...property, value: Object.assign({ ...property.value }, { resource } satisfies NameOfResource) };
    },
  );
}
