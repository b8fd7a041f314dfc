/** Pods that the API has bound to this node. */
import type { Pod } from '../../api/core/v1.gen.ts';
import type { InformerFactory } from '../../client/informer.ts';
import { pods } from '../../client/resources.ts';
import type { StatusManager } from '../status/status-manager.ts';
import type { PodLoop } from '../sync/pod-loop.ts';
import { differsSemantically } from './pod-differs.ts';

/** Feeds the loop with the API's pods. Resolves once all that were there at the start have been handed over. */
export async function followApiPods(nodeName: string, informers: InformerFactory, loop: PodLoop, statuses: StatusManager): Promise<void> {
  const informer = informers.informer(pods, { fieldSelector: `spec.nodeName=${nodeName}` });
  informer.addHandler({
    onAdd: (pod) => loop.add(normalized(pod)),
    onUpdate(before, after) {
      statuses.observed(after);
      if (before.metadata.uid !== after.metadata.uid) {
        loop.remove(normalized(before));
        loop.add(normalized(after));
      } else if (differsSemantically(before, after)) loop.update(normalized(after));
      else loop.reconcile(normalized(after));
    },
    onDelete: (pod) => loop.remove(normalized(pod)),
  });
  await informer.synced();
}

/** Fields that the server leaves out when they are empty and the kubelet counts on. */
function normalized(pod: Pod): Pod {
  return pod.status && pod.spec.containers.every((c) => c.resources) ? pod : withDefaults(pod);
}

function withDefaults(pod: Pod): Pod {
  const containers = pod.spec.containers.map((c) => ({ ...c, resources: c.resources ?? {} }));
  return { ...pod, spec: { ...pod.spec, containers }, status: pod.status ?? {} };
}
