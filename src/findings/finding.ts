import type { SecurityGroup, SecurityRule } from '../network/model.ts';
import type { Place } from '../network/origin.ts';
import type { TextEdit } from '../templates/source-editor.ts';

export type Level = 'error' | 'warning' | 'note';

/** Another place that had a part in a finding, with a sentence that says which. */
export interface RelatedPlace {
  readonly place: Place;
  readonly message: string;
  /** Set where the value itself is decided: a suppression there counts for the finding. */
  readonly decides?: true;
}

/** What a rule of `findings/rules/` found, before suppression and severity overrides. */
export interface Finding {
  readonly id: string;
  readonly level: Level;
  /** One English sentence on one line. Text from a template in it is plain data, shortened and without controls. */
  readonly message: string;
  /** The characters that decide. */
  readonly place: Place;
  /** The declaration's address in the command line's contract. */
  readonly address?: string;
  readonly securityGroup?: string;
  readonly securityRule?: string;
  readonly port?: number;
  readonly related: readonly RelatedPlace[];
  /** What the finding is about, for fixes, lenses and plans. */
  readonly subject: {
    readonly group?: SecurityGroup;
    readonly rule?: SecurityRule;
    /** What is wrong with a suppression. */
    readonly fault?: 'no-reason' | 'unknown-id' | 'unused';
  };
}

/** `safe` fixes keep everything else as it was and take part in fix-all; `review` ones want a person's eye. */
export type FixDisposition = 'safe' | 'review';

export interface Fix {
  readonly title: string;
  readonly disposition: FixDisposition;
  readonly edits: readonly TextEdit[];
}
