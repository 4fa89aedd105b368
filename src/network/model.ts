import type { OriginChain, Place } from './origin.ts';
import type { Existence, ResourceDeclaration } from './resource.ts';
import type { UnknownValue, Value } from './value.ts';

/** A property's value, known or not, with its origins. */
export type Field<T> = KnownField<T> | UnknownField<T>;

export interface KnownField<T> {
  readonly known: true;
  readonly value: T;
  readonly origin: OriginChain;
}

export interface UnknownField<T> {
  readonly known: false;
  readonly dependsOn: readonly string[];
  /** When the value is surely one of these. */
  readonly alternatives?: readonly T[];
  /** What it is compared by, when it stands for something that is the same wherever it is named. */
  readonly symbol?: string;
  readonly origin: OriginChain;
}

/** A list such as `destinationPortRanges` together with its singular twin. `rest`: further items may be there. */
export interface FieldList<T> {
  readonly items: readonly Field<T>[];
  readonly rest?: UnknownValue;
}

export type Direction = 'Inbound' | 'Outbound';
export type Access = 'Allow' | 'Deny';
export type Protocol = 'Tcp' | 'Udp' | 'Icmp' | 'Esp' | 'Ah' | '*';

/** Something in a resource that Azure would reject, or that cannot be read. The rule is evaluated as far as it goes. */
export interface ModelProblem {
  readonly message: string;
  readonly place: Place;
}

/** A security rule, prefixes and ports as written: the evaluation parses them. */
export interface SecurityRule {
  readonly name: Field<string>;
  readonly direction: Field<Direction>;
  readonly access: Field<Access>;
  readonly priority: Field<number>;
  readonly protocol: Field<Protocol>;
  readonly sourceAddressPrefixes: FieldList<string>;
  readonly sourceApplicationSecurityGroups: FieldList<string>;
  readonly sourcePortRanges: FieldList<string>;
  readonly destinationAddressPrefixes: FieldList<string>;
  readonly destinationApplicationSecurityGroups: FieldList<string>;
  readonly destinationPortRanges: FieldList<string>;
  readonly existence: Existence;
  /** The rule's own value: an item of `securityRules`, or the body of a `securityRules` resource. */
  readonly value: Value;
  readonly place: Place;
  /** The group's declaration for an inline rule, the rule's own for a standing-alone one. */
  readonly declaration: ResourceDeclaration;
  readonly standalone: boolean;
  readonly problems: readonly ModelProblem[];
}

export interface SecurityGroup {
  /** The identity of its id, in lower case: what references are compared by. */
  readonly id: string;
  readonly name: Field<string>;
  /** In the order declared, both directions. The evaluation orders them by priority. */
  readonly rules: readonly SecurityRule[];
  /** Set when further rules may be there. */
  readonly furtherRules?: UnknownValue;
  /** Only some of its rules are in what was read: an `existing` group, a child rule whose group is elsewhere. */
  readonly partial: boolean;
  /** The group's declaration; where it is declared elsewhere, that of the rule read. */
  readonly declaration: ResourceDeclaration;
  readonly existence: Existence;
  readonly problems: readonly ModelProblem[];
}

/** From widest to narrowest: `internet`, `wide`, `restricted`, `none`. */
export type Reach = 'internet' | 'wide' | 'restricted' | 'none';

export type Certainty = 'definite' | 'conditional';

/** One rule's part in a verdict. */
export interface ProofStep {
  /** `admits`: lets some of the sources in. `denies`: keeps some out. `too-late`: a Deny that an earlier Allow overrules. */
  readonly effect: 'admits' | 'denies' | 'too-late';
  /** Undefined for Azure's default rules, which `ruleName` then names. */
  readonly rule?: SecurityRule;
  readonly ruleName: string;
  /** The group's name as shown; undefined for security admin rules. */
  readonly securityGroup?: string;
  readonly priority?: number;
  /** Class of the sources: of those it possibly decides, and for `admits` of those it surely lets in. */
  readonly reach: Reach;
  readonly atLeast: Reach;
  /** The sources that it admits or keeps out, as few CIDRs or tags as say it. */
  readonly sources: readonly string[];
}

/** Who gets in from the internet. */
export interface ReachVerdict {
  /** Class of what is possibly admitted. */
  readonly reach: Reach;
  /** Class of what is certainly admitted. */
  readonly atLeast: Reach;
  readonly certainty: Certainty;
  /** The names that decide between `atLeast` and `reach`; empty when definite. */
  readonly dependsOn: readonly string[];
  /** The public sources possibly admitted: CIDRs and tags. */
  readonly sources: readonly string[];
}

export interface PortVerdict extends ReachVerdict {
  readonly port: number;
  readonly protocol: 'Tcp' | 'Udp';
  /** Names as written of the rules that let them in, first match first. */
  readonly decidedBy: readonly string[];
  readonly proof: readonly ProofStep[];
  /** One public client address that gets through, when any does. */
  readonly exampleClient?: string;
}
