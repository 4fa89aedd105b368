const escapes = new Map([
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['\\', '\\'],
  ["'", "'"],
  ['$', '$'],
]);

/** The characters that a part of a single-line string stands for: `\n`, `\$`, `\u{1f600}`. */
export function unescapeText(raw: string): string {
  if (!raw.includes('\\')) return raw;
  return raw.replace(/\\(?:u\{([0-9a-fA-F]{1,8})\}|([\s\S]))/g, (whole, hex: string | undefined, escaped: string) => {
    if (hex !== undefined) {
      const codePoint = Number.parseInt(hex, 16);
      return codePoint <= 0x10ffff ? String.fromCodePoint(codePoint) : whole;
    }
    return escapes.get(escaped) ?? whole;
  });
}

/** A text as a single-line Bicep string. */
export function quoteText(text: string): string {
  let quoted = "'";
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (character === "'" || character === '\\') quoted += `\\${character}`;
    else if (character === '$' && text[at + 1] === '{') quoted += '\\$';
    else if (character === '\n') quoted += '\\n';
    else if (character === '\r') quoted += '\\r';
    else if (character === '\t') quoted += '\\t';
    else if (character < ' ') quoted += `\\u{${character.charCodeAt(0).toString(16)}}`;
    else quoted += character;
  }
  return `${quoted}'`;
}

/** The text of a multi-line string: its first line end does not belong to it. */
export function trimFirstLineEnd(raw: string): string {
  if (raw.startsWith('\r\n')) return raw.slice(2);
  return raw.startsWith('\n') ? raw.slice(1) : raw;
}
