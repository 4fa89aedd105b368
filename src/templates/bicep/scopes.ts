import type { Value } from '../../network/value.ts';
import { type DeploymentScope, deploymentScope, unknownResourceGroup } from '../functions/scope.ts';
import { unknownValue } from '../functions/values.ts';
import type { Evaluator } from './evaluator.ts';
import type { Frame } from './frame.ts';
import type { CallNode, Expression } from './syntax.ts';

/**
 * The scope that `scope:` of a resource or module names:
 * https://learn.microsoft.com/azure/azure-resource-manager/bicep/modules#set-module-scope
 */
export function deploymentScopeOf(evaluator: Evaluator, frame: Frame, node: Expression): DeploymentScope {
  const { scope } = frame.instance;
  if (node.kind === 'call') return scopeOfCall(evaluator, frame, node) ?? scope;
  const resource = frame.instance.resourceAt(frame, node);
  if (resource) {
    if (!/^microsoft\.resources\/resourcegroups$/i.test(resource.type)) return resource.scope;
    return { kind: 'resourceGroup', subscriptionId: resource.scope.subscriptionId, resourceGroup: resource.name };
  }
  const group = unknownValue([evaluator.words(frame, node)], [], { symbol: `{${evaluator.words(frame, node)}}` });
  return { kind: 'resourceGroup', subscriptionId: scope.subscriptionId, resourceGroup: group };
}

function scopeOfCall(evaluator: Evaluator, frame: Frame, node: CallNode): DeploymentScope | undefined {
  const { scope } = frame.instance;
  const values: Value[] = node.args.map(arg => evaluator.value(frame, arg));
  const [first, second] = values;
  switch (node.name.text) {
    case 'resourceGroup':
      if (!first) {
        return scope.kind === 'resourceGroup'
          ? scope
          : { ...scope, kind: 'resourceGroup', resourceGroup: unknownResourceGroup };
      }
      return second
        ? { kind: 'resourceGroup', subscriptionId: first, resourceGroup: second }
        : { kind: 'resourceGroup', subscriptionId: scope.subscriptionId, resourceGroup: first };
    case 'subscription':
      return { ...scope, kind: 'subscription', subscriptionId: first ?? scope.subscriptionId };
    case 'managementGroup':
      return { ...scope, kind: 'managementGroup' };
    case 'tenant':
      return deploymentScope('tenant');
    default:
      return undefined;
  }
}
