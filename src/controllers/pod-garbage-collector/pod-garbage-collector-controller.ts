/** https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-garbage-collection (pkg/controller/podgc). */
import type { Node, Pod } from '../../api/core/v1.gen.ts';
import type { Informer } from '../../client/informer.ts';
import { nodes, pods } from '../../client/resources.ts';
import { isNotFound } from '../../machinery/status-error.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { failAndDeletePod, type DisruptionReason } from '../shared/fail-pod.ts';
import { syncedOrStopped } from '../shared/synced-or-stopped.ts';
import { everyPeriod } from '../shared/until-stopped.ts';
import { surplusTerminated, terminatingOutOfService, unscheduledTerminating } from './plan.ts';

const NAME = 'pod-garbage-collector-controller';
const PERIOD_MS = 20_000;
/** A node must be missing for so long before its pods go. */
const QUARANTINE_MS = 40_000;
const DEFAULT_THRESHOLD = 12_500;
const NODE_GONE: DisruptionReason = { reason: 'DeletionByPodGC', message: 'PodGC: node no longer exists' };

export const podGarbageCollectorController: Controller = { name: NAME, start: (ctx) => new PodGC(ctx).run() };

class PodGC {
  readonly #ctx: ControllerContext;
  readonly #pods: Informer<Pod>;
  readonly #nodes: Informer<Node>;
  /** Since when a node with pods has been missing, monotonic milliseconds. */
  readonly #missingSince = new Map<string, number>();

  constructor(ctx: ControllerContext) {
    this.#ctx = ctx;
    this.#pods = ctx.informers.informer(pods);
    this.#nodes = ctx.informers.informer(nodes);
  }

  async run(): Promise<void> {
    if (!(await syncedOrStopped(this.#ctx.signal, [this.#pods, this.#nodes]))) return;
    await everyPeriod(this.#ctx, PERIOD_MS, () => this.#collect());
  }

  async #collect(): Promise<void> {
    const all = this.#pods.lister.list();
    const threshold = this.#ctx.options.terminatedPodGCThreshold ?? DEFAULT_THRESHOLD;
    if (threshold > 0) await this.#deleteAll(surplusTerminated(all, threshold));
    await this.#deleteAll(terminatingOutOfService(all, (name) => this.#nodes.lister.get(name)));
    const gone = await this.#goneNodes(all);
    const orphaned = all.filter((p) => gone.has(p.spec.nodeName ?? ''));
    await this.#deleteAll(orphaned, NODE_GONE);
    await this.#deleteAll(unscheduledTerminating(all));
  }

  async #goneNodes(all: readonly Pod[]): Promise<Set<string>> {
    const now = this.#ctx.clock.monotonic();
    const missing = new Set(all.map((p) => p.spec.nodeName ?? '').filter((name) => name !== '' && !this.#nodes.lister.get(name)));
    for (const name of this.#missingSince.keys()) if (!missing.has(name)) this.#missingSince.delete(name);
    const gone = new Set<string>();
    for (const name of missing) {
      const since = this.#missingSince.get(name);
      if (since === undefined) this.#missingSince.set(name, now);
      else if (now - since >= QUARANTINE_MS && !(await this.#exists(name))) gone.add(name);
    }
    return gone;
  }

  async #exists(name: string): Promise<boolean> {
    try {
      await this.#ctx.client.resource(nodes).get(name);
      return true;
    } catch (error) {
      if (isNotFound(error)) return false;
      throw error;
    }
  }

  async #deleteAll(doomed: readonly Pod[], why?: DisruptionReason): Promise<void> {
    const deletions = doomed.map(async (pod) => {
      try {
        await failAndDeletePod(this.#ctx, pod, why);
      } catch (error) {
        const { namespace, name } = pod.metadata;
        if (!isNotFound(error)) this.#ctx.log.error('cannot delete a pod that nobody else will', error, { namespace, name });
      }
    });
    await Promise.all(deletions);
  }
}
