/** pkg/controller/endpoint: the Endpoints object of each service with a selector. */
import type { Endpoints, Pod, Service } from '../../api/core/v1.gen.ts';
import { keyOf, splitKey } from '../../api/object.ts';
import { errorMessage } from '../../base/log.ts';
import type { Informer } from '../../client/informer.ts';
import { endpoints, pods, services } from '../../client/resources.ts';
import { WorkQueue } from '../../client/work-queue.ts';
import { isNamespaceTerminating, isNotFound } from '../../machinery/status-error.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { labelsInclude } from '../shared/label-selector.ts';
import { runController } from '../shared/run-controller.ts';
import { podEventsToServices } from '../shared/services-of-pod.ts';
import { syncedOrStopped } from '../shared/synced-or-stopped.ts';
import { TriggerTimeTracker } from '../shared/trigger-time-tracker.ts';
import { isUpToDate, newEndpoints, subsetsOf } from './plan.ts';

const NAME = 'endpoints-controller';
const STALE_CACHE_DELAY_MS = 100;
const LEADER_ANNOTATION = 'control-plane.alpha.kubernetes.io/leader';

export const endpointsController: Controller = { name: NAME, start: (ctx) => new EndpointsController(ctx).run() };

class EndpointsController {
  readonly #ctx: ControllerContext;
  readonly #queue: WorkQueue;
  readonly #services: Informer<Service>;
  readonly #pods: Informer<Pod>;
  readonly #endpoints: Informer<Endpoints>;
  readonly #triggers = new TriggerTimeTracker();
  /** Versions that were overwritten: a cache that still shows one lags behind. */
  readonly #overwritten = new Map<string, string>();

  constructor(ctx: ControllerContext) {
    this.#ctx = ctx;
    this.#queue = new WorkQueue(ctx.clock);
    this.#services = ctx.informers.informer(services);
    this.#pods = ctx.informers.informer(pods);
    this.#endpoints = ctx.informers.informer(endpoints);
  }

  async run(): Promise<void> {
    const enqueue = (object: Service | Endpoints) => this.#queue.add(keyOf(object));
    this.#services.addHandler({ onAdd: enqueue, onUpdate: (_, service) => enqueue(service), onDelete: enqueue });
    this.#pods.addHandler(podEventsToServices(this.#services.lister, (key) => this.#queue.add(key)));
    this.#endpoints.addHandler({ onDelete: enqueue });
    const informers = [this.#services, this.#pods, this.#endpoints];
    if (!(await syncedOrStopped(this.#ctx.signal, informers))) return;
    // Leftovers of services that went away while no controller ran.
    for (const object of this.#endpoints.lister.list()) if (object.metadata.annotations?.[LEADER_ANNOTATION] === undefined) enqueue(object);
    await runController(this.#ctx, { name: NAME, queue: this.#queue, informers, reconcile: (key) => this.#sync(key) });
  }

  async #sync(key: string): Promise<void> {
    const service = this.#services.lister.get(key);
    if (!service) return this.#serviceGone(key);
    if (service.spec.type === 'ExternalName' || !service.spec.selector) return;
    const selected = this.#pods.lister
      .list(service.metadata.namespace)
      .filter((pod) => labelsInclude(pod.metadata.labels, service.spec.selector));
    const triggered = this.#triggers.lastChange(service, selected);
    const subsets = subsetsOf(service, selected);
    const current = this.#endpoints.lister.get(key);
    if (current && this.#overwritten.get(key) === current.metadata.resourceVersion) return this.#queue.addAfter(key, STALE_CACHE_DELAY_MS);
    if (current && isUpToDate(current, service, subsets)) return;
    await this.#write(key, current, newEndpoints(current, service, subsets, triggered));
  }

  async #serviceGone(key: string): Promise<void> {
    const { namespace, name } = splitKey(key);
    this.#triggers.forget(key);
    this.#overwritten.delete(key);
    // Asked of the cache first: most services that go away here had their Endpoints taken along already.
    if (!this.#endpoints.lister.get(key)) return;
    try {
      await this.#ctx.client.resource(endpoints).delete(name, { namespace });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  async #write(key: string, current: Endpoints | undefined, wanted: Endpoints): Promise<void> {
    const client = this.#ctx.client.resource(endpoints);
    const { recorder } = this.#ctx;
    try {
      if (!current) return void (await client.create(wanted));
      const updated = await client.update(wanted);
      if (updated.metadata.resourceVersion !== current.metadata.resourceVersion)
        this.#overwritten.set(key, current.metadata.resourceVersion);
    } catch (error) {
      if (!current && isNamespaceTerminating(error)) return;
      if (current) recorder.event(wanted, 'Warning', 'FailedToUpdateEndpoint', `Failed to update endpoint ${key}: ${errorMessage(error)}`);
      else
        recorder.event(wanted, 'Warning', 'FailedToCreateEndpoint', `Failed to create endpoint for service ${key}: ${errorMessage(error)}`);
      throw error;
    }
  }
}
