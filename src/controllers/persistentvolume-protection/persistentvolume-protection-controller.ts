/** A volume stays while a claim is bound to it (pkg/controller/volume/pvprotection). */
import type { PersistentVolume } from '../../api/core/v1.gen.ts';
import { persistentVolumes } from '../../client/resources.ts';
import { WorkQueue } from '../../client/work-queue.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { needsProtectionWork, protect } from '../shared/protection-finalizer.ts';
import { runController } from '../shared/run-controller.ts';

const NAME = 'persistentvolume-protection-controller';
const FINALIZER = 'kubernetes.io/pv-protection';

export const persistentVolumeProtectionController: Controller = { name: NAME, start: run };

function run(ctx: ControllerContext): Promise<void> {
  const queue = new WorkQueue(ctx.clock);
  const volumes = ctx.informers.informer(persistentVolumes);
  const enqueue = (volume: PersistentVolume) => {
    if (needsProtectionWork(volume, FINALIZER)) queue.add(volume.metadata.name);
  };
  volumes.addHandler({ onAdd: enqueue, onUpdate: (_, volume) => enqueue(volume) });
  return runController(ctx, {
    name: NAME,
    queue,
    informers: [volumes],
    workers: 1,
    reconcile: async (name) => {
      const object = volumes.lister.get(name);
      const isUsed = () => object?.status?.phase === 'Bound';
      if (object) await protect(ctx, { ref: persistentVolumes, object, finalizer: FINALIZER, isUsed });
    },
  });
}
