import { ArmError } from './errors.ts';
import { type Json, property } from './json.ts';

/** One query over rows: the part of Kusto that Resource Graph queries here use. Anything else is an invalid query. */
export interface Query {
  readonly table: string;
  run(rows: Iterable<Json>): Json[];
}

type Expression = (row: Json) => Json;
type Stage = (rows: Json[]) => Json[];

export function parseQuery(text: string): Query {
  const parser = new Parser(tokenize(text));
  const table = parser.name();
  const stages: Stage[] = [];
  while (parser.take('|')) stages.push(parser.stage());
  parser.end();
  return {
    table: table.toLowerCase(),
    run: rows => stages.reduce((current, stage) => stage(current), [...rows]),
  };
}

function invalid(message: string): ArmError {
  return new ArmError(
    400,
    'BadRequest',
    'Please provide below info when asking for support: timestamp = 2026-01-01T00:00:00Z, correlationId = local.',
    {
      details: [
        {
          code: 'InvalidQuery',
          message: `Query is invalid. Please refer to the documentation for the Azure Resource Graph service and fix the error before retrying.`,
        },
        { code: 'ParserFailure', message },
      ],
    },
  );
}

function tokenize(text: string): string[] {
  const tokens: string[] = [];
  const pattern =
    /\s+|\/\/[^\n]*|('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[A-Za-z_$][\w$-]*~?|\d+|=~|!~|==|!=|<=|>=|[|()[\],.=<>])/y;
  while (pattern.lastIndex < text.length) {
    const at = pattern.lastIndex;
    const match = pattern.exec(text);
    if (!match) throw invalid(`Unexpected character at ${at}`);
    if (match[1] !== undefined) tokens.push(match[1]);
  }
  return tokens;
}

class Parser {
  #at = 0;

  constructor(private readonly tokens: readonly string[]) {}

  take(token: string): boolean {
    if (this.tokens[this.#at]?.toLowerCase() !== token) return false;
    this.#at++;
    return true;
  }

  expect(token: string): void {
    if (!this.take(token)) throw invalid(`Expected ${token} before ${this.tokens[this.#at] ?? 'the end'}`);
  }

  end(): void {
    if (this.#at < this.tokens.length) throw invalid(`Unexpected ${this.tokens[this.#at]}`);
  }

  name(): string {
    const token = this.tokens[this.#at++];
    if (token === undefined || !/^[A-Za-z_$]/.test(token))
      throw invalid(`Expected a name before ${token ?? 'the end'}`);
    return token;
  }

  stage(): Stage {
    const operator = this.name().toLowerCase();
    switch (operator) {
      case 'where': {
        const test = this.or();
        return rows => rows.filter(row => test(row) === true);
      }
      case 'project': {
        const columns = this.columns();
        return rows => rows.map(row => Object.fromEntries(columns.map(([name, value]) => [name, value(row) ?? null])));
      }
      case 'extend': {
        const columns = this.columns();
        return rows =>
          rows.map(row => ({
            ...row,
            ...Object.fromEntries(columns.map(([name, value]) => [name, value(row) ?? null])),
          }));
      }
      case 'order':
      case 'sort': {
        this.expect('by');
        const keys: { value: Expression; sign: number }[] = [];
        do {
          const value = this.primary();
          const sign = this.take('asc') ? 1 : this.take('desc') ? -1 : -1;
          keys.push({ value, sign });
        } while (this.take(','));
        return rows =>
          [...rows].sort((left, right) => {
            for (const { value, sign } of keys) {
              const [a, b] = [value(left), value(right)];
              if (a !== b) return a < b ? -sign : sign;
            }
            return 0;
          });
      }
      default:
        throw invalid(`Unknown operator ${operator}`);
    }
  }

  columns(): [string, Expression][] {
    const columns: [string, Expression][] = [];
    do {
      const start = this.#at;
      const name = this.name();
      if (this.take('=')) {
        columns.push([name, this.primary()]);
        continue;
      }
      this.#at = start;
      columns.push([name, this.primary()]);
    } while (this.take(','));
    return columns;
  }

  or(): Expression {
    let left = this.and();
    while (this.take('or')) {
      const [a, b] = [left, this.and()];
      left = row => a(row) === true || b(row) === true;
    }
    return left;
  }

  and(): Expression {
    let left = this.comparison();
    while (this.take('and')) {
      const [a, b] = [left, this.comparison()];
      left = row => a(row) === true && b(row) === true;
    }
    return left;
  }

  comparison(): Expression {
    const left = this.primary();
    const lower = (value: Json) => String(value ?? '').toLowerCase();
    const operators: Record<string, (a: Json, b: Json) => boolean> = {
      '==': (a, b) => a === b,
      '!=': (a, b) => a !== b,
      '=~': (a, b) => lower(a) === lower(b),
      '!~': (a, b) => lower(a) !== lower(b),
      has: (a, b) => lower(a).split(/\W+/).includes(lower(b)),
      contains: (a, b) => lower(a).includes(lower(b)),
      startswith: (a, b) => lower(a).startsWith(lower(b)),
    };
    const operator = this.tokens[this.#at]?.toLowerCase() ?? '';
    if (operator === 'in~' || operator === 'in') {
      this.#at++;
      this.expect('(');
      const items: Expression[] = [];
      do items.push(this.primary());
      while (this.take(','));
      this.expect(')');
      const equal = operators[operator === 'in' ? '==' : '=~']!;
      return row => items.some(item => equal(left(row), item(row)));
    }
    const compare = Object.hasOwn(operators, operator) ? operators[operator] : undefined;
    if (!compare) return left;
    this.#at++;
    const right = this.primary();
    return row => compare(left(row), right(row));
  }

  primary(): Expression {
    const token = this.tokens[this.#at];
    if (token === undefined) throw invalid('Unexpected end');
    if (this.take('(')) {
      const inner = this.or();
      this.expect(')');
      return inner;
    }
    if (/^['"]/.test(token)) {
      this.#at++;
      const text = token.slice(1, -1).replace(/\\(.)/g, '$1');
      return () => text;
    }
    if (/^\d/.test(token)) {
      this.#at++;
      return () => Number(token);
    }
    const name = this.name();
    if (this.take('(')) {
      const inputs: Expression[] = [];
      if (!this.take(')')) {
        do inputs.push(this.or());
        while (this.take(','));
        this.expect(')');
      }
      return call(name.toLowerCase(), inputs);
    }
    let value: Expression = row => row[name];
    for (;;) {
      if (this.take('.')) {
        const member = this.name();
        const object = value;
        value = row => property(object(row), member);
      } else if (this.take('[')) {
        const index = this.primary();
        this.expect(']');
        const object = value;
        value = row => object(row)?.[index(row)];
      } else return value;
    }
  }
}

function call(name: string, inputs: readonly Expression[]): Expression {
  const functions: Record<string, (...values: Json[]) => Json> = {
    tolower: value => String(value ?? '').toLowerCase(),
    tostring: value => (typeof value === 'object' ? JSON.stringify(value) : String(value ?? '')),
    isnotempty: value => value !== undefined && value !== null && value !== '',
    isempty: value => value === undefined || value === null || value === '',
    not: value => value !== true,
    pack: packed,
    bag_pack: packed,
  };
  const run = Object.hasOwn(functions, name) ? functions[name] : undefined;
  if (!run) throw invalid(`Unknown function ${name}`);
  return row => run(...inputs.map(input => input(row)));
}

function packed(...values: Json[]): Json {
  const bag: Json = {};
  for (let index = 0; index + 1 < values.length; index += 2) bag[values[index]] = values[index + 1] ?? null;
  return bag;
}
