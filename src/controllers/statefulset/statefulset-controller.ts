/** https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/ (pkg/controller/statefulset). */
import type { ControllerRevision, StatefulSet, StatefulSetStatus } from '../../api/apps/v1.gen.ts';
import type { PersistentVolumeClaim, Pod } from '../../api/core/v1.gen.ts';
import { keyOf } from '../../api/object.ts';
import type { Informer } from '../../client/informer.ts';
import { controllerRevisions, persistentVolumeClaims, pods, statefulSets } from '../../client/resources.ts';
import { retryOnConflict } from '../../client/retry.ts';
import { WorkQueue } from '../../client/work-queue.ts';
import { isAlreadyExists, isNotFound } from '../../machinery/status-error.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { claimObjects } from '../shared/controller-ref-manager.ts';
import { controllerOf, newControllerRef } from '../shared/controller-ref.ts';
import { isEmptySelector, labelMatcher } from '../shared/label-selector.ts';
import { ownedObjectHandler, resolveOwner } from '../shared/owned-object-handler.ts';
import { addPodOwnerIndex, podsOfOwner } from '../shared/pod-owner-index.ts';
import { isPodReady, nextAvailabilityCheck } from '../shared/pod-status.ts';
import { runController } from '../shared/run-controller.ts';
import { isMemberOf, KIND } from './identity.ts';
import { applyRevision, resolveRevisions, sortRevisions, surplusRevisions, type SetRevisions } from './revisions.ts';
import { StatefulPodControl } from './stateful-pod-control.ts';
import { updatePods } from './statefulset-update.ts';
import { completeRollingUpdate, isStatusOutdated } from './status.ts';
import { WrittenPods } from './written-pods.ts';

const NAME = 'statefulset-controller';
/** A look at a cache that lagged behind, should no event come. */
const STALE_CACHE_DELAY_MS = 500;

export const statefulSetController: Controller = { name: NAME, start: (ctx) => new StatefulSetController(ctx).run() };

class StatefulSetController {
  readonly #ctx: ControllerContext;
  readonly #queue: WorkQueue;
  readonly #written: WrittenPods;
  readonly #podControl: StatefulPodControl;
  readonly #sets: Informer<StatefulSet>;
  readonly #pods: Informer<Pod>;
  readonly #claims: Informer<PersistentVolumeClaim>;
  readonly #revisions: Informer<ControllerRevision>;

