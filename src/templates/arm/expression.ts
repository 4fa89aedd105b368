/** A node of an expression. Offsets are those of the expression's text, its opening bracket at 0. */
export type Expression = TextLiteral | NumberLiteral | FunctionCall | MemberAccess | IndexAccess;

interface Spanned {
  readonly start: number;
  readonly end: number;
}
export interface TextLiteral extends Spanned {
  readonly kind: 'text';
  readonly value: string;
}
export interface NumberLiteral extends Spanned {
  readonly kind: 'number';
  readonly value: number;
}
export interface FunctionCall extends Spanned {
  readonly kind: 'call';
  /** With its namespace: `contoso.uniqueName`. */
  readonly name: string;
  /** The name in lower case: Azure takes any. */
  readonly key: string;
  readonly args: readonly Expression[];
}
export interface MemberAccess extends Spanned {
  readonly kind: 'member';
  readonly target: Expression;
  readonly name: string;
}
export interface IndexAccess extends Spanned {
  readonly kind: 'index';
  readonly target: Expression;
  readonly index: Expression;
}

export interface ExpressionError {
  readonly kind: 'error';
  readonly message: string;
  readonly at: number;
}

export type ParsedExpression = Expression | ExpressionError;

const deepest = 100;

/** Whether Azure evaluates this text: it is in brackets, and the opening one is not doubled. */
export function isExpression(text: string): boolean {
  return text.charCodeAt(0) === 91 && text.charCodeAt(1) !== 91 && text.endsWith(']');
}

/** The text that Azure makes of one it does not evaluate: `[[x]` stands for `[x]`. */
export function unescapedText(text: string): string {
  return text.startsWith('[[') && text.endsWith(']') ? text.slice(1) : text;
}

/**
 * Parses `[…]`, an expression of the template language, its brackets included.
 * https://learn.microsoft.com/azure/azure-resource-manager/templates/template-expressions
 */
export function parseExpression(text: string): ParsedExpression {
  const parser = new Parser(text, 1, text.length - 1);
  try {
    return parser.whole();
  } catch (error) {
    if (error instanceof SyntaxProblem) return { kind: 'error', message: error.message, at: error.at };
    throw error;
  }
}

class SyntaxProblem extends Error {
  constructor(
    message: string,
    readonly at: number,
  ) {
    super(message);
  }
}

class Parser {
  constructor(
    private readonly text: string,
    private at: number,
    private readonly end: number,
  ) {}

  whole(): Expression {
    const expression = this.expression(0);
    this.space();
    if (this.at < this.end) throw new SyntaxProblem(`'${this.text[this.at]}' has no place there`, this.at);
    return expression;
  }

  private expression(depth: number): Expression {
    if (depth > deepest) throw new SyntaxProblem('it is nested too deep', this.at);
    let expression = this.primary(depth);
    let accesses = 0;
    while (true) {
      this.space();
      const character = this.at < this.end ? this.text[this.at] : undefined;
      if (character !== '.' && character !== '[') return expression;
      if (++accesses > deepest) throw new SyntaxProblem('it has too many members one after the other', this.at);
      this.at++;
      if (character === '.') {
        this.space();
        const name = this.word();
        expression = { kind: 'member', target: expression, name, start: expression.start, end: this.at };
      } else {
        const index = this.expression(depth + 1);
        this.expect(']');
        expression = { kind: 'index', target: expression, index, start: expression.start, end: this.at };
      }
    }
  }

  private primary(depth: number): Expression {
    this.space();
    const start = this.at;
    const code = this.at < this.end ? this.text.charCodeAt(this.at) : 0;
    if (code === 39) return { kind: 'text', value: this.quoted(), start, end: this.at };
    if ((code >= 48 && code <= 57) || code === 45 || code === 43) return this.number(start);
    let name = this.word();
    this.space();
    while (this.at < this.end && this.text[this.at] === '.') {
      this.at++;
      this.space();
      name += `.${this.word()}`;
      this.space();
    }
    if (this.at >= this.end || this.text[this.at] !== '(') {
      throw new SyntaxProblem(`'${name.slice(0, 40)}' is not followed by its arguments`, start);
    }
    this.at++;
    const args = this.arguments(depth);
    return { kind: 'call', name, key: name.toLowerCase(), args, start, end: this.at };
  }

  private arguments(depth: number): Expression[] {
    this.space();
    if (this.text[this.at] === ')' && this.at < this.end) {
      this.at++;
      return [];
    }
    const args = [this.expression(depth + 1)];
    this.space();
    while (this.at < this.end && this.text[this.at] === ',') {
      this.at++;
      args.push(this.expression(depth + 1));
      this.space();
    }
    this.expect(')');
    // Pushed to, an array keeps room for many more, and expressions are kept.
    return args.length > 1 ? args.slice() : args;
  }

  private number(start: number): NumberLiteral {
    const match = /^[+-]?\d+(\.\d+)?([eE][+-]?\d+)?/.exec(this.text.slice(start, Math.min(this.end, start + 40)));
    if (!match) throw new SyntaxProblem('a sign stands without a number', start);
    this.at = start + match[0].length;
    return { kind: 'number', value: Number(match[0]), start, end: this.at };
  }

  private quoted(): string {
    const start = this.at++;
    let value = '';
    while (true) {
      const close = this.text.indexOf("'", this.at);
      if (close < 0 || close >= this.end) throw new SyntaxProblem('an apostrophe is not closed', start);
      value += this.text.slice(this.at, close);
      this.at = close + 1;
      if (this.text[this.at] !== "'" || this.at >= this.end) return value;
      // A doubled apostrophe stands for one.
      value += "'";
      this.at++;
    }
  }

  private word(): string {
    const start = this.at;
    while (this.at < this.end && isWordCharacter(this.text.charCodeAt(this.at))) this.at++;
    if (this.at > start) return this.text.slice(start, this.at);
    throw new SyntaxProblem(
      this.at < this.end ? `'${this.text[this.at]}' has no place there` : 'it ends too early',
      this.at,
    );
  }

  private expect(character: string): void {
    this.space();
    if (this.at >= this.end || this.text[this.at] !== character) {
      throw new SyntaxProblem(`'${character}' is missing`, this.at);
    }
    this.at++;
  }

  private space(): void {
    while (this.at < this.end && this.text.charCodeAt(this.at) <= 32) this.at++;
  }
}

function isWordCharacter(code: number): boolean {
  return (
    (code >= 97 && code <= 122) ||
    (code >= 65 && code <= 90) ||
    (code >= 48 && code <= 57) ||
    code === 95 ||
    code === 36 ||
    code > 127
  );
}
