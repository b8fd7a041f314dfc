/** https://kubernetes.io/docs/concepts/policy/resource-quotas/ (pkg/controller/resourcequota). */
import type { ResourceQuota } from '../../api/core/v1.gen.ts';
import { keyOf } from '../../api/object.ts';
import { resourceQuotas } from '../../client/resources.ts';
import { WorkQueue } from '../../client/work-queue.ts';
import type { Informer } from '../../client/informer.ts';
import { quotaEvaluatorFor } from '../../machinery/quota/evaluators.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { runController } from '../shared/run-controller.ts';
import { semanticEqual } from '../shared/semantic-equal.ts';
import { everyPeriod } from '../shared/until-stopped.ts';
import { countedResources, isQuotaOutdated, quotaStatus, type CountedResource } from './plan.ts';
import { UsageMonitors } from './usage-monitors.ts';

const NAME = 'resourcequota-controller';
const RESYNC_MS = 5 * 60_000;

export const resourceQuotaController: Controller = { name: NAME, start: (ctx) => new ResourceQuotaController(ctx).run() };

class ResourceQuotaController {
  readonly #ctx: ControllerContext;
  readonly #queue: WorkQueue;
  readonly #quotas: Informer<ResourceQuota>;
  readonly #monitors: UsageMonitors;

  constructor(ctx: ControllerContext) {
    this.#ctx = ctx;
    this.#queue = new WorkQueue(ctx.clock);
    this.#quotas = ctx.informers.informer(resourceQuotas);
    this.#monitors = new UsageMonitors(ctx, (of, namespace) => this.#replenish(of, namespace));
  }

  async run(): Promise<void> {
    const enqueue = (quota: ResourceQuota) => this.#queue.add(keyOf(quota));
    this.#quotas.addHandler({
      onAdd: enqueue,
      onUpdate: (old, quota) => {
        // Usage that admission wrote down is right; limits that changed must be shown.
        if (!semanticEqual(old.spec, quota.spec) || !semanticEqual(quota.spec.hard, quota.status?.hard)) enqueue(quota);
      },
      onDelete: enqueue,
    });
    const period = this.#ctx.options.resourceQuotaSyncPeriodMs ?? RESYNC_MS;
    try {
      await Promise.all([
        runController(this.#ctx, {
          name: NAME,
          queue: this.#queue,
          informers: [this.#quotas],
          reconcile: (key) => this.#sync(key),
        }),
        everyPeriod(this.#ctx, period, () => Promise.resolve(this.#quotas.lister.list().forEach(enqueue))),
      ]);
    } finally {
      await this.#monitors.stop();
    }
  }

  #replenish({ group, resource }: CountedResource, namespace: string): void {
    const evaluator = quotaEvaluatorFor(group, resource);
    for (const quota of this.#quotas.lister.list(namespace)) {
      if ((evaluator?.matchingResources(Object.keys(quota.status?.hard ?? {})) ?? []).length > 0) this.#queue.add(keyOf(quota));
    }
  }

  async #sync(key: string): Promise<void> {
    const first = this.#quotas.lister.get(key);
    if (!first) return;
    for (const of of countedResources(first)) await this.#monitors.ensure(of);
    const quota = this.#quotas.lister.get(key) ?? first;
    const objects = (of: CountedResource) => this.#monitors.objects(of, quota.metadata.namespace);
    const status = quotaStatus(quota, objects, this.#ctx.clock.now());
    if (isQuotaOutdated(quota, status)) await this.#ctx.client.resource(resourceQuotas).updateStatus({ ...quota, status });
  }
}
