import type { IActionContext } from '@microsoft/vscode-azext-utils';
import type { JumpPathChoices } from '../../remediation/plan-jump-choices.ts';
import type { DirectClosing } from '../../remediation/plan-jump-closing.ts';
import type { DnsReuseScope } from '../../remediation/plan-jump-path.ts';
import type { WayOut } from '../../remediation/plan-way-out.ts';

/** What a person has chosen of a jump path. */
export interface JumpPathAnswers {
  machines: readonly string[];
  port: number;
  /** An id, or `new`. */
  balancer: string;
  dnsLabel: string;
  dnsScope: DnsReuseScope;
  frontendPort: number;
  sources: readonly string[];
  closing: readonly DirectClosing[];
  wayOut: WayOut | 'none';
}

/** What the wizard's steps ask for and about. */
export interface JumpPathOffer {
  readonly choices: JumpPathChoices;
  /** The machine that the wizard was begun for. */
  readonly first: string;
  /** The ports that are judged. */
  readonly ports: readonly number[];
  /** Machines that were selected beside it. */
  readonly selected: readonly string[];
  readonly trustedSources: readonly string[];
  /** The hosts that would be asked for the person's own address; empty when there are none. */
  readonly lookupHosts: string;
  /** Asks them, once the person has agreed; undefined when they did not, or no host answers. */
  readonly lookUpOwnAddress: () => Promise<readonly string[] | undefined>;
  /** Why Azure would not give a DNS label; undefined when it would, or cannot be asked. */
  readonly labelRefusal: (label: string) => Promise<string | undefined>;
  readonly random: () => number;
}

/**
 * The answers so far. Going back takes away what was answered since, so that everything else stands in `offer`, which is
 * there from the beginning.
 */
export interface JumpPathContext extends IActionContext, Partial<JumpPathAnswers> {
  readonly offer: JumpPathOffer;
}
