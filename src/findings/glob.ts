/**
 * Whether a path relative to the working directory matches a pattern: `*` and `?` within one name, `**` for any number
 * of folders. A pattern without `/` matches the name in any folder; one that matches a folder matches all below it.
 * Letter case counts. Time is bounded by the lengths: no regular expression is made of what somebody wrote.
 */
export function matchesGlob(pattern: string, path: string): boolean {
  const trimmed = pattern.replace(/^\.?\/+/, '').replace(/\/+$/, '');
  if (trimmed === '') return false;
  const wanted = trimmed.includes('/') || trimmed === '**' ? trimmed.split('/') : ['**', trimmed];
  return matchesParts(wanted, path.split('/'));
}

function matchesParts(wanted: readonly string[], parts: readonly string[]): boolean {
  // reached[j]: the patterns so far match the first j parts.
  let reached = new Array<boolean>(parts.length + 1).fill(false);
  reached[0] = true;
  for (const one of wanted) {
    const next = new Array<boolean>(parts.length + 1).fill(false);
    for (let j = 0; j <= parts.length; j++) {
      if (one === '**') next[j] = reached[j]! || (j > 0 && next[j - 1]!);
      else if (j > 0) next[j] = reached[j - 1]! && matchesName(one, parts[j - 1]!);
    }
    reached = next;
  }
  return reached.slice(1).some(Boolean);
}

function matchesName(pattern: string, name: string): boolean {
  let p = 0;
  let n = 0;
  let star = -1;
  let resume = 0;
  while (n < name.length) {
    if (p < pattern.length && (pattern[p] === '?' || (pattern[p] === name[n] && pattern[p] !== '*'))) {
      p++;
      n++;
    } else if (pattern[p] === '*') {
      star = p++;
      resume = n;
    } else if (star >= 0) {
      p = star + 1;
      n = ++resume;
    } else {
      return false;
    }
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}
