import { ExpressionParser, type PutOff } from './expression-parser.ts';
import { TokenBuffers, tokenize } from './lexer.ts';
import type {
  BicepTree,
  Declaration,
  Decorator,
  Expression,
  ImportedSymbol,
  LambdaNode,
  Name,
  ParseError,
  ResourceNode,
} from './syntax.ts';
import { Token } from './token.ts';
import { TokenReader } from './token-reader.ts';
import { TypeParser } from './type-parser.ts';
import { UnreadBrackets } from './unread-brackets.ts';

/**
 * Reads a `.bicep` or `.bicepparam` text, whole or broken. Never throws; linear in the text's length. A text with an
 * error is read a second time, then with less trust in strings, comments and nested resources that seem to have lost
 * their end, so that one missing delimiter spoils one declaration. What stands in brackets without a fault becomes
 * nodes when somebody looks at it. `buffers` spares who reads many texts the memory.
 */
export function parseBicep(text: string, buffers = new TokenBuffers()): BicepTree {
  const trusting = parseOnce(text, false, buffers);
  return trusting.errors.length === 0 ? trusting : parseOnce(text, true, buffers);
}

function parseOnce(text: string, distrustful: boolean, buffers: TokenBuffers): BicepTree {
  const tokens = tokenize(text, { distrustful, buffers });
  const reader = new TokenReader(text, tokens, distrustful);
  const putOff = distrustful ? undefined : new UnreadBrackets(text, tokens, buffers);
  const declarations = new DeclarationParser(reader, putOff).file();
  const errors: ParseError[] =
    tokens.errors.length === 0 ? reader.errors : [...tokens.errors, ...reader.errors].sort((a, b) => a.start - b.start);
  return { declarations, errors, comments: tokens.comments };
}

const noDecorators: readonly Decorator[] = [];

interface Head {
  readonly start: number;
  /** Known once the declaration has been read. */
  end: number;
  readonly decorators: readonly Decorator[];
  readonly keyword: { readonly start: number; readonly end: number };
}

class DeclarationParser {
  readonly #expressions: ExpressionParser;
  readonly #types: TypeParser;
  #nesting = 0;

