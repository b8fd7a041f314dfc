/** https://kubernetes.io/docs/concepts/storage/persistent-volumes/ (pkg/controller/volume/persistentvolume). */
import type { PersistentVolume, PersistentVolumeClaim, Pod } from '../../api/core/v1.gen.ts';
import { keyOf } from '../../api/object.ts';
import type { StorageClass } from '../../api/storage/v1.gen.ts';
import { errorMessage } from '../../base/log.ts';
import type { Informer } from '../../client/informer.ts';
import { persistentVolumeClaims, persistentVolumes, pods, storageClasses } from '../../client/resources.ts';
import { WorkQueue } from '../../client/work-queue.ts';
import { isNotFound } from '../../machinery/status-error.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { migratedDriver } from '../shared/migrated-plugins.ts';
import { addPodClaimIndex, podsUsingClaim } from '../shared/pod-claim-index.ts';
import { hasReleasedVolumes } from '../shared/pod-status.ts';
import { runController } from '../shared/run-controller.ts';
import { storageClassName } from '../shared/storage-class-name.ts';
import { everyPeriod } from '../shared/until-stopped.ts';
import { BinderStore } from './binder-store.ts';
import { withClaimMigration, withVolumeMigration } from './csi-migration.ts';
import { defaultClass } from './default-class.ts';
import { planClaim, type ClaimEvent, type ClaimView } from './plan-claim.ts';
import { planVolume } from './plan-volume.ts';
import { Reclaimer } from './reclaimer.ts';

const NAME = 'persistentvolume-binder-controller';
const RESYNC_MS = 15_000;
/** In-tree plugins that are there, but make no volumes. */
const NOT_PROVISIONABLE = ['nfs', 'fc', 'iscsi', 'csi', 'host-path'].map((name) => `kubernetes.io/${name}`);

export const persistentVolumeBinderController: Controller = { name: NAME, start: (ctx) => new Binder(ctx).run() };

const claimKey = (key: string) => `claim:${key}`;
const volumeKey = (name: string) => `volume:${name}`;

class Binder {
  readonly #ctx: ControllerContext;
  /** One at a time for both kinds: a binding is decided on what the one before it left. */
  readonly #queue: WorkQueue;
  readonly #claims: Informer<PersistentVolumeClaim>;
  readonly #volumes: Informer<PersistentVolume>;
  readonly #classes: Informer<StorageClass>;
  readonly #pods: Informer<Pod>;
  readonly #store: BinderStore;
  readonly #reclaimer: Reclaimer;

