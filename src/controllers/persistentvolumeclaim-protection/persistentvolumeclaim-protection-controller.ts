/** A claim stays while a pod uses it (pkg/controller/volume/pvcprotection). */
import type { PersistentVolumeClaim, Pod } from '../../api/core/v1.gen.ts';
import { keyOf } from '../../api/object.ts';
import { persistentVolumeClaims, pods } from '../../client/resources.ts';
import { WorkQueue } from '../../client/work-queue.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { claimNamesOf } from '../shared/claim-names-of.ts';
import { addPodClaimIndex, podsUsingClaim } from '../shared/pod-claim-index.ts';
import { hasReleasedVolumes } from '../shared/pod-status.ts';
import { needsProtectionWork, protect } from '../shared/protection-finalizer.ts';
import { runController } from '../shared/run-controller.ts';
import { usesClaim } from './plan.ts';

const NAME = 'persistentvolumeclaim-protection-controller';
const FINALIZER = 'kubernetes.io/pvc-protection';

export const persistentVolumeClaimProtectionController: Controller = { name: NAME, start: run };

function run(ctx: ControllerContext): Promise<void> {
  const queue = new WorkQueue(ctx.clock);
  const claims = ctx.informers.informer(persistentVolumeClaims);
  const users = ctx.informers.informer(pods);
  addPodClaimIndex(users);
  const enqueue = (claim: PersistentVolumeClaim) => {
    if (needsProtectionWork(claim, FINALIZER)) queue.add(keyOf(claim));
  };
  const enqueueOf = (pod: Pod) => claimNamesOf(pod).forEach((name) => queue.add(`${pod.metadata.namespace}/${name}`));
  const podChanged = (pod: Pod) => {
    if (hasReleasedVolumes(pod) || !pod.spec.nodeName) enqueueOf(pod);
  };
  claims.addHandler({ onAdd: enqueue, onUpdate: (_, claim) => enqueue(claim) });
  users.addHandler({
    onAdd: podChanged,
    onUpdate: (old, pod) => {
      podChanged(pod);
      if (old.metadata.uid !== pod.metadata.uid) enqueueOf(old);
    },
    onDelete: enqueueOf,
  });
  return runController(ctx, {
    name: NAME,
    queue,
    informers: [claims, users],
    reconcile: async (key) => {
      const object = claims.lister.get(key);
      if (!object) return;
      const isUsed = async () => {
        if (podsUsingClaim(users, key).some((pod) => usesClaim(pod, object))) return true;
        // The cache may not know the newest pods yet.
        const live = await ctx.client.resource(pods).list({ namespace: object.metadata.namespace });
        return live.items.some((pod) => usesClaim(pod, object));
      };
      await protect(ctx, { ref: persistentVolumeClaims, object, finalizer: FINALIZER, isUsed });
    },
  });
}
