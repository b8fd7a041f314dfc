/** Keeps as many pods as a ReplicaSet or ReplicationController asks for (pkg/controller/replicaset/replica_set.go). */
import type { Pod } from '../../api/core/v1.gen.ts';
import { keyOf } from '../../api/object.ts';
import type { ResourceRef } from '../../client/client.ts';
import type { Informer } from '../../client/informer.ts';
import { pods } from '../../client/resources.ts';
import { WorkQueue } from '../../client/work-queue.ts';
import { isNamespaceTerminating, isNotFound } from '../../machinery/status-error.ts';
import type { ControllerContext } from '../controller.ts';
import { claimObjects } from '../shared/controller-ref-manager.ts';
import { controllerOf, isControlledBy, newControllerRef } from '../shared/controller-ref.ts';
import { Expectations } from '../shared/expectations.ts';
import type { LabelMatcher } from '../shared/label-selector.ts';
import { ownedObjectHandler, resolveOwner } from '../shared/owned-object-handler.ts';
import { PodControl, podFromTemplate } from '../shared/pod-control.ts';
import { addPodOwnerIndex, podsOfOwner } from '../shared/pod-owner-index.ts';
import { isPodActive, isPodReady, isPodTerminating, nextAvailabilityCheck } from '../shared/pod-status.ts';
import { runController } from '../shared/run-controller.ts';
import { slowStartBatch } from '../shared/slow-start-batch.ts';
import { planReplicas } from './plan.ts';
import { calculateStatus, statusChanged, type ReplicaOwner } from './status.ts';

export interface ReplicaKind<T extends ReplicaOwner> {
  readonly controllerName: string;
  readonly ref: ResourceRef<T>;
  readonly apiVersion: string;
  readonly selector: (owner: T) => LabelMatcher;
  /** Whether the status counts terminating pods. */
  readonly countsTerminating: boolean;
}

const OWNER_INDEX = 'controllerUID';

export class ReplicaEngine<T extends ReplicaOwner> {
  readonly #ctx: ControllerContext;
  readonly #kind: ReplicaKind<T>;
  readonly #queue: WorkQueue;
  readonly #expectations: Expectations;
  readonly #podControl: PodControl;
  readonly #owners: Informer<T>;
  readonly #pods: Informer<Pod>;

  constructor(ctx: ControllerContext, kind: ReplicaKind<T>) {
    this.#ctx = ctx;
    this.#kind = kind;
    this.#queue = new WorkQueue(ctx.clock);
    this.#expectations = new Expectations(ctx.clock);
    this.#podControl = new PodControl(ctx.client, ctx.recorder);
    this.#owners = ctx.informers.informer(kind.ref);
    this.#pods = ctx.informers.informer(pods);
  }

