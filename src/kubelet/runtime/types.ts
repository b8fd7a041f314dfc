/** What the kubelet knows of a pod from the container runtime (upstream: pkg/kubelet/container PodStatus). */
import type { Decoded } from '../cri/codec/message.ts';
import type { Mount } from '../cri/messages/container.ts';
import type { PodSandboxStatus } from '../cri/messages/sandbox.ts';

export type RuntimeContainerState = 'created' | 'running' | 'exited' | 'unknown';

/** Limits as the runtime reports them; undefined where it does not. */
export interface RuntimeContainerResources {
  readonly cpuRequestMilli?: number | undefined;
  readonly cpuLimitMilli?: number | undefined;
  readonly memoryRequest?: number | undefined;
  readonly memoryLimit?: number | undefined;
}

export interface RuntimeContainerUser {
  readonly uid: number;
  readonly gid: number;
  readonly supplementalGroups: readonly number[];
}

export interface RuntimeContainerStatus {
  /** The runtime's id, without `containerd://`. */
  readonly id: string;
  readonly name: string;
  readonly sandboxId: string;
  readonly image: string;
  readonly imageId: string;
  readonly imageRef: string;
  /** Hexadecimal; see container-hash.ts. */
  readonly hash: string;
  readonly restartCount: number;
  readonly state: RuntimeContainerState;
  /** Times are milliseconds since the epoch; 0 when they have not come yet. */
  readonly createdAt: number;
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly exitCode: number;
  readonly reason: string;
  /** With the termination message. */
  readonly message: string;
  readonly logPath: string;
  readonly mounts: readonly Decoded<typeof Mount>[];
  readonly resources?: RuntimeContainerResources | undefined;
  readonly user?: RuntimeContainerUser | undefined;
}

export interface RuntimePodStatus {
  readonly uid: string;
  readonly name: string;
  readonly namespace: string;
  /** Of the newest sandbox, when it is ready. */
  readonly ips: readonly string[];
  /** Newest first. */
  readonly sandboxes: readonly Decoded<typeof PodSandboxStatus>[];
  /** Newest first; several of one name when it restarted. */
  readonly containers: readonly RuntimeContainerStatus[];
  /** Those in the newest sandbox, when it is ready. */
  readonly activeContainers: readonly RuntimeContainerStatus[];
}

export function emptyPodStatus(pod: { readonly uid: string; readonly name: string; readonly namespace: string }): RuntimePodStatus {
  return { uid: pod.uid, name: pod.name, namespace: pod.namespace, ips: [], sandboxes: [], containers: [], activeContainers: [] };
}

/** The newest container of that name. */
export function findContainer(status: RuntimePodStatus, name: string): RuntimeContainerStatus | undefined {
  return status.containers.find((c) => c.name === name);
}
