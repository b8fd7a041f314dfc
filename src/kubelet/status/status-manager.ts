/** Keeps the API's status of each pod equal to the kubelet's (pkg/kubelet/status). Sends on change at once, and checks all every 10 s. */
import type { Pod, PodStatus } from '../../api/core/v1.gen.ts';
import { backoffDelay } from '../../base/backoff.ts';
import { formatTime, type Clock, type Timer } from '../../base/clock.ts';
import { errorMessage, type Logger } from '../../base/log.ts';
import type { Client } from '../../client/client.ts';
import { pods } from '../../client/resources.ts';
import { isConflict, isNotFound } from '../../machinery/status-error.ts';
import { isMirrorPod, isStaticPod } from '../pod/source.ts';
import { containersReadyCondition, readyCondition } from './conditions.ts';
import { illegalTransition } from './illegal-transition.ts';
import { isTerminalPhase, mergePodStatus, transitioned } from './merge-status.ts';
import { normalizeStatus } from './normalize-status.ts';
import { sameForKubelet } from './status-equal.ts';
import { podStatusPatch } from './status-patch.ts';
import { terminatedStatus } from './terminated-status.ts';

/** The pods the kubelet has been given. */
export interface KnownPods {
  byUid(uid: string): Pod | undefined;
  mirrorOf(pod: Pod): Pod | undefined;
}

export interface StatusManagerOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly pods: KnownPods;
  couldHaveRunningContainers(pod: Pod): boolean;
}

interface Entry {
  pod: Pod;
  status: PodStatus;
  version: number;
  /** Version the API has. */
  sent: number;
  /** Everything of the pod is gone from the node. */
  finished: boolean;
  sending: boolean;
  failures: number;
  retry?: Timer | undefined;
}

const RECONCILE_MS = 10_000;
const RETRY = { baseMs: 200, maxMs: 10_000 };

export class StatusManager {
  readonly #options: StatusManagerOptions;
  readonly #entries = new Map<string, Entry>();
  /** Objects that writing returned, newer than what the watch has shown. */
  readonly #written = new Map<string, Pod>();

  #ticking: Timer | undefined;

  constructor(options: StatusManagerOptions) {
    this.#options = options;
    options.signal.addEventListener('abort', () => this.#stop(), { once: true });
    this.#tick();
  }

  get(uid: string): PodStatus | undefined {
    return this.#entries.get(uid)?.status;
  }

  /** Takes a new status of a pod; `pod` is what it was made from. Nothing happens when it says nothing new. */
  set(pod: Pod, status: PodStatus): void {
    const { generation } = pod.metadata;
    this.#update(
      pod,
      { ...status, ...(generation ? { observedGeneration: generation } : {}) },
      pod.metadata.deletionTimestamp !== undefined,
      false,
    );
  }

