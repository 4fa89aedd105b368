import type { OriginChain } from '../../network/origin.ts';
import type { Value } from '../../network/value.ts';
import { textValue, unknownValue } from './values.ts';

/** `${NAME}` and `${NAME=default}`, and what pipelines put in as `#{NAME}#` and `$(NAME)`. */
const placeholder = /\$\{(\w+)(?::?[-=]([^}]*))?\}|#\{ ?(\w[\w.-]*) ?\}#|\$\((\w[\w.-]*)\)/g;

/**
 * A text of a JSON parameter file in which a deployment tool puts values before Azure sees it: unknown, but for
 * defaults, which count. Undefined for any other text.
 * https://learn.microsoft.com/azure/developer/azure-developer-cli/manage-environment-variables
 */
export function textWithEnvironment(text: string, origin: OriginChain): Value | undefined {
  if (!text.includes('{') && !text.includes('$(')) return undefined;
  const names: string[] = [];
  let count = 0;
  const symbol = text.replace(placeholder, (_whole, name: string, given: string | undefined, token, variable) => {
    count++;
    if (given !== undefined) return given;
    const unset = name ?? token ?? variable;
    names.push(`environment variable ${unset}`);
    return `{environment ${unset}}`;
  });
  if (count === 0) return undefined;
  return names.length === 0 ? textValue(symbol, origin) : unknownValue(names, origin, { symbol });
}
