/** Claims and volumes as the binder knows them, and its writes to them. */
import type { PersistentVolume, PersistentVolumeClaim } from '../../api/core/v1.gen.ts';
import { persistentVolumeClaims, persistentVolumes } from '../../client/resources.ts';
import type { ControllerContext } from '../controller.ts';
import { BETA_STORAGE_PROVISIONER, STORAGE_PROVISIONER } from './annotations.ts';
import { claimInPhase, claimOf, unbound, volumeOf } from './binding.ts';
import { withClaimMigration } from './csi-migration.ts';
import { NewestStore } from './newest-store.ts';

export class BinderStore {
  readonly claims = new NewestStore<PersistentVolumeClaim>();
  readonly volumes = new NewestStore<PersistentVolume>();
  readonly #ctx: ControllerContext;

  constructor(ctx: ControllerContext) {
    this.#ctx = ctx;
  }

  /** Ties both together in four writes, of which any may be the last before a crash: each is repeated only as far as needed. */
  async bind(volume: PersistentVolume, claim: PersistentVolumeClaim): Promise<void> {
    const tied = await this.updateVolume(volume, volumeOf(volume, claim));
    const bound = await this.setVolumePhase(tied, 'Bound');
    const named = await this.updateClaim(claim, claimOf(claim, bound));
    await this.setClaimPhase(named, 'Bound', bound);
  }

  async unbind(volume: PersistentVolume): Promise<void> {
    await this.setVolumePhase(await this.updateVolume(volume, unbound(volume)), 'Available');
  }

  /** Writes `wanted` unless it is `volume` itself. */
  async updateVolume(volume: PersistentVolume, wanted: PersistentVolume): Promise<PersistentVolume> {
    if (wanted === volume) return volume;
    const written = await this.#ctx.client.resource(persistentVolumes).update(wanted);
    this.volumes.put(written);
    return written;
  }

  async setVolumePhase(volume: PersistentVolume, phase: string, message?: string): Promise<PersistentVolume> {
    if (volume.status?.phase === phase) return volume;
    const { message: _, ...rest } = volume.status ?? {};
    const status = { ...rest, phase, ...(message && { message }) };
    const written = await this.#ctx.client.resource(persistentVolumes).updateStatus({ ...volume, status });
    this.volumes.put(written);
    return written;
  }

  async failVolume(volume: PersistentVolume, reason: string, message: string): Promise<void> {
    if (volume.status?.phase === 'Failed') return;
    const failed = await this.setVolumePhase(volume, 'Failed', message);
    this.#ctx.recorder.event(failed, 'Warning', reason, message);
  }

  async updateClaim(claim: PersistentVolumeClaim, wanted: PersistentVolumeClaim): Promise<PersistentVolumeClaim> {
    if (wanted === claim) return claim;
    const written = await this.#ctx.client.resource(persistentVolumeClaims).update(wanted);
    this.claims.put(written);
    return written;
  }

  async setClaimPhase(claim: PersistentVolumeClaim, phase: string, volume?: PersistentVolume): Promise<PersistentVolumeClaim> {
    const wanted = claimInPhase(claim, phase, volume);
    if (wanted === claim) return claim;
    const written = await this.#ctx.client.resource(persistentVolumeClaims).updateStatus(wanted);
    this.claims.put(written);
    return written;
  }

  /** Asks the provisioner for a volume. */
  async setProvisioner(claim: PersistentVolumeClaim, provisioner: string): Promise<PersistentVolumeClaim> {
    if (claim.metadata.annotations?.[STORAGE_PROVISIONER] === provisioner) return claim;
    const annotations = { ...claim.metadata.annotations, [BETA_STORAGE_PROVISIONER]: provisioner, [STORAGE_PROVISIONER]: provisioner };
    return this.updateClaim(claim, withClaimMigration({ ...claim, metadata: { ...claim.metadata, annotations } }));
  }
}
