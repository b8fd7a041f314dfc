/**
 * Deletes objects whose owners are gone, and carries out foreground and orphaning deletion (pkg/controller/garbagecollector).
 * https://kubernetes.io/docs/concepts/architecture/garbage-collection/
 */
import type { OwnerReference } from '../../api/meta/v1.gen.ts';
import { draftMeta } from '../shared/draft-meta.ts';
import { apiServices, customResourceDefinitions } from '../../client/resources.ts';
import { runWorkers, WorkQueue } from '../../client/work-queue.ts';
import { isConflict, isNotFound } from '../../machinery/status-error.ts';
import { workersOf, type Controller, type ControllerContext } from '../controller.ts';
import { discoverResources } from '../shared/discovery.ts';
import { sleepOrStop } from '../shared/until-stopped.ts';
import { AbsentOwners } from './absent-owners.ts';
import { blockingDependents, DependencyGraph, FOREGROUND_FINALIZER, ORPHAN_FINALIZER, type GraphNode } from './graph.ts';
import { identityOfOwner, identityText } from './identity.ts';
import { Monitors } from './monitors.ts';
import { NamespacedOwnerError, ObjectAccess, UnknownKindError } from './object-access.ts';
import { planItem, type OwnerState } from './plan.ts';

const NAME = 'garbage-collector-controller';
const RESYNC_MS = 30_000;
/** After the definition of a custom resource changed. */
const SETTLE_MS = 500;
const SYNC_LIMIT_MS = 30_000;
const WORKERS = 20;

export const garbageCollectorController: Controller = { name: NAME, start: (ctx) => new GarbageCollector(ctx).run() };

class GarbageCollector {
  readonly #ctx: ControllerContext;
  readonly #toDelete: WorkQueue;
  readonly #toOrphan: WorkQueue;
  readonly #absent = new AbsentOwners();
  readonly #graph: DependencyGraph;
  readonly #monitors: Monitors;
  readonly #objects: ObjectAccess;
  #resyncWanted: () => void = () => {};

