/** https://kubernetes.io/docs/concepts/architecture/nodes/#node-controller (pkg/controller/nodelifecycle). */
import type { Lease } from '../../api/coordination/v1.gen.ts';
import type { Node, NodeCondition, Pod } from '../../api/core/v1.gen.ts';
import { keyOf } from '../../api/object.ts';
import { errorMessage } from '../../base/log.ts';
import type { Informer } from '../../client/informer.ts';
import { leases, nodes, pods } from '../../client/resources.ts';
import { runWorkers, WorkQueue } from '../../client/work-queue.ts';
import { isConflict, isNotFound } from '../../machinery/status-error.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { hasTaint, swapTaints, type TaintKey } from '../shared/node-taints.ts';
import { addPodNodeIndex, podsOnNode } from '../shared/pod-node-index.ts';
import { syncedOrStopped } from '../shared/synced-or-stopped.ts';
import { everyPeriod } from '../shared/until-stopped.ts';
import { conditionTaintChange, labelChange } from './condition-taints.ts';
import { judgeHealth, readyCondition, type NodeHealth } from './health.ts';
import { markPodsNotReady } from './mark-pods-not-ready.ts';
import { RateLimiter } from './rate-limiter.ts';
import { planDisruption, zoneKey, type ZoneState } from './zones.ts';

