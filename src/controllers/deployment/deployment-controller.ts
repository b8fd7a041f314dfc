/** https://kubernetes.io/docs/concepts/workloads/controllers/deployment/ (pkg/controller/deployment/deployment_controller.go). */
import type { Deployment, ReplicaSet } from '../../api/apps/v1.gen.ts';
import type { Pod } from '../../api/core/v1.gen.ts';
import { keyOf } from '../../api/object.ts';
import type { Informer } from '../../client/informer.ts';
import { deployments, pods, replicaSets } from '../../client/resources.ts';
import { WorkQueue } from '../../client/work-queue.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { claimObjects } from '../shared/controller-ref-manager.ts';
import { controllerOf } from '../shared/controller-ref.ts';
import { isEmptySelector, labelMatcher } from '../shared/label-selector.ts';
import { ownedObjectHandler, resolveOwner } from '../shared/owned-object-handler.ts';
import { addPodOwnerIndex, podsOfOwner } from '../shared/pod-owner-index.ts';
import { runController } from '../shared/run-controller.ts';
import { Rollout } from './rollout.ts';

const NAME = 'deployment-controller';

export const deploymentController: Controller = { name: NAME, start: (ctx) => new DeploymentController(ctx).run() };

class DeploymentController {
  readonly #ctx: ControllerContext;
  readonly #queue: WorkQueue;
  readonly #deployments: Informer<Deployment>;
  readonly #sets: Informer<ReplicaSet>;
  readonly #pods: Informer<Pod>;

  constructor(ctx: ControllerContext) {
    this.#ctx = ctx;
    this.#queue = new WorkQueue(ctx.clock);
    this.#deployments = ctx.informers.informer(deployments);
    this.#sets = ctx.informers.informer(replicaSets);
    this.#pods = ctx.informers.informer(pods);
  }

  run(): Promise<void> {
    addPodOwnerIndex(this.#pods);
    const enqueue = (d: Deployment) => this.#queue.add(keyOf(d));
    this.#deployments.addHandler({ onAdd: enqueue, onUpdate: (_, d) => enqueue(d), onDelete: enqueue });
    this.#sets.addHandler(
      ownedObjectHandler<ReplicaSet>({
        resolve: resolveOwner(this.#deployments.lister, 'Deployment'),
        adopters: (rs) => this.#adopters(rs),
        enqueue: (key) => this.#queue.add(key),
      }),
    );
    this.#pods.addHandler({ onDelete: (pod) => this.#podDeleted(pod) });
    return runController(this.#ctx, {
      name: NAME,
      queue: this.#queue,
      informers: [this.#deployments, this.#sets, this.#pods],
      reconcile: (key) => this.#sync(key),
    });
  }

  #adopters(rs: ReplicaSet): string[] {
    const all = this.#deployments.lister.list(rs.metadata.namespace);
    return all.filter((d) => !isEmptySelector(d.spec.selector) && labelMatcher(d.spec.selector)(rs.metadata.labels)).map(keyOf);
  }

  /** A Recreate deployment goes on when the last of its pods is gone. */
  #podDeleted(pod: Pod): void {
    const setRef = controllerOf(pod);
    if (setRef?.kind !== 'ReplicaSet') return;
    const rs = this.#sets.lister.get(`${pod.metadata.namespace}/${setRef.name}`);
    if (rs?.metadata.uid !== setRef.uid) return;
    const ref = controllerOf(rs);
    const key = ref && resolveOwner(this.#deployments.lister, 'Deployment')(pod.metadata.namespace, ref);
    const d = key === undefined ? undefined : this.#deployments.lister.get(key);
    if (key === undefined || d?.spec.strategy.type !== 'Recreate') return;
    const siblings = this.#sets.lister.list(pod.metadata.namespace).filter((s) => controllerOf(s)?.uid === d.metadata.uid);
    if (siblings.every((s) => this.#podsOf(s).length === 0)) this.#queue.add(key);
  }

  #podsOf(rs: ReplicaSet): Pod[] {
    return podsOfOwner(this.#pods, rs, 'ReplicaSet', { orphans: false });
  }

  async #sync(key: string): Promise<void> {
    const d = this.#deployments.lister.get(key);
    if (!d) return;
    if (isEmptySelector(d.spec.selector)) return this.#selectsAll(d);
    const sets = await this.#claimSets(d);
    const again = (ms: number) => this.#queue.addAfter(key, ms);
    const rollout = {
      ctx: this.#ctx,
      deployment: d,
      sets,
      setLister: this.#sets.lister,
      podsOf: (rs: ReplicaSet) => this.#podsOf(rs),
      again,
    };
    await new Rollout(rollout).sync();
  }

  async #selectsAll(d: Deployment): Promise<void> {
    this.#ctx.recorder.event(d, 'Warning', 'SelectingAll', 'This deployment is selecting all pods. A non-empty selector is required.');
    const generation = d.metadata.generation ?? 0;
    if ((d.status.observedGeneration ?? 0) >= generation) return;
    await this.#ctx.client.resource(deployments).updateStatus({ ...d, status: { ...d.status, observedGeneration: generation } });
  }

  #claimSets(d: Deployment): Promise<ReplicaSet[]> {
    const { namespace, name } = d.metadata;
    return claimObjects(this.#sets.lister.list(namespace), {
      controller: d,
      kind: { apiVersion: 'apps/v1', kind: 'Deployment' },
      matches: labelMatcher(d.spec.selector),
      fresh: () => this.#ctx.client.resource(deployments).get(name, { namespace }),
      patch: (rs, patch) => this.#ctx.client.resource(replicaSets).patch(rs.metadata.name, 'strategic', patch, { namespace }),
    });
  }
}
