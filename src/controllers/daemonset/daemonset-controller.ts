/** https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/ (pkg/controller/daemon). */
import type { ControllerRevision, DaemonSet } from '../../api/apps/v1.gen.ts';
import type { Node, Pod } from '../../api/core/v1.gen.ts';
import { keyOf } from '../../api/object.ts';
import type { Informer } from '../../client/informer.ts';
import { controllerRevisions, daemonSets, nodes, pods } from '../../client/resources.ts';
import { WorkQueue } from '../../client/work-queue.ts';
import { isNamespaceTerminating, isNotFound } from '../../machinery/status-error.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { BackoffMap } from '../shared/backoff-map.ts';
import { claimObjects } from '../shared/controller-ref-manager.ts';
import { newControllerRef } from '../shared/controller-ref.ts';
import { Expectations } from '../shared/expectations.ts';
import { isEmptySelector, labelMatcher } from '../shared/label-selector.ts';
import { ownedObjectHandler, resolveOwner } from '../shared/owned-object-handler.ts';
import { PodControl, podFromTemplate } from '../shared/pod-control.ts';
import { addPodOwnerIndex, podsOfOwner } from '../shared/pod-owner-index.ts';
import { isPodReady, isPodTerminal } from '../shared/pod-status.ts';
import { runController } from '../shared/run-controller.ts';
import { equalIgnoringZeros, semanticEqual } from '../shared/semantic-equal.ts';
import { slowStartBatch } from '../shared/slow-start-batch.ts';
import { constructHistory, surplusRevisions } from './history.ts';
import { planNodes, planRollingUpdate, type DaemonInput, type PodsByNode } from './plan.ts';
import { daemonPodTemplate, REVISION_HASH_LABEL, targetNode } from './pod-template.ts';
import { calculateStatus } from './status.ts';

const NAME = 'daemonset-controller';
const KIND = { apiVersion: 'apps/v1', kind: 'DaemonSet' };
const BURST = 250;

export const daemonSetController: Controller = { name: NAME, start: (ctx) => new DaemonSetsController(ctx).run() };

class DaemonSetsController {
  readonly #ctx: ControllerContext;
  readonly #queue: WorkQueue;
  readonly #expectations: Expectations;
  readonly #failedPods: BackoffMap;
  readonly #podControl: PodControl;
  readonly #sets: Informer<DaemonSet>;
  readonly #revisions: Informer<ControllerRevision>;
  readonly #pods: Informer<Pod>;
  readonly #nodes: Informer<Node>;

  constructor(ctx: ControllerContext) {
    this.#ctx = ctx;
    this.#queue = new WorkQueue(ctx.clock);
    this.#expectations = new Expectations(ctx.clock);
    this.#failedPods = new BackoffMap(ctx.clock, 1000, 15 * 60_000);
    this.#podControl = new PodControl(ctx.client, ctx.recorder);
    this.#sets = ctx.informers.informer(daemonSets);
    this.#revisions = ctx.informers.informer(controllerRevisions);
    this.#pods = ctx.informers.informer(pods);
    this.#nodes = ctx.informers.informer(nodes);
  }

