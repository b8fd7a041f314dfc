/** kube-scheduler: gives every pod that waits a node (https://kubernetes.io/docs/concepts/scheduling-eviction/kube-scheduler/). */
import type { Node, Pod } from '../api/core/v1.gen.ts';
import type { PodDisruptionBudget } from '../api/policy/v1.gen.ts';
import { errorMessage } from '../base/log.ts';
import type { ComponentContext } from '../client/component.ts';
import type { EventHandler } from '../client/informer.ts';
import { namespaces, nodes, persistentVolumeClaims, podDisruptionBudgets, pods } from '../client/resources.ts';
import { isConflict, isNotFound } from '../machinery/status-error.ts';
import { SchedulerCache } from './cache/scheduler-cache.ts';
import { defaultSelector, spreadOwners } from './default-selector.ts';
import { fitErrorMessage } from './framework/fit-error.ts';
import type { CycleState, Plugin } from './framework/plugin.ts';
import { Profile, type Filtered } from './framework/profile.ts';
import { defaultPlugins } from './plugins/default-plugins.ts';
import { PodWriter } from './pod-writer.ts';
import { findPreemption, type Candidate } from './preemption.ts';
import { SchedulingQueue, type QueuedPod } from './queue/scheduling-queue.ts';

export interface SchedulerOptions {
  /** Pods with this spec.schedulerName are ours; `default-scheduler` when left out. */
  readonly schedulerName?: string;
  /** In place of the default plugins. */
  readonly plugins?: readonly Plugin[];
}

export interface Scheduler {
  /** Resolves when the scheduler has ended, after the context's signal. */
  readonly stopped: Promise<void>;
}

/** Resolves when the caches are filled and scheduling has begun. */
export async function startScheduler(context: ComponentContext, options: SchedulerOptions = {}): Promise<Scheduler> {
  const scheduler = new SchedulerLoop(context, options);
  await scheduler.sync();
  return { stopped: scheduler.run() };
}

class SchedulerLoop {
  readonly #context: ComponentContext;
  readonly #name: string;
  readonly #cache = new SchedulerCache();
  readonly #profile: Profile;
  readonly #queue: SchedulingQueue;
  readonly #writer: PodWriter;
  /** Pods that evicted others and have been promised a node, by uid. */
  readonly #nominated = new Map<string, { readonly pod: Pod; readonly nodeName: string }>();

  constructor(context: ComponentContext, options: SchedulerOptions) {
    this.#context = context;
    this.#name = options.schedulerName ?? 'default-scheduler';
    const { informers } = context;
    const namespaceLister = informers.informer(namespaces).lister;
    const owners = spreadOwners(informers);
    const plugins = options.plugins ?? defaultPlugins({ namespaceLabels: (name) => namespaceLister.get(name)?.metadata.labels, defaultSelector: (pod) => defaultSelector(pod, owners) });
    this.#profile = new Profile(plugins);
    this.#queue = new SchedulingQueue(context.clock, this.#profile);
    this.#writer = new PodWriter(context);
  }

