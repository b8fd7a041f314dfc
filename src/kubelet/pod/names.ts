import type { Pod } from '../../api/core/v1.gen.ts';

/** `name_namespace(uid)`: how messages name a pod. */
export function formatPod(pod: Pick<Pod, 'metadata'>): string {
  const { name, namespace, uid } = pod.metadata;
  return `${name}_${namespace}(${uid})`;
}

/** `name_namespace`: what ties a static pod to its mirror. */
export function podFullName(pod: Pick<Pod, 'metadata'>): string {
  return `${pod.metadata.name}_${pod.metadata.namespace}`;
}