  constructor(ctx: ControllerContext) {
    this.#ctx = ctx;
    this.#toDelete = new WorkQueue(ctx.clock);
    this.#toOrphan = new WorkQueue(ctx.clock);
    this.#objects = new ObjectAccess(ctx.client);
    this.#graph = new DependencyGraph(
      {
        attemptToDelete: ({ identity }, rateLimited) =>
          rateLimited ? this.#toDelete.addRateLimited(identity.uid) : this.#toDelete.add(identity.uid),
        attemptToOrphan: ({ identity }) => this.#toOrphan.add(identity.uid),
        invalidNamespace: (dependent, ownerUid) => this.#reportInvalidNamespace(dependent, ownerUid),
      },
      this.#absent,
    );
    this.#monitors = new Monitors(ctx, this.#graph);
  }

  async run(): Promise<void> {
    const { signal, log, clock } = this.#ctx;
    const removers = [customResourceDefinitions, apiServices].map((ref) => {
      const wake = () => this.#resyncWanted();
      return this.#ctx.informers.informer<never>(ref as never).addHandler({ onAdd: wake, onUpdate: wake, onDelete: wake });
    });
    try {
      await this.#resync();
      const limit = clock.sleep(SYNC_LIMIT_MS, signal).catch(() => {}); // Stopped: the workers end at once.
      await Promise.race([this.#monitors.synced(), limit]);
      const workers = workersOf(this.#ctx, NAME, WORKERS);
      const common = { workers, log, signal, isExpected: isExpectedError };
      await Promise.all([
        runWorkers({ ...common, queue: this.#toDelete, reconcile: (uid) => this.#attemptToDelete(uid) }),
        runWorkers({ ...common, queue: this.#toOrphan, reconcile: (uid) => this.#orphan(uid) }),
        this.#keepResyncing(),
      ]);
    } finally {
      removers.forEach((remove) => remove());
      await this.#monitors.stop();
    }
  }

  async #keepResyncing(): Promise<void> {
    const { clock, signal } = this.#ctx;
    while (!signal.aborted) {
      const wanted = new Promise<void>((resolve) => (this.#resyncWanted = resolve));
      await Promise.race([wanted, clock.sleep(RESYNC_MS, signal).catch(() => {})]); // Stopped: the loop looks at the signal.
      if (!(await sleepOrStop(this.#ctx, SETTLE_MS))) return;
      await this.#resync();
    }
  }

  async #resync(): Promise<void> {
    try {
      const found = await discoverResources(this.#ctx.client);
      this.#objects.learn(found);
      await this.#monitors.resync(found);
    } catch (error) {
      if (!this.#ctx.signal.aborted) this.#ctx.log.error('cannot discover resources, will try again', error);
    }
  }

  #reportInvalidNamespace(dependent: GraphNode, ownerUid: string): void {
    const ref = dependent.owners.find((r) => r.uid === ownerUid);
    if (!ref) return;
    const { apiVersion, kind, name, namespace, uid } = dependent.identity;
    const owner = identityText(identityOfOwner(ref, namespace));
    const about = { apiVersion, kind, metadata: draftMeta({ name, namespace, uid }) };
    this.#ctx.recorder.event(about, 'Warning', 'OwnerRefInvalidNamespace', `ownerRef ${owner} does not exist in namespace "${namespace}"`);
  }

  async #attemptToDelete(uid: string): Promise<void> {
    const node = this.#graph.node(uid);
    if (!node) return;
    const { virtual } = node;
    try {
      if (await this.#process(node)) return;
    } catch (error) {
      if (error instanceof NamespacedOwnerError) return;
      if (!(error instanceof UnknownKindError)) throw error;
      // The kind may be defined later, or its discovery works again.
      return this.#toDelete.addAfter(uid, RESYNC_MS);
    }
    // It exists, so a watch will tell of it; until then look again.
    if (virtual && this.#graph.node(uid)?.virtual) this.#toDelete.addAfter(uid, SETTLE_MS);
  }

  /** True when the object turned out to be gone. */
  async #process(node: GraphNode): Promise<boolean> {
    if (node.beingDeleted && !node.deletingDependents) return false;
    const { identity } = node;
    const gone = () => {
      this.#graph.remove(identity, true);
      return true;
    };
    const latest = await this.#objects.get(identity);
    if (!latest) return gone();
    if (node.deletingDependents) {
      await this.#processDeletingDependents(node);
      return false;
    }
    const references = [];
    for (const ref of latest.metadata.ownerReferences ?? []) references.push({ ref, state: await this.#ownerState(ref, node) });
    if (references.length === 0) return false;
    const plan = planItem({
      references,
      finalizers: latest.metadata.finalizers ?? [],
      hasDependents: node.dependents.size > 0,
      dependentDeletingDependents: [...node.dependents].some((d) => d.deletingDependents),
    });
    if (plan.action === 'release') await this.#objects.removeOwners(identity, plan.ownerUids);
    if (plan.action !== 'delete') return false;
    if (plan.unblock) await this.#objects.unblockOwners(identity, node.owners);
    return (await this.#objects.delete(identity, latest, plan.policy)) ? false : gone();
  }

  async #ownerState(ref: OwnerReference, item: GraphNode): Promise<OwnerState> {
    const { namespace } = item.identity;
    if (this.#absent.has(identityOfOwner(ref, '')) || this.#absent.has(identityOfOwner(ref, namespace))) return 'dangling';
    const { namespaced } = this.#objects.resource(ref);
    const identity = identityOfOwner(ref, namespaced ? namespace : '');
    const owner = await this.#objects.get(identity);
    if (!owner) {
      this.#absent.add(identity);
      return 'dangling';
    }
    const waiting = owner.metadata.deletionTimestamp && owner.metadata.finalizers?.includes(FOREGROUND_FINALIZER);
    return waiting ? 'waitingForDependents' : 'solid';
  }

  async #processDeletingDependents(node: GraphNode): Promise<void> {
    const blocking = blockingDependents(node);
    if (blocking.length === 0) return this.#objects.removeFinalizer(node.identity, FOREGROUND_FINALIZER);
    for (const dependent of blocking) if (!dependent.deletingDependents) this.#toDelete.add(dependent.identity.uid);
  }

  async #orphan(uid: string): Promise<void> {
    const owner = this.#graph.node(uid);
    if (!owner) return;
    const releases = [...owner.dependents].map(async ({ identity }) => {
      try {
        await this.#objects.removeOwners(identity, [uid]);
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
    });
    const results = await Promise.allSettled(releases);
    const failed = results.find((r) => r.status === 'rejected');
    if (failed) throw new Error(`failed to orphan dependents of owner ${identityText(owner.identity)}`, { cause: failed.reason });
    await this.#objects.removeFinalizer(owner.identity, ORPHAN_FINALIZER);
  }
}

function isExpectedError(error: unknown): boolean {
  return isConflict(error);
}
