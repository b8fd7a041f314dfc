import type { DaemonSet, DaemonSetStatus } from '../../api/apps/v1.gen.ts';
import type { Node } from '../../api/core/v1.gen.ts';
import { isPodAvailable, isPodReady } from '../shared/pod-status.ts';
import { nodeEligibility } from './eligibility.ts';
import { byAssignmentAndAge, type PodsByNode } from './plan.ts';
import { isUpdated } from './pod-template.ts';

/** The numbers of a daemon set's status (pkg/controller/daemon/daemon_controller.go updateDaemonSetStatus). `now` in milliseconds. */
export function calculateStatus(ds: DaemonSet, nodes: readonly Node[], pods: PodsByNode, hash: string, now: number): DaemonSetStatus {
  const count = { desired: 0, current: 0, misscheduled: 0, ready: 0, available: 0, updated: 0 };
  for (const node of nodes) {
    const [pod] = [...(pods.get(node.metadata.name) ?? [])].sort(byAssignmentAndAge);
    if (!nodeEligibility(ds, node).shouldRun) {
      if (pod) count.misscheduled++;
      continue;
    }
    count.desired++;
    if (!pod) continue;
    count.current++;
    if (isPodReady(pod)) count.ready++;
    if (isPodAvailable(pod, ds.spec.minReadySeconds ?? 0, now)) count.available++;
    if (isUpdated(pod, ds, hash)) count.updated++;
  }
  return {
    ...ds.status,
    desiredNumberScheduled: count.desired,
    currentNumberScheduled: count.current,
    numberMisscheduled: count.misscheduled,
    numberReady: count.ready,
    updatedNumberScheduled: count.updated,
    numberAvailable: count.available,
    numberUnavailable: count.desired - count.available,
  };
}
