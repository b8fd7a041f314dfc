import { GrpcCode, GrpcError } from '../../host/grpc-channel.ts';
import { quotaToMilliCpu, sharesToMilliCpu } from '../cgroups/cpu.ts';
import type { Cri } from '../cri/cri.ts';
import type { Decoded } from '../cri/codec/message.ts';
import { ContainerState, type Container, type ContainerStatus } from '../cri/messages/container.ts';
import { PodSandboxState, type PodSandbox, type PodSandboxStatus } from '../cri/messages/sandbox.ts';
import { CONTAINER_NAME_LABEL, POD_UID_LABEL, readContainerAnnotations } from './labels.ts';
import { terminationMessage, type MessageSources } from './read-termination-message.ts';
import type { RuntimeContainerResources, RuntimeContainerState, RuntimeContainerStatus, RuntimePodStatus } from './types.ts';

/** Reads a pod's state from the runtime. What has ended does not change any more and is read once. */
export class PodStatusReader {
  readonly #cri: Cri;
  readonly #messages: MessageSources;
  readonly #ended = new Map<string, RuntimeContainerStatus>();

  constructor(cri: Cri, messages: MessageSources) {
    this.#cri = cri;
    this.#messages = messages;
  }

  /** Undefined when the runtime knows nothing of the pod. */
  async read(uid: string): Promise<RuntimePodStatus | undefined> {
    const labelSelector = { [POD_UID_LABEL]: uid };
    const [sandboxes, containers] = await Promise.all([
      this.#cri.listPodSandbox({ filter: { labelSelector } }),
      this.#cri.listContainers({ filter: { labelSelector } }),
    ]);
    return this.readFrom(uid, sandboxes.items, containers.containers);
  }

  /** As read(), from lists that were just taken. */
  async readFrom(
    uid: string,
    listedSandboxes: readonly Decoded<typeof PodSandbox>[],
    listedContainers: readonly Decoded<typeof Container>[],
  ): Promise<RuntimePodStatus | undefined> {
    if (listedSandboxes.length === 0 && listedContainers.length === 0) return undefined;
    const order = [...listedSandboxes].sort(newestSandboxFirst);
    const [sandboxes, containers] = await Promise.all([
      present(order.map((s) => this.#cri.podSandboxStatus({ podSandboxId: s.id }).then((r) => r.status))),
      present(listedContainers.map((c) => this.#container(c))),
    ]);
    containers.sort((a, b) => b.createdAt - a.createdAt);
    const newest = sandboxes[0];
    const ready = newest?.id === order[0]?.id && newest?.state === PodSandboxState.READY ? newest : undefined;
    const identity = (order[0]?.metadata ?? undefined) as { name: string; namespace: string } | undefined;
    const labels = listedContainers[0]?.labels ?? {};
    return {
      uid,
      name: identity?.name ?? labels['io.kubernetes.pod.name'] ?? '',
      namespace: identity?.namespace ?? labels['io.kubernetes.pod.namespace'] ?? '',
      ips: ready ? sandboxIps(ready) : [],
      sandboxes,
      containers,
      activeContainers: ready ? containers.filter((c) => c.sandboxId === ready.id) : [],
    };
  }

  /** Forgets containers that no longer exist. */
  retain(containerIds: ReadonlySet<string>): void {
    for (const id of this.#ended.keys()) if (!containerIds.has(id)) this.#ended.delete(id);
  }

  async #container(listed: Decoded<typeof Container>): Promise<RuntimeContainerStatus | undefined> {
    const known = this.#ended.get(listed.id);
    if (known) return known;
    const { status } = await this.#cri.containerStatus({ containerId: listed.id });
    if (!status) return undefined;
    const converted = convert(status, listed.podSandboxId);
    if (converted.state !== 'exited') return converted;
    const text = await terminationMessage(status, this.#messages);
    const message = [converted.message, text].filter(Boolean).join(': ');
    const ended = { ...converted, message };
    this.#ended.set(listed.id, ended);
    return ended;
  }
}

/** Results without those whose subject went away in the meantime. */
async function present<T>(calls: readonly Promise<T | undefined>[]): Promise<T[]> {
  const results = await Promise.all(
    calls.map((call) =>
      call.catch((error: unknown) => {
        if (error instanceof GrpcError && error.code === GrpcCode.NotFound) return undefined;
        throw error;
      }),
    ),
  );
  return results.filter((result): result is Awaited<T> & {} => result !== undefined && result !== null) as T[];
}

function newestSandboxFirst(a: Decoded<typeof PodSandbox>, b: Decoded<typeof PodSandbox>): number {
  const attempts = (b.metadata?.attempt ?? 0) - (a.metadata?.attempt ?? 0);
  return attempts || b.createdAt - a.createdAt || (a.id < b.id ? -1 : 1);
}

export function sandboxIps(status: Decoded<typeof PodSandboxStatus>): string[] {
  if (!status.network?.ip) return [];
  return [status.network.ip, ...status.network.additionalIps.map((extra) => extra.ip)];
}

const STATES: Readonly<Record<number, RuntimeContainerState>> = {
  [ContainerState.CREATED]: 'created',
  [ContainerState.RUNNING]: 'running',
  [ContainerState.EXITED]: 'exited',
};

export function containerState(state: number): RuntimeContainerState {
  return STATES[state] ?? 'unknown';
}

const NANOS_PER_MS = 1e6;

function convert(status: Decoded<typeof ContainerStatus>, sandboxId: string): RuntimeContainerStatus {
  const notes = readContainerAnnotations(status.annotations);
  const state = containerState(status.state);
  const exited = state === 'exited';
  return {
    id: status.id,
    name: status.labels[CONTAINER_NAME_LABEL] ?? status.metadata?.name ?? '',
    sandboxId,
    image: status.image?.image ?? '',
    imageId: status.imageId || status.imageRef,
    imageRef: status.imageRef,
    hash: notes.hash,
    restartCount: notes.restartCount,
    state,
    createdAt: status.createdAt / NANOS_PER_MS,
    startedAt: state === 'created' ? 0 : status.startedAt / NANOS_PER_MS,
    finishedAt: exited ? status.finishedAt / NANOS_PER_MS : 0,
    exitCode: exited ? status.exitCode : 0,
    reason: exited ? status.reason : '',
    message: exited ? status.message : '',
    logPath: status.logPath,
    mounts: status.mounts,
    resources: resources(status),
    user: status.user?.linux,
  };
}

function resources(status: Decoded<typeof ContainerStatus>): RuntimeContainerResources | undefined {
  const linux = status.resources?.linux;
  if (!linux) return undefined;
  const out = {
    cpuLimitMilli: linux.cpuPeriod > 0 ? quotaToMilliCpu(linux.cpuQuota, linux.cpuPeriod) || undefined : undefined,
    cpuRequestMilli: sharesToMilliCpu(linux.cpuShares) || undefined,
    memoryLimit: linux.memoryLimitInBytes > 0 ? linux.memoryLimitInBytes : undefined,
  };
  return out.cpuLimitMilli === undefined && out.cpuRequestMilli === undefined && out.memoryLimit === undefined ? undefined : out;
}
