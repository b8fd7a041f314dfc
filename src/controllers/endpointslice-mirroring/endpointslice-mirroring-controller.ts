/** pkg/controller/endpointslicemirroring: slices for Endpoints of services without a selector. */
import type { Endpoints, Service } from '../../api/core/v1.gen.ts';
import type { EndpointSlice } from '../../api/discovery/v1.gen.ts';
import { keyOf } from '../../api/object.ts';
import type { Informer } from '../../client/informer.ts';
import { endpoints, endpointSlices, services } from '../../client/resources.ts';
import { WorkQueue } from '../../client/work-queue.ts';
import { isNotFound } from '../../machinery/status-error.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { MANAGED_BY_LABEL, SERVICE_NAME_LABEL } from '../shared/endpoint-slice-labels.ts';
import { runController } from '../shared/run-controller.ts';
import { SliceTracker } from '../shared/slice-tracker.ts';
import { MIRROR_CONTROLLER_NAME, planMirror, type MirrorPlan } from './plan.ts';

const NAME = 'endpointslice-mirroring-controller';
const MAX_ENDPOINTS_PER_SUBSET = 1000;
const STALE_CACHE_DELAY_MS = 100;
const INDEX = 'endpointslice-mirroring-service';

export const endpointSliceMirroringController: Controller = { name: NAME, start: (ctx) => new MirroringController(ctx).run() };

const isManaged = (slice: EndpointSlice) => slice.metadata.labels?.[MANAGED_BY_LABEL] === MIRROR_CONTROLLER_NAME;
const sourceKey = (slice: EndpointSlice) => `${slice.metadata.namespace}/${slice.metadata.labels?.[SERVICE_NAME_LABEL] ?? ''}`;

function isMirrored({ metadata }: Endpoints): boolean {
  const skip = metadata.labels?.['endpointslice.kubernetes.io/skip-mirror'] === 'true';
  return !skip && metadata.annotations?.['control-plane.alpha.kubernetes.io/leader'] === undefined;
}

class MirroringController {
  readonly #ctx: ControllerContext;
  readonly #queue: WorkQueue;
  readonly #services: Informer<Service>;
  readonly #endpoints: Informer<Endpoints>;
  readonly #slices: Informer<EndpointSlice>;
  readonly #tracker = new SliceTracker();

  constructor(ctx: ControllerContext) {
    this.#ctx = ctx;
    this.#queue = new WorkQueue(ctx.clock, { baseMs: 1000, maxMs: 100_000 });
    this.#services = ctx.informers.informer(services);
    this.#endpoints = ctx.informers.informer(endpoints);
    this.#slices = ctx.informers.informer(endpointSlices);
  }

  run(): Promise<void> {
    this.#slices.addIndex(INDEX, (slice) => (isManaged(slice) ? [sourceKey(slice)] : []));
    const enqueue = (object: Service | Endpoints) => this.#queue.add(keyOf(object));
    this.#services.addHandler({
      onAdd: (service) => void (service.spec.selector || enqueue(service)),
      onUpdate: (old, service) => void (!old.spec.selector !== !service.spec.selector && enqueue(service)),
      onDelete: (service) => void (service.spec.selector || enqueue(service)),
    });
    this.#endpoints.addHandler({
      onAdd: (object) => void (isMirrored(object) && enqueue(object)),
      onUpdate: (old, object) => void ((isMirrored(old) || isMirrored(object)) && enqueue(object)),
      onDelete: (object) => void (isMirrored(object) && enqueue(object)),
    });
    const wake = (slice: EndpointSlice) => this.#queue.add(sourceKey(slice));
    this.#slices.addHandler({
      onAdd: (slice) => void (isManaged(slice) && this.#tracker.isForeign(sourceKey(slice), slice) && wake(slice)),
      onUpdate: (old, slice) => {
        if (sourceKey(old) !== sourceKey(slice)) [slice, old].forEach(wake);
        else if (isManaged(old) !== isManaged(slice) || (isManaged(slice) && this.#tracker.isForeign(sourceKey(slice), slice))) wake(slice);
      },
      onDelete: (slice) => void (isManaged(slice) && !this.#tracker.deletionSeen(sourceKey(slice), slice) && wake(slice)),
    });
    const informers = [this.#services, this.#endpoints, this.#slices];
    return runController(this.#ctx, { name: NAME, queue: this.#queue, informers, reconcile: (key) => this.#sync(key) });
  }

  async #sync(key: string): Promise<void> {
    const source = this.#endpoints.lister.get(key);
    const service = this.#services.lister.get(key);
    const existing = this.#slices.lister.byIndex(INDEX, key);
    if (!source || !isMirrored(source) || !service || service.spec.selector) {
      this.#tracker.forget(key);
      for (const slice of existing) await this.#delete(slice);
      return;
    }
    if (this.#tracker.isStale(key, existing)) return this.#queue.addAfter(key, STALE_CACHE_DELAY_MS);
    const plan = planMirror(source, existing, MAX_ENDPOINTS_PER_SUBSET);
    this.#report(source, plan);
    await this.#execute(key, plan);
  }

  #report(source: Endpoints, { invalid, skipped }: MirrorPlan): void {
    const warn = (reason: string, message: string) => this.#ctx.recorder.event(source, 'Warning', reason, message);
    if (invalid > 0) warn('InvalidIPAddress', `Skipped ${invalid} invalid IP addresses when mirroring to EndpointSlices`);
    if (skipped > invalid) {
      const limit = `A max of ${MAX_ENDPOINTS_PER_SUBSET} addresses can be mirrored to EndpointSlices per Endpoints subset.`;
      warn('TooManyAddressesToMirror', `${limit} ${skipped} addresses were skipped`);
    }
  }

  async #execute(key: string, plan: MirrorPlan): Promise<void> {
    const client = this.#ctx.client.resource(endpointSlices);
    for (const slice of plan.create) this.#tracker.written(key, await client.create(slice));
    for (const slice of plan.update) this.#tracker.written(key, await client.update(slice));
    for (const slice of plan.delete) {
      this.#tracker.deleted(key, slice);
      await this.#delete(slice);
    }
  }

  async #delete(slice: EndpointSlice): Promise<void> {
    try {
      await this.#ctx.client.resource(endpointSlices).delete(slice.metadata.name, { namespace: slice.metadata.namespace });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
}
