/** Which pods nobody will ever take away, pure (pkg/controller/podgc/gc_controller.go). */
import type { Node, Pod } from '../../api/core/v1.gen.ts';
import { compareCreation } from '../shared/sort-by-creation.ts';

/** Ended pods beyond the threshold: evicted ones first, then the oldest. */
export function surplusTerminated(pods: readonly Pod[], threshold: number): Pod[] {
  const ended = pods.filter(({ status: { phase } }) => phase !== 'Pending' && phase !== 'Running' && phase !== 'Unknown');
  return [...ended].sort(byEvictionAndCreation).slice(0, Math.max(0, ended.length - threshold));
}

/** Pods being deleted on nodes that are down and marked out of service. */
export function terminatingOutOfService(pods: readonly Pod[], nodeOf: (name: string) => Node | undefined): Pod[] {
  const isOut = (node: Node | undefined) => {
    const ready = node?.status.conditions?.some((c) => c.type === 'Ready' && c.status === 'True');
    return !!node && !ready && (node.spec.taints ?? []).some((t) => t.key === 'node.kubernetes.io/out-of-service');
  };
  return pods.filter((p) => p.metadata.deletionTimestamp && isOut(nodeOf(p.spec.nodeName ?? ''))).sort(byEvictionAndCreation);
}

/** Pods being deleted that were never bound. */
export function unscheduledTerminating(pods: readonly Pod[]): Pod[] {
  return pods.filter((p) => p.metadata.deletionTimestamp && !p.spec.nodeName);
}

function byEvictionAndCreation(a: Pod, b: Pod): number {
  const evicted = (p: Pod) => (p.status.phase === 'Failed' && p.status.reason === 'Evicted' ? 0 : 1);
  return evicted(a) - evicted(b) || compareCreation(a, b);
}
