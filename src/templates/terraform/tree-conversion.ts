import type { Language, Tree, TreeCursor } from 'web-tree-sitter';
import { isAnalysedType } from './resources/analysed-types.ts';
import type {
  Attribute,
  Block,
  Body,
  Expression,
  ObjectEntry,
  SourceFile,
  SplatStep,
  SyntaxProblem,
  TemplatePart,
} from './syntax.ts';
import { decodeEscapes, splitTemplateText, stripIndentation } from './template-text.ts';

/** Deeper expressions are read as missing: no configuration nests like that, and the reading must not overflow. */
const maximumDepth = 256;

const longestPlain = 200;
const plainLiteral = /^(?:"[^"\\$%\r\n]*"|\d+|true|false|null)$/;
const plainReference = /^[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*$/;
const attributeHead = /([A-Za-z_][\w-]*)[ \t]*=[ \t]*/y;

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/** Makes our syntax of the grammar's tree, visiting as few of its nodes as it can: each visit crosses into WebAssembly. */
export class TreeConverter {
  /** The name of each node kind by its number. */
  readonly #names: readonly string[];

  constructor(language: Language) {
    this.#names = language.types;
  }

  /** `readLater` reads the body of a top-level block that few evaluations look into, when one does. */
  convert(tree: Tree, text: string, readLater?: (start: number, end: number) => Body): SourceFile {
    const cursor = tree.walk();
    try {
      return new Conversion(cursor, text, this.#names, !tree.rootNode.hasError, readLater).file();
    } finally {
      cursor.delete();
    }
  }
}

class Conversion {
  readonly #problems: SyntaxProblem[] = [];
  #depth = 0;

  constructor(
    private readonly cursor: TreeCursor,
    private readonly text: string,
    private readonly names: readonly string[],
    /** The text has no errors: what a node's own text says plainly need not be looked for below it. */
    private readonly clean: boolean,
    private readonly readLater: ((start: number, end: number) => Body) | undefined,
  ) {}

  file(): SourceFile {
    const attributes: Attribute[] = [];
    const blocks: Block[] = [];
    if (this.#kind() === 'ERROR') this.#damaged(attributes, blocks);
    else this.#children(kind => this.#member(kind, attributes, blocks));
    return { body: { attributes, blocks }, problems: this.#problems };
  }

  #kind(): string {
    // Numbers beyond the table are tree-sitter's own: 65535 is an error node.
    return this.names[this.cursor.nodeTypeId] ?? 'ERROR';
  }

  /** Calls `visit` with the cursor on each child. */
  #children(visit: (kind: string) => void): void {
    if (!this.cursor.gotoFirstChild()) return;
    do visit(this.#kind());
    while (this.cursor.gotoNextSibling());
    this.cursor.gotoParent();
  }

  #member(kind: string, attributes: Attribute[], blocks: Block[]): void {
    switch (kind) {
      case 'attribute':
        attributes.push(this.#attribute());
        break;
      case 'block': {
        const block = this.#block();
        if (block) blocks.push(block);
        break;
      }
      case 'body':
        this.#children(child => this.#member(child, attributes, blocks));
        break;
      case 'ERROR':
        this.#damaged(attributes, blocks);
        break;
    }
  }

  /**
   * Reads what still makes sense inside a damaged stretch: attributes and whole blocks, and block openings whose end
   * the damage took, which then hold what follows them.
   */
  #damaged(attributes: Attribute[], blocks: Block[]): void {
    this.#problem();
    interface Open {
      readonly type: string;
      readonly labels: string[];
      readonly start: number;
      readonly headerEnd: number;
      readonly attributes: Attribute[];
      readonly blocks: Block[];
    }
    const open: Open[] = [];
    let header: { type: string; labels: string[]; start: number } | undefined;
    const close = (end: number) => {
      const done = open.pop();
      if (!done) return;
      const block: Block = {
        type: done.type,
        labels: done.labels,
        start: done.start,
        headerEnd: done.headerEnd,
        end,
        body: { attributes: done.attributes, blocks: done.blocks },
      };
      (open[open.length - 1]?.blocks ?? blocks).push(block);
    };
    const end = this.cursor.endIndex;
    this.#children(kind => {
      const into = open[open.length - 1];
      switch (kind) {
        case 'identifier':
          if (header && this.text.slice(header.start, this.cursor.startIndex).includes('\n')) header = undefined;
          if (header) header.labels.push(this.#slice());
          else header = { type: this.#slice(), labels: [], start: this.cursor.startIndex };
          return;
        case 'string_lit':
          header?.labels.push(this.#slice().slice(1, -1));
          return;
        case 'block_start':
        case 'object_start':
          if (header && open.length < maximumDepth)
            open.push({ ...header, headerEnd: this.cursor.endIndex, attributes: [], blocks: [] });
          break;
        case 'block_end':
        case 'object_end':
          close(this.cursor.endIndex);
          break;
        default:
          this.#member(kind, into?.attributes ?? attributes, into?.blocks ?? blocks);
      }
      header = undefined;
    });
    while (open.length > 0) close(end);
  }

  #problem(): void {
    this.#problems.push({ start: this.cursor.startIndex, end: this.cursor.endIndex });
  }

  #slice(): string {
    return this.text.slice(this.cursor.startIndex, this.cursor.endIndex);
  }

  #attribute(): Attribute {
    const start = this.cursor.startIndex;
    const end = this.cursor.endIndex;
    const [head = '', plainName = ''] = matchAt(attributeHead, this.text, start) ?? [];
    const plain = head === '' ? undefined : this.#plainExpression(start + head.length, end);
    if (plain) return { name: plainName, start, end, nameEnd: start + plainName.length, value: plain };
    let name = '';
    let nameEnd = start;
    let value: Expression | undefined;
    this.#children(kind => {
      if (kind === 'identifier') {
        nameEnd = this.cursor.endIndex;
        name = this.text.slice(start, nameEnd);
      } else if (kind === 'expression') value = this.#expression();
      else if (kind === 'ERROR') this.#problem();
    });
    return { name, start, end, nameEnd, value: value ?? { kind: 'missing', start: nameEnd, end } };
  }

  #block(): Block | undefined {
    const start = this.cursor.startIndex;
    const end = this.cursor.endIndex;
    if (this.#depth >= maximumDepth) {
      this.#problem();
      return undefined;
    }
    this.#depth++;
    let type = '';
    let opening = start;
    let before = start;
    let headerEnd = start;
    let later = false;
    const labels: string[] = [];
    const attributes: Attribute[] = [];
    const blocks: Block[] = [];
    this.#children(kind => {
      switch (kind) {
        case 'identifier': {
          // A block opens on one line: words on lines before it are damage, which the grammar takes for its header.
          const at = this.cursor.startIndex;
          if (type !== '' && this.text.slice(before, at).includes('\n')) {
            this.#problems.push({ start: opening, end: before });
            opening = at;
            type = '';
            labels.length = 0;
          }
          before = this.cursor.endIndex;
          if (type === '') type = this.#slice();
          else labels.push(this.#slice());
          break;
        }
        case 'string_lit':
          before = this.cursor.endIndex;
          labels.push(this.#slice().slice(1, -1));
          break;
        case 'block_start':
          headerEnd = this.cursor.endIndex;
          break;
        case 'block_end':
          if (this.cursor.nodeIsMissing) this.#problems.push({ start, end: headerEnd });
          break;
        case 'body':
          if (this.#depth > 1 || !this.readLater || !isSeldomRead(type, labels[0]))
            this.#member(kind, attributes, blocks);
          else later = true;
          break;
        default:
          this.#member(kind, attributes, blocks);
      }
    });
    this.#depth--;
    const { readLater } = this;
    if (later && readLater) return new LaterBlock(type, labels, opening, end, headerEnd, readLater);
    return { type, labels, start: opening, end, headerEnd, body: { attributes, blocks } };
  }

  /** The cursor on an `expression`, or on one of the terms that the grammar also puts under operations. */
  #expression(): Expression {
    const start = this.cursor.startIndex;
    const end = this.cursor.endIndex;
    if (this.#depth >= maximumDepth) {
      this.#problem();
      return { kind: 'missing', start, end };
    }
    const plain = this.#plainExpression(start, end);
    if (plain) return plain;
    this.#depth++;
    const result = this.#terms(start, end);
    this.#depth--;
    return result;
  }

  /** An expression of which the text says all: a literal, or a reference by names. Most are. */
  #plainExpression(start: number, end: number): Expression | undefined {
    if (!this.clean || end - start > longestPlain) return undefined;
    const text = this.text.slice(start, end);
    if (plainLiteral.test(text)) return this.#literal(start, end);
    if (!plainReference.test(text)) return undefined;
    let dot = text.indexOf('.');
    let value: Expression = {
      kind: 'variable',
      name: dot < 0 ? text : text.slice(0, dot),
      start,
      end: start + (dot < 0 ? text.length : dot),
    };
    while (dot >= 0) {
      const next = text.indexOf('.', dot + 1);
      const stop = next < 0 ? text.length : next;
      value = { kind: 'attribute', target: value, name: text.slice(dot + 1, stop), start, end: start + stop };
      dot = next;
    }
    return value;
  }

  /** The children of an `expression` or an operation's side: a term, then indexes, attributes and splats. */
  #terms(start: number, end: number): Expression {
    let value: Expression | undefined;
    let parenthesized = false;
    if (!this.cursor.gotoFirstChild()) return { kind: 'missing', start, end };
    do {
      const kind = this.#kind();
      if (kind === '(') parenthesized = true;
      else if (kind !== ')') value = this.#term(kind, start, value, parenthesized);
    } while (this.cursor.gotoNextSibling());
    this.cursor.gotoParent();
    return value ?? { kind: 'missing', start, end };
  }

  /** One node in a row of terms. `value` is what stood before it, which a suffix continues. */
  #term(kind: string, start: number, value: Expression | undefined, parenthesized: boolean): Expression | undefined {
    switch (kind) {
      case 'comment':
        return value;
      case 'get_attr':
        return value ? this.#getAttribute(start, value) : value;
      case 'index':
        return value ? this.#index(start, value) : value;
      case 'splat':
        return value ? this.#splat(start, value) : value;
      case 'expression':
        return parenthesized
          ? {
              kind: 'parenthesized',
              inner: this.#expression(),
              start: this.cursor.startIndex,
              end: this.cursor.endIndex,
            }
          : this.#expression();
      case 'ERROR':
        this.#problem();
        return value ?? { kind: 'missing', start: this.cursor.startIndex, end: this.cursor.endIndex };
      default:
        return this.#primary(kind);
    }
  }

  #primary(kind: string): Expression {
    const start = this.cursor.startIndex;
    const end = this.cursor.endIndex;
    switch (kind) {
      case 'literal_value':
        return this.#literal(start, end);
      case 'variable_expr':
        return { kind: 'variable', name: this.text.slice(start, end), start, end };
      case 'template_expr':
        return this.#template(start, end);
      case 'collection_value':
        return this.#collection(start, end);
      case 'function_call':
        return this.#call(start, end);
      case 'for_expr':
        return this.#for(start, end);
      case 'operation':
        return this.#operation(start, end);
      case 'conditional':
        return this.#conditional(start, end);
      default:
        return { kind: 'missing', start, end };
    }
  }

  #literal(start: number, end: number): Expression {
    const text = this.text.slice(start, end);
    const first = text.charCodeAt(0);
    if (first === 34) return { kind: 'literal', value: decodeEscapes(text.slice(1, -1)), start, end };
    if (text === 'true' || text === 'false') return { kind: 'literal', value: text === 'true', start, end };
    if (text === 'null') return { kind: 'literal', value: null, start, end };
    return { kind: 'literal', value: Number(text), start, end };
  }

  #getAttribute(start: number, target: Expression): Expression {
    const end = this.cursor.endIndex;
    const from = this.cursor.startIndex;
    return { kind: 'attribute', target, name: this.text.slice(from + 1, end).trim(), start, end };
  }

  #index(start: number, target: Expression): Expression {
    const end = this.cursor.endIndex;
    return { kind: 'index', target, key: this.#indexKey(), start, end };
  }

  /** The cursor on an `index`: `[key]`, or the older `.0`. */
  #indexKey(): Expression {
    const start = this.cursor.startIndex;
    const end = this.cursor.endIndex;
    let key: Expression | undefined;
    if (this.text.charCodeAt(start) === 46)
      return { kind: 'literal', value: Number(this.text.slice(start + 1, end)), start: start + 1, end };
    this.#children(() => {
      this.#children(kind => {
        if (kind === 'expression') key = this.#expression();
      });
    });
    return key ?? { kind: 'missing', start, end };
  }

  #splat(start: number, target: Expression): Expression {
    const end = this.cursor.endIndex;
    const steps: SplatStep[] = [];
    // An index behind the older `.*` is one into its result, an index behind `[*]` one into each item.
    let whole: Expression | undefined;
    this.#children(form => {
      this.#children(kind => {
        const older = form === 'attr_splat';
        if (whole || (older && kind === 'index')) {
          whole ??= { kind: 'splat', target, steps, start, end: this.cursor.startIndex };
          whole = kind === 'index' ? this.#index(start, whole) : this.#getAttribute(start, whole);
        } else if (kind === 'get_attr') steps.push({ name: this.#slice().slice(1).trim() });
        else if (kind === 'index') steps.push({ key: this.#indexKey() });
      });
    });
    return whole ?? { kind: 'splat', target, steps, start, end };
  }

  #collection(start: number, end: number): Expression {
    let result: Expression = { kind: 'missing', start, end };
    this.#children(kind => {
      if (kind === 'tuple') {
        const items: Expression[] = [];
        this.#children(child => {
          if (child === 'expression') items.push(this.#expression());
          else if (child === 'ERROR') this.#problem();
        });
        result = { kind: 'tuple', items, start, end };
      } else if (kind === 'object') {
        const entries: ObjectEntry[] = [];
        this.#children(child => {
          if (child === 'object_elem') entries.push(this.#entry());
          else if (child === 'ERROR') this.#problem();
        });
        result = { kind: 'object', entries, start, end };
      }
    });
    return result;
  }

  #entry(): ObjectEntry {
    const end = this.cursor.endIndex;
    const sides: Expression[] = [];
    this.#children(kind => {
      if (kind === 'expression') sides.push(this.#expression());
      else if (kind === 'ERROR') this.#problem();
    });
    const key = sides[0] ?? { kind: 'missing', start: end, end };
    const value = sides[1] ?? { kind: 'missing', start: end, end };
    let name: string | undefined;
    if (key.kind === 'variable') name = key.name;
    else if (key.kind === 'literal' && key.value !== null) name = String(key.value);
    return { name, key, value };
  }

  #call(start: number, end: number): Expression {
    let name = '';
    let expand = false;
    const args: Expression[] = [];
    this.#children(kind => {
      if (kind === 'identifier') name = this.#slice();
      else if (kind === 'function_arguments')
        this.#children(child => {
          if (child === 'expression') args.push(this.#expression());
          else if (child === 'ellipsis') expand = true;
        });
      else if (kind === 'ERROR') this.#problem();
    });
    return { kind: 'call', name: name.startsWith('core::') ? name.slice(6) : name, args, expand, start, end };
  }

  #for(start: number, end: number): Expression {
    const names: string[] = [];
    const results: Expression[] = [];
    let collection: Expression | undefined;
    let condition: Expression | undefined;
    let group = false;
    let object = false;
    this.#children(form => {
      object = form === 'for_object_expr';
      this.#children(kind => {
        if (kind === 'for_intro') collection = this.#intro(names);
        else if (kind === 'expression') results.push(this.#expression());
        else if (kind === 'ellipsis') group = true;
        else if (kind === 'for_cond')
          this.#children(child => {
            if (child === 'expression') condition = this.#expression();
          });
        else if (kind === 'ERROR') this.#problem();
      });
    });
    const missing: Expression = { kind: 'missing', start, end };
    return {
      kind: 'for',
      keyName: names.length > 1 ? names[0] : undefined,
      valueName: names[names.length - 1] ?? '',
      collection: collection ?? missing,
      key: object ? (results[0] ?? missing) : undefined,
      value: results[object ? 1 : 0] ?? missing,
      group,
      condition,
      start,
      end,
    };
  }

  /** `for k, v in collection`: adds the names, gives the collection. */
  #intro(names: string[]): Expression | undefined {
    let collection: Expression | undefined;
    this.#children(kind => {
      if (kind === 'identifier') names.push(this.#slice());
      else if (kind === 'expression') collection = this.#expression();
    });
    return collection;
  }

  #conditional(start: number, end: number): Expression {
    const parts: Expression[] = [];
    this.#children(kind => {
      if (kind === 'expression') parts.push(this.#expression());
      else if (kind === 'ERROR') this.#problem();
    });
    const missing: Expression = { kind: 'missing', start, end };
    return {
      kind: 'conditional',
      condition: parts[0] ?? missing,
      consequent: parts[1] ?? missing,
      alternative: parts[2] ?? missing,
      start,
      end,
    };
  }

  #operation(start: number, end: number): Expression {
    let result: Expression = { kind: 'missing', start, end };
    this.#depth++;
    if (this.#depth >= maximumDepth) this.#problem();
    else
      this.#children(form => {
        result = form === 'unary_operation' ? this.#unary(start, end) : this.#binary(start, end);
      });
    this.#depth--;
    return result;
  }

  #unary(start: number, end: number): Expression {
    let operand: Expression | undefined;
    this.#children(kind => {
      if (kind !== '-' && kind !== '!') operand = this.#side(kind, operand);
    });
    const operator = this.text.charAt(start) === '!' ? '!' : '-';
    return { kind: 'unary', operator, operand: operand ?? { kind: 'missing', start, end }, start, end };
  }

  #binary(start: number, end: number): Expression {
    let left: Expression | undefined;
    let right: Expression | undefined;
    let operator = '';
    this.#sideOpen = false;
    this.#children(kind => {
      if (operator === '' && operators.has(kind)) operator = kind;
      else if (operator === '') left = this.#side(kind, left);
      else right = this.#side(kind, right);
    });
    const missing: Expression = { kind: 'missing', start, end };
    return { kind: 'binary', operator, left: left ?? missing, right: right ?? missing, start, end };
  }

  #sideOpen = false;

  /** A side of an operation is a row of terms without a node of its own. */
  #side(kind: string, value: Expression | undefined): Expression | undefined {
    if (kind === '(') {
      this.#sideOpen = true;
      return value;
    }
    if (kind === ')') {
      this.#sideOpen = false;
      return value;
    }
    const open = this.#sideOpen;
    this.#sideOpen = false;
    return this.#term(kind, value?.start ?? this.cursor.startIndex, value, open);
  }

  #template(start: number, end: number): Expression {
    let result: Expression = { kind: 'missing', start, end };
    this.#children(kind => {
      if (kind === 'quoted_template') result = this.#quoted(start, end);
      else if (kind === 'heredoc_template') result = this.#heredoc(start, end);
    });
    return result;
  }

  #quoted(start: number, end: number): Expression {
    const raw = this.#parts(start + 1, end - 1);
    return templateOf(splitTemplateText(raw, decodeEscapes), start, end);
  }

  #heredoc(start: number, end: number): Expression {
    const opening = this.text.indexOf('\n', start);
    // The closing marker stands alone on its line.
    const closing = this.text.lastIndexOf('\n', end - 1);
    if (opening < 0 || closing < opening) return { kind: 'literal', value: '', start, end };
    const raw = this.#parts(opening + 1, closing + 1);
    const stripped = this.text.startsWith('<<-', start) ? stripIndentation(raw) : raw;
    return templateOf(
      splitTemplateText(stripped, text => text.replaceAll('$${', '${').replaceAll('%%{', '%{')),
      start,
      end,
    );
  }

  /** The parts of a template between two offsets: raw text is taken from the source, so that no blank is lost. */
  #parts(from: number, to: number): RawPart[] {
    const parts: RawPart[] = [];
    let at = from;
    this.#children(kind => {
      if (kind === 'template_interpolation' || kind === 'template_directive') {
        const start = this.cursor.startIndex;
        const end = this.cursor.endIndex;
        if (start > at) parts.push({ kind: 'text', text: this.text.slice(at, start) });
        parts.push(kind === 'template_interpolation' ? this.#interpolation(start, end) : this.#directive());
        at = end;
      } else if (kind === 'ERROR') this.#problem();
    });
    if (to > at) parts.push({ kind: 'text', text: this.text.slice(at, to) });
    return parts;
  }

  #interpolation(start: number, end: number): RawPart {
    let value: Expression | undefined;
    this.#children(kind => {
      if (kind === 'expression') value = this.#expression();
      else if (kind === 'ERROR') this.#problem();
    });
    return { kind: 'interpolation', value: value ?? { kind: 'missing', start, end }, ...this.#markers(start, end) };
  }

  #markers(start: number, end: number): { trimBefore: boolean; trimAfter: boolean } {
    return { trimBefore: this.text.charAt(start + 2) === '~', trimAfter: this.text.charAt(end - 2) === '~' };
  }

  #directive(): RawPart {
    let result: RawPart = { kind: 'text', text: '' };
    this.#depth++;
    if (this.#depth < maximumDepth)
      this.#children(kind => {
        if (kind === 'template_for') result = this.#templateFor();
        else if (kind === 'template_if') result = this.#templateIf();
      });
    this.#depth--;
    return result;
  }

  #templateFor(): RawPart {
    const names: string[] = [];
    let collection: Expression | undefined;
    let opening = { trimBefore: false, trimAfter: false };
    let closing = opening;
    let at = this.cursor.startIndex;
    const end = this.cursor.endIndex;
    const body: RawPart[] = [];
    this.#children(kind => {
      const start = this.cursor.startIndex;
      const stop = this.cursor.endIndex;
      if (kind === 'template_for_start') {
        collection = this.#intro(names);
        opening = this.#markers(start, stop);
        at = stop;
      } else if (kind === 'template_for_end') {
        closing = this.#markers(start, stop);
        if (start > at) body.push({ kind: 'text', text: this.text.slice(at, start) });
      } else at = this.#nested(kind, body, at);
    });
    return {
      kind: 'for',
      keyName: names.length > 1 ? names[0] : undefined,
      valueName: names[names.length - 1] ?? '',
      collection: collection ?? { kind: 'missing', start: at, end },
      body,
      trimBefore: opening.trimBefore,
      trimBodyStart: opening.trimAfter,
      trimBodyEnd: closing.trimBefore,
      trimAfter: closing.trimAfter,
    };
  }

  /** An interpolation or directive inside a directive's body; gives where the next text starts. */
  #nested(kind: string, into: RawPart[], at: number): number {
    if (kind !== 'template_interpolation' && kind !== 'template_directive') return at;
    const start = this.cursor.startIndex;
    const end = this.cursor.endIndex;
    if (start > at) into.push({ kind: 'text', text: this.text.slice(at, start) });
    into.push(kind === 'template_interpolation' ? this.#interpolation(start, end) : this.#directive());
    return end;
  }

  #templateIf(): RawPart {
    let condition: Expression | undefined;
    const none = { trimBefore: false, trimAfter: false };
    let opening = none;
    let middle: typeof none | undefined;
    let closing = none;
    let at = this.cursor.startIndex;
    const end = this.cursor.endIndex;
    const consequent: RawPart[] = [];
    const alternative: RawPart[] = [];
    let into = consequent;
    this.#children(kind => {
      const start = this.cursor.startIndex;
      const stop = this.cursor.endIndex;
      if (kind === 'template_if_intro') {
        this.#children(child => {
          if (child === 'expression') condition = this.#expression();
        });
        opening = this.#markers(start, stop);
        at = stop;
      } else if (kind === 'template_else_intro') {
        if (start > at) into.push({ kind: 'text', text: this.text.slice(at, start) });
        middle = this.#markers(start, stop);
        into = alternative;
        at = stop;
      } else if (kind === 'template_if_end') {
        if (start > at) into.push({ kind: 'text', text: this.text.slice(at, start) });
        closing = this.#markers(start, stop);
      } else at = this.#nested(kind, into, at);
    });
    return {
      kind: 'if',
      condition: condition ?? { kind: 'missing', start: at, end },
      consequent,
      alternative,
      trimBefore: opening.trimBefore,
      trimThenStart: opening.trimAfter,
      trimThenEnd: (middle ?? closing).trimBefore,
      trimElseStart: middle?.trimAfter ?? false,
      trimElseEnd: middle !== undefined && closing.trimBefore,
      trimAfter: closing.trimAfter,
    };
  }
}