  constructor(ctx: ControllerContext) {
    this.#ctx = ctx;
    this.#queue = new WorkQueue(ctx.clock);
    this.#claims = ctx.informers.informer(persistentVolumeClaims);
    this.#volumes = ctx.informers.informer(persistentVolumes);
    this.#classes = ctx.informers.informer(storageClasses);
    this.#pods = ctx.informers.informer(pods);
    addPodClaimIndex(this.#pods);
    this.#store = new BinderStore(ctx);
    this.#reclaimer = new Reclaimer(ctx, this.#store);
  }

  async run(): Promise<void> {
    const claim = (c: PersistentVolumeClaim) => this.#queue.add(claimKey(keyOf(c)));
    const volume = (v: PersistentVolume) => this.#queue.add(volumeKey(v.metadata.name));
    // Everything is known before anything is decided: a volume that is not known yet would look lost.
    this.#claims.addHandler({ onAdd: claim, onUpdate: (_, c) => claim(c), onDelete: claim });
    this.#volumes.addHandler({ onAdd: volume, onUpdate: (_, v) => volume(v), onDelete: volume });
    const resync = () => {
      this.#claims.lister.list().forEach(claim);
      this.#volumes.lister.list().forEach(volume);
      return Promise.resolve();
    };
    let begun = false;
    await Promise.all([
      runController(this.#ctx, {
        name: NAME,
        queue: this.#queue,
        informers: [this.#claims, this.#volumes, this.#classes, this.#pods],
        workers: 1,
        reconcile: (key) => {
          if (!begun) this.#fillStore();
          begun = true;
          return key.startsWith('claim:') ? this.#syncClaimKey(key.slice(6)) : this.#syncVolumeKey(key.slice(7));
        },
      }),
      everyPeriod(this.#ctx, this.#ctx.options.pvClaimBinderSyncPeriodMs ?? RESYNC_MS, resync),
    ]);
  }

  #fillStore(): void {
    for (const volume of this.#volumes.lister.list()) this.#store.volumes.put(volume);
    for (const claim of this.#claims.lister.list()) this.#store.claims.put(claim);
  }

  async #syncClaimKey(key: string): Promise<void> {
    const claim = this.#claims.lister.get(key);
    if (claim) {
      if (this.#store.claims.put(claim)) await this.#syncClaim(claim);
      return;
    }
    // Its volume is to be released.
    const gone = this.#store.claims.delete(key);
    if (gone?.spec.volumeName) this.#queue.add(volumeKey(gone.spec.volumeName));
  }

  async #syncVolumeKey(name: string): Promise<void> {
    const volume = this.#volumes.lister.get(name);
    if (volume) {
      if (this.#store.volumes.put(volume)) await this.#syncVolume(volume);
      return;
    }
    // Its claim is lost.
    const ref = this.#store.volumes.delete(name)?.spec.claimRef;
    if (ref) this.#queue.add(claimKey(`${ref.namespace ?? ''}/${ref.name ?? ''}`));
  }

  async #syncClaim(seen: PersistentVolumeClaim): Promise<void> {
    const claim = await this.#store.updateClaim(seen, withClaimMigration(seen));
    const plan = planClaim(claim, this.#view(claim));
    switch (plan.do) {
      case 'bind':
        return this.#store.bind(plan.volume, claim);
      case 'assign-class':
        await this.#store.updateClaim(claim, { ...claim, spec: { ...claim.spec, storageClassName: plan.name } });
        return;
      case 'provision':
        return this.#provision(claim);
      case 'wait':
        this.#record(claim, plan.event);
        await this.#store.setClaimPhase(claim, 'Pending');
        return;
      case 'lose':
        if (claim.status?.phase !== 'Lost') this.#record(await this.#store.setClaimPhase(claim, 'Lost'), plan.event);
        return;
      case 'fail':
        this.#record(claim, plan.event);
        throw new Error(plan.message);
    }
  }

  #view(claim: PersistentVolumeClaim): ClaimView {
    return {
      volume: (name) => this.#store.volumes.get(name),
      volumes: () => this.#store.volumes.list(),
      storageClass: (name) => this.#classes.lister.get(name),
      defaultClass: () => defaultClass(this.#classes.lister.list())?.metadata.name,
      unscheduledPods: () =>
        podsUsingClaim(this.#pods, keyOf(claim))
          .filter((pod) => !hasReleasedVolumes(pod) && !pod.spec.nodeName)
          .map((pod) => pod.metadata.name),
    };
  }

  async #provision(claim: PersistentVolumeClaim): Promise<void> {
    const name = storageClassName(claim);
    const provisioner = this.#classes.lister.get(name)?.provisioner;
    const failed = (message: string) => this.#record(claim, { type: 'Warning', reason: 'ProvisioningFailed', message });
    if (provisioner === undefined) return failed(`storageclass.storage.k8s.io "${name}" not found`);
    const driver = migratedDriver(provisioner);
    if (!driver && NOT_PROVISIONABLE.includes(provisioner)) return failed('no provisionable volume plugin matched');
    if (!driver && provisioner.startsWith('kubernetes.io/')) return failed(`no volume plugin matched name: ${provisioner}`);
    let asked: PersistentVolumeClaim;
    try {
      asked = await this.#store.setProvisioner(claim, driver ?? provisioner);
    } catch (error) {
      failed(`Error saving claim: ${errorMessage(error)}`);
      throw error;
    }
    const message =
      `Waiting for a volume to be created either by the external provisioner '${driver ?? provisioner}' or manually by the system ` +
      'administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.';
    this.#record(asked, { type: 'Normal', reason: 'ExternalProvisioning', message });
  }

  async #syncVolume(seen: PersistentVolume): Promise<void> {
    const volume = await this.#store.updateVolume(seen, withVolumeMigration(seen));
    const claim = await this.#claimOf(volume);
    const plan = planVolume(volume, claim);
    switch (plan.do) {
      case 'set-phase':
        await this.#store.setVolumePhase(volume, plan.phase);
        return;
      case 'unbind':
        return this.#store.unbind(volume);
      case 'sync-claim':
        if (claim) this.#queue.add(claimKey(keyOf(claim)));
        return;
      case 'mismatch':
        this.#ctx.recorder.event(volume, 'Warning', 'VolumeMismatch', plan.volumeMessage);
        if (claim) this.#record(claim, { type: 'Warning', reason: 'VolumeMismatch', message: plan.claimMessage });
        return;
      case 'release': {
        const { phase } = volume.status ?? {};
        const isDone = phase === 'Released' || phase === 'Failed';
        return this.#reclaimer.reclaim(isDone ? volume : await this.#store.setVolumePhase(volume, 'Released'));
      }
    }
  }

  /** The claim that claimRef means. Before a volume is given up the server is asked: the caches may be behind. */
  async #claimOf(volume: PersistentVolume): Promise<PersistentVolumeClaim | undefined> {
    const ref = volume.spec.claimRef;
    if (!ref?.uid) return undefined;
    const held = this.#store.claims.get(`${ref.namespace ?? ''}/${ref.name ?? ''}`);
    if (held?.metadata.uid === ref.uid) return held;
    const { phase } = volume.status ?? {};
    if (!held && (phase === 'Released' || phase === 'Failed')) return undefined;
    try {
      const fresh = await this.#ctx.client.resource(persistentVolumeClaims).get(ref.name ?? '', { namespace: ref.namespace });
      return fresh.metadata.uid === ref.uid ? fresh : undefined;
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  #record(claim: PersistentVolumeClaim, event: ClaimEvent | undefined): void {
    if (event) this.#ctx.recorder.event(claim, event.type, event.reason, event.message);
  }
}