const NAME = 'node-lifecycle-controller';
const UNREACHABLE: TaintKey = { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' };
const NOT_READY: TaintKey = { key: 'node.kubernetes.io/not-ready', effect: 'NoExecute' };
const EXCLUDED = 'node.kubernetes.io/exclude-disruption';
const LIMITER_POLL_MS = 100;
const HEALTH_TRIES = 5;

export const nodeLifecycleController: Controller = { name: NAME, start: (ctx) => new NodeLifecycle(ctx).run() };

class NodeLifecycle {
  readonly #ctx: ControllerContext;
  readonly #nodes: Informer<Node>;
  readonly #pods: Informer<Pod>;
  readonly #leases: Informer<Lease>;
  /** Nodes whose NoSchedule taints and labels are to follow their conditions. */
  readonly #updates: WorkQueue;
  /** Nodes to be tainted NoExecute, as fast as their zone's rate allows. */
  readonly #tainting: WorkQueue;
  /** Pods that were just bound. */
  readonly #boundPods: WorkQueue;
  readonly #known = new Map<string, Node>();
  readonly #health = new Map<string, NodeHealth>();
  readonly #limiters = new Map<string, RateLimiter>();
  #zoneStates: ReadonlyMap<string, ZoneState> = new Map();
  /** Nodes whose pods could not all be marked not ready. */
  readonly #retry = new Set<string>();

  constructor(ctx: ControllerContext) {
    this.#ctx = ctx;
    this.#nodes = ctx.informers.informer(nodes);
    this.#pods = ctx.informers.informer(pods);
    this.#leases = ctx.informers.informer(leases, { namespace: 'kube-node-lease' });
    this.#updates = new WorkQueue(ctx.clock);
    this.#tainting = new WorkQueue(ctx.clock);
    this.#boundPods = new WorkQueue(ctx.clock);
  }

  async run(): Promise<void> {
    addPodNodeIndex(this.#pods);
    const update = (node: Node) => this.#updates.add(node.metadata.name);
    this.#nodes.addHandler({
      onAdd: update,
      onUpdate: (_, node) => update(node),
      onDelete: (node) => void this.#health.delete(node.metadata.name),
    });
    this.#pods.addHandler({
      onAdd: (pod) => void (pod.spec.nodeName && this.#boundPods.add(keyOf(pod))),
      onUpdate: (old, pod) => void (pod.spec.nodeName && pod.spec.nodeName !== old.spec.nodeName && this.#boundPods.add(keyOf(pod))),
    });
    const { signal, log, options } = this.#ctx;
    if (!(await syncedOrStopped(signal, [this.#nodes, this.#pods, this.#leases]))) return;
    const common = { log, signal, isExpected: (e: unknown) => isConflict(e) || isNotFound(e) };
    await Promise.all([
      runWorkers({ ...common, queue: this.#updates, workers: 8, reconcile: (name) => this.#followConditions(name) }),
      runWorkers({ ...common, queue: this.#tainting, workers: 1, reconcile: (name) => this.#taint(name) }),
      runWorkers({ ...common, queue: this.#boundPods, workers: 4, reconcile: (key) => this.#podBound(key) }),
      everyPeriod(this.#ctx, options.nodeMonitorPeriodMs ?? 5000, () => this.#monitor()),
    ]);
  }

  async #followConditions(name: string): Promise<void> {
    const node = this.#nodes.lister.get(name);
    if (!node) return;
    const { add, remove } = conditionTaintChange(node);
    if (add.length + remove.length > 0) await swapTaints(this.#ctx, name, add, remove);
    const labels = labelChange(node);
    if (Object.keys(labels).length > 0) await this.#ctx.client.resource(nodes).patch(name, 'strategic', { metadata: { labels } });
  }

  async #taint(name: string): Promise<void> {
    const node = this.#nodes.lister.get(name);
    const ready = node && readyCondition(node);
    if (!node || ready?.status === 'True') return;
    const limiter = this.#limiters.get(zoneKey(node));
    if (!ready || !limiter?.tryAccept()) return this.#tainting.addAfter(name, LIMITER_POLL_MS);
    const [add, remove] = ready.status === 'False' ? [NOT_READY, UNREACHABLE] : [UNREACHABLE, NOT_READY];
    await swapTaints(this.#ctx, name, [add], [remove]);
  }

  async #podBound(key: string): Promise<void> {
    const pod = this.#pods.lister.get(key);
    const health = pod && this.#health.get(pod.spec.nodeName ?? '');
    if (pod && health?.ready && health.ready.status !== 'True') await markPodsNotReady(this.#ctx, [pod]);
  }

  async #monitor(): Promise<void> {
    const all = this.#nodes.lister.list();
    this.#classify(all);
    const zones = new Map<string, boolean[]>();
    for (const node of all) {
      try {
        const current = await this.#checkNode(node);
        if (node.metadata.labels?.[EXCLUDED] !== undefined) continue;
        const zone = zoneKey(node);
        zones.set(zone, [...(zones.get(zone) ?? []), current?.status === 'True']);
      } catch (error) {
        if (this.#ctx.signal.aborted) return;
        this.#ctx.log.warn('cannot judge a node, will try again', { node: node.metadata.name, err: errorMessage(error) });
      }
    }
    await this.#handleDisruption(zones, all);
  }

  #classify(all: readonly Node[]): void {
    const names = new Set(all.map((n) => n.metadata.name));
    for (const node of all) {
      const zone = zoneKey(node);
      if (!this.#limiters.has(zone)) this.#limiters.set(zone, new RateLimiter(this.#ctx.clock, this.#ctx.options.nodeEvictionRate ?? 0.1));
      if (this.#known.has(node.metadata.name)) continue;
      this.#known.set(node.metadata.name, node);
      this.#report(node, 'RegisteredNode', `Registered Node ${node.metadata.name} in Controller`);
    }
    for (const [name, node] of this.#known) {
      if (names.has(name)) continue;
      this.#known.delete(name);
      this.#report(node, 'RemovingNode', `Removing Node ${name} from Controller`);
    }
  }

  #report(node: Node, reason: string, text: string): void {
    this.#ctx.recorder.event(node, 'Normal', reason, `Node ${node.metadata.name} event: ${text}`);
  }

  async #checkNode(cached: Node): Promise<NodeCondition | undefined> {
    const { name } = cached.metadata;
    const { node, observed, current } = await this.#updateHealth(cached);
    if (!current) return undefined;
    await this.#evict(node, current);
    const turned = current.status !== 'True' && observed === 'True';
    if (turned) this.#ctx.recorder.event(node, 'Normal', 'NodeNotReady', `Node ${name} status is now: NodeNotReady`);
    if (turned || (this.#retry.has(name) && observed !== 'True')) {
      this.#retry.add(name);
      await markPodsNotReady(this.#ctx, podsOnNode(this.#pods, name));
    }
    this.#retry.delete(name);
    return current;
  }

  /** Writes Unknown conditions when the node is silent; after a conflict judges the newest version. */
  async #updateHealth(cached: Node): Promise<{ node: Node; observed: string; current: NodeCondition | undefined }> {
    const client = this.#ctx.client.resource(nodes);
    const { options, clock } = this.#ctx;
    const { name } = cached.metadata;
    let node = cached;
    for (let attempt = 1; ; attempt++) {
      const verdict = judgeHealth({
        node,
        saved: this.#health.get(name),
        leaseRenewTime: this.#leases.lister.get(`kube-node-lease/${name}`)?.spec?.renewTime,
        now: clock.now(),
        startupGraceMs: options.nodeStartupGracePeriodMs ?? 60_000,
        monitorGraceMs: options.nodeMonitorGracePeriodMs ?? 50_000,
      });
      try {
        if (verdict.conditions) node = await client.updateStatus({ ...node, status: { ...node.status, conditions: verdict.conditions } });
        this.#health.set(name, verdict.health);
        return { node, observed: verdict.observed.status, current: verdict.current };
      } catch (error) {
        if (attempt >= HEALTH_TRIES) throw error;
        node = await client.get(name);
      }
    }
  }

  async #evict(node: Node, { status }: NodeCondition): Promise<void> {
    const { name } = node.metadata;
    if (status === 'True') return this.#markReachable(node);
    const [wanted, opposite] = status === 'False' ? [NOT_READY, UNREACHABLE] : [UNREACHABLE, NOT_READY];
    if (hasTaint(node, opposite)) await swapTaints(this.#ctx, name, [wanted], [opposite]);
    else if (!hasTaint(node, wanted)) this.#tainting.add(name);
  }

  async #markReachable(node: Node): Promise<void> {
    if (!hasTaint(node, UNREACHABLE) && !hasTaint(node, NOT_READY)) return;
    await swapTaints(this.#ctx, node.metadata.name, [], [UNREACHABLE, NOT_READY]);
  }

  async #handleDisruption(zones: ReadonlyMap<string, readonly boolean[]>, all: readonly Node[]): Promise<void> {
    if (zones.size === 0) return;
    const { options, clock, log } = this.#ctx;
    const rates = {
      normal: options.nodeEvictionRate ?? 0.1,
      secondary: options.secondaryNodeEvictionRate ?? 0.01,
      largeClusterSize: options.largeClusterSizeThreshold ?? 50,
    };
    const change = planDisruption(zones, this.#zoneStates, options.unhealthyZoneThreshold ?? 0.55, rates);
    for (const [zone, rate] of change.rates) this.#limiters.get(zone)?.setRate(rate);
    this.#zoneStates = change.states;
    if (change.resetHealth) {
      const now = clock.now();
      for (const [name, health] of this.#health) this.#health.set(name, { ...health, probeTime: now });
    }
    if (!change.stopEvictions) return;
    log.info('every zone is down: no pods are evicted until one comes back');
    for (const node of all) await this.#markReachable(node);
  }
}
