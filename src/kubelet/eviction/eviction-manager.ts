/** Frees a node that runs short of memory, disk or process ids, and ends pods that store more than they may (pkg/kubelet/eviction). */
import type { Pod, PodStatus } from '../../api/core/v1.gen.ts';
import type { Clock } from '../../base/clock.ts';
import { formatTime } from '../../base/clock.ts';
import { errorMessage, type Logger } from '../../base/log.ts';
import { isCriticalPod } from '../pod/source.ts';
import { podRequests } from '../../machinery/pod/pod-resources.ts';
import type { KillOptions } from '../workers/pod-work.ts';
import { evictionMessage } from './eviction-message.ts';
import type { NodeFigures } from './node-figures.ts';
import { rankPods, type RankedPod } from './rank-pods.ts';
import { hasStorageLimits, storageExcess } from './storage-limits.ts';
import { SIGNALS, thresholdsMet, type MetThreshold, type Pressure, type Threshold } from './thresholds.ts';

export interface EvictionManagerOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly thresholds: readonly Threshold[];
  readonly figures: NodeFigures;
  activePods(): readonly Pod[];
  /** Ends a pod. */
  kill(pod: Pod, options: KillOptions): void;
  podEvent(pod: Pod, reason: string, message: string): void;
  nodeEvent(reason: string, message: string): void;
  evicted(signal: string): void;
  /** Removes dead containers and unused images. */
  reclaimDisk(): Promise<void>;
  /** The node's conditions changed. */
  onPressure(): void;
}

const REASON = 'Evicted';
/** A condition stays this long after its cause went. */
const TRANSITION_MS = 300_000;
const GRACE_SECONDS = 1;
const CLEANUP_TIMEOUT_MS = 30_000;

export class EvictionManager {
  readonly #options: EvictionManagerOptions;
  readonly #lastSeen = new Map<Pressure, number>();

  constructor(options: EvictionManagerOptions) {
    this.#options = options;
  }

  under(pressure: Pressure): boolean {
    const seen = this.#lastSeen.get(pressure);
    return seen !== undefined && this.#options.clock.monotonic() - seen < TRANSITION_MS;
  }

  /** Looks once, and evicts one pod at most. Resolves when that pod has ended. */
  async synchronize(): Promise<void> {
    const { figures, thresholds, log } = this.#options;
    if (await this.#evictForStorage()) return;
    const met = thresholdsMet(thresholds, await figures.observations());
    this.#note(met);
    const [first] = met;
    if (!first) return;
    const { resource } = SIGNALS[first.signal];
    log.warn('the node runs short, attempting to reclaim', { resource, available: first.available, threshold: first.quantity });
    this.#options.nodeEvent('EvictionThresholdMet', `Attempting to reclaim ${resource}`);
    if (SIGNALS[first.signal].condition === 'disk' && (await this.#reclaimed())) return;
    await this.#evictOne(first);
  }

  #note(met: readonly MetThreshold[]): void {
    const { clock, onPressure } = this.#options;
    const before = PRESSURES.map((p) => this.under(p)).join();
    for (const { signal } of met) this.#lastSeen.set(SIGNALS[signal].condition, clock.monotonic());
    if (before !== PRESSURES.map((p) => this.under(p)).join()) onPressure();
  }

  /** True when freeing disk on the node was enough. */
  async #reclaimed(): Promise<boolean> {
    const { reclaimDisk, figures, thresholds, log } = this.#options;
    try {
      await reclaimDisk();
    } catch (error) {
      log.warn('cannot reclaim disk', { err: errorMessage(error) });
    }
    return thresholdsMet(thresholds, await figures.observations()).length === 0;
  }

  async #evictOne(threshold: MetThreshold): Promise<void> {
    const { activePods, figures, evicted } = this.#options;
    const { resource } = SIGNALS[threshold.signal];
    const used = await figures.podUse(resource, activePods());
    const ranked: RankedPod[] = used.map(({ pod, total }) => ({
      pod,
      used: total,
      requested: podRequests(pod).get(resource)?.value() ?? 0,
    }));
    for (const { pod } of rankPods(ranked, resource === 'memory' || resource === 'ephemeral-storage')) {
      if (isCriticalPod(pod)) continue;
      const containers = used.find((u) => u.pod === pod)?.containers ?? new Map<string, number>();
      const message = evictionMessage(pod, threshold, containers);
      evicted(threshold.signal);
      await this.#evict(pod, message, true);
      return;
    }
    this.#options.log.warn('no pod can be evicted', { resource });
  }

  async #evictForStorage(): Promise<boolean> {
    const { activePods, figures, evicted } = this.#options;
    const limited = activePods().filter(hasStorageLimits);
    if (limited.length === 0) return false;
    let any = false;
    for (const { pod, disk } of await figures.podDisks(limited)) {
      const message = storageExcess(pod, disk);
      if (message === undefined || isCriticalPod(pod)) continue;
      evicted(
        message.startsWith('Usage')
          ? 'emptydirfs.limit'
          : message.startsWith('Pod')
            ? 'ephemeralpodfs.limit'
            : 'ephemeralcontainerfs.limit',
      );
      await this.#evict(pod, message, false);
      any = true;
    }
    return any;
  }

  async #evict(pod: Pod, message: string, disruption: boolean): Promise<void> {
    const { kill, podEvent, clock, log } = this.#options;
    podEvent(pod, REASON, message);
    log.warn('evicting a pod', { pod: pod.metadata.name, namespace: pod.metadata.namespace, message });
    const { promise: stopped, resolve } = Promise.withResolvers<void>();
    kill(pod, {
      evict: true,
      graceOverride: GRACE_SECONDS,
      onStopped: resolve,
      changeStatus: (status) => markEvicted(status, pod, message, disruption, formatTime(clock.now())),
    });
    const over = new AbortController();
    await Promise.race([stopped, clock.sleep(CLEANUP_TIMEOUT_MS, over.signal).catch(() => undefined)]);
    over.abort();
  }
}

const PRESSURES: readonly Pressure[] = ['memory', 'disk', 'pid'];

function markEvicted(status: PodStatus, pod: Pod, message: string, disruption: boolean, now: string): void {
  Object.assign(status, { phase: 'Failed', reason: REASON, message });
  if (!disruption) return;
  const { generation } = pod.metadata;
  status.conditions = [
    ...(status.conditions ?? []).filter((c) => c.type !== 'DisruptionTarget'),
    {
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'TerminationByKubelet',
      message,
      lastTransitionTime: now,
      ...(generation !== undefined && { observedGeneration: generation }),
    },
  ];
}
