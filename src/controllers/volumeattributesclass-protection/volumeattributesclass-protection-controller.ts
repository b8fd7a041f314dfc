/** A volume attributes class stays while a claim or volume names it (pkg/controller/volume/vacprotection). */
import type { PersistentVolume, PersistentVolumeClaim } from '../../api/core/v1.gen.ts';
import type { VolumeAttributesClass } from '../../api/storage/v1.gen.ts';
import { persistentVolumeClaims, persistentVolumes, volumeAttributesClasses } from '../../client/resources.ts';
import { WorkQueue } from '../../client/work-queue.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { needsProtectionWork, protect } from '../shared/protection-finalizer.ts';
import { runController } from '../shared/run-controller.ts';

const NAME = 'volumeattributesclass-protection-controller';
const FINALIZER = 'kubernetes.io/vac-protection';
const INDEX = 'volumeAttributesClassName';

export const volumeAttributesClassProtectionController: Controller = { name: NAME, start: run };

function run(ctx: ControllerContext): Promise<void> {
  const queue = new WorkQueue(ctx.clock);
  const classes = ctx.informers.informer(volumeAttributesClasses);
  const claims = ctx.informers.informer(persistentVolumeClaims);
  const volumes = ctx.informers.informer(persistentVolumes);
  claims.addIndex(INDEX, classesOfClaim);
  volumes.addIndex(INDEX, classesOfVolume);
  const enqueue = (vac: VolumeAttributesClass) => {
    if (needsProtectionWork(vac, FINALIZER)) queue.add(vac.metadata.name);
  };
  const letGo = (before: readonly string[], after: readonly string[]) =>
    before.filter((name) => !after.includes(name)).forEach((name) => queue.add(name));
  classes.addHandler({ onAdd: enqueue, onUpdate: (_, vac) => enqueue(vac) });
  claims.addHandler({
    onUpdate: (old, claim) => letGo(classesOfClaim(old), classesOfClaim(claim)),
    onDelete: (claim) => letGo(classesOfClaim(claim), []),
  });
  volumes.addHandler({
    onUpdate: (old, volume) => letGo(classesOfVolume(old), classesOfVolume(volume)),
    onDelete: (volume) => letGo(classesOfVolume(volume), []),
  });
  return runController(ctx, {
    name: NAME,
    queue,
    informers: [classes, claims, volumes],
    workers: 1,
    reconcile: async (name) => {
      const object = classes.lister.get(name);
      const isUsed = () => volumes.lister.byIndex(INDEX, name).length + claims.lister.byIndex(INDEX, name).length > 0;
      if (object) await protect(ctx, { ref: volumeAttributesClasses, object, finalizer: FINALIZER, isUsed });
    },
  });
}

function classesOfClaim({ spec, status }: PersistentVolumeClaim): string[] {
  const { currentVolumeAttributesClassName: current, modifyVolumeStatus } = status ?? {};
  const names = [spec.volumeAttributesClassName, current, modifyVolumeStatus?.targetVolumeAttributesClassName];
  return [...new Set(names.filter((name) => !!name) as string[])];
}

function classesOfVolume({ spec }: PersistentVolume): string[] {
  return spec.volumeAttributesClassName ? [spec.volumeAttributesClassName] : [];
}
