/**
 * What the runtime says of each pod, kept fresh (pkg/kubelet/pleg): by listing everything now and then, by events of the runtime where it sends
 * any, and at once after the kubelet itself changed something. Tells who asked when a pod's state changed.
 */
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { Decoded } from '../cri/codec/message.ts';
import type { Cri } from '../cri/cri.ts';
import type { Container } from '../cri/messages/container.ts';
import { PodSandboxState, type PodSandbox } from '../cri/messages/sandbox.ts';
import { POD_NAME_LABEL, POD_NAMESPACE_LABEL, POD_UID_LABEL } from '../runtime/labels.ts';
import { containerState, type PodStatusReader } from '../runtime/read-pod-status.ts';
import { emptyPodStatus, type RuntimePodStatus } from '../runtime/types.ts';

export interface PodChange {
  readonly uid: string;
  /** Containers that have just ended. */
  readonly died: readonly string[];
}

export interface PodCacheOptions {
  readonly cri: Cri;
  readonly reader: PodStatusReader;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
  onChange(change: PodChange): void;
}

/** State of every sandbox and container of a pod by id, and of which pod they are. */
interface Listed {
  readonly name: string;
  readonly namespace: string;
  readonly sandboxes: Decoded<typeof PodSandbox>[];
  readonly containers: Decoded<typeof Container>[];
}

interface Inspection {
  running: Promise<void>;
  again: boolean;
}

export class PodCache {
  readonly #options: PodCacheOptions;
  readonly #statuses = new Map<string, RuntimePodStatus>();
  readonly #inspections = new Map<string, Inspection>();
  readonly #podOf = new Map<string, string>();
  #listed: ReadonlyMap<string, Listed> = new Map();
  #lastRelist = 0;

  constructor(options: PodCacheOptions) {
    this.#options = options;
  }

  /** The last known state; empty when the runtime knows nothing of the pod. */
  get(uid: string): RuntimePodStatus {
    return this.#statuses.get(uid) ?? emptyPodStatus({ uid, name: '', namespace: '' });
  }

  /** When everything was last listed, monotonic milliseconds; 0 before the first time. */
  get lastRelist(): number {
    return this.#lastRelist;
  }