  constructor(ctx: ControllerContext) {
    this.#ctx = ctx;
    this.#queue = new WorkQueue(ctx.clock);
    this.#written = new WrittenPods(ctx.clock);
    this.#sets = ctx.informers.informer(statefulSets);
    this.#pods = ctx.informers.informer(pods);
    this.#claims = ctx.informers.informer(persistentVolumeClaims);
    this.#revisions = ctx.informers.informer(controllerRevisions);
    this.#podControl = new StatefulPodControl({
      ctx,
      claims: this.#claims.lister,
      wrote: (set, pod) => this.#written.wrote(keyOf(set), pod),
    });
  }

  run(): Promise<void> {
    addPodOwnerIndex(this.#pods);
    const enqueue = (set: StatefulSet) => this.#queue.add(keyOf(set));
    this.#sets.addHandler({ onAdd: enqueue, onUpdate: (_, set) => enqueue(set), onDelete: enqueue });
    this.#pods.addHandler(
      ownedObjectHandler<Pod>({
        resolve: resolveOwner(this.#sets.lister, 'StatefulSet'),
        adopters: (pod) => this.#adopters(pod),
        enqueue: (key) => this.#queue.add(key),
        onUpdated: (key, old, pod) => {
          const minReady = this.#sets.lister.get(key)?.spec.minReadySeconds ?? 0;
          if (minReady > 0 && !isPodReady(old) && isPodReady(pod)) this.#queue.addAfter(key, minReady * 1000 + 1000);
        },
        onDeleted: (key, pod) => this.#written.gone(key, pod),
      }),
    );
    const informers = [this.#sets, this.#pods, this.#claims, this.#revisions];
    return runController(this.#ctx, {
      name: NAME,
      queue: this.#queue,
      informers,
      // The cache has not shown a pod or revision yet.
      isExpected: isAlreadyExists,
      reconcile: (key) => this.#sync(key),
    });
  }

  #adopters(pod: Pod): string[] {
    const all = this.#sets.lister.list(pod.metadata.namespace);
    return all.filter((s) => !isEmptySelector(s.spec.selector) && labelMatcher(s.spec.selector)(pod.metadata.labels)).map(keyOf);
  }

  async #sync(key: string): Promise<void> {
    const set = this.#sets.lister.get(key);
    if (!set) return this.#written.forget(key);
    if (!this.#written.caughtUp(key, this.#pods.lister)) return this.#queue.addAfter(key, STALE_CACHE_DELAY_MS);
    const revisions = sortRevisions(await this.#adoptRevisions(set));
    const claimed = await this.#claimPods(set);
    const resolved = await resolveRevisions(this.#ctx, set, revisions);
    const now = this.#ctx.clock.now();
    const { status, error } = await updatePods({
      set,
      pods: claimed,
      revisions: {
        currentSet: applyRevision(set, resolved.current),
        updateSet: applyRevision(set, resolved.update),
        current: resolved.current.metadata.name,
        update: resolved.update.metadata.name,
      },
      collisionCount: resolved.collisionCount,
      podControl: this.#podControl,
      now,
    });
    await this.#updateStatus(set, completeRollingUpdate(set, status));
    if (error !== undefined) throw error;
    await this.#truncateHistory(set, claimed, revisions, resolved);
    const minReady = set.spec.minReadySeconds ?? 0;
    if (minReady > 0 && (status.readyReplicas ?? 0) !== (status.availableReplicas ?? 0)) {
      this.#queue.addAfter(key, nextAvailabilityCheck(claimed, minReady, now, this.#ctx.clock.now()) ?? minReady * 1000);
    }
  }

  /** The set's revisions; matching ones without owner become its own. */
  async #adoptRevisions(set: StatefulSet): Promise<ControllerRevision[]> {
    const { namespace, name, uid } = set.metadata;
    const matches = labelMatcher(set.spec.selector);
    const out: ControllerRevision[] = [];
    for (const revision of this.#revisions.lister.list(namespace)) {
      const owner = controllerOf(revision);
      if (!matches(revision.metadata.labels) || (owner && owner.uid !== uid)) continue;
      out.push(owner ? revision : await this.#adoptRevision(set, revision, name));
    }
    return out;
  }

  async #adoptRevision(set: StatefulSet, revision: ControllerRevision, name: string): Promise<ControllerRevision> {
    const { namespace, uid } = set.metadata;
    const fresh = await this.#ctx.client.resource(statefulSets).get(name, { namespace });
    if (fresh.metadata.uid !== uid || fresh.metadata.deletionTimestamp) {
      throw new Error(`can't adopt ControllerRevisions: original StatefulSet ${namespace}/${name} is gone or being deleted`);
    }
    const patch = { metadata: { uid: revision.metadata.uid, ownerReferences: [newControllerRef(set, KIND)] } };
    return this.#ctx.client.resource(controllerRevisions).patch(revision.metadata.name, 'strategic', patch, { namespace });
  }

  #claimPods(set: StatefulSet): Promise<Pod[]> {
    const { namespace, name } = set.metadata;
    return claimObjects(podsOfOwner(this.#pods, set, 'StatefulSet', { orphans: true }), {
      controller: set,
      kind: KIND,
      matches: labelMatcher(set.spec.selector),
      filter: (pod) => isMemberOf(set, pod),
      fresh: () => this.#ctx.client.resource(statefulSets).get(name, { namespace }),
      patch: (pod, patch) => this.#ctx.client.resource(pods).patch(pod.metadata.name, 'strategic', patch, { namespace }),
    });
  }

  async #updateStatus(set: StatefulSet, status: StatefulSetStatus): Promise<void> {
    if (!isStatusOutdated(set, status)) return;
    const client = this.#ctx.client.resource(statefulSets);
    let latest: StatefulSet | undefined = set;
    await retryOnConflict({ clock: this.#ctx.clock, signal: this.#ctx.signal }, async () => {
      latest ??= await client.get(set.metadata.name, { namespace: set.metadata.namespace });
      const wanted = { ...latest, status: { ...status, ...(latest.status.conditions && { conditions: latest.status.conditions }) } };
      latest = undefined;
      await client.updateStatus(wanted);
    });
  }

  async #truncateHistory(
    set: StatefulSet,
    claimed: readonly Pod[],
    revisions: readonly ControllerRevision[],
    used: SetRevisions,
  ): Promise<void> {
    const inUse = [used.current.metadata.name, used.update.metadata.name];
    for (const { metadata } of surplusRevisions(set, claimed, revisions, inUse)) {
      try {
        await this.#ctx.client.resource(controllerRevisions).delete(metadata.name, { namespace: metadata.namespace });
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
    }
  }
}
