import { ArmError, resourceNotFound } from './errors.ts';
import { type ArmPath, covers, parsePath } from './ids.ts';
import { copy, type Json, type Resource, sameId } from './json.ts';
import { groupsOf } from './network-watcher.ts';
import type { Answer } from './operations.ts';
import { put, type ResourceContext, remove } from './resources.ts';

export const managementPortsControl = '52901099-235c-4971-b9d5-a33fca3a936e';

/** The three recommendations of the control, as recorded: protected by groups, ports closed, just-in-time access. */
export const managementPortsAssessments = {
  securityGroup: '483f12ed-ae23-447e-a2de-a67a10db4353',
  closedPorts: 'bc303248-3d14-44c2-96a0-55f5c326b5fe',
  justInTime: '805651bc-6ecd-4c73-9b55-97a19d0582d0',
} as const;

const displayNames: Readonly<Record<string, string>> = {
  [managementPortsAssessments.securityGroup]:
    'Internet-facing virtual machines should be protected with network security groups',
  [managementPortsAssessments.closedPorts]: 'Management ports should be closed on your virtual machines',
  [managementPortsAssessments.justInTime]:
    'Management ports of virtual machines should be protected with just-in-time network access control',
};

/** Microsoft Defender for Cloud: plans, assessments, scores and just-in-time access. */
export class Defender {
  /** `/subscriptions/{id}/…/pricings/{plan}` in lower case → its properties. */
  readonly pricings = new Map<string, Json>();
  /** Assessments by id in lower case. */
  readonly assessments = new Map<string, Resource>();
  readonly policies = new Map<string, Resource>();
  #count = 0;

  constructor(
    private readonly resources: () => ResourceContext,
    private readonly now: () => number,
  ) {}

  setPlan(subscriptionId: string, plan: 'Free' | 'P1' | 'P2'): void {
    this.pricings.set(
      `/subscriptions/${subscriptionId}`.toLowerCase(),
      plan === 'Free'
        ? { pricingTier: 'Free', freeTrialRemainingTime: 'PT0S' }
        : { subPlan: plan, pricingTier: 'Standard', freeTrialRemainingTime: 'PT0S' },
    );
  }

  assess(machineId: string, assessment: string, code: 'Healthy' | 'Unhealthy' | 'NotApplicable', cause?: string): void {
    const id = `${machineId}/providers/Microsoft.Security/assessments/${assessment}`;
    this.assessments.set(id.toLowerCase(), {
      type: 'Microsoft.Security/assessments',
      id,
      name: assessment,
      properties: {
        resourceDetails: { Source: 'Azure', Id: machineId },
        displayName: displayNames[assessment] ?? assessment,
        status: { code, ...(cause === undefined ? {} : { cause }) },
        additionalData: {},
      },
    });
  }

  /** Rows of the table `securityresources`. */
  *rows(): Iterable<Json> {
    const subscriptions = new Set<string>();
    for (const assessment of this.assessments.values()) {
      const path = parsePath(assessment.id);
      subscriptions.add(path.subscriptionId!);
      yield {
        ...copy(assessment),
        type: assessment.type.toLowerCase(),
        subscriptionId: path.subscriptionId,
        resourceGroup: path.resourceGroup?.toLowerCase() ?? '',
        location: '',
        tags: null,
      };
    }
    for (const subscriptionId of subscriptions) {
      for (const control of this.#controls(`/subscriptions/${subscriptionId}`)) {
        yield {
          ...control,
          type: control.type.toLowerCase(),
          subscriptionId,
          resourceGroup: '',
          location: '',
          tags: null,
        };
      }
    }
  }

