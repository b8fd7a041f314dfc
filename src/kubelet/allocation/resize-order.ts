import type { Pod } from '../../api/core/v1.gen.ts';
import { Quantity } from '../../machinery/quantity.ts';
import { podRequests } from '../../machinery/pod/pod-resources.ts';
import { podQos } from '../pod/qos.ts';
import type { Allocations } from './allocations.ts';
import type { ResizeConditions } from './resize-conditions.ts';

/** Who is served first: those that ask for no more, then by priority, Guaranteed before others, then who has waited longest. */
export function resizeOrder(pods: readonly Pod[], allocations: Allocations, conditions: ResizeConditions): Pod[] {
  const grows = (pod: Pod) => {
    const [now, wanted] = [podRequests(allocations.allocated(pod)), podRequests(pod)];
    const more = (name: string) => (wanted.get(name) ?? Quantity.ZERO).compare(now.get(name) ?? Quantity.ZERO) > 0;
    return Number(more('cpu') || more('memory'));
  };
  const guaranteed = (pod: Pod) => Number(podQos(pod) === 'Guaranteed');
  const since = (pod: Pod) => conditions.get(pod.metadata.uid, 'PodResizePending')?.lastTransitionTime ?? '~';
  return [...pods].sort(
    (a, b) =>
      grows(a) - grows(b) ||
      (b.spec.priority ?? 0) - (a.spec.priority ?? 0) ||
      guaranteed(b) - guaranteed(a) ||
      (since(a) < since(b) ? -1 : since(a) > since(b) ? 1 : 0),
  );
}
