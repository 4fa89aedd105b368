import type { ProofStep, ReachVerdict } from '../model.ts';
import type { IpConfiguration, Machine, NetworkInterface } from '../network-model.ts';
import type { RuleLayer } from '../rule-layer.ts';
import type { SourceSet } from '../source-set.ts';

export type PathKind = 'public-ip' | 'lb-nat-rule' | 'lb-rule' | 'firewall-dnat' | 'app-gateway';

/** One way from the internet to a machine's port, open or closed. */
export interface PathVerdict extends ReachVerdict {
  readonly kind: PathKind;
  /** `address:port` that a client connects to; a resource's name stands for an address that is not known. */
  readonly frontend: string;
  /** `group/rule` of the rules that let somebody in, in the order they are met. */
  readonly decidedBy: readonly string[];
  readonly proof: readonly ProofStep[];
  readonly exampleClient?: string;
  readonly interface: NetworkInterface;
  readonly ipConfiguration: IpConfiguration;
  /** The security groups on the way, the subnet's first. Empty when the address's SKU alone decides. */
  readonly groups: readonly RuleLayer[];
  /** Of a load balancer, firewall or gateway: its identity and the rule's. */
  readonly through?: { readonly id: string; readonly rule: string };
  /** Set when it stands for rules that were not read. */
  readonly unread: boolean;
  readonly possible: SourceSet;
  readonly certain: SourceSet;
}

export interface MachinePortVerdict extends ReachVerdict {
  readonly port: number;
  readonly protocol: 'Tcp' | 'Udp';
  readonly paths: readonly PathVerdict[];
}

export type Health = 'Healthy' | 'Unhealthy' | 'NotApplicable';

/** Defender for Cloud's three recommendations of the control "Secure management ports", by this evaluation. */
export interface Recommendations {
  readonly nsg: Health;
  readonly closedPorts: Health;
  readonly jit: Health;
}

export interface MachineVerdict {
  readonly machine: Machine;
  readonly ports: readonly MachinePortVerdict[];
  readonly recommendations: Recommendations;
  /** Names of the conditions that the machine's existence hangs on. */
  readonly existsWhen: readonly string[];
}
