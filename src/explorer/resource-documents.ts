import { type Disposable, type Event, EventEmitter, type TextDocumentContentProvider, Uri } from 'vscode';
import type { Estate } from './estate.ts';
import { proofLines } from './machine-text.ts';

export const resourceScheme = 'portcullis-azure';

/** Read-only documents: a resource's JSON as it was read, a machine's proof, an answer of Azure. */
export class ResourceDocuments implements TextDocumentContentProvider, Disposable {
  readonly #changed = new EventEmitter<Uri>();
  readonly onDidChange: Event<Uri> = this.#changed.event;
  readonly #open = new Set<string>();
  /** Texts that are not made from the inventory, by path. */
  readonly #texts = new Map<string, string>();
  readonly #listener: Disposable;

  constructor(private readonly estate: Estate) {
    this.#listener = estate.onDidChange(() => {
      if (estate.phase === 'ready') for (const text of this.#open) this.#changed.fire(Uri.parse(text));
    });
  }

  /** The document of a resource: `web-nsg.json`, its id in the query. */
  resourceUri(id: string): Uri {
    const name = id.slice(id.lastIndexOf('/') + 1);
    return Uri.from({ scheme: resourceScheme, path: `/${name}.json`, query: `resource:${id}` });
  }

  proofUri(machineId: string, name: string): Uri {
    return Uri.from({
      scheme: resourceScheme,
      path: `/${name.replaceAll('/', '-')} proof.txt`,
      query: `proof:${machineId}`,
    });
  }

  /** A document with a text of its own. */
  textUri(title: string, text: string): Uri {
    const path = `/${title.replaceAll('/', '-')}`;
    this.#texts.set(path, text);
    const uri = Uri.from({ scheme: resourceScheme, path, query: 'text:' });
    this.#changed.fire(uri);
    return uri;
  }

  provideTextDocumentContent(uri: Uri): string {
    this.#open.add(uri.toString());
    const at = uri.query.indexOf(':');
    const [kind, id] = [uri.query.slice(0, at), uri.query.slice(at + 1)];
    if (kind === 'text') return this.#texts.get(uri.path) ?? 'This answer is no longer held: ask again.';
    if (kind === 'proof') {
      const machine = this.estate.machines.find(candidate => candidate.id.toLowerCase() === id.toLowerCase());
      if (!machine?.verdict) return 'This machine is not in what was read: refresh the Machines view.';
      return `${[machine.name, machine.id, '', ...proofLines(machine.verdict)].join('\n')}\n`;
    }
    const resource = this.estate.resource(id);
    if (!resource)
      return JSON.stringify(
        { id, note: 'Not in what was read: it is gone, or your account may not read it.' },
        undefined,
        2,
      );
    return `${JSON.stringify(resource, undefined, 2)}\n`;
  }

  dispose(): void {
    this.#listener.dispose();
    this.#changed.dispose();
  }
}
