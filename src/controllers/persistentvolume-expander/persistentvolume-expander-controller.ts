/** Says who is to expand a claim's volume: always an external resizer (pkg/controller/volume/expand). */
import type { PersistentVolume, PersistentVolumeClaim } from '../../api/core/v1.gen.ts';
import { keyOf } from '../../api/object.ts';
import { persistentVolumeClaims, persistentVolumes } from '../../client/resources.ts';
import { WorkQueue } from '../../client/work-queue.ts';
import { Quantity } from '../../machinery/quantity.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { migratedPluginOf } from '../shared/migrated-plugins.ts';
import { runController } from '../shared/run-controller.ts';

const NAME = 'persistentvolume-expander-controller';
const RESIZER = 'volume.kubernetes.io/storage-resizer';
const PRE_RESIZE_CAPACITY = 'volume.alpha.kubernetes.io/pre-resize-capacity';

export const persistentVolumeExpanderController: Controller = { name: NAME, start: run };

function run(ctx: ControllerContext): Promise<void> {
  const queue = new WorkQueue(ctx.clock);
  const claims = ctx.informers.informer(persistentVolumeClaims);
  const enqueue = (claim: PersistentVolumeClaim) => {
    if (claim.status?.phase === 'Bound') queue.add(keyOf(claim));
  };
  claims.addHandler({
    onAdd: enqueue,
    onUpdate: (old, claim) => {
      if (requested(claim).compare(requested(old)) > 0 || capacity(claim).compare(capacity(old)) > 0) enqueue(claim);
    },
  });
  return runController(ctx, {
    name: NAME,
    queue,
    informers: [claims],
    workers: 10,
    reconcile: async (key) => {
      const claim = claims.lister.get(key);
      if (!claim?.spec.volumeName) return;
      const volume = await ctx.client.resource(persistentVolumes).get(claim.spec.volumeName);
      const ref = volume.spec.claimRef;
      if (ref?.namespace !== claim.metadata.namespace || ref.uid !== claim.metadata.uid) {
        throw new Error(`persistent Volume is not bound to PVC being updated : ${key}`);
      }
      if (needsExpansion(claim, volume)) await handOver(ctx, claim, volume);
    },
  });
}

async function handOver(ctx: ControllerContext, claim: PersistentVolumeClaim, volume: PersistentVolume): Promise<void> {
  const migrated = migratedPluginOf(volume);
  const say = (message: string) => ctx.recorder.event(claim, 'Normal', 'ExternalExpanding', message);
  if (!migrated) return say('waiting for an external controller to expand this PVC');
  say(`CSI migration enabled for ${migrated.plugin}; waiting for external resizer to expand the pvc`);
  const { name, namespace, resourceVersion, annotations } = claim.metadata;
  if (annotations?.[RESIZER] === migrated.driver) return;
  const patch = { metadata: { resourceVersion, annotations: { [RESIZER]: migrated.driver } } };
  await ctx.client.resource(persistentVolumeClaims).patch(name, 'strategic', patch, { namespace, subresource: 'status' });
}

function needsExpansion(claim: PersistentVolumeClaim, volume: PersistentVolume): boolean {
  return requested(claim).compare(capacity(claim)) > 0 || volume.metadata.annotations?.[PRE_RESIZE_CAPACITY] !== undefined;
}

function requested(claim: PersistentVolumeClaim): Quantity {
  return Quantity.parse(claim.spec.resources?.requests?.['storage'] ?? '0');
}

function capacity(claim: PersistentVolumeClaim): Quantity {
  return Quantity.parse(claim.status?.capacity?.['storage'] ?? '0');
}