  run(): Promise<void> {
    addPodOwnerIndex(this.#pods);
    this.#owners.addIndex(OWNER_INDEX, (owner) => {
      const ref = controllerOf(owner);
      return ref ? [ref.uid] : [];
    });
    this.#watch();
    return runController(this.#ctx, {
      name: this.#kind.controllerName,
      queue: this.#queue,
      informers: [this.#owners, this.#pods],
      reconcile: (key) => this.#sync(key),
    });
  }

  #watch(): void {
    const forget = (owner: T) => {
      this.#expectations.forget(keyOf(owner));
      this.#queue.add(keyOf(owner));
    };
    this.#owners.addHandler({
      onAdd: (owner) => this.#queue.add(keyOf(owner)),
      onUpdate: (old, owner) => {
        if (old.metadata.uid !== owner.metadata.uid) forget(old);
        this.#queue.add(keyOf(owner));
      },
      onDelete: forget,
    });
    this.#pods.addHandler(
      ownedObjectHandler<Pod>({
        resolve: resolveOwner(this.#owners.lister, this.#kind.ref.kind),
        adopters: (pod) => this.#adopters(pod),
        enqueue: (key) => this.#queue.add(key),
        onCreated: (key) => this.#expectations.creationObserved(key),
        onUpdated: (key, old, pod) => {
          const minReady = this.#owners.lister.get(key)?.spec.minReadySeconds ?? 0;
          if (minReady > 0 && !isPodReady(old) && isPodReady(pod)) this.#queue.addAfter(key, minReady * 1000);
        },
        onDeleted: (key, pod) => this.#expectations.deletionObserved(key, keyOf(pod)),
        deletionBegins: true,
      }),
    );
  }

  #adopters(pod: Pod): string[] {
    if (Object.keys(pod.metadata.labels ?? {}).length === 0) return [];
    const owners = this.#owners.lister.list(pod.metadata.namespace);
    return owners.filter((owner) => this.#kind.selector(owner)(pod.metadata.labels)).map(keyOf);
  }

  async #sync(key: string): Promise<void> {
    const owner = this.#owners.lister.get(key);
    if (!owner) return this.#expectations.forget(key);
    const needsSync = this.#expectations.satisfied(key);
    const matches = this.#kind.selector(owner);
    const all = podsOfOwner(this.#pods, owner, this.#kind.ref.kind, { orphans: true });
    const active = await this.#claim(owner, matches, all.filter(isPodActive));
    const terminating = this.#kind.countsTerminating
      ? all.filter((p) => isPodTerminating(p) && isControlledBy(p, owner) && matches(p.metadata.labels))
      : undefined;
    const failure = needsSync && !owner.metadata.deletionTimestamp ? await this.#manage(key, owner, active) : undefined;
    const now = this.#ctx.clock.now();
    const updated = await this.#updateStatus(owner, calculateStatus(owner, active, terminating, failure, now));
    if (failure !== undefined) throw failure;
    const minReady = updated.spec.minReadySeconds ?? 0;
    if (minReady > 0 && (updated.status.readyReplicas ?? 0) !== (updated.status.availableReplicas ?? 0)) {
      this.#queue.addAfter(key, nextAvailabilityCheck(active, minReady, now, this.#ctx.clock.now()) ?? minReady * 1000);
    }
  }

  #claim(owner: T, matches: LabelMatcher, candidates: readonly Pod[]): Promise<Pod[]> {
    const { namespace, name } = owner.metadata;
    return claimObjects(candidates, {
      controller: owner,
      kind: { apiVersion: this.#kind.apiVersion, kind: this.#kind.ref.kind },
      matches,
      fresh: () => this.#ctx.client.resource(this.#kind.ref).get(name, { namespace }),
      patch: (pod, patch) => this.#podControl.patch(namespace, pod.metadata.name, patch),
    });
  }

  /** Creates or deletes; the error, if any, that goes into the status. */
  async #manage(key: string, owner: T, active: readonly Pod[]): Promise<unknown> {
    const plan = planReplicas(owner.spec.replicas ?? 0, active, this.#relatedPods(owner), this.#ctx.clock.now());
    return 'create' in plan ? this.#create(key, owner, plan.create) : this.#delete(key, owner, plan.delete);
  }

  async #create(key: string, owner: T, count: number): Promise<unknown> {
    const { template } = owner.spec;
    if (count === 0 || !template) return undefined;
    this.#expectations.expectCreations(key, count);
    const ref = newControllerRef(owner, { apiVersion: this.#kind.apiVersion, kind: this.#kind.ref.kind });
    const { successes, error } = await slowStartBatch(count, async () => {
      try {
        await this.#podControl.create(podFromTemplate(template, owner, ref), owner);
      } catch (e) {
        if (!isNamespaceTerminating(e)) throw e;
      }
    });
    // Pods never asked for will not be seen either.
    if (successes < count) this.#expectations.creationObserved(key, count - successes);
    return error;
  }

  async #delete(key: string, owner: T, doomed: readonly Pod[]): Promise<unknown> {
    if (doomed.length === 0) return undefined;
    this.#expectations.expectDeletions(key, doomed.map(keyOf));
    const deletions = doomed.map(async (pod) => {
      try {
        await this.#podControl.delete(pod.metadata.namespace, pod.metadata.name, owner);
      } catch (error) {
        this.#expectations.deletionObserved(key, keyOf(pod));
        if (!isNotFound(error)) throw error;
      }
    });
    const results = await Promise.allSettled(deletions);
    return results.find((r) => r.status === 'rejected')?.reason;
  }

  /** Pods of all sets with the same owner (the other revisions of a deployment). */
  #relatedPods(owner: T): Pod[] {
    const ref = controllerOf(owner);
    if (!ref) return [];
    return this.#owners.lister
      .byIndex(OWNER_INDEX, ref.uid)
      .flatMap((o) => podsOfOwner(this.#pods, o, this.#kind.ref.kind, { orphans: false }));
  }

  /** Writes the status when it changed; after a conflict once more on the fresh object. */
  async #updateStatus(owner: T, status: T['status']): Promise<T> {
    if (!statusChanged(owner, status)) return owner;
    const client = this.#ctx.client.resource(this.#kind.ref);
    const { namespace, name } = owner.metadata;
    try {
      return await client.updateStatus({ ...owner, status });
    } catch {
      // Whatever it was, one more try with the newest version tells; its error counts.
      return client.updateStatus({ ...(await client.get(name, { namespace })), status });
    }
  }
}
