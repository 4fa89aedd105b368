/** Text from a template, cut to a length that fits a message. */
export function shortened(text: string, most = 80): string {
  return text.length > most ? `${text.slice(0, most - 3)}…` : text;
}
