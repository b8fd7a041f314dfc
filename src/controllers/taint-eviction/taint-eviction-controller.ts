/** https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/#taint-based-evictions (pkg/controller/tainteviction). */
import type { Node, Pod } from '../../api/core/v1.gen.ts';
import { keyOf } from '../../api/object.ts';
import type { Timer } from '../../base/clock.ts';
import type { Informer } from '../../client/informer.ts';
import { nodes, pods } from '../../client/resources.ts';
import { retryOn } from '../../client/retry.ts';
import { runWorkers, WorkQueue } from '../../client/work-queue.ts';
import { isNotFound } from '../../machinery/status-error.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { disruptionPatch } from '../shared/fail-pod.ts';
import { addPodNodeIndex, podsOnNode } from '../shared/pod-node-index.ts';
import { podCondition } from '../shared/pod-status.ts';
import { semanticEqual } from '../shared/semantic-equal.ts';
import { syncedOrStopped } from '../shared/synced-or-stopped.ts';
import { noExecuteTaints, tolerationTime } from './plan.ts';

const NAME = 'taint-eviction-controller';
const WHY = { reason: 'DeletionByTaintManager', message: 'Taint manager: deleting due to NoExecute taint' };
const DELETE_TRIES = 5;

export const taintEvictionController: Controller = { name: NAME, start: (ctx) => new TaintEviction(ctx).run() };

class TaintEviction {
  readonly #ctx: ControllerContext;
  readonly #nodes: Informer<Node>;
  readonly #pods: Informer<Pod>;
  /** Keys of pods to be looked at. */
  readonly #queue: WorkQueue;
  /** Keys of pods whose time is up. */
  readonly #evictions: WorkQueue;
  /** Evictions to come, by pod. */
  readonly #planned = new Map<string, Timer>();

  constructor(ctx: ControllerContext) {
    this.#ctx = ctx;
    this.#nodes = ctx.informers.informer(nodes);
    this.#pods = ctx.informers.informer(pods);
    this.#queue = new WorkQueue(ctx.clock);
    this.#evictions = new WorkQueue(ctx.clock);
  }

  async run(): Promise<void> {
    addPodNodeIndex(this.#pods);
    const onNode = (node: Node) => podsOnNode(this.#pods, node.metadata.name).forEach((pod) => this.#queue.add(keyOf(pod)));
    this.#nodes.addHandler({
      onAdd: onNode,
      onUpdate: (old, node) => {
        if (!semanticEqual(noExecuteTaints(old.spec.taints), noExecuteTaints(node.spec.taints))) onNode(node);
      },
      onDelete: onNode,
    });
    this.#pods.addHandler({
      onAdd: (pod) => void (pod.spec.nodeName && this.#queue.add(keyOf(pod))),
      onUpdate: (old, pod) => {
        const same = old.spec.nodeName === pod.spec.nodeName && semanticEqual(old.spec.tolerations, pod.spec.tolerations);
        if (!same) this.#queue.add(keyOf(pod));
      },
      onDelete: (pod) => this.#queue.add(keyOf(pod)),
    });
    const { signal, log } = this.#ctx;
    if (!(await syncedOrStopped(signal, [this.#nodes, this.#pods]))) return;
    await Promise.all([
      runWorkers({ queue: this.#queue, workers: 1, log, signal, reconcile: (key) => Promise.resolve(this.#consider(key)) }),
      runWorkers({ queue: this.#evictions, workers: 8, log, signal, reconcile: (key) => this.#evict(key) }),
    ]);
    for (const timer of this.#planned.values()) timer.cancel();
  }

  #consider(key: string): void {
    const pod = this.#pods.lister.get(key);
    const node = pod && this.#nodes.lister.get(pod.spec.nodeName ?? '');
    const taints = noExecuteTaints(node?.spec.taints);
    if (!pod || taints.length === 0) return this.#cancel(key);
    const tolerated = tolerationTime(pod, taints);
    if (tolerated === undefined) return this.#cancel(key);
    const now = this.#ctx.clock.monotonic();
    const planned = this.#planned.get(key);
    if (tolerated === 0) {
      this.#cancel(key);
      return this.#plan(key, now);
    }
    // What is planned stays as planned, as upstream does: another taint neither hastens nor delays it.
    if (!planned) this.#plan(key, now + tolerated);
  }

  #plan(key: string, at: number): void {
    const ms = Math.max(0, at - this.#ctx.clock.monotonic());
    const timer = this.#ctx.clock.schedule(ms, () => this.#evictions.add(key));
    this.#planned.set(key, timer);
  }

  #cancel(key: string): void {
    const planned = this.#planned.get(key);
    if (!planned) return;
    planned.cancel();
    this.#planned.delete(key);
    const pod = this.#pods.lister.get(key);
    if (pod) this.#ctx.recorder.event(pod, 'Normal', 'TaintManagerEviction', `Cancelling deletion of Pod ${key}`);
  }

  async #evict(key: string): Promise<void> {
    if (!this.#planned.delete(key)) return;
    const pod = this.#pods.lister.get(key);
    if (!pod) return;
    this.#ctx.recorder.event(pod, 'Normal', 'TaintManagerEviction', `Marking for deletion Pod ${key}`);
    const { name, namespace } = pod.metadata;
    const client = this.#ctx.client.resource(pods);
    const { clock, signal } = this.#ctx;
    try {
      await retryOn(
        (error) => !isNotFound(error),
        { clock, signal, steps: DELETE_TRIES },
        async () => {
          const marked = podCondition(pod, 'DisruptionTarget')?.reason === WHY.reason;
          if (!marked) await client.patch(name, 'strategic', disruptionPatch(pod, WHY, clock.now()), { namespace, subresource: 'status' });
          await client.delete(name, { namespace });
        },
      );
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
}