  /** A readiness probe spoke. */
  setContainerReadiness(uid: string, containerID: string, ready: boolean): void {
    this.#changeContainer(uid, containerID, (container, status, pod) => {
      if (container.ready === ready) return false;
      container.ready = ready;
      const all = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
      const others = (status.conditions ?? []).filter((c) => c.type !== 'Ready' && c.type !== 'ContainersReady');
      const { phase } = status;
      status.conditions = [...others, readyCondition(pod, status.conditions ?? [], all, phase), containersReadyCondition(pod, all, phase)];
      return true;
    });
  }

  /** A startup probe spoke. */
  setContainerStartup(uid: string, containerID: string, started: boolean): void {
    this.#changeContainer(uid, containerID, (container) => {
      if (container.started === started) return false;
      container.started = started;
      return true;
    });
  }

  /** The pod has nothing left on the node: its status becomes final, and when it is being deleted it goes from the API. */
  terminate(pod: Pod): void {
    this.#update(pod, terminatedStatus(pod, this.get(pod.metadata.uid) ?? pod.status), true, true);
  }

  /** Forgets statuses of pods that are no more. */
  retain(uids: ReadonlySet<string>): void {
    for (const uid of this.#entries.keys()) if (!uids.has(uid)) this.#forget(uid);
  }

  /** What the watch delivered is as new as what we wrote. */
  observed(pod: Pod): void {
    const written = this.#written.get(pod.metadata.uid);
    if (written && Number(pod.metadata.resourceVersion) >= Number(written.metadata.resourceVersion)) this.#written.delete(pod.metadata.uid);
  }

  #changeContainer(
    uid: string,
    containerID: string,
    change: (container: NonNullable<PodStatus['containerStatuses']>[number], status: PodStatus, pod: Pod) => boolean,
  ): void {
    const pod = this.#options.pods.byUid(uid);
    const entry = this.#entries.get(uid);
    if (!pod || !entry) return;
    const status = structuredClone(entry.status);
    const container = [...(status.containerStatuses ?? []), ...(status.initContainerStatuses ?? [])].find(
      (c) => c.containerID === containerID,
    );
    if (container && change(container, status, pod)) this.#update(pod, status, false, false);
  }

  #update(pod: Pod, status: PodStatus, force: boolean, finished: boolean): void {
    const { uid } = pod.metadata;
    const known = this.#entries.get(uid);
    const old = known?.status ?? this.#options.pods.mirrorOf(pod)?.status ?? pod.status;
    const illegal = illegalTransition(pod, old, status);
    if (illegal) {
      this.#options.log.warn('status update dropped', { pod: pod.metadata.name, namespace: pod.metadata.namespace, reason: illegal });
      return;
    }
    const now = formatTime(this.#options.clock.now());
    const next = normalizeStatus(pod, {
      ...status,
      conditions: (status.conditions ?? []).map((c) => (c.type.startsWith('PodResize') ? c : transitioned(c, old.conditions, now))),
      startTime: old.startTime ?? now,
      ...((old.observedGeneration ?? 0) > (status.observedGeneration ?? 0) && { observedGeneration: old.observedGeneration }),
    });
    const stillFinished = finished || (known?.finished === true && !isStaticPod(pod));
    if (known && !force && sameForKubelet(known.status, next)) return;
    const entry: Entry = known ?? { pod, status: next, version: 0, sent: 0, finished: false, sending: false, failures: 0 };
    Object.assign(entry, { pod, status: next, version: entry.version + 1, finished: stillFinished });
    this.#entries.set(uid, entry);
    void this.#send(uid, entry);
  }

  /** One at a time a pod; what changes meanwhile goes with the next. */
  async #send(uid: string, entry: Entry): Promise<void> {
    if (entry.sending || this.#options.signal.aborted) return;
    entry.sending = true;
    entry.retry?.cancel();
    try {
      while (entry.sent < entry.version && this.#entries.get(uid) === entry && !this.#options.signal.aborted) {
        const { version } = entry;
        if (!(await this.#sync(uid, entry))) return;
        entry.sent = version;
        entry.failures = 0;
      }
    } catch (error) {
      if (this.#options.signal.aborted) return;
      entry.failures++;
      this.#options.log.error('cannot write the status of a pod, will retry', error, {
        pod: entry.pod.metadata.name,
        namespace: entry.pod.metadata.namespace,
      });
      entry.retry = this.#options.clock.schedule(backoffDelay(entry.failures, RETRY), () => void this.#send(uid, entry));
    } finally {
      entry.sending = false;
    }
  }

  /** False when there is nothing to write to (yet). */
  async #sync(uid: string, entry: Entry): Promise<boolean> {
    const { clock, couldHaveRunningContainers } = this.#options;
    let target = this.#target(entry);
    if (!target) return false;
    const merged = mergePodStatus(target, target.status, entry.status, couldHaveRunningContainers(entry.pod), formatTime(clock.now()));
    const patch = podStatusPatch(target.status, merged);
    const client = this.#options.client.resource(pods);
    const { name, namespace, uid: targetUid } = target.metadata;
    try {
      if (patch) {
        const body = { metadata: { uid: targetUid }, status: patch };
        target = await client.patch(name, 'strategic', body, { namespace, subresource: 'status' });
        this.#written.set(targetUid, target);
      }
      if (this.#canBeDeleted(target, entry)) {
        await client.delete(name, { namespace, gracePeriodSeconds: 0, preconditions: { uid: targetUid } });
        this.#forget(uid);
      }
    } catch (error) {
      // The object is gone, or another pod has its name: nobody is left to tell.
      const replaced = isConflict(error) && /uid/i.test(errorMessage(error));
      if (!isNotFound(error) && !replaced) throw error;
      this.#written.delete(targetUid);
      if (replaced) this.#forget(uid);
    }
    return true;
  }

  /** The newest known object that carries the status: the pod, or the mirror of a static pod. */
  #target(entry: Entry): Pod | undefined {
    const { pods: known } = this.#options;
    const pod = known.byUid(entry.pod.metadata.uid) ?? entry.pod;
    const target = isStaticPod(pod) ? known.mirrorOf(pod) : pod;
    return target && (this.#written.get(target.metadata.uid) ?? target);
  }

  #canBeDeleted(target: Pod, entry: Entry): boolean {
    if (!target.metadata.deletionTimestamp || isMirrorPod(target)) return false;
    return entry.finished && isTerminalPhase(target.status.phase);
  }

  #forget(uid: string): void {
    this.#entries.get(uid)?.retry?.cancel();
    this.#entries.delete(uid);
    this.#written.delete(uid);
  }

  #tick(): void {
    if (this.#options.signal.aborted) return;
    for (const [uid, entry] of this.#entries) {
      if (!entry.sending && this.#differs(entry)) {
        entry.version++;
        void this.#send(uid, entry);
      }
    }
    this.#ticking = this.#options.clock.schedule(RECONCILE_MS, () => this.#tick());
  }

  #stop(): void {
    this.#ticking?.cancel();
    for (const { retry } of this.#entries.values()) retry?.cancel();
  }

  #differs(entry: Entry): boolean {
    const target = this.#target(entry);
    if (!target) return false;
    if (entry.sent < entry.version || this.#canBeDeleted(target, entry)) return true;
    return !sameForKubelet(normalizeStatus(target, target.status), entry.status);
  }
}