  constructor(
    private readonly reader: TokenReader,
    putOff: PutOff | undefined,
  ) {
    this.#expressions = new ExpressionParser(reader, () => this.#nestedResource(), putOff);
    this.#types = new TypeParser(reader, this.#expressions, () => {
      this.#decorators();
    });
  }

  file(): Declaration[] {
    const { reader } = this;
    const declarations: Declaration[] = [];
    for (;;) {
      reader.skipNewLines();
      if (reader.kind() === Token.EndOfFile) return declarations;
      const before = reader.position;
      reader.braces = 0;
      reader.squares = 0;
      reader.parentheses = 0;
      const declaration = this.#declaration();
      if (declaration) declarations.push(declaration);
      if (reader.kind() !== Token.NewLine && reader.kind() !== Token.EndOfFile && !this.#atNext()) {
        reader.fail('A line end is missing here.');
        this.#skipToLineEnd();
      }
      if (reader.position === before) reader.advance();
    }
  }

  #atNext(): boolean {
    return this.reader.atLineStart && this.reader.atDeclaration();
  }

  /** Only to the end of the line: what follows may be a declaration again. */
  #skipToLineEnd(): void {
    const { reader } = this;
    while (reader.kind() !== Token.NewLine && reader.kind() !== Token.EndOfFile) reader.advance();
  }

  #decorators(): readonly Decorator[] {
    const { reader } = this;
    if (reader.kind() !== Token.At) return noDecorators;
    const decorators: Decorator[] = [];
    while (reader.kind() === Token.At) {
      const start = reader.start;
      reader.advance();
      let name = this.#expressions.name('the name of a decorator');
      let args: Expression[] = [];
      for (;;) {
        if (reader.kind() === Token.LeftParen) args = this.#expressions.args();
        if (!reader.accept(Token.Dot)) break;
        name = this.#expressions.name('the name of a decorator');
      }
      decorators.push({ name: name.text, args, start, end: reader.previousEnd });
      if (reader.kind() !== Token.NewLine) {
        reader.fail('A line end is missing behind a decorator.');
        if (!reader.atOuterEnd()) reader.skipLine();
      }
      reader.skipNewLines();
    }
    return decorators;
  }

  #head(): Head {
    const { reader } = this;
    const { start } = reader;
    const decorators = this.#decorators();
    return { start, end: start, decorators, keyword: { start: reader.start, end: reader.end } };
  }

  #nestedResource(): ResourceNode | undefined {
    const { reader } = this;
    const column = reader.column;
    const head = this.#head();
    let resource: ResourceNode | undefined;
    if (reader.isWord('resource') && reader.peek(1) === Token.Identifier && this.#nesting < 16) {
      this.#nesting++;
      resource = this.#resource(head);
      this.#nesting--;
    } else {
      reader.fail('A nested resource is missing behind its decorators, or is nested too deep.');
      if (!reader.atOuterEnd()) reader.skipLine();
    }
    reader.column = column;
    return resource;
  }

  #declaration(): Declaration | undefined {
    const { reader } = this;
    const head = this.#head();
    if (reader.kind() !== Token.Identifier) {
      reader.fail('A declaration is missing here.', reader.start, reader.end);
      this.#skipToLineEnd();
      return undefined;
    }
    reader.column = reader.columnOf(reader.start);
    switch (reader.value) {
      case 'param':
        return this.#parameter(head);
      case 'var':
        return this.#variable(head);
      case 'resource':
        return this.#resource(head);
      case 'module':
        return this.#module(head);
      case 'output':
        return this.#output(head);
      case 'func':
        return this.#function(head);
      case 'type':
        return this.#type(head);
      case 'targetScope': {
        reader.advance();
        const value = this.#assigned();
        return { kind: 'target-scope', value, ...this.#whole(head) };
      }
      case 'metadata': {
        const name = this.#named('the name of the metadata');
        const value = this.#assigned();
        return { kind: 'metadata', name, value, ...this.#whole(head) };
      }
      case 'import':
        return this.#import(head);
      case 'extension':
      case 'provider':
        return this.#extension(head);
      case 'using':
      case 'extends':
        return this.#using(head);
      case 'assert':
      case 'test':
      case 'extensionConfig':
        return this.#other(head);
      default:
        reader.fail(`'${shortened(reader.value)}' begins no declaration.`, reader.start, reader.end);
        this.#skipToLineEnd();
        return undefined;
    }
  }

  /** What all declarations have, once this one has been read. */
  #whole(head: Head): Head {
    head.end = this.reader.previousEnd;
    return head;
  }

  /** Passes the keyword and reads the name behind it. */
  #named(what: string): Name {
    this.reader.advance();
    return this.#expressions.name(what);
  }

  #assigned(): Expression {
    const { reader } = this;
    if (!reader.accept(Token.Assignment)) {
      reader.fail("'=' is missing.");
      if (reader.kind() === Token.NewLine || reader.kind() === Token.EndOfFile) return this.#expressions.missing();
    }
    // A value on the next line is accepted, unless that line is the next declaration.
    if (reader.kind() === Token.NewLine) {
      const next = reader.peek(1);
      if (next === Token.Identifier || next === Token.EndOfFile || next === Token.At)
        return this.#expressions.missing();
      reader.advance();
    }
    return this.#expressions.expression();
  }

  #parameter(head: Head): Declaration {
    const { reader } = this;
    const name = this.#named('the name of the parameter');
    const hasType =
      reader.kind() !== Token.Assignment && reader.kind() !== Token.NewLine && reader.kind() !== Token.EndOfFile;
    const type = hasType ? this.#types.declared() : undefined;
    const value = reader.kind() === Token.Assignment ? this.#assigned() : undefined;
    if (!hasType && !value) reader.fail('The type of the parameter is missing.');
    return { kind: 'parameter', name, type, value, ...this.#whole(head) };
  }

  #variable(head: Head): Declaration {
    const { reader } = this;
    const name = this.#named('the name of the variable');
    if (reader.kind() === Token.Identifier || reader.kind() === Token.LeftBrace || reader.kind() === Token.LeftSquare) {
      this.#types.declared();
    } else if (reader.kind() === Token.StringComplete) {
      this.#types.declared();
    }
    const value = this.#assigned();
    return { kind: 'variable', name, value, ...this.#whole(head) };
  }

  #output(head: Head): Declaration {
    const { reader } = this;
    const name = this.#named('the name of the output');
    if (reader.kind() !== Token.Assignment && reader.kind() !== Token.NewLine) this.#types.declared();
    const value = this.#assigned();
    return { kind: 'output', name, value, ...this.#whole(head) };
  }

  #resource(head: Head): ResourceNode {
    const { reader } = this;
    const name = this.#named('the symbolic name of the resource');
    const type = this.#text('the type of the resource in quotes');
    const existing = reader.acceptWord('existing');
    const value = this.#body(true);
    return { kind: 'resource', name, type, existing, value, ...this.#whole(head) };
  }

  #module(head: Head): Declaration {
    const name = this.#named('the symbolic name of the module');
    const path = this.#text('the path of the module in quotes');
    const value = this.#body(false);
    return { kind: 'module', name, path, value, ...this.#whole(head) };
  }

  #text(what: string): Expression {
    const { reader } = this;
    if (
      reader.kind() === Token.StringComplete ||
      reader.kind() === Token.StringStart ||
      reader.kind() === Token.MultilineString
    ) {
      return this.#expressions.text();
    }
    reader.fail(`Here belongs ${what}.`);
    return { kind: 'missing', start: reader.start, end: reader.start };
  }

  /** `= { … }`, `= if (…) { … }`, `= [for … : { … }]`. */
  #body(resource: boolean): Expression {
    const { reader } = this;
    if (!reader.accept(Token.Assignment)) {
      reader.fail("'=' is missing.");
      // The body is read all the same when it stands here.
      if (reader.kind() !== Token.LeftBrace && reader.kind() !== Token.LeftSquare) return this.#expressions.missing();
    }
    if (reader.kind() === Token.NewLine && !this.#declarationFollows()) reader.skipNewLines();
    return this.#bodyValue(resource);
  }

  #declarationFollows(): boolean {
    return this.reader.peek(1) === Token.Identifier && this.reader.peekValue(1) !== 'if';
  }

  #bodyValue(resource: boolean): Expression {
    const { reader } = this;
    if (reader.kind() === Token.LeftBrace) return this.#expressions.object(resource);
    if (reader.kind() === Token.Identifier && reader.isWord('if')) {
      return this.#expressions.condition(() => this.#bodyValue(resource));
    }
    if (reader.kind() === Token.LeftSquare) return this.#expressions.loop(() => this.#bodyValue(resource));
    reader.fail("A body in braces, 'if' or a loop belongs here.");
    return { kind: 'missing', start: reader.start, end: reader.start };
  }

  #function(head: Head): Declaration {
    const { reader } = this;
    const name = this.#named('the name of the function');
    const parameters: Name[] = [];
    const start = reader.start;
    if (reader.accept(Token.LeftParen)) {
      reader.parentheses++;
      for (;;) {
        reader.skipNewLines();
        if (reader.kind() !== Token.Identifier || reader.atDeclaration()) break;
        parameters.push(this.#expressions.name('the name of a parameter'));
        this.#types.type();
        reader.skipNewLines();
        if (!reader.accept(Token.Comma)) break;
      }
      reader.parentheses--;
      if (!reader.accept(Token.RightParen)) reader.fail("')' is missing.");
    } else {
      reader.fail("'(' is missing behind the name of the function.");
    }
    if (reader.kind() !== Token.Arrow) this.#types.type();
    let lambda: LambdaNode;
    if (reader.kind() === Token.Arrow) {
      lambda = this.#expressions.lambdaBody(parameters, start);
    } else {
      reader.fail("'=>' is missing.");
      lambda = { kind: 'lambda', parameters, body: this.#expressions.missing(), start, end: reader.previousEnd };
    }
    return { kind: 'function', name, lambda, ...this.#whole(head) };
  }

  #type(head: Head): Declaration {
    const { reader } = this;
    const name = this.#named('the name of the type');
    if (!reader.accept(Token.Assignment)) reader.fail("'=' is missing.");
    const type = this.#types.declared();
    return { kind: 'type', name, type, ...this.#whole(head) };
  }

  #import(head: Head): Declaration {
    const { reader } = this;
    reader.advance();
    if (reader.kind() !== Token.LeftBrace && reader.kind() !== Token.Asterisk) return this.#extensionTail(head);
    const symbols: ImportedSymbol[] = [];
    let wildcard: Name | undefined;
    if (reader.accept(Token.Asterisk)) {
      if (!reader.acceptWord('as')) reader.fail("'as' is missing.");
      wildcard = this.#expressions.name('a name for the imported file');
    } else {
      this.#importedSymbols(symbols);
    }
    if (!reader.acceptWord('from')) reader.fail("'from' is missing.");
    const path = this.#text('the path of the imported file in quotes');
    return { kind: 'import', symbols, wildcard, path, ...this.#whole(head) };
  }

  #importedSymbols(symbols: ImportedSymbol[]): void {
    const { reader } = this;
    reader.advance();
    for (;;) {
      while (reader.kind() === Token.NewLine || reader.kind() === Token.Comma) reader.advance();
      const { start } = reader;
      const kind = reader.kind();
      if (kind !== Token.Identifier && kind !== Token.StringComplete) break;
      if (reader.atDeclaration()) break;
      const text = reader.value;
      const name = kind === Token.Identifier ? text : text.slice(1, -1);
      reader.advance();
      const alias = reader.acceptWord('as') ? this.#expressions.name('an alias').text : name;
      symbols.push({ name, alias, start, end: reader.previousEnd });
    }
    if (!reader.accept(Token.RightBrace)) reader.fail("'}' is missing.");
  }

  #extension(head: Head): Declaration {
    this.reader.advance();
    return this.#extensionTail(head);
  }

  /** What follows `extension`: a name or a text, `with` its configuration, `as` its alias. */
  #extensionTail(head: Head): Declaration {
    const { reader } = this;
    let alias: string | undefined;
    if (reader.kind() === Token.StringComplete || reader.kind() === Token.StringStart) this.#expressions.text();
    else alias = this.#expressions.name('the name of the extension').text;
    if (reader.acceptWord('with')) this.#expressions.expression();
    if (reader.acceptWord('as')) alias = this.#expressions.name('an alias').text;
    return { kind: 'extension', alias, ...this.#whole(head) };
  }

  #using(head: Head): Declaration {
    const { reader } = this;
    const kind = reader.isWord('using') ? 'using' : 'extends';
    reader.advance();
    const path = reader.acceptWord('none') ? undefined : this.#text('the path of a Bicep file in quotes');
    if (reader.acceptWord('with')) this.#expressions.expression();
    return { kind, path, ...this.#whole(head) };
  }

  /** `assert name = …`, `test name 'path' = { … }`, `extensionConfig name with { … }`. */
  #other(head: Head): Declaration {
    const { reader } = this;
    this.#named('a name');
    if (reader.kind() === Token.StringComplete || reader.kind() === Token.StringStart) this.#expressions.text();
    if (reader.acceptWord('with')) this.#expressions.expression();
    else this.#assigned();
    return { kind: 'other', ...this.#whole(head) };
  }
}

function shortened(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
