import type { Container, Pod } from '../../api/core/v1.gen.ts';
import type { RuntimePodStatus } from './types.ts';

export type KillReason = 'StartupProbe' | 'LivenessProbe' | 'FailedPostStartHook' | 'RestartAllContainers' | 'Unknown' | '';

export interface ContainerToKill {
  readonly container: Container;
  /** Goes into the Killing event. */
  readonly message: string;
  readonly reason: KillReason;
}

export interface ContainerToReset {
  readonly id: string;
  readonly container: Container;
  readonly kill: boolean;
}

export interface ContainerResources {
  readonly memoryLimit: number;
  readonly memoryRequest: number;
  readonly cpuLimit: number;
  readonly cpuRequest: number;
}

export interface ContainerToUpdate {
  readonly container: Container;
  readonly id: string;
  readonly desired: ContainerResources;
  readonly current: ContainerResources;
}

/** What has to be done to bring a pod's containers to its spec. Indexes are into the spec's lists. */
export interface PodActions {
  killPod: boolean;
  createSandbox: boolean;
  sandboxId: string;
  attempt: number;
  initContainersToStart: number[];
  containersToStart: number[];
  ephemeralContainersToStart: number[];
  /** By container id. */
  readonly containersToKill: Map<string, ContainerToKill>;
  containersToReset: ContainerToReset[];
  readonly containersToUpdate: { readonly cpu: ContainerToUpdate[]; readonly memory: ContainerToUpdate[] };
  updatePodResources: boolean;
  updatePodLevelResources: boolean;
}

/** Results of probes by container id; undefined while there is none. */
export interface ProbeResults {
  liveness(containerId: string): 'success' | 'failure' | undefined;
  startup(containerId: string): 'success' | 'failure' | undefined;
}

/** What was last written to the runtime for a container or pod; undefined when nothing is recorded. */
export interface ActuatedResources {
  container(podUid: string, name: string): ContainerResources | undefined;
  pod(podUid: string): ContainerResources | undefined;
}

export interface PodActionsInput {
  readonly pod: Pod;
  readonly status: RuntimePodStatus;
  readonly probes: ProbeResults;
  readonly actuated: ActuatedResources;
  readonly restartAllContainers: boolean;
}
