import type { Container, Pod, Secret } from '../../api/core/v1.gen.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { NodeLimits } from '../cgroups/container-resources.ts';
import type { Encodable } from '../cri/codec/message.ts';
import type { Cri } from '../cri/cri.ts';
import type { Device } from '../cri/messages/container.ts';
import type { ImageSpec } from '../cri/messages/image.ts';
import type { UserNamespace } from '../cri/messages/security.ts';
import type { HookDependencies } from '../hooks/run-hook.ts';
import type { ImageManager } from '../images/image-manager.ts';
import type { ItemBackoff } from '../util/item-backoff.ts';
import type { ActuatedRecords } from './actuated-resources.ts';
import type { ContainerEvents } from './container-events.ts';
import type { CriMount } from './mounts.ts';
import type { ProbeResults } from './pod-actions.ts';
import type { PodCgroupResize } from './pod-cgroup-resize.ts';
import type { SandboxConfig } from './sandbox-config.ts';

/** What a container needs from the rest of the node. */
export interface ContainerSetting {
  readonly environment: ReadonlyMap<string, string>;
  readonly mounts: readonly CriMount[];
  readonly devices: readonly Encodable<typeof Device>[];
}

/** Images to mount as volumes, by volume name; an Error where one could not be had. */
export type ImageVolumes = ReadonlyMap<string, Encodable<typeof ImageSpec> | Error>;

/** What a pod needs from the rest of the kubelet. */
export interface PodSurroundings {
  /** Rejects when names or DNS cannot be made. */
  sandbox(pod: Pod, attempt: number): Promise<SandboxConfig>;
  /** The runtime handler of the pod's runtime class; '' for the default. Throws when the class is unknown. */
  runtimeHandler(pod: Pod): string;
  userNamespace(pod: Pod): Encodable<typeof UserNamespace> | undefined;
  /** Groups that volumes bring. */
  extraGroups(pod: Pod): readonly number[];
  /** Rejects with upstream's message when something is missing. */
  container(pod: Pod, container: Container, podIPs: readonly string[], images: ImageVolumes): Promise<ContainerSetting>;
  isTerminationRequested(podUid: string): boolean;
}

export interface RuntimeDependencies {
  readonly cri: Cri;
  readonly clock: Clock;
  readonly log: Logger;
  readonly events: ContainerEvents;
  readonly images: ImageManager;
  readonly hooks: HookDependencies;
  readonly surroundings: PodSurroundings;
  readonly probes: ProbeResults;
  readonly actuated: ActuatedRecords;
  readonly crashBackoff: ItemBackoff;
  readonly podCgroup: PodCgroupResize;
  readonly node: NodeLimits;
  readonly podLogsRoot: string;
  /** Links to logs in the older layout; undefined for none. */
  readonly legacyLogsRoot: string | undefined;
  readonly seccompRoot: string;
  readonly seccompDefault: boolean;
  readonly maskedPaths: readonly string[];
}

export type PullSecrets = readonly Secret[];
