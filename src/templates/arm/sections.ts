import type { JsonNode, JsonText } from './json.ts';

/**
 * What a template may have, in lower case; Azure refuses any other name.
 * https://learn.microsoft.com/azure/azure-resource-manager/templates/syntax
 */
const sections: ReadonlySet<string> = new Set([
  '$schema',
  'apiprofile',
  'contentversion',
  'definitions',
  'extensions',
  'functions',
  'imports',
  'languageversion',
  'metadata',
  'outputs',
  'parameters',
  'resources',
  'variables',
]);

/** A section of a template, with its name where that is not quite the section's own. */
export interface Section {
  readonly value: JsonNode;
  readonly misspelt?: JsonNode;
}

/**
 * A section of a template by its name, which is in lower case. While somebody types, one character of the name may be
 * wrong: without its resources or parameters everything else in the template would be something else.
 */
export function sectionOf(json: JsonText, template: JsonNode, name: string): Section | undefined {
  const value = json.find(template, name);
  if (value !== undefined) return { value };
  let found: Section | undefined;
  json.eachProperty(template, (nameNode, node) => {
    const written = json.string(nameNode).toLowerCase();
    if (!found && json.kind(node) !== 'missing' && !sections.has(written) && isNearly(written, name))
      found = { value: node, misspelt: nameNode };
  });
  return found;
}

/** Whether one text becomes the other one by one character that is added, left out, replaced or swapped with the next. */
function isNearly(text: string, other: string): boolean {
  if (Math.abs(text.length - other.length) > 1) return false;
  let start = 0;
  while (start < text.length && text[start] === other[start]) start++;
  let end = 0;
  const most = Math.min(text.length, other.length) - start;
  while (end < most && text[text.length - 1 - end] === other[other.length - 1 - end]) end++;
  const left = text.slice(start, text.length - end);
  const right = other.slice(start, other.length - end);
  return (
    Math.max(left.length, right.length) <= 1 ||
    (left.length === 2 && right.length === 2 && left[0] === right[1] && left[1] === right[0])
  );
}
