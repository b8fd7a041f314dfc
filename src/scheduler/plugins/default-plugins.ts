import type { Plugin } from '../framework/plugin.ts';
import { imageLocality } from './image-locality.ts';
import { interPodAffinity, type NamespaceLabels } from './inter-pod-affinity.ts';
import { nodeAffinity } from './node-affinity.ts';
import { nodeName } from './node-name.ts';
import { nodePorts } from './node-ports.ts';
import { nodeResourcesBalancedAllocation } from './node-resources-balanced-allocation.ts';
import { nodeResourcesFit } from './node-resources-fit.ts';
import { nodeUnschedulable } from './node-unschedulable.ts';
import { podTopologySpread, type SpreadOptions } from './pod-topology-spread.ts';
import { schedulingGates } from './scheduling-gates.ts';
import { taintToleration } from './taint-toleration.ts';

/** Upstream's default plugins in its order (pkg/scheduler/apis/config/v1/default_plugins.go). */
export function defaultPlugins(options: SpreadOptions & { readonly namespaceLabels: NamespaceLabels }): Plugin[] {
  return [
    schedulingGates,
    nodeUnschedulable,
    nodeName,
    taintToleration,
    nodeAffinity,
    nodePorts,
    nodeResourcesFit,
    podTopologySpread(options),
    interPodAffinity(options.namespaceLabels),
    nodeResourcesBalancedAllocation,
    imageLocality,
  ];
}
