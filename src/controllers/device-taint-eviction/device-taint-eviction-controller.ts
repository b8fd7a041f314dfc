/** https://kubernetes.io/docs/concepts/scheduling-eviction/dynamic-resource-allocation/#device-taints-and-tolerations (pkg/controller/devicetainteviction). */
import type { Pod } from '../../api/core/v1.gen.ts';
import { keyOf } from '../../api/object.ts';
import type { ResourceClaim, ResourceSlice } from '../../api/resource/v1.gen.ts';
import type { Informer } from '../../client/informer.ts';
import { pods, resourceClaims, resourceSlices } from '../../client/resources.ts';
import { WorkQueue } from '../../client/work-queue.ts';
import { isNotFound } from '../../machinery/status-error.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { disruptionPatch } from '../shared/fail-pod.ts';
import { runController } from '../shared/run-controller.ts';
import { podEvictionTime, poolKey } from './plan.ts';

const NAME = 'device-taint-eviction-controller';
const BY_POOL = 'pool';
const EVENT = 'DeviceTaintManagerEviction';
const WHY = { reason: 'DeletionByDeviceTaintManager', message: 'Device Taint manager: deleting due to NoExecute taint' };

export const deviceTaintEvictionController: Controller = { name: NAME, start: (ctx) => new DeviceTaintEviction(ctx).run() };

class DeviceTaintEviction {
  readonly #ctx: ControllerContext;
  readonly #queue: WorkQueue;
  readonly #pods: Informer<Pod>;
  readonly #claims: Informer<ResourceClaim>;
  readonly #slices: Informer<ResourceSlice>;
  /** Keys of pods that are to go at a later time, with the pod's uid. */
  readonly #due = new Map<string, string>();

  constructor(ctx: ControllerContext) {
    this.#ctx = ctx;
    this.#queue = new WorkQueue(ctx.clock);
    this.#pods = ctx.informers.informer(pods);
    this.#claims = ctx.informers.informer(resourceClaims);
    this.#slices = ctx.informers.informer(resourceSlices);
    this.#slices.addIndex(BY_POOL, (slice) => [poolKey(slice.spec.driver, slice.spec.pool.name)]);
    this.#claims.addIndex(BY_POOL, (claim) => (claim.status?.allocation?.devices.results ?? []).map((r) => poolKey(r.driver, r.pool)));
  }

  async run(): Promise<void> {
    const podChanged = (pod: Pod) => {
      if (pod.spec.resourceClaims?.length) this.#queue.add(keyOf(pod));
    };
    this.#pods.addHandler({ onAdd: podChanged, onUpdate: (_, pod) => podChanged(pod), onDelete: (pod) => this.#due.delete(keyOf(pod)) });
    const claimChanged = (claim: ResourceClaim) => {
      for (const { resource, name } of claim.status?.reservedFor ?? []) {
        if (resource === 'pods') this.#queue.add(`${claim.metadata.namespace}/${name}`);
      }
    };
    this.#claims.addHandler({
      onAdd: claimChanged,
      onUpdate: (old, claim) => {
        claimChanged(old);
        claimChanged(claim);
      },
      onDelete: claimChanged,
    });
    const sliceChanged = ({ spec }: ResourceSlice) =>
      this.#claims.lister.byIndex(BY_POOL, poolKey(spec.driver, spec.pool.name)).forEach(claimChanged);
    this.#slices.addHandler({ onAdd: sliceChanged, onUpdate: (_, slice) => sliceChanged(slice), onDelete: sliceChanged });
    await runController(this.#ctx, {
      name: NAME,
      queue: this.#queue,
      informers: [this.#pods, this.#claims, this.#slices],
      workers: 8,
      reconcile: (key) => this.#sync(key),
    });
  }

  async #sync(key: string): Promise<void> {
    const pod = this.#pods.lister.get(key);
    if (!pod || pod.metadata.deletionTimestamp) return void this.#due.delete(key);
    const claimOf = (name: string) => this.#claims.lister.get(`${pod.metadata.namespace}/${name}`);
    const at = podEvictionTime(pod, claimOf, (pool) => this.#slices.lister.byIndex(BY_POOL, pool));
    if (at === undefined) {
      const wasDue = this.#due.get(key) === pod.metadata.uid;
      this.#due.delete(key);
      if (wasDue) this.#ctx.recorder.event(pod, 'Normal', EVENT, 'Cancelling deletion');
      return;
    }
    this.#due.set(key, pod.metadata.uid);
    const left = at - this.#ctx.clock.now();
    if (left > 0) return this.#queue.addAfter(key, left);
    await this.#evict(pod);
    this.#due.delete(key);
  }

  async #evict({ metadata }: Pod): Promise<void> {
    const { name, namespace, uid } = metadata;
    const client = this.#ctx.client.resource(pods);
    try {
      const pod = await client.get(name, { namespace });
      if (pod.metadata.uid !== uid || pod.metadata.deletionTimestamp) return;
      this.#ctx.recorder.event(pod, 'Normal', EVENT, 'Marking for deletion');
      await client.patch(name, 'strategic', disruptionPatch(pod, WHY, this.#ctx.clock.now()), { namespace, subresource: 'status' });
      await client.delete(name, { namespace, preconditions: { uid } });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
}
