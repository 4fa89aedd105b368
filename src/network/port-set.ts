import { type Intervals, intervalsOf } from './intervals.ts';

/** Ports 0 to 65535 as half-open intervals. */
export type PortSet = Intervals<number>;

export const everyPort: PortSet = [0, 65536];
export const noPorts: PortSet = [];

/** What a port field says, and what Azure would reject in it. */
export interface ParsedPorts {
  readonly ports: PortSet;
  readonly problem?: string;
}

const all: ParsedPorts = { ports: everyPort };

/**
 * A port, a range or `*`, as in `destinationPortRange`. Where Azure would reject a spelling whose meaning is plain (a
 * comma list in one string, blanks, `any`, a range written backwards), the ports are those meant, with the problem said.
 */
export function parsePorts(text: string): ParsedPorts {
  if (text === '*') return all;
  const simple = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text);
  if (simple) {
    const first = Number(simple[1]);
    const last = simple[2] === undefined ? first : Number(simple[2]);
    if (last <= 65535 && first <= last) return { ports: [first, last + 1] };
  }
  return parseOddPorts(text);
}

function parseOddPorts(text: string): ParsedPorts {
  if (/^\s*(any|all)\s*$/i.test(text) || text.trim() === '*') {
    return { ports: everyPort, problem: `'${shown(text)}' is not a port range: Azure wants '*' for all ports` };
  }
  const pairs: [number, number][] = [];
  for (const part of text.split(',')) {
    const item = part.trim();
    if (item === '*') return { ports: everyPort, problem: listProblem(text) };
    const range = /^(\d{1,5})\s*(?:-\s*(\d{1,5}))?$/.exec(item);
    if (!range) return { ports: noPorts, problem: `'${shown(text)}' is not a port or port range` };
    const first = Number(range[1]);
    const last = range[2] === undefined ? first : Number(range[2]);
    if (first > 65535 || last > 65535) {
      return { ports: noPorts, problem: `'${shown(text)}' is beyond 65535, the highest port` };
    }
    pairs.push([Math.min(first, last), Math.max(first, last) + 1]);
  }
  if (text.includes(',')) return { ports: intervalsOf(pairs), problem: listProblem(text) };
  return {
    ports: intervalsOf(pairs),
    problem: `'${shown(text)}' is not a port range that Azure accepts: write '20-25'`,
  };
}

function listProblem(text: string): string {
  return `'${shown(text)}' is a list in one string, which Azure rejects: use the plural property`;
}

/** Text from a template, cut to a length that fits a message. */
function shown(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
