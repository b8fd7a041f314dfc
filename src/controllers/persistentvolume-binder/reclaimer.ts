/** What becomes of a volume whose claim is gone (reclaimVolume of pkg/controller/volume/persistentvolume/pv_controller.go). */
import type { PersistentVolume } from '../../api/core/v1.gen.ts';
import { errorMessage } from '../../base/log.ts';
import { persistentVolumes } from '../../client/resources.ts';
import { isNotFound } from '../../machinery/status-error.ts';
import type { ControllerContext } from '../controller.ts';
import { IN_TREE_FINALIZER, MIGRATED_TO } from './annotations.ts';
import type { BinderStore } from './binder-store.ts';
import { isReleased } from './plan-volume.ts';
import { deleterOf } from './volume-deleter.ts';

export class Reclaimer {
  readonly #ctx: ControllerContext;
  readonly #store: BinderStore;

  constructor(ctx: ControllerContext, store: BinderStore) {
    this.#ctx = ctx;
    this.#store = store;
  }

  async reclaim(volume: PersistentVolume): Promise<void> {
    if (volume.metadata.annotations?.[MIGRATED_TO]) return;
    switch (volume.spec.persistentVolumeReclaimPolicy) {
      case 'Retain':
        return;
      case 'Delete':
        return this.#delete(volume);
      case 'Recycle': {
        const fresh = await this.#stillReleased(volume);
        return fresh && this.#store.failVolume(fresh, 'VolumeFailedRecycle', 'No recycler plugin found for the volume!');
      }
      default:
        await this.#store.failVolume(volume, 'VolumeUnknownReclaimPolicy', 'Volume has unrecognized PersistentVolumeReclaimPolicy');
    }
  }

  async #delete(volume: PersistentVolume): Promise<void> {
    const deleter = deleterOf(volume);
    if (deleter.by === 'external') return;
    const fail = (message: string) => this.#store.failVolume(volume, 'VolumeFailedDelete', message);
    if (deleter.by === 'none') return fail(deleter.message);
    const fresh = await this.#stillReleased(volume);
    if (!fresh) return;
    const remove = this.#ctx.options.removeHostPath;
    if (!remove) return fail('host_path deleter is not available to this controller');
    try {
      await remove(deleter.path);
    } catch (error) {
      return fail(errorMessage(error));
    }
    await this.#deleteObject(fresh);
  }

  async #deleteObject(volume: PersistentVolume): Promise<void> {
    const { name, finalizers = [] } = volume.metadata;
    const kept = finalizers.filter((f) => f !== IN_TREE_FINALIZER);
    const wanted = kept.length === finalizers.length ? volume : { ...volume, metadata: { ...volume.metadata, finalizers: kept } };
    await this.#store.updateVolume(volume, wanted);
    await this.#ctx.client.resource(persistentVolumes).delete(name);
  }

  /** The volume as the server has it, if nobody has claimed it meanwhile. */
  async #stillReleased(volume: PersistentVolume): Promise<PersistentVolume | undefined> {
    try {
      const fresh = await this.#ctx.client.resource(persistentVolumes).get(volume.metadata.name);
      const { namespace = '', name = '' } = fresh.spec.claimRef ?? {};
      return isReleased(fresh, this.#store.claims.get(`${namespace}/${name}`)) ? fresh : undefined;
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }
}
