/** https://kubernetes.io/docs/concepts/storage/ephemeral-volumes/#generic-ephemeral-volumes (pkg/controller/volume/ephemeral). */
import type { PersistentVolumeClaim, Pod, Volume } from '../../api/core/v1.gen.ts';
import { keyOf, type Draft } from '../../api/object.ts';
import { errorMessage } from '../../base/log.ts';
import { persistentVolumeClaims, pods } from '../../client/resources.ts';
import { WorkQueue } from '../../client/work-queue.ts';
import { isNamespaceTerminating } from '../../machinery/status-error.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { isControlledBy, newControllerRef } from '../shared/controller-ref.ts';
import { addPodClaimIndex, podsUsingClaim } from '../shared/pod-claim-index.ts';
import { runController } from '../shared/run-controller.ts';

const NAME = 'ephemeral-volume-controller';

export const ephemeralVolumeController: Controller = { name: NAME, start: run };

function run(ctx: ControllerContext): Promise<void> {
  const queue = new WorkQueue(ctx.clock);
  const users = ctx.informers.informer(pods);
  const claims = ctx.informers.informer(persistentVolumeClaims);
  addPodClaimIndex(users);
  const enqueue = (pod: Pod) => {
    if (!pod.metadata.deletionTimestamp && pod.spec.volumes?.some((v) => v.ephemeral)) queue.add(keyOf(pod));
  };
  users.addHandler({ onAdd: enqueue });
  claims.addHandler({ onDelete: (claim) => podsUsingClaim(users, keyOf(claim)).forEach(enqueue) });
  const ensureClaim = async (pod: Pod, volume: Volume): Promise<void> => {
    const wanted = claimFor(pod, volume);
    const { name, namespace } = wanted.metadata;
    const claim = claims.lister.get(`${namespace}/${name}`);
    if (claim && isControlledBy(claim, pod)) return;
    const why = `PVC ${namespace}/${name} was not created for pod ${namespace}/${pod.metadata.name} (pod is not owner)`;
    if (claim) throw new Error(why);
    try {
      await ctx.client.resource(persistentVolumeClaims).create(wanted as Draft<PersistentVolumeClaim>);
    } catch (error) {
      if (isNamespaceTerminating(error)) throw error;
      throw new Error(`create PVC ${name}: ${errorMessage(error)}`, { cause: error });
    }
  };
  return runController(ctx, {
    name: NAME,
    queue,
    informers: [users, claims],
    reconcile: async (key) => {
      const pod = users.lister.get(key);
      if (!pod || pod.metadata.deletionTimestamp) return;
      for (const volume of pod.spec.volumes ?? []) {
        if (!volume.ephemeral) continue;
        try {
          await ensureClaim(pod, volume);
        } catch (error) {
          ctx.recorder.event(pod, 'Warning', 'FailedBinding', `ephemeral volume ${volume.name}: ${errorMessage(error)}`);
          throw error;
        }
      }
    },
  });
}

/** The claim of an ephemeral volume; it goes with its pod. */
function claimFor(pod: Pod, volume: Volume) {
  const template = volume.ephemeral?.volumeClaimTemplate;
  const { labels, annotations } = template?.metadata ?? {};
  const metadata = {
    name: `${pod.metadata.name}-${volume.name}`,
    namespace: pod.metadata.namespace,
    ownerReferences: [newControllerRef(pod, { apiVersion: 'v1', kind: 'Pod' })],
    ...(labels && { labels }),
    ...(annotations && { annotations }),
  };
  return { metadata, spec: template?.spec };
}
