import { Range, type TextDocument, workspace } from 'vscode';

/** Language ids that extensions give to what we read; documents of other ids count by their file's name. */
const languageIds = new Set([
  'arm-template',
  'arm-deployment',
  'bicep',
  'bicep-params',
  'terraform',
  'terraform-vars',
  'opentofu',
  'opentofu-vars',
]);

const nameOfTemplate = /\.(?:bicep|bicepparam|tf|tfvars|tf\.json)$/i;
const nameOfJson = /\.jsonc?$/i;

/** What an ARM template, an ARM parameter file or a Terraform plan has in its text. */
const marksOfTemplate = /deploymentTemplate\.json|deploymentParameters\.json|Microsoft\.Network\/|"terraform_version"/i;

/** How much of a JSON document is looked at to tell whether it could be ours, in lines and characters. */
const lookedAt = { lines: 2000, characters: 100_000 };

/** Where documents are that providers are asked for. */
export const documentSelector = [
  ...[...languageIds, 'json', 'jsonc'].map(language => ({ language })),
  { pattern: '**/*.{bicep,bicepparam,tf,tfvars,json,jsonc}' },
];

/**
 * Whether a document may be a template or a parameter file. Only what is on a file system counts: comparisons, outputs
 * and settings are no templates.
 */
export function mayBeTemplateDocument(document: TextDocument): boolean {
  if (workspace.fs.isWritableFileSystem(document.uri.scheme) === undefined) return false;
  if (document.uri.scheme === 'vscode-userdata') return false;
  if (languageIds.has(document.languageId) || nameOfTemplate.test(document.uri.path)) return true;
  if (document.languageId !== 'json' && document.languageId !== 'jsonc' && !nameOfJson.test(document.uri.path)) {
    return false;
  }
  const head = document.getText(new Range(0, 0, lookedAt.lines, 0));
  return marksOfTemplate.test(head.slice(0, lookedAt.characters));
}
