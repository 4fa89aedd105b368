import type { Reach } from '../network/model.ts';

const services = new Map<number, string>([
  [22, 'SSH'],
  [23, 'Telnet'],
  [445, 'SMB'],
  [3389, 'RDP'],
  [5900, 'VNC'],
  [5985, 'WinRM'],
  [5986, 'WinRM'],
]);

/** What usually listens on a port: `SSH`. */
export function serviceOf(port: number): string | undefined {
  return services.get(port);
}

/** A port as people call it: `SSH (22)`, `port 2222`. */
export function portLabel(port: number): string {
  const service = services.get(port);
  return service === undefined ? `port ${port}` : `${service} (${port})`;
}

/** Several ports in one phrase: `SSH (22) and RDP (3389)`. */
export function portLabels(ports: readonly number[]): string {
  return joined(ports.map(portLabel));
}

/** `a`, `a and b`, `a, b and c`; beyond `most` the rest is counted. */
export function joined(words: readonly string[], most = 4): string {
  if (words.length > most) return `${words.slice(0, most).join(', ')} and ${words.length - most} more`;
  if (words.length < 2) return words[0] ?? '';
  return `${words.slice(0, -1).join(', ')} and ${words[words.length - 1]}`;
}

/** Control characters, line ends and the marks that turn the direction of text around. */
const unshowable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]+/gu;

/** Text from a template or from Azure as plain data for one line: without controls, cut to a length that fits. */
export function shown(text: string, most = 60): string {
  const plain = text
    .slice(0, most * 4)
    .replace(unshowable, ' ')
    .trim();
  return plain.length > most ? `${plain.slice(0, most - 1)}…` : plain;
}

/** The same, whole: one line of a report for a terminal, in which names cannot move the cursor or start a new line. */
export function plainLine(text: string): string {
  return text.replace(unshowable, ' ');
}

/** As {@link shown}, in quotes. */
export function quoted(text: string): string {
  return `'${shown(text)}'`;
}

/** A sentence's first letter in upper case. */
export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Sources as a phrase: `any source`, `0.0.0.0/1 and 128.0.0.0/1`. */
export function sourcesPhrase(sources: readonly string[]): string {
  const only = sources.length === 1 ? sources[0]! : '';
  if (only === '*') return 'any source';
  if (only.toLowerCase() === 'internet') return 'any source on the internet';
  if (only === '0.0.0.0/0') return 'any IPv4 source';
  return joined(sources.map(source => shown(source, 40)));
}

/** Who that is: `the internet`, `a wide range of addresses`. */
export function reachPhrase(reach: Reach): string {
  switch (reach) {
    case 'internet':
      return 'the internet';
    case 'wide':
      return 'a wide range of addresses';
    case 'restricted':
      return 'a few addresses';
    case 'none':
      return 'nobody on the internet';
  }
}
