import fc from 'fast-check';
import {
  Choice,
  type Estate,
  Field,
  Joined,
  Lists,
  Parameter,
  type ParameterDeclaration,
  type Resource,
  type Term,
  Variable,
} from './estate.ts';

const texts: Readonly<Record<string, readonly string[]>> = {
  source: [
    '*',
    'Internet',
    '0.0.0.0/0',
    '0.0.0.0/1',
    '203.0.113.7',
    '10.0.0.0/8',
    'VirtualNetwork',
    'AzureCloud',
    '::/0',
  ],
  port: ['22', '3389', '20-25', '*', '443', '3000-6000'],
  access: ['Allow', 'Deny'],
  protocol: ['Tcp', '*', 'Udp'],
};
const addresses = ['203.0.113.7', '128.0.0.0/1', '0.0.0.0/1', '198.51.100.0/24', '20.0.0.0/8', '2001:db8::/32'];

/** How a value is written: plainly, or by one of the ways that languages have. */
type Way = 'plain' | 'variable' | 'field' | 'default' | 'unknown' | 'choice' | 'decided';

const way = fc.constantFrom<Way>(
  'plain',
  'plain',
  'plain',
  'variable',
  'field',
  'default',
  'unknown',
  'choice',
  'decided',
);

interface Written {
  readonly way: Way;
  readonly first: string;
  readonly second: string;
}

const written = (kind: string): fc.Arbitrary<Written> =>
  fc.record({ way, first: fc.constantFrom(...texts[kind]!), second: fc.constantFrom(...texts[kind]!) });

const rule = fc.record({
  priority: fc.integer({ min: 100, max: 110 }),
  access: written('access'),
  protocol: written('protocol'),
  source: written('source'),
  sources: fc.option(
    fc.record({ way, items: fc.uniqueArray(fc.constantFrom(...addresses), { minLength: 1, maxLength: 3 }) }),
    {
      nil: undefined,
    },
  ),
  port: written('port'),
  standing: fc.boolean(),
  when: fc.constantFrom('always', 'always', 'always', 'unknown', 'on', 'off'),
});

type RandomRule = typeof rule extends fc.Arbitrary<infer T> ? T : never;

/** Security groups with rules of every kind, whose values come from wherever values can come from. */
export const randomEstate: fc.Arbitrary<Estate> = fc
  .uniqueArray(rule, { minLength: 1, maxLength: 4, selector: one => one.priority })
  .map(rules => new Builder().estate(rules));

class Builder {
  readonly #parameters: Record<string, ParameterDeclaration> = {};
  readonly #variables: Record<string, Term> = {};
  #names = 0;

  estate(rules: readonly RandomRule[]): Estate {
    const inline: Term[] = [];
    const standing: Resource[] = [];
    for (const [i, one] of rules.entries()) {
      const name = `rule${i}`;
      const properties = {
        priority: one.priority,
        direction: 'Inbound',
        access: this.#term(one.access),
        protocol: this.#term(one.protocol),
        ...(one.sources
          ? { sourceAddressPrefixes: this.#list(one.sources.way, one.sources.items) }
          : { sourceAddressPrefix: this.#term(one.source) }),
        sourcePortRange: '*',
        destinationAddressPrefix: '*',
        destinationPortRange: this.#term(one.port),
      };
      if (!one.standing) inline.push({ name, properties });
      else
        standing.push({
          symbol: name,
          type: 'Microsoft.Network/networkSecurityGroups/securityRules',
          name: i % 2 === 0 ? name : new Joined(['rule', this.#variable(String(i))]),
          parent: 'nsg',
          properties,
          ...(one.when === 'always' ? {} : { when: this.#condition(one.when) }),
        });
    }
    const type = 'Microsoft.Network/networkSecurityGroups';
    return {
      parameters: this.#parameters,
      variables: this.#variables,
      resources: [{ symbol: 'nsg', type, name: 'nsg', properties: { securityRules: inline } }, ...standing],
    };
  }

  #name(): string {
    return `value${++this.#names}`;
  }

  #variable(value: Term): Variable {
    const name = this.#name();
    this.#variables[name] = value;
    return new Variable(name);
  }

  #parameter(declaration: ParameterDeclaration): Parameter {
    const name = this.#name();
    this.#parameters[name] = declaration;
    return new Parameter(name);
  }

  #condition(when: string): Parameter {
    return this.#parameter(when === 'unknown' ? { type: 'bool' } : { type: 'bool', default: when === 'on' });
  }

  #term({ way: how, first, second }: Written): Term {
    switch (how) {
      case 'plain':
        return first;
      case 'variable':
        return this.#variable(first);
      case 'field':
        return new Field(this.#variable({ own: first, other: second }), 'own');
      case 'default':
        return this.#parameter({ type: 'string', default: first });
      case 'unknown':
        return this.#parameter({ type: 'string' });
      case 'choice':
        return new Choice(this.#condition('unknown'), first, second);
      case 'decided':
        return new Choice(this.#condition('off'), second, first);
    }
  }

  #list(how: Way, items: readonly string[]): Term {
    switch (how) {
      case 'plain':
        return items;
      case 'variable':
        return this.#variable(items);
      case 'field':
        return new Field(this.#variable({ own: items }), 'own');
      case 'default':
        return this.#parameter({ type: 'array', default: items });
      case 'unknown':
        return this.#parameter({ type: 'array' });
      case 'choice':
        return new Choice(this.#condition('unknown'), items, ['203.0.113.7']);
      case 'decided':
        return new Lists([items, this.#variable(['10.0.0.0/8'])]);
    }
  }
}