  /** Pods that have a ready sandbox or a running container, as of the last listing. */
  runningPods(): RuntimePodStatus[] {
    return [...this.#statuses.values()].filter(isRunning);
  }

  /** Pods of which the runtime has anything. */
  knownPods(): string[] {
    return [...this.#statuses.keys()];
  }

  /** The pod of a container or sandbox. */
  podOf(id: string): string | undefined {
    return this.#podOf.get(id);
  }

  /** Whether a container may still run or a sandbox is ready, as far as it was read. */
  isAlive(id: string): boolean {
    const status = this.#statuses.get(this.#podOf.get(id) ?? '');
    const container = status?.containers.find((c) => c.id === id);
    if (container) return container.state === 'running' || container.state === 'created';
    return status?.sandboxes.some((s) => s.id === id && s.state === PodSandboxState.READY) ?? false;
  }

  /** Reads a pod anew. Resolves when a reading that began after this call is in the cache. */
  async inspect(uid: string): Promise<void> {
    const busy = this.#inspections.get(uid);
    if (busy) {
      busy.again = true;
      await busy.running;
      return;
    }
    const inspection: Inspection = { running: Promise.resolve(), again: false };
    this.#inspections.set(uid, inspection);
    inspection.running = (async () => {
      try {
        do {
          inspection.again = false;
          this.#store(uid, await this.#options.reader.read(uid));
        } while (inspection.again);
      } finally {
        this.#inspections.delete(uid);
      }
    })();
    await inspection.running;
  }

  /** Lists everything and reads what differs from before. */
  async relist(): Promise<void> {
    const { cri, clock, reader } = this.#options;
    const started = clock.monotonic();
    const [sandboxes, containers] = await Promise.all([cri.listPodSandbox({}), cri.listContainers({})]);
    const listed = group(sandboxes.items, containers.containers);
    this.#podOf.clear();
    for (const [uid, pod] of listed) for (const { id } of [...pod.sandboxes, ...pod.containers]) this.#podOf.set(id, uid);
    reader.retain(new Set(containers.containers.map((c) => c.id)));
    const before = this.#listed;
    this.#listed = listed;
    const changed = [...new Set([...before.keys(), ...listed.keys()])].filter(
      (uid) => differs(before.get(uid), listed.get(uid)) || !this.#matches(uid),
    );
    await Promise.all(changed.map((uid) => this.inspect(uid)));
    this.#lastRelist = started;
  }

  /** Whether what is cached agrees with the list. */
  #matches(uid: string): boolean {
    const listed = this.#listed.get(uid);
    const status = this.#statuses.get(uid);
    if (!listed || !status) return !listed && !status;
    return (
      listed.containers.length === status.containers.length &&
      listed.containers.every((c) => status.containers.some((s) => s.id === c.id && s.state === containerState(c.state))) &&
      listed.sandboxes.length === status.sandboxes.length &&
      listed.sandboxes.every((c) => status.sandboxes.some((s) => s.id === c.id && s.state === c.state))
    );
  }

  #store(uid: string, status: RuntimePodStatus | undefined): void {
    const before = this.#statuses.get(uid);
    if (status) this.#statuses.set(uid, status);
    else this.#statuses.delete(uid);
    for (const { id } of [...(status?.sandboxes ?? []), ...(status?.containers ?? [])]) this.#podOf.set(id, uid);
    if (signature(before) === signature(status)) return;
    const died = (before?.containers ?? []).filter(
      (c) => c.state === 'running' && status?.containers.find((n) => n.id === c.id)?.state !== 'running',
    );
    this.#options.onChange({ uid, died: died.map((c) => c.id) });
  }
}

export function isRunning(status: RuntimePodStatus): boolean {
  return status.sandboxes.some((s) => s.state === PodSandboxState.READY) || status.containers.some((c) => c.state === 'running');
}

/** What has to change for anybody to care. */
function signature(status: RuntimePodStatus | undefined): string {
  if (!status) return '';
  const containers = status.containers.map((c) => `${c.id}=${c.state}=${JSON.stringify(c.resources ?? null)}`);
  const sandboxes = status.sandboxes.map((s) => `${s.id}=${s.state}=${s.network?.ip ?? ''}`);
  return [...sandboxes, ...containers].sort().join(' ');
}

function group(sandboxes: readonly Decoded<typeof PodSandbox>[], containers: readonly Decoded<typeof Container>[]): Map<string, Listed> {
  const pods = new Map<string, Listed>();
  const of = (uid: string, name: string, namespace: string): Listed => {
    let pod = pods.get(uid);
    if (!pod) pods.set(uid, (pod = { name, namespace, sandboxes: [], containers: [] }));
    return pod;
  };
  for (const sandbox of sandboxes) {
    const { metadata } = sandbox;
    if (metadata?.uid) of(metadata.uid, metadata.name, metadata.namespace).sandboxes.push(sandbox);
  }
  for (const container of containers) {
    const uid = container.labels[POD_UID_LABEL];
    // Containers without a pod are somebody else's.
    if (uid) of(uid, container.labels[POD_NAME_LABEL] ?? '', container.labels[POD_NAMESPACE_LABEL] ?? '').containers.push(container);
  }
  return pods;
}

function differs(a: Listed | undefined, b: Listed | undefined): boolean {
  const states = (pod: Listed | undefined) =>
    [...(pod?.sandboxes ?? []), ...(pod?.containers ?? [])]
      .map(({ id, state }) => `${id}=${state}`)
      .sort()
      .join(' ');
  return states(a) !== states(b);
}
