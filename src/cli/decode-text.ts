/** The text of a file's bytes: UTF-8, or UTF-16 when its byte order mark says so, as PowerShell's `Out-File` writes it. */
export function decodeText(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return bytes.toString('utf16le');
  if (bytes[0] !== 0xfe || bytes[1] !== 0xff) return bytes.toString('utf8');
  return new TextDecoder('utf-16be', { ignoreBOM: true }).decode(bytes);
}