  async sync(): Promise<void> {
    const { informers } = this.#context;
    informers.informer(podDisruptionBudgets);
    informers.informer(nodes).addHandler(this.#nodeHandler());
    informers.informer(pods).addHandler(this.#podHandler());
    informers.informer(persistentVolumeClaims).addHandler({
      onAdd: (object) => this.#queue.onEvent({ resource: 'PersistentVolumeClaim', action: 'Add', object }),
      onUpdate: (old, object) => this.#queue.onEvent({ resource: 'PersistentVolumeClaim', action: 'Update', object, old }),
    });
    informers.informer(namespaces).addHandler({ onUpdate: (old, object) => this.#queue.onEvent({ resource: 'Namespace', action: 'Update', object, old }) });
    await informers.synced();
  }

  async run(): Promise<void> {
    const { signal, log } = this.#context;
    const close = () => this.#queue.close();
    if (signal.aborted) close();
    signal.addEventListener('abort', close, { once: true });
    for (let queued = await this.#queue.pop(); queued; queued = await this.#queue.pop()) {
      try {
        this.#scheduleOne(queued);
      } catch (error) {
        log.error('scheduling failed', error, { pod: `${queued.pod.metadata.namespace}/${queued.pod.metadata.name}` });
        this.#queue.failed(queued, new Set());
      }
    }
  }

  #nodeHandler(): EventHandler<Node> {
    return {
      onAdd: (node) => {
        this.#cache.setNode(node);
        this.#queue.onEvent({ resource: 'Node', action: 'Add', object: node });
      },
      onUpdate: (old, node) => {
        this.#cache.setNode(node);
        if (nodeMatters(old, node)) this.#queue.onEvent({ resource: 'Node', action: 'Update', object: node, old });
      },
      onDelete: (node) => {
        this.#cache.removeNode(node.metadata.name);
        this.#queue.onEvent({ resource: 'Node', action: 'Delete', object: node });
      },
    };
  }

  #podHandler(): EventHandler<Pod> {
    return {
      onAdd: (pod) => this.#onPod(undefined, pod),
      onUpdate: (old, pod) => this.#onPod(old, pod),
      onDelete: (pod) => {
        this.#nominated.delete(pod.metadata.uid);
        this.#queue.delete(pod.metadata.uid);
        if (!pod.spec.nodeName && !this.#cache.isAssumed(pod)) return;
        this.#cache.removePod(pod);
        this.#queue.onEvent({ resource: 'Pod', action: 'Delete', object: pod });
      },
    };
  }

  #onPod(old: Pod | undefined, pod: Pod): void {
    if (pod.spec.nodeName) {
      this.#queue.delete(pod.metadata.uid);
      this.#nominated.delete(pod.metadata.uid);
      if (isOver(pod)) {
        this.#cache.removePod(pod);
        if (!old || !isOver(old)) this.#queue.onEvent({ resource: 'Pod', action: 'Delete', object: pod });
      } else {
        this.#cache.setPod(pod);
        this.#queue.onEvent({ resource: 'Pod', action: old?.spec.nodeName ? 'Update' : 'Add', object: pod, old });
      }
    } else if (isOver(pod)) this.#queue.delete(pod.metadata.uid);
    else if ((pod.spec.schedulerName ?? 'default-scheduler') === this.#name && !this.#cache.isAssumed(pod)) this.#queue.add(pod);
  }

  /** One cycle: decides synchronously, binds in the background. */
  #scheduleOne(queued: QueuedPod): void {
    const { pod } = queued;
    if (pod.metadata.deletionTimestamp !== undefined) {
      this.#context.recorder.event(pod, 'Warning', 'FailedScheduling', `skip schedule deleting pod: ${pod.metadata.namespace}/${pod.metadata.name}`);
      return this.#queue.done(pod.metadata.uid);
    }
    const state: CycleState = new Map();
    const filtered = this.#findFeasible(state, pod);
    if (filtered.feasible.length === 0) return this.#unschedulable(queued, filtered);
    const nodeName = this.#pick(state, pod, filtered);
    this.#cache.assume(pod, nodeName);
    const refused = this.#profile.reserve(state, pod, nodeName);
    if (refused) {
      this.#cache.forget(pod);
      return this.#unschedulable(queued, { feasible: [], refused: new Map([[nodeName, refused]]) });
    }
    this.#bind(queued, state, nodeName).catch((error: unknown) => this.#context.log.error('binding failed', error, { pod: pod.metadata.name }));
  }

  /** Room promised to more important pods is not given away. */
  #findFeasible(state: CycleState, pod: Pod): Filtered {
    const promised = [...this.#nominated.values()].filter((n) => n.pod.metadata.uid !== pod.metadata.uid && (n.pod.spec.priority ?? 0) >= (pod.spec.priority ?? 0));
    for (const n of promised) this.#cache.assume(n.pod, n.nodeName);
    try {
      return this.#profile.findFeasible(state, pod, this.#cache, this.#nominated.get(pod.metadata.uid)?.nodeName ?? pod.status.nominatedNodeName);
    } finally {
      for (const n of promised) this.#cache.forget(n.pod);
    }
  }

  #pick(state: CycleState, pod: Pod, { feasible }: Filtered): string {
    if (feasible.length === 1) return feasible[0]?.name ?? '';
    const scores = this.#profile.score(state, pod, feasible, this.#cache);
    const top = Math.max(...scores);
    const equal = feasible.filter((_, i) => scores[i] === top);
    return equal[Math.floor(this.#context.random.float() * equal.length)]?.name ?? '';
  }

  #unschedulable(queued: QueuedPod, filtered: Filtered): void {
    const { pod } = queued;
    const candidate = this.#preempt(pod, filtered);
    const preemption = candidate ? '' : this.#preemptionMessage(filtered);
    const message = fitErrorMessage(this.#cache.nodes().length, filtered, preemption);
    const plugins = new Set([...filtered.refused.values(), ...(filtered.preFilter ? [filtered.preFilter] : [])].map((s) => s.plugin));
    if (this.#cache.nodes().length === 0) plugins.add('NodeName');
    this.#context.recorder.event(pod, 'Warning', 'FailedScheduling', this.#cache.nodes().length === 0 ? 'no nodes available to schedule pods' : message);
    this.#queue.failed(queued, plugins);
    this.#writer
      .markUnschedulable(pod, this.#cache.nodes().length === 0 ? 'no nodes available to schedule pods' : message, candidate?.nodeName)
      .catch((error: unknown) => this.#context.log.debug('cannot update the condition of a pod', { pod: pod.metadata.name, err: errorMessage(error) }));
  }

  #preemptionMessage(filtered: Filtered): string {
    const n = this.#cache.nodes().length;
    if (filtered.preFilter) return `preemption: 0/${n} nodes are available: ${n} Preemption is not helpful for scheduling.`;
    const helpful = [...filtered.refused.values()].filter((s) => s.code === 'unschedulable').length;
    const parts = [...(helpful > 0 ? [`${helpful} No preemption victims found for incoming pod`] : []), ...(n - helpful > 0 ? [`${n - helpful} Preemption is not helpful for scheduling`] : [])];
    return `preemption: 0/${n} nodes are available: ${parts.join(', ')}.`;
  }

  /** Evicts what stands in the way of a more important pod; it is tried again when they are gone. */
  #preempt(pod: Pod, filtered: Filtered): Candidate | undefined {
    const waitingFor = this.#nominated.get(pod.metadata.uid);
    if (waitingFor && this.#stillLeaving(waitingFor.nodeName, pod)) return undefined;
    const budgets = this.#context.informers.informer(podDisruptionBudgets).lister.list() as PodDisruptionBudget[];
    const candidate = findPreemption(this.#profile, pod, this.#cache, filtered, budgets);
    if (!candidate) {
      this.#nominated.delete(pod.metadata.uid);
      return undefined;
    }
    this.#nominated.set(pod.metadata.uid, { pod, nodeName: candidate.nodeName });
    for (const victim of candidate.victims) {
      this.#writer.evict(victim, pod, this.#name).catch((error: unknown) => {
        if (!isNotFound(error)) this.#context.log.error('cannot evict a pod', error, { pod: victim.metadata.name });
      });
    }
    return candidate;
  }

  #stillLeaving(nodeName: string, pod: Pod): boolean {
    const node = this.#cache.node(nodeName);
    return [...(node?.pods.values() ?? [])].some((info) => info.pod.metadata.deletionTimestamp !== undefined && (info.pod.spec.priority ?? 0) < (pod.spec.priority ?? 0));
  }

  async #bind(queued: QueuedPod, state: CycleState, nodeName: string): Promise<void> {
    const { pod } = queued;
    try {
      const status = await this.#profile.preBind(state, pod, nodeName);
      if (status) throw new Error(status.reasons.join(', '));
      await this.#writer.bind(pod, nodeName);
      this.#queue.done(pod.metadata.uid);
      this.#context.recorder.event(pod, 'Normal', 'Scheduled', `Successfully assigned ${pod.metadata.namespace}/${pod.metadata.name} to ${nodeName}`);
    } catch (error) {
      this.#profile.unreserve(state, pod, nodeName);
      this.#cache.forget(pod);
      if (isNotFound(error)) return this.#queue.done(pod.metadata.uid);
      if (!isConflict(error)) this.#context.recorder.event(pod, 'Warning', 'FailedScheduling', `binding rejected: ${errorMessage(error)}`);
      this.#queue.failed(queued, new Set());
      this.#queue.onEvent({ resource: 'Pod', action: 'Delete', object: pod });
    }
  }
}

function isOver(pod: Pod): boolean {
  return pod.status.phase === 'Succeeded' || pod.status.phase === 'Failed';
}

/** Heartbeats change nothing for scheduling. */
function nodeMatters(old: Node, node: Node): boolean {
  const facts = (n: Node) => JSON.stringify([n.spec, n.metadata.labels, n.metadata.annotations, n.status.allocatable, (n.status.conditions ?? []).map((c) => [c.type, c.status])]);
  return facts(old) !== facts(node);
}
