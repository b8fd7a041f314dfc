import type { Pod } from '../../api/core/v1.gen.ts';
import type { Informer } from '../../client/informer.ts';

const INDEX = 'spec.nodeName';

/** Adds the index `spec.nodeName` to the pod informer. */
export function addPodNodeIndex(pods: Informer<Pod>): void {
  pods.addIndex(INDEX, (pod) => (pod.spec.nodeName ? [pod.spec.nodeName] : []));
}

/** Pods bound to a node. */
export function podsOnNode(pods: Informer<Pod>, nodeName: string): Pod[] {
  return pods.lister.byIndex(INDEX, nodeName);
}
