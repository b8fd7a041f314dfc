/** pkg/controller/endpointslice: the slices of services with a selector. */
import type { Node, Pod, Service } from '../../api/core/v1.gen.ts';
import type { EndpointSlice } from '../../api/discovery/v1.gen.ts';
import { keyOf } from '../../api/object.ts';
import { errorMessage } from '../../base/log.ts';
import type { Informer } from '../../client/informer.ts';
import { endpointSlices, nodes, pods, services } from '../../client/resources.ts';
import { WorkQueue } from '../../client/work-queue.ts';
import { isNamespaceTerminating, isNotFound } from '../../machinery/status-error.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { MANAGED_BY_LABEL, SERVICE_NAME_LABEL } from '../shared/endpoint-slice-labels.ts';
import { labelsInclude } from '../shared/label-selector.ts';
import { runController } from '../shared/run-controller.ts';
import { LAST_CHANGE_TRIGGER_TIME } from '../shared/service-endpoints.ts';
import { podEventsToServices } from '../shared/services-of-pod.ts';
import { SliceTracker } from '../shared/slice-tracker.ts';
import { formatTriggerTime, TriggerTimeTracker } from '../shared/trigger-time-tracker.ts';
import { CONTROLLER_NAME, planSlices, type SlicePlan } from './plan.ts';

const NAME = 'endpointslice-controller';
const MAX_ENDPOINTS_PER_SLICE = 100;
/** A slice that somebody else changed is put right after this long, so that two controllers never fight at full speed. */
const FOREIGN_CHANGE_DELAY_MS = 1000;
const STALE_CACHE_DELAY_MS = 100;
const INDEX = 'endpointslice-controller-service';

export const endpointSliceController: Controller = { name: NAME, start: (ctx) => new EndpointSliceController(ctx).run() };

const isManaged = (slice: EndpointSlice) => slice.metadata.labels?.[MANAGED_BY_LABEL] === CONTROLLER_NAME;
const serviceKey = (slice: EndpointSlice) => `${slice.metadata.namespace}/${slice.metadata.labels?.[SERVICE_NAME_LABEL] ?? ''}`;

class EndpointSliceController {
  readonly #ctx: ControllerContext;
  readonly #queue: WorkQueue;
  readonly #services: Informer<Service>;
  readonly #pods: Informer<Pod>;
  readonly #nodes: Informer<Node>;
  readonly #slices: Informer<EndpointSlice>;
  readonly #tracker = new SliceTracker();
  readonly #triggers = new TriggerTimeTracker();

  constructor(ctx: ControllerContext) {
    this.#ctx = ctx;
    this.#queue = new WorkQueue(ctx.clock, { baseMs: 1000, maxMs: 1_000_000 });
    this.#services = ctx.informers.informer(services);
    this.#pods = ctx.informers.informer(pods);
    this.#nodes = ctx.informers.informer(nodes);
    this.#slices = ctx.informers.informer(endpointSlices);
  }

  run(): Promise<void> {
    this.#slices.addIndex(INDEX, (slice) => (isManaged(slice) ? [serviceKey(slice)] : []));
    const enqueue = (service: Service) => this.#queue.add(keyOf(service));
    this.#services.addHandler({ onAdd: enqueue, onUpdate: (_, service) => enqueue(service), onDelete: enqueue });
    this.#pods.addHandler(podEventsToServices(this.#services.lister, (key) => this.#queue.add(key)));
    const later = (slice: EndpointSlice) => this.#queue.addAfter(serviceKey(slice), FOREIGN_CHANGE_DELAY_MS);
    this.#slices.addHandler({
      onAdd: (slice) => {
        if (isManaged(slice) && this.#tracker.isForeign(serviceKey(slice), slice)) later(slice);
      },
      onUpdate: (old, slice) => {
        if (serviceKey(old) !== serviceKey(slice)) [slice, old].forEach(later);
        else if (isManaged(old) !== isManaged(slice) || (isManaged(slice) && this.#tracker.isForeign(serviceKey(slice), slice)))
          later(slice);
      },
      onDelete: (slice) => {
        if (isManaged(slice) && !this.#tracker.deletionSeen(serviceKey(slice), slice)) later(slice);
      },
    });
    return runController(this.#ctx, {
      name: NAME,
      queue: this.#queue,
      informers: [this.#services, this.#pods, this.#nodes, this.#slices],
      reconcile: (key) => this.#sync(key),
    });
  }

  async #sync(key: string): Promise<void> {
    const service = this.#services.lister.get(key);
    if (!service) {
      this.#triggers.forget(key);
      return this.#tracker.forget(key);
    }
    if (service.spec.type === 'ExternalName' || !service.spec.selector) return;
    const selected = this.#pods.lister
      .list(service.metadata.namespace)
      .filter((pod) => labelsInclude(pod.metadata.labels, service.spec.selector));
    const existing = this.#slices.lister.byIndex(INDEX, key).filter((s) => !s.metadata.deletionTimestamp);
    // Our own last write is not in the cache yet.
    if (this.#tracker.isStale(key, existing)) return this.#queue.addAfter(key, STALE_CACHE_DELAY_MS);
    const triggered = this.#triggers.lastChange(service, selected);
    const { plan, problems } = planSlices({
      service,
      pods: selected,
      existing,
      node: (name) => this.#nodes.lister.get(name),
      maxEndpointsPerSlice: MAX_ENDPOINTS_PER_SLICE,
    });
    try {
      await this.#execute(key, plan, triggered);
      if (problems.length > 0) throw new Error(problems.length === 1 ? problems[0] : `[${problems.join(', ')}]`);
    } catch (error) {
      if (isNamespaceTerminating(error)) return;
      const message = `Error updating Endpoint Slices for Service ${key}: ${errorMessage(error)}`;
      this.#ctx.recorder.event(service, 'Warning', 'FailedToUpdateEndpointSlices', message);
      throw error;
    }
  }

  async #execute(key: string, plan: SlicePlan, triggered: number | undefined): Promise<void> {
    const client = this.#ctx.client.resource(endpointSlices);
    for (const slice of plan.create) this.#tracker.written(key, await client.create(withTriggerTime(slice, triggered)));
    for (const slice of plan.update) this.#tracker.written(key, await client.update(withTriggerTime(slice, triggered)));
    for (const slice of plan.delete) {
      // Before the call, because the event may arrive before the answer.
      this.#tracker.deleted(key, slice);
      try {
        await client.delete(slice.metadata.name, { namespace: slice.metadata.namespace });
      } catch (error) {
        this.#tracker.written(key, slice);
        if (!isNotFound(error)) throw error;
      }
    }
  }
}

function withTriggerTime(slice: EndpointSlice, triggered: number | undefined): EndpointSlice {
  const { [LAST_CHANGE_TRIGGER_TIME]: _, ...rest } = slice.metadata.annotations ?? {};
  const annotations = triggered === undefined ? rest : { ...rest, [LAST_CHANGE_TRIGGER_TIME]: formatTriggerTime(triggered) };
  return { ...slice, metadata: { ...slice.metadata, annotations } };
}
