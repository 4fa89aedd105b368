/** What a suppression comment says, without the language's comment signs. */
export interface SuppressionText {
  readonly ids: readonly string[];
  readonly reason?: string;
}

/** Reads `portcullis-ignore <id>[, <id>] -- <reason>`; undefined when the text is something else. */
export function parseSuppression(text: string): SuppressionText | undefined {
  const match = /^\s*portcullis-ignore\b[ \t:]*([\s\S]*)$/.exec(text);
  if (!match) return undefined;
  const [, body = ''] = match;
  const dashes = body.indexOf('--');
  const ids = (dashes < 0 ? body : body.slice(0, dashes)).split(/[\s,]+/).filter(Boolean);
  const reason = dashes < 0 ? '' : body.slice(dashes + 2).trim();
  return { ids, ...(reason === '' ? {} : { reason }) };
}