  handle(method: string, path: ArmPath, body: Json, apiVersion: string): Answer | undefined {
    const [first, second, third] = path.types;
    if (first === 'pricings') return this.#pricing(method, path, body);
    if (first === 'assessments' && method === 'GET') {
      const found = [...this.assessments.values()].filter(item => covers(path.scope, item.id));
      if (path.names.length === 0) return { status: 200, body: { value: copy(found) } };
      const one = this.assessments.get(path.text.toLowerCase());
      if (!one) throw resourceNotFound(path.text);
      return { status: 200, body: copy(one) };
    }
    if (first === 'securescorecontroldefinitions' && method === 'GET')
      return { status: 200, body: { value: [controlDefinition()] } };
    if (first === 'securescorecontrols' && method === 'GET')
      return { status: 200, body: { value: this.#controls(path.scope) } };
    if (first === 'securescores' && method === 'GET') {
      if (second === 'securescorecontrols') return { status: 200, body: { value: this.#controls(path.scope) } };
      const [control] = this.#controls(path.scope);
      const score = {
        id: `${path.scope}/providers/Microsoft.Security/secureScores/ascScore`,
        name: 'ascScore',
        type: 'Microsoft.Security/secureScores',
        properties: {
          displayName: 'ASC score',
          score: control?.properties.score ?? { max: 0, current: 0, percentage: 0 },
          weight: control?.properties.weight ?? 0,
        },
      };
      return { status: 200, body: path.names.length === 0 ? { value: [score] } : score };
    }
    if (first === 'jitnetworkaccesspolicies' || second === 'jitnetworkaccesspolicies') {
      return this.#justInTime(method, path, body, third === 'initiate', apiVersion);
    }
    return undefined;
  }

  /** Ends requests whose time is over: their Allow rules go away. */
  settle(): void {
    for (const policy of this.policies.values()) {
      if (policy.properties.provisioningState === 'Updating') policy.properties.provisioningState = 'Succeeded';
      for (const request of policy.properties.requests ?? []) {
        for (const machine of request.virtualMachines) {
          for (const port of machine.ports) {
            if (port.status === 'Initiating') port.status = 'Initiated';
            if (port.status !== 'Initiated' || Date.parse(port.endTimeUtc) > this.now()) continue;
            port.status = 'Revoked';
            port.statusReason = 'Expired';
            for (const rule of port.rules ?? []) this.#removeRule(rule);
            delete port.rules;
          }
        }
      }
    }
  }

  #pricing(method: string, path: ArmPath, body: Json): Answer {
    const key = path.scope.toLowerCase();
    const of = (name: string) => ({
      id: `${path.scope}/providers/Microsoft.Security/pricings/${name}`,
      name,
      type: 'Microsoft.Security/pricings',
      properties: copy(
        name === 'VirtualMachines'
          ? (this.pricings.get(key) ?? { pricingTier: 'Free', freeTrialRemainingTime: 'PT0S' })
          : { pricingTier: 'Free', freeTrialRemainingTime: 'PT0S' },
      ),
    });
    if (path.names.length === 0)
      return {
        status: 200,
        body: { value: ['VirtualMachines', 'SqlServers', 'AppServices', 'StorageAccounts'].map(of) },
      };
    if (method === 'PUT') {
      const standard = String(body?.properties?.pricingTier).toLowerCase() === 'standard';
      this.setPlan(parsePath(path.scope).subscriptionId!, standard ? (body.properties.subPlan ?? 'P2') : 'Free');
      if (standard && body.properties.extensions) this.pricings.get(key).extensions = body.properties.extensions;
    }
    return { status: 200, body: of(path.names[0]!) };
  }

  #controls(scope: string): Resource[] {
    const codes = new Map<string, Set<string>>();
    for (const assessment of this.assessments.values()) {
      if (!covers(scope, assessment.id)) continue;
      const machine = assessment.properties.resourceDetails.Id.toLowerCase();
      if (!codes.has(machine)) codes.set(machine, new Set());
      codes.get(machine)!.add(assessment.properties.status.code);
    }
    if (codes.size === 0) return [];
    const all = [...codes.values()];
    const unhealthy = all.filter(set => set.has('Unhealthy')).length;
    const healthy = all.filter(set => !set.has('Unhealthy') && set.has('Healthy')).length;
    const weight = healthy + unhealthy;
    const current = weight === 0 ? 0 : (8 * healthy) / weight;
    return [
      {
        id: `${scope}/providers/Microsoft.Security/secureScores/ascScore/secureScoreControls/${managementPortsControl}`,
        name: managementPortsControl,
        type: 'Microsoft.Security/secureScores/secureScoreControls',
        properties: {
          displayName: 'Secure management ports',
          healthyResourceCount: healthy,
          unhealthyResourceCount: unhealthy,
          notApplicableResourceCount: all.length - weight,
          score: {
            max: 8,
            current: Math.round(current * 100) / 100,
            percentage: weight === 0 ? 0 : Math.round((healthy / weight) * 10_000) / 10_000,
          },
          weight,
        },
      },
    ];
  }

  #justInTime(method: string, path: ArmPath, body: Json, initiate: boolean, apiVersion: string): Answer {
    const key = (initiate ? path.text.slice(0, path.text.lastIndexOf('/')) : path.text).toLowerCase();
    const isList = !initiate && path.types.length > path.names.length;
    if (method === 'GET' && isList) {
      const location = path.types[0] === 'locations' ? path.names[0]?.toLowerCase() : undefined;
      const value = [...this.policies.values()].filter(
        policy => covers(path.scope, policy.id) && (location === undefined || policy.location === location),
      );
      return { status: 200, body: { value: value.map(shown) } };
    }
    const policy = this.policies.get(key);
    if (method === 'GET') {
      if (!policy) throw resourceNotFound(path.text);
      return { status: 200, body: shown(policy) };
    }
    if (method === 'DELETE') {
      if (!policy) return { status: 204 };
      this.#removeRules(policy);
      this.policies.delete(key);
      return { status: 200 };
    }
    if (method === 'PUT') return this.#putPolicy(path, body, policy, apiVersion);
    if (method === 'POST' && initiate) {
      if (!policy) throw resourceNotFound(path.text);
      return this.#initiate(policy, body, apiVersion);
    }
    throw new ArmError(405, 'MethodNotAllowed', `${method} is not allowed here.`);
  }

  #putPolicy(path: ArmPath, body: Json, previous: Resource | undefined, apiVersion: string): Answer {
    const plan = this.pricings.get(`/subscriptions/${path.subscriptionId}`.toLowerCase());
    if (plan?.subPlan !== 'P2') {
      throw new ArmError(
        400,
        'SecurityPlanRequired',
        `Just-in-time access needs Microsoft Defender for Servers plan 2 on subscription ${path.subscriptionId}.`,
      );
    }
    const machines: Json[] = body?.properties?.virtualMachines;
    if (!Array.isArray(machines)) throw new ArmError(400, 'InvalidInputJson', 'The policy has no virtualMachines.');
    for (const machine of machines) {
      const name =
        String(machine?.id ?? '')
          .split('/')
          .pop() ?? '';
      if (path.names[1]!.length + name.length > 56)
        throw new ArmError(
          400,
          'InvalidInputJson',
          `The names of policy ${path.names[1]} and machine ${name} are longer than 56 characters together.`,
        );
      if (!this.resources().store.get(machine.id))
        throw new ArmError(404, 'ResourceNotFound', `The machine ${machine.id} was not found.`);
      for (const port of machine.ports ?? []) {
        if (
          !Number.isInteger(port.number) ||
          !['TCP', 'UDP', '*'].includes(port.protocol) ||
          typeof port.maxRequestAccessDuration !== 'string'
        ) {
          throw new ArmError(400, 'InvalidInputJson', `Port ${port.number} of ${machine.id} is not complete.`);
        }
        if (port.allowedSourceAddressPrefix !== undefined && port.allowedSourceAddressPrefixes !== undefined) {
          throw new ArmError(
            400,
            'InvalidInputJson',
            'allowedSourceAddressPrefix and allowedSourceAddressPrefixes exclude each other.',
          );
        }
      }
    }
    if (previous) this.#removeRules(previous, 'deny');
    const policy: Resource = {
      kind: body.kind ?? 'Basic',
      properties: {
        virtualMachines: copy(machines),
        requests: copy(previous?.properties.requests ?? []),
        provisioningState: 'Updating',
        appendMode: false,
      },
      id: previous?.id ?? path.text,
      name: path.names[1]!,
      type: 'Microsoft.Security/locations/jitNetworkAccessPolicies',
      location: path.names[0]!.toLowerCase(),
      rules: [],
    };
    for (const machine of machines) {
      for (const { group, address } of this.#groupsOf(machine.id)) {
        for (const port of machine.ports ?? []) {
          const id = this.#addRule(
            group.id,
            `MicrosoftDefenderForCloud-JITRule_${this.#suffix()}`,
            'Deny',
            {
              description: `MDC JIT Network Access rule for policy '${policy.name}' of VM '${machine.id.split('/').pop()}'.`,
              protocol: '*',
              sourceAddressPrefix: '*',
              destinationAddressPrefix: address,
              destinationPortRange: String(port.number),
            },
            apiVersion,
          );
          policy.rules.push(id);
        }
      }
    }
    this.policies.set(path.text.toLowerCase(), policy);
    return { status: 200, body: shown(policy) };
  }

  #initiate(policy: Resource, body: Json, apiVersion: string): Answer {
    const request: Json = {
      virtualMachines: [],
      startTimeUtc: new Date(this.now()).toISOString(),
      requestor: '',
      ...(body?.justification ? { justification: body.justification } : {}),
    };
    for (const machine of body?.virtualMachines ?? []) {
      const covered = policy.properties.virtualMachines.find((item: Json) => sameId(item.id, machine.id));
      if (!covered)
        throw new ArmError(400, 'InvalidInputJson', `The policy ${policy.id} does not cover ${machine.id}.`);
      const ports = [];
      for (const port of machine.ports ?? []) {
        const allowed = covered.ports.find((item: Json) => item.number === port.number);
        if (!allowed)
          throw new ArmError(
            400,
            'InvalidInputJson',
            `The policy ${policy.id} does not cover port ${port.number} of ${machine.id}.`,
          );
        const until = Date.parse(port.endTimeUtc);
        if (!(until > this.now()) || until - this.now() > duration(allowed.maxRequestAccessDuration) + 60_000) {
          throw new ArmError(
            400,
            'InvalidInputJson',
            `The end ${port.endTimeUtc} is not within ${allowed.maxRequestAccessDuration} from now.`,
          );
        }
        const rules = this.#groupsOf(machine.id).map(({ group, address }) =>
          this.#addRule(
            group.id,
            `MicrosoftDefenderForCloud-JITRule-${this.#suffix()}`,
            'Allow',
            {
              description: `MDC JIT Network Access rule created by an initiation request for policy '${policy.name}' of VM '${machine.id.split('/').pop()}'.`,
              protocol: '*',
              sourceAddressPrefix: port.allowedSourceAddressPrefix ?? allowed.allowedSourceAddressPrefix ?? '*',
              destinationAddressPrefix: address,
              destinationPortRange: String(port.number),
            },
            apiVersion,
          ),
        );
        ports.push({ ...port, status: 'Initiating', statusReason: 'UserRequested', rules });
      }
      request.virtualMachines.push({ id: machine.id, ports });
    }
    policy.properties.requests.push(request);
    return { status: 202, body: shown({ properties: { requests: [request] } } as Resource).properties.requests[0] };
  }

  #groupsOf(machineId: string): { group: Resource; address: string }[] {
    const { store } = this.resources();
    const machine = store.get(machineId);
    return (machine?.properties.networkProfile?.networkInterfaces ?? []).flatMap((reference: { id: string }) => {
      const nic = store.get(reference.id);
      if (!nic) return [];
      return groupsOf(nic, store).map(({ group }) => ({
        group,
        address: nic.properties.ipConfigurations[0].properties.privateIPAddress,
      }));
    });
  }

  /** Deny from 4096 down, Allow from 100 up: the first priority that is free. */
  #addRule(groupId: string, name: string, access: 'Allow' | 'Deny', properties: Json, apiVersion: string): string {
    const { store } = this.resources();
    const group = store.get(groupId)!;
    const taken = new Set(
      (group.properties.securityRules ?? [])
        .filter((rule: Resource) => rule.properties.direction === 'Inbound')
        .map((rule: Resource) => rule.properties.priority),
    );
    let priority = access === 'Deny' ? 4096 : 100;
    while (taken.has(priority)) priority += access === 'Deny' ? -1 : 1;
    const id = `${groupId}/securityRules/${name}`;
    // Defender waits for others, and for its own.
    this.resources().operations.settle(true);
    put(
      {
        path: parsePath(id),
        apiVersion,
        body: { properties: { ...properties, access, priority, direction: 'Inbound', sourcePortRange: '*' } },
      },
      this.resources(),
    );
    this.resources().operations.settle(true);
    return id;
  }

  #removeRules(policy: Resource, only?: 'deny'): void {
    for (const rule of policy.rules ?? []) this.#removeRule(rule);
    policy.rules = [];
    if (only) return;
    for (const request of policy.properties.requests ?? []) {
      for (const machine of request.virtualMachines)
        for (const port of machine.ports) for (const rule of port.rules ?? []) this.#removeRule(rule);
    }
  }

  #removeRule(id: string): void {
    this.resources().operations.settle(true);
    const path = parsePath(id);
    if (!this.resources().store.get(path.text.split('/').slice(0, -2).join('/'))) return;
    remove({ path, apiVersion: '2024-05-01', body: undefined }, this.resources());
  }

  #suffix(): string {
    const number = (++this.#count * 7919) % 1_000_000_000;
    return `${number}_${this.resources().guid().replaceAll('-', '').toUpperCase()}`;
  }
}

/** Without what only the local Azure knows: which rules a policy made. */
function shown(policy: Resource): Resource {
  const out = copy(policy);
  delete out.rules;
  for (const request of out.properties.requests ?? [])
    for (const machine of request.virtualMachines) for (const port of machine.ports) delete port.rules;
  return out;
}

function duration(text: string): number {
  const match = /^PT(?:(\d+)H)?(?:(\d+)M)?$/.exec(text);
  return match ? (Number(match[1] ?? 0) * 60 + Number(match[2] ?? 0)) * 60_000 : 24 * 3_600_000;
}

function controlDefinition(): object {
  return {
    id: `/providers/Microsoft.Security/secureScoreControlDefinitions/${managementPortsControl}`,
    name: managementPortsControl,
    type: 'Microsoft.Security/secureScoreControlDefinitions',
    properties: {
      source: { sourceType: 'BuiltIn' },
      displayName: 'Secure management ports',
      maxScore: 8,
      assessmentDefinitions: Object.values(managementPortsAssessments).map(id => ({
        id: `/providers/Microsoft.Security/assessmentMetadata/${id}`,
      })),
    },
  };
}