/** Blocks that matter only when something refers to them. */
function isSeldomRead(type: string, label: string | undefined): boolean {
  if (type === 'resource' || type === 'data') return label !== undefined && !isAnalysedType(label);
  return type === 'output' || type === 'check' || type === 'moved' || type === 'import' || type === 'removed';
}

/** A block whose body is read when somebody looks into it. */
class LaterBlock implements Block {
  #body: Body | undefined;

  constructor(
    readonly type: string,
    readonly labels: readonly string[],
    readonly start: number,
    readonly end: number,
    readonly headerEnd: number,
    private readonly readLater: (start: number, end: number) => Body,
  ) {}

  get body(): Body {
    this.#body ??= this.readLater(this.start, this.end);
    return this.#body;
  }
}

const operators = new Set(['*', '/', '%', '+', '-', '>', '>=', '<', '<=', '==', '!=', '&&', '||']);

/** A template's part as read, with its strip markers. */
export type RawPart =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'interpolation';
      readonly value: Expression;
      readonly trimBefore: boolean;
      readonly trimAfter: boolean;
    }
  | {
      readonly kind: 'if';
      readonly condition: Expression;
      readonly consequent: readonly RawPart[];
      readonly alternative: readonly RawPart[];
      readonly trimBefore: boolean;
      readonly trimThenStart: boolean;
      readonly trimThenEnd: boolean;
      readonly trimElseStart: boolean;
      readonly trimElseEnd: boolean;
      readonly trimAfter: boolean;
    }
  | {
      readonly kind: 'for';
      readonly keyName: string | undefined;
      readonly valueName: string;
      readonly collection: Expression;
      readonly body: readonly RawPart[];
      readonly trimBefore: boolean;
      readonly trimBodyStart: boolean;
      readonly trimBodyEnd: boolean;
      readonly trimAfter: boolean;
    };

function templateOf(parts: readonly TemplatePart[], start: number, end: number): Expression {
  if (parts.length === 0) return { kind: 'literal', value: '', start, end };
  const only = parts[0];
  if (parts.length === 1 && only?.kind === 'text') return { kind: 'literal', value: only.text, start, end };
  return { kind: 'template', parts, start, end };
}
