/** A line whose place in the text tells how many objects and arrays are open before it, whatever the brackets say. */
export interface Landmark {
  readonly at: number;
  /** How many are open: one before a section of the template, two before a member of a section. */
  readonly depth: 1 | 2;
}

const sections =
  /^([ \t]*)["']?(?:\$schema|contentVersion|parameters|variables|functions|resources|outputs)["']?[ \t]*:[ \t]*(\[?)/;
const member = /^[ \t]*["'{]/;

/**
 * Landmarks of a template that is laid out as everybody does: its sections are indented alike, and so are the members of
 * each section, less than all else in it. Empty for a text that has no such layout.
 */
export function landmarksOf(text: string): readonly Landmark[] {
  const found: Landmark[] = [];
  let outer: string | undefined;
  let isList = false;
  /** Lines that may begin a member of the section, and how far the outermost of them is indented. */
  let candidates: { readonly at: number; readonly indentation: number }[] = [];
  let least = Number.POSITIVE_INFINITY;
  const closeSection = () => {
    for (const { at, indentation } of candidates) if (indentation === least) found.push({ at, depth: 2 });
    candidates = [];
    least = Number.POSITIVE_INFINITY;
  };
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf('\n', at);
    const line = text.slice(at, Math.min(end < 0 ? text.length : end, at + 200));
    const [, section, bracket] = sections.exec(line) ?? [];
    if (section !== undefined && (outer === undefined || section === outer)) {
      closeSection();
      outer = section;
      isList = bracket === '[';
      found.push({ at: at + section.length, depth: 1 });
    } else if (outer !== undefined) {
      // Members of a list begin with a bracket, those of an object with a name.
      const beginning = member.exec(line)?.[0];
      const indentation = beginning === undefined ? 0 : beginning.length - 1;
      if (indentation > outer.length && indentation <= least && beginning?.endsWith('{') === isList) {
        least = indentation;
        candidates.push({ at: at + indentation, indentation });
      }
    }
    at = end < 0 ? text.length : end + 1;
  }
  closeSection();
  return found;
}
