import type { Pod, Service } from '../../api/core/v1.gen.ts';
import { keyOf } from '../../api/object.ts';
import { podCondition } from './pod-status.ts';

/**
 * Finds when the change happened that a sync of a service's endpoints reacts to: the earliest change of a pod's readiness (or the service's
 * creation) that the sync before had not seen (k8s.io/endpointslice/util/trigger_time_tracker.go).
 */
export class TriggerTimeTracker {
  readonly #seen = new Map<string, { service: number; pods: Map<string, number> }>();

  /** Milliseconds since the epoch; undefined when nothing new triggered this sync. */
  lastChange(service: Service, pods: readonly Pod[]): number | undefined {
    const key = keyOf(service);
    const before = this.#seen.get(key);
    const created = Date.parse(service.metadata.creationTimestamp);
    const times = new Map<string, number>();
    const changes: number[] = [];
    for (const pod of pods) {
      const text = podCondition(pod, 'Ready')?.lastTransitionTime;
      if (!text) continue;
      const time = Date.parse(text);
      times.set(pod.metadata.name, time);
      if (time > (before?.pods.get(pod.metadata.name) ?? 0)) changes.push(time);
    }
    if (created > (before?.service ?? 0)) changes.push(created);
    this.#seen.set(key, { service: created, pods: times });
    if (!before) return created;
    return changes.length === 0 ? undefined : Math.min(...changes);
  }

  forget(key: string): void {
    this.#seen.delete(key);
  }
}

/** RFC 3339 as Go's RFC3339Nano prints it: no fraction when it is zero. */
export function formatTriggerTime(ms: number): string {
  return new Date(ms).toISOString().replace(/\.?0*Z$/, 'Z');
}
