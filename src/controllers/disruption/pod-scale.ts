/** How many pods the controllers of some pods want (pkg/controller/disruption/disruption.go getExpectedScale). */
import type { Deployment, ReplicaSet, StatefulSet } from '../../api/apps/v1.gen.ts';
import type { Scale } from '../../api/autoscaling/v1.gen.ts';
import type { Pod, ReplicationController } from '../../api/core/v1.gen.ts';
import type { OwnerReference } from '../../api/meta/v1.gen.ts';
import type { KubeObject } from '../../api/object.ts';
import { groupVersionString } from '../../api/surface.ts';
import type { Lister } from '../../client/informer.ts';
import { deployments, replicaSets, replicationControllers, statefulSets } from '../../client/resources.ts';
import { isNotFound } from '../../machinery/status-error.ts';
import type { ControllerContext } from '../controller.ts';
import { controllerOf } from '../shared/controller-ref.ts';
import { discoverResources, type DiscoveredResource } from '../shared/discovery.ts';

/** A controller and the size it wants. */
interface Sized {
  readonly uid: string;
  readonly size: number;
}

export class PodScale {
  readonly #ctx: ControllerContext;
  readonly #rcs: Lister<ReplicationController>;
  readonly #sets: Lister<ReplicaSet>;
  readonly #deployments: Lister<Deployment>;
  readonly #statefulSets: Lister<StatefulSet>;

  constructor(ctx: ControllerContext) {
    this.#ctx = ctx;
    this.#rcs = ctx.informers.informer(replicationControllers).lister;
    this.#sets = ctx.informers.informer(replicaSets).lister;
    this.#deployments = ctx.informers.informer(deployments).lister;
    this.#statefulSets = ctx.informers.informer(statefulSets).lister;
  }

  /** Rejects when a pod's controller cannot be found. Pods without one are listed as unmanaged. */
  async expected(pods: readonly Pod[]): Promise<{ readonly scale: number; readonly unmanaged: readonly string[] }> {
    const sizes = new Map<string, number>();
    const unmanaged: string[] = [];
    for (const pod of pods) {
      const ref = controllerOf(pod);
      if (!ref) unmanaged.push(pod.metadata.name);
      if (!ref || sizes.has(ref.uid)) continue;
      const found = this.#known(ref, pod.metadata.namespace) ?? (await this.#byScale(ref, pod.metadata.namespace));
      if (!found) throw new Error(`found no controllers for pod "${pod.metadata.name}"`);
      sizes.set(found.uid, found.size);
    }
    return { scale: [...sizes.values()].reduce((a, b) => a + b, 0), unmanaged };
  }

  #known(ref: OwnerReference, namespace: string): Sized | undefined {
    const find = <T extends KubeObject>(lister: Lister<T>, r: OwnerReference): T | undefined => {
      const object = lister.get(`${namespace}/${r.name}`);
      return object?.metadata.uid === r.uid ? object : undefined;
    };
    const sized = (o: (KubeObject & { spec: { replicas?: number | undefined } }) | undefined) =>
      o && { uid: o.metadata.uid, size: o.spec.replicas ?? 1 };
    const group = ref.apiVersion.includes('/') ? ref.apiVersion.split('/')[0] : '';
    if (ref.kind === 'ReplicationController' && group === '') return sized(find(this.#rcs, ref));
    if (ref.kind === 'StatefulSet' && group === 'apps') return sized(find(this.#statefulSets, ref));
    if (ref.kind !== 'ReplicaSet' || (group !== 'apps' && group !== 'extensions')) return undefined;
    const set = find(this.#sets, ref);
    const owner = set && controllerOf(set);
    return owner?.kind === 'Deployment' ? sized(find(this.#deployments, owner)) : sized(set);
  }

  /** Any other controller tells its size by the scale subresource. */
  async #byScale(ref: OwnerReference, namespace: string): Promise<Sized | undefined> {
    const resource = await this.#resourceOf(ref);
    if (!resource) throw new Error(`no matches for kind "${ref.kind}" in version "${ref.apiVersion}"`);
    const name = resource.group === '' ? resource.resource : `${resource.resource}.${resource.group}`;
    if (!resource.subresources.includes('scale')) throw new Error(`${name} does not implement the scale subresource`);
    try {
      const client = this.#ctx.client.resource(resource);
      const scale = (await client.get(ref.name, { namespace, subresource: 'scale' })) as unknown as Scale;
      return scale.metadata.uid === ref.uid ? { uid: ref.uid, size: scale.spec?.replicas ?? 0 } : undefined;
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  async #resourceOf({ apiVersion, kind }: OwnerReference): Promise<DiscoveredResource | undefined> {
    const { everyVersion } = await discoverResources(this.#ctx.client);
    return everyVersion.find((r) => groupVersionString(r) === apiVersion && r.kind === kind);
  }
}
