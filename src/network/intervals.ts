/**
 * A set of numbers as flat pairs `start, end, start, end, …` of half-open intervals: sorted, disjoint and not touching.
 * Ports and IPv4 addresses are numbers, IPv6 addresses bigints.
 */
export type Intervals<T extends number | bigint> = readonly T[];

/** The set that some intervals in any order, overlapping or not, make together. Empty ones (`start >= end`) are dropped. */
export function intervalsOf<T extends number | bigint>(pairs: readonly (readonly [T, T])[]): Intervals<T> {
  const sorted = pairs.filter(pair => pair[0] < pair[1]).sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0));
  const out: T[] = [];
  for (const [start, end] of sorted) append(out, start, end);
  return out;
}

export function uniteIntervals<T extends number | bigint>(a: Intervals<T>, b: Intervals<T>): Intervals<T> {
  if (a.length === 0 || a === b) return b;
  if (b.length === 0) return a;
  const out: T[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (j >= b.length || (i < a.length && a[i]! <= b[j]!)) {
      append(out, a[i]!, a[i + 1]!);
      i += 2;
    } else {
      append(out, b[j]!, b[j + 1]!);
      j += 2;
    }
  }
  return out;
}

/** The union of many sets at once. */
export function uniteAllIntervals<T extends number | bigint>(sets: readonly Intervals<T>[]): Intervals<T> {
  const pairs: [T, T][] = [];
  for (const set of sets) for (let i = 0; i < set.length; i += 2) pairs.push([set[i]!, set[i + 1]!]);
  return intervalsOf(pairs);
}

export function intersectIntervals<T extends number | bigint>(a: Intervals<T>, b: Intervals<T>): Intervals<T> {
  if (a.length === 0 || a === b) return a;
  if (b.length === 0) return b;
  const out: T[] = [];
  let i = firstEndingAfter(a, b[0]!);
  let j = firstEndingAfter(b, a[0]!);
  while (i < a.length && j < b.length) {
    const start = greater(a[i]!, b[j]!);
    const end = greater(a[i + 1]!, b[j + 1]!) === a[i + 1]! ? b[j + 1]! : a[i + 1]!;
    if (start < end) out.push(start, end);
    if (a[i + 1]! < b[j + 1]!) i += 2;
    else j += 2;
  }
  return out;
}

/** Whether anything is in both. */
export function intervalsOverlap<T extends number | bigint>(a: Intervals<T>, b: Intervals<T>): boolean {
  if (a.length === 0 || b.length === 0) return false;
  let i = firstEndingAfter(a, b[0]!);
  let j = firstEndingAfter(b, a[0]!);
  while (i < a.length && j < b.length) {
    if (a[i]! < b[j + 1]! && b[j]! < a[i + 1]!) return true;
    if (a[i + 1]! < b[j + 1]!) i += 2;
    else j += 2;
  }
  return false;
}

/** What is in `a` and not in `b`. */
export function subtractIntervals<T extends number | bigint>(a: Intervals<T>, b: Intervals<T>): Intervals<T> {
  if (a.length === 0 || b.length === 0) return a;
  if (a === b) return [];
  const out: T[] = [];
  let j = firstEndingAfter(b, a[0]!);
  for (let i = 0; i < a.length; i += 2) {
    let start = a[i]!;
    const end = a[i + 1]!;
    while (j < b.length && b[j + 1]! <= start) j += 2;
    let k = j;
    while (k < b.length && b[k]! < end) {
      if (start < b[k]!) out.push(start, b[k]!);
      if (b[k + 1]! > start) start = b[k + 1]!;
      k += 2;
    }
    if (start < end) out.push(start, end);
  }
  return out;
}

export function intervalsContain<T extends number | bigint>(set: Intervals<T>, value: T): boolean {
  let low = 0;
  let high = set.length / 2;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value < set[2 * middle]!) high = middle;
    else if (value >= set[2 * middle + 1]!) low = middle + 1;
    else return true;
  }
  return false;
}

/** Whether every element of `b` is in `a`. */
export function intervalsInclude<T extends number | bigint>(a: Intervals<T>, b: Intervals<T>): boolean {
  if (b.length === 0) return true;
  let i = firstEndingAfter(a, b[0]!);
  for (let j = 0; j < b.length; j += 2) {
    while (i < a.length && a[i + 1]! <= b[j]!) i += 2;
    if (i >= a.length || a[i]! > b[j]! || a[i + 1]! < b[j + 1]!) return false;
  }
  return true;
}

/** The place of the first interval that ends after a value; the set's length when none does. */
function firstEndingAfter<T extends number | bigint>(set: Intervals<T>, value: T): number {
  if (set.length === 0 || set[1]! > value) return 0;
  let low = 0;
  let high = set.length / 2;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (set[2 * middle + 1]! > value) high = middle;
    else low = middle + 1;
  }
  return 2 * low;
}

function greater<T extends number | bigint>(a: T, b: T): T {
  if (a > b) return a;
  return b;
}

function append<T extends number | bigint>(out: T[], start: T, end: T): void {
  const last = out.length - 1;
  if (last >= 0 && start <= out[last]!) {
    if (end > out[last]!) out[last] = end;
  } else {
    out.push(start, end);
  }
}
