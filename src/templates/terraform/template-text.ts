import type { TemplatePart } from './syntax.ts';
import type { RawPart } from './tree-conversion.ts';

/** Decodes a quoted template's escapes: `\n`, `\"`, `\u00e9`, `$${`, `%%{`. */
export function decodeEscapes(text: string): string {
  const unescaped = text.includes('\\') ? text.replace(escapes, decodeEscape) : text;
  return unescaped.includes('{') ? unescaped.replaceAll('$${', '${').replaceAll('%%{', '%{') : unescaped;
}

const escapes = /\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))/gs;

function decodeEscape(whole: string, four?: string, eight?: string, other?: string): string {
  const code = four ?? eight;
  if (code !== undefined) {
    const point = Number.parseInt(code, 16);
    return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
  }
  switch (other) {
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case '"':
    case '\\':
      return other;
    default:
      return whole;
  }
}

/** Applies the strip markers (`~`) and decodes the text between the sequences. */
export function splitTemplateText(
  raw: readonly RawPart[],
  decode: (text: string) => string,
  trimStart = false,
  trimEnd = false,
): TemplatePart[] {
  const parts: TemplatePart[] = [];
  raw.forEach((part, index) => {
    if (part.kind !== 'text') {
      parts.push(finish(part, decode));
      return;
    }
    const before = raw[index - 1];
    const after = raw[index + 1];
    let text = part.text;
    if (before ? before.kind !== 'text' && before.trimAfter : trimStart) text = text.trimStart();
    if (after ? after.kind !== 'text' && after.trimBefore : trimEnd) text = text.trimEnd();
    if (text !== '') parts.push({ kind: 'text', text: decode(text) });
  });
  return parts;
}

function finish(part: Exclude<RawPart, { kind: 'text' }>, decode: (text: string) => string): TemplatePart {
  switch (part.kind) {
    case 'interpolation':
      return { kind: 'interpolation', value: part.value };
    case 'if':
      return {
        kind: 'if',
        condition: part.condition,
        consequent: splitTemplateText(part.consequent, decode, part.trimThenStart, part.trimThenEnd),
        alternative: splitTemplateText(part.alternative, decode, part.trimElseStart, part.trimElseEnd),
      };
    case 'for':
      return {
        kind: 'for',
        keyName: part.keyName,
        valueName: part.valueName,
        collection: part.collection,
        body: splitTemplateText(part.body, decode, part.trimBodyStart, part.trimBodyEnd),
      };
  }
}

/** Takes the indentation that all lines of a `<<-` heredoc share off each of them, also inside directives. */
export function stripIndentation(raw: readonly RawPart[]): RawPart[] {
  const lines: number[] = [];
  measure(raw, true, lines);
  const indentation = lines.reduce((least, blank) => Math.min(least, blank), Number.POSITIVE_INFINITY);
  return indentation === 0 || !Number.isFinite(indentation) ? [...raw] : unindented(raw, true, indentation);
}

function leading(line: string): number {
  let at = 0;
  while (line.charCodeAt(at) === 32 || line.charCodeAt(at) === 9) at++;
  return at;
}

/** Adds the leading blanks of every line that has content. `atStart`: the parts begin at a line's start. */
function measure(raw: readonly RawPart[], atStart: boolean, into: number[]): void {
  let fresh = atStart;
  raw.forEach((part, index) => {
    if (part.kind !== 'text') {
      if (fresh) into.push(0);
      fresh = false;
      for (const body of bodiesOf(part)) measure(body, false, into);
      return;
    }
    const lines = part.text.split('\n');
    lines.forEach((line, number) => {
      if (number === 0 && !fresh) return;
      const blank = leading(line);
      // A line that ends the text has content when a sequence or the end of a directive follows on it.
      const last = number === lines.length - 1;
      if (line.length > blank || (last && (index < raw.length - 1 || !atStart))) into.push(blank);
    });
    // What follows on the last line's blanks was measured with them.
    fresh = false;
  });
}

function bodiesOf(part: Exclude<RawPart, { kind: 'text' }>): readonly (readonly RawPart[])[] {
  if (part.kind === 'if') return [part.consequent, part.alternative];
  return part.kind === 'for' ? [part.body] : [];
}

function unindented(raw: readonly RawPart[], atStart: boolean, by: number): RawPart[] {
  let fresh = atStart;
  const inside = (body: readonly RawPart[]) => unindented(body, false, by);
  return raw.map((part): RawPart => {
    switch (part.kind) {
      case 'interpolation':
        fresh = false;
        return part;
      case 'if':
        fresh = false;
        return { ...part, consequent: inside(part.consequent), alternative: inside(part.alternative) };
      case 'for':
        fresh = false;
        return { ...part, body: inside(part.body) };
    }
    const lines = part.text.split('\n');
    const stripped = lines.map((line, index) => (index > 0 || fresh ? line.slice(Math.min(by, leading(line))) : line));
    fresh = false;
    return { kind: 'text', text: stripped.join('\n') };
  });
}
