import { JsonText } from './json.ts';

const headLength = 4000;

/**
 * What a JSON file is to Azure Resource Manager: by its `$schema`, or without one by what a template must have. Cheap
 * for files that are neither.
 */
export function formatOf(text: string): 'arm-template' | 'arm-parameters' | undefined {
  const schema = /["']\$schema["']\s*:\s*["']([^"']*)["']/i.exec(text.slice(0, headLength))?.[1];
  if (schema !== undefined) {
    if (/deploymentTemplate\.json/i.test(schema)) return 'arm-template';
    if (/deploymentParameters\.json/i.test(schema)) return 'arm-parameters';
  }
  if (!/["']contentVersion["']/i.test(text)) return undefined;
  const json = new JsonText(text);
  const { root } = json;
  if (root === undefined || json.kind(root) !== 'object' || json.find(root, 'contentVersion') === undefined) {
    return undefined;
  }
  if (json.find(root, 'resources') !== undefined) return 'arm-template';
  return json.find(root, 'parameters') === undefined ? undefined : 'arm-parameters';
}
