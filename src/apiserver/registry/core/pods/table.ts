import type { Pod } from '../../../../api/core/v1.gen.ts';
import { AGE, column, NAME, tableOf, wide } from '../../shared/table.ts';
import type { TableConverter } from '../../strategy.ts';
import { podSummary } from './summary.ts';

/** Finished pods are marked, so that clients can leave them out. */
const COMPLETED: Readonly<Record<string, string>> = { Succeeded: 'The pod has completed successfully.', Failed: 'The pod failed.' };

export const podTable: TableConverter = {
  ...tableOf<Pod>(
    [
      NAME,
      column('Ready', 'string', 'The aggregate readiness state of this pod for accepting traffic.'),
      column('Status', 'string', 'The aggregate status of the containers in this pod.'),
      column(
        'Restarts',
        'string',
        'The number of times the containers in this pod have been restarted and when the last container in this pod has restarted.',
      ),
      AGE,
      wide('IP', 'podIP address allocated to the pod. Routable at least within the cluster. Empty if not yet allocated.'),
      wide(
        'Node',
        'NodeName indicates in which node this pod is scheduled. If empty, this pod is a candidate for scheduling by the scheduler defined in schedulerName. Once this field is set, the kubelet for this node becomes responsible for the lifecycle of this pod. This field should not be used to express a desire for the pod to be scheduled on a specific node. https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#nodename',
      ),
      wide(
        'Nominated Node',
        'nominatedNodeName is set only when this pod preempts other pods on the node, but it cannot be scheduled right away as preemption victims receive their graceful termination periods. This field does not guarantee that the pod will be scheduled on this node. Scheduler may decide to place the pod elsewhere if other nodes become available sooner. Scheduler may also decide to give the resources on this node to a higher priority pod that is created after preemption. As a result, this field may be different than PodSpec.nodeName when the pod is scheduled.',
      ),
      wide(
        'Readiness Gates',
        'If specified, all readiness gates will be evaluated for pod readiness. A pod is ready when all its containers are ready AND all conditions specified in the readiness gates have status equal to "True" More info: https://git.k8s.io/enhancements/keps/sig-network/580-pod-readiness-gates',
      ),
    ],
    (pod, age, nowMs) => {
      const { ready, total, state, restarts } = podSummary(pod, nowMs);
      const { metadata, spec, status } = pod;
      return [
        metadata.name, `${ready}/${total}`, state, restarts, age,
        status?.podIPs?.[0]?.ip || '<none>', spec.nodeName || '<none>', status?.nominatedNodeName || '<none>', readinessGates(pod),
      ]; // prettier-ignore
    },
  ),
  conditions(object) {
    const phase = (object as unknown as Pod).status?.phase ?? '';
    const message = COMPLETED[phase];
    return message === undefined ? [] : [{ type: 'Completed', status: 'True', reason: phase, message }];
  },
};

function readinessGates({ spec, status }: Pod): string {
  const gates = spec.readinessGates ?? [];
  if (gates.length === 0) return '<none>';
  const open = gates.filter((gate) => status?.conditions?.find((c) => c.type === gate.conditionType)?.status === 'True');
  return `${open.length}/${gates.length}`;
}