  run(): Promise<void> {
    addPodOwnerIndex(this.#pods);
    const enqueue = (key: string) => this.#queue.add(key);
    const add = (ds: DaemonSet) => enqueue(keyOf(ds));
    this.#sets.addHandler({
      onAdd: add,
      onUpdate: (old, ds) => {
        if (old.metadata.uid !== ds.metadata.uid) this.#expectations.forget(keyOf(old));
        add(ds);
      },
      onDelete: (ds) => {
        this.#expectations.forget(keyOf(ds));
        add(ds);
      },
    });
    const resolve = resolveOwner(this.#sets.lister, 'DaemonSet');
    const adopters = (object: Pod | ControllerRevision) => this.#adopters(object);
    this.#revisions.addHandler(ownedObjectHandler<ControllerRevision>({ resolve, adopters, enqueue, deletionBegins: true }));
    this.#watchPods(resolve, adopters);
    const all = () => this.#sets.lister.list().forEach(add);
    this.#nodes.addHandler({
      onAdd: all,
      onUpdate: (old, node) => {
        const same = semanticEqual(old.metadata.labels, node.metadata.labels) && semanticEqual(old.spec.taints, node.spec.taints);
        if (!same) all();
      },
      onDelete: all,
    });
    const informers = [this.#sets, this.#revisions, this.#pods, this.#nodes];
    return runController(this.#ctx, { name: NAME, queue: this.#queue, informers, workers: 2, reconcile: (key) => this.#sync(key) });
  }

  #watchPods(resolve: ReturnType<typeof resolveOwner>, adopters: (pod: Pod) => string[]): void {
    this.#pods.addHandler(
      ownedObjectHandler<Pod>({
        resolve,
        adopters,
        enqueue: (key) => this.#queue.add(key),
        onCreated: (key) => this.#expectations.creationObserved(key),
        onUpdated: (key, old, pod) => {
          const minReady = this.#sets.lister.get(key)?.spec.minReadySeconds ?? 0;
          if (minReady > 0 && !isPodReady(old) && isPodReady(pod)) this.#queue.addAfter(key, minReady * 1000 + 1000);
        },
        onDeleted: (key, pod) => this.#expectations.deletionObserved(key, keyOf(pod)),
        deletionBegins: true,
      }),
    );
  }

  #adopters({ metadata }: Pod | ControllerRevision): string[] {
    const all = this.#sets.lister.list(metadata.namespace);
    return all.filter((ds) => !isEmptySelector(ds.spec.selector) && labelMatcher(ds.spec.selector)(metadata.labels)).map(keyOf);
  }

  async #sync(key: string): Promise<void> {
    const ds = this.#sets.lister.get(key);
    if (!ds) return this.#expectations.forget(key);
    if (isEmptySelector(ds.spec.selector)) {
      const message = 'This daemon set is selecting all pods. A non-empty selector is required.';
      return this.#ctx.recorder.event(ds, 'Warning', 'SelectingAll', message);
    }
    if (ds.metadata.deletionTimestamp) return;
    const claimed = await this.#claimPods(ds);
    const { current, old } = await constructHistory(this.#ctx, ds, await this.#claimRevisions(ds), claimed);
    const hash = current.metadata.labels?.[REVISION_HASH_LABEL] ?? '';
    if (!this.#expectations.satisfied(key)) return this.#updateStatus(ds, byNode(claimed), hash, false);
    let failure: unknown;
    try {
      await this.#update(key, ds, byNode(claimed), hash);
      for (const { metadata } of surplusRevisions(ds, old, claimed)) {
        await this.#ctx.client.resource(controllerRevisions).delete(metadata.name, { namespace: metadata.namespace });
      }
    } catch (error) {
      failure = error;
    }
    await this.#updateStatus(ds, byNode(await this.#claimPods(ds)), hash, true);
    if (failure !== undefined) throw failure;
  }

  async #update(key: string, ds: DaemonSet, podsByNode: PodsByNode, hash: string): Promise<void> {
    const backoffKey = (node: string) => `${ds.metadata.uid}/${ds.status.observedGeneration ?? 0}/${node}`;
    const input: DaemonInput = {
      ds,
      nodes: this.#nodes.lister.list(),
      pods: podsByNode,
      hash,
      now: this.#ctx.clock.now(),
      backoff: (node) => this.#failedPods.remaining(backoffKey(node)),
    };
    const plan = planNodes(input);
    if (plan.again !== undefined) this.#queue.addAfter(key, plan.again);
    const text = ({ pod, node }: { pod: Pod; node: string }) => `daemon pod ${keyOf(pod)} on node ${node}`;
    for (const entry of plan.failed) {
      this.#failedPods.next(backoffKey(entry.node));
      this.#ctx.recorder.event(ds, 'Warning', 'FailedDaemonPod', `Found failed ${text(entry)}, will try to kill it`);
    }
    for (const entry of plan.succeeded) {
      this.#ctx.recorder.event(ds, 'Normal', 'SucceededDaemonPod', `Found succeeded ${text(entry)}, will try to delete it`);
    }
    await this.#execute(key, ds, plan.create, plan.delete, hash);
    if (ds.spec.updateStrategy.type !== 'RollingUpdate' || !this.#expectations.satisfied(key)) return;
    const step = planRollingUpdate(input);
    await this.#execute(key, ds, step.create, step.delete, hash);
  }

  async #execute(key: string, ds: DaemonSet, wanted: readonly string[], surplus: readonly Pod[], hash: string): Promise<void> {
    const create = wanted.slice(0, BURST);
    const doomed = surplus.slice(0, BURST);
    this.#expectations.expect(key, create.length, doomed.map(keyOf));
    const ref = newControllerRef(ds, KIND);
    const { successes, error } = await slowStartBatch(create.length, async (i) => {
      try {
        await this.#podControl.create(podFromTemplate(daemonPodTemplate(ds, hash, create[i] ?? ''), ds, ref), ds);
      } catch (e) {
        if (!isNamespaceTerminating(e)) throw e;
      }
    });
    if (successes < create.length) this.#expectations.creationObserved(key, create.length - successes);
    const deletions = doomed.map(async (pod) => {
      try {
        await this.#podControl.delete(pod.metadata.namespace, pod.metadata.name, ds);
      } catch (e) {
        this.#expectations.deletionObserved(key, keyOf(pod));
        if (!isNotFound(e)) throw e;
      }
    });
    const failed = (await Promise.allSettled(deletions)).find((r) => r.status === 'rejected');
    if (error !== undefined) throw error;
    if (failed) throw failed.reason;
  }

  #claimPods(ds: DaemonSet): Promise<Pod[]> {
    const { namespace } = ds.metadata;
    return claimObjects(podsOfOwner(this.#pods, ds, 'DaemonSet', { orphans: true }), {
      ...this.#claimOptions(ds),
      patch: (pod, patch) => this.#podControl.patch(namespace, pod.metadata.name, patch),
    });
  }

  #claimRevisions(ds: DaemonSet): Promise<ControllerRevision[]> {
    const { namespace } = ds.metadata;
    return claimObjects(this.#revisions.lister.list(namespace), {
      ...this.#claimOptions(ds),
      patch: (r, patch) => this.#ctx.client.resource(controllerRevisions).patch(r.metadata.name, 'strategic', patch, { namespace }),
    });
  }

  #claimOptions(ds: DaemonSet) {
    const { namespace, name } = ds.metadata;
    const fresh = () => this.#ctx.client.resource(daemonSets).get(name, { namespace });
    return { controller: ds, kind: KIND, matches: labelMatcher(ds.spec.selector), fresh };
  }

  async #updateStatus(ds: DaemonSet, podsByNode: PodsByNode, hash: string, observed: boolean): Promise<void> {
    const status = calculateStatus(ds, this.#nodes.lister.list(), podsByNode, hash, this.#ctx.clock.now());
    const generation = ds.metadata.generation ?? 0;
    const minReady = ds.spec.minReadySeconds ?? 0;
    if (minReady > 0 && status.numberReady !== status.numberAvailable) this.#queue.addAfter(keyOf(ds), minReady * 1000);
    if (equalIgnoringZeros(status, ds.status) && (ds.status.observedGeneration ?? 0) >= generation) return;
    const wanted = observed ? { ...status, observedGeneration: generation } : status;
    const client = this.#ctx.client.resource(daemonSets);
    try {
      await client.updateStatus({ ...ds, status: wanted });
    } catch {
      // One more try on the newest version; its error counts.
      const live = await client.get(ds.metadata.name, { namespace: ds.metadata.namespace });
      await client.updateStatus({ ...live, status: { ...wanted, collisionCount: live.status.collisionCount } });
    }
  }
}

/** Pods by the node they are on or for. Ended pods that are being deleted count as gone. */
function byNode(claimed: readonly Pod[]): PodsByNode {
  const out = new Map<string, Pod[]>();
  for (const pod of claimed) {
    const node = targetNode(pod);
    if (node === undefined || (isPodTerminal(pod) && pod.metadata.deletionTimestamp)) continue;
    out.set(node, [...(out.get(node) ?? []), pod]);
  }
  return out;
}
