/** Which services a change of a pod concerns (k8s.io/endpointslice/util/controller_utils.go). */
import type { Pod, Service } from '../../api/core/v1.gen.ts';
import { keyOf } from '../../api/object.ts';
import type { EventHandler, Lister } from '../../client/informer.ts';
import { labelsInclude, type Labels } from './label-selector.ts';
import { isPodReady } from './pod-status.ts';
import { semanticEqual } from './semantic-equal.ts';

function servicesSelecting(services: Lister<Service>, namespace: string, labels: Labels): Set<string> {
  const selecting = services.list(namespace).filter((s) => s.spec.selector && labelsInclude(labels, s.spec.selector));
  return new Set(selecting.map(keyOf));
}

/** Pod events as keys of services to sync. */
export function podEventsToServices(services: Lister<Service>, enqueue: (key: string) => void): EventHandler<Pod> {
  const one = (pod: Pod) => servicesSelecting(services, pod.metadata.namespace, pod.metadata.labels).forEach(enqueue);
  return {
    onAdd: one,
    onDelete: one,
    onUpdate: (old, pod) => {
      if (old.metadata.resourceVersion === pod.metadata.resourceVersion) return;
      const changed = membershipChanged(old, pod);
      const labelsChanged =
        !semanticEqual(old.metadata.labels, pod.metadata.labels) ||
        old.spec.hostname !== pod.spec.hostname ||
        old.spec.subdomain !== pod.spec.subdomain;
      if (!labelsChanged) {
        if (changed) one(pod);
        return;
      }
      const now = servicesSelecting(services, pod.metadata.namespace, pod.metadata.labels);
      const before = servicesSelecting(services, pod.metadata.namespace, old.metadata.labels);
      (changed ? now.union(before) : now.symmetricDifference(before)).forEach(enqueue);
    },
  };
}

function membershipChanged(old: Pod, pod: Pod): boolean {
  return (
    old.metadata.deletionTimestamp !== pod.metadata.deletionTimestamp ||
    isPodReady(old) !== isPodReady(pod) ||
    !semanticEqual(old.status.podIPs, pod.status.podIPs)
  );
}
