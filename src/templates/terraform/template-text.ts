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

/** Takes the indentation that all lines of a `<<-` heredoc share off each of them. */
export function stripIndentation(raw: readonly RawPart[]): RawPart[] {
  let indentation = Number.POSITIVE_INFINITY;
  eachLineStart(raw, (blank, hasText) => {
    if (hasText) indentation = Math.min(indentation, blank);
  });
  if (indentation === 0 || !Number.isFinite(indentation)) return [...raw];
  let first = true;
  return raw.map(part => {
    if (part.kind !== 'text') {
      first = false;
      return part;
    }
    const lines = part.text.split('\n');
    const stripped = lines.map((line, index) =>
      index > 0 || first ? line.slice(Math.min(indentation, leading(line))) : line,
    );
    first = false;
    return { kind: 'text', text: stripped.join('\n') };
  });
}

function leading(line: string): number {
  let at = 0;
  while (line.charCodeAt(at) === 32 || line.charCodeAt(at) === 9) at++;
  return at;
}

function eachLineStart(raw: readonly RawPart[], visit: (blank: number, hasText: boolean) => void): void {
  raw.forEach((part, index) => {
    if (part.kind !== 'text') {
      if (index === 0) visit(0, true);
      return;
    }
    const lines = part.text.split('\n');
    lines.forEach((line, number) => {
      if (number === 0 && index > 0) return;
      const blank = leading(line);
      const last = number === lines.length - 1;
      // A line that ends the text and is followed by a sequence has content; an empty line has not.
      visit(blank, line.length > blank || (last && index < raw.length - 1));
    });
  });
}
