/** What every other part of the kubelet stands on: the machine, the runtime, the cgroups, who the pods are. */
import { openCgroups } from '../../host/cgroups.ts';
import { openGrpcChannel } from '../../host/grpc-channel.ts';
import { readMachineFacts } from '../../host/machine-facts.ts';
import type { NodeLimits } from '../cgroups/container-resources.ts';
import { PodCgroups } from '../cgroups/pod-cgroups.ts';
import { criOver } from '../cri/cri.ts';
import type { KubeletSettings } from '../defaults.ts';
import type { EvictionManager } from '../eviction/eviction-manager.ts';
import { kubeletMetrics } from '../metrics/kubelet-metrics.ts';
import { measuredCri } from '../metrics/measured-cri.ts';
import type { NodeStatusManager } from '../node/node-status.ts';
import { hugepageSizes, nodeResources } from '../node/node-resources.ts';
import { PodManager } from '../pod/pod-manager.ts';
import { ContainerEvents } from '../runtime/container-events.ts';
import { RuntimeState } from '../runtime-state.ts';
import type { PodLoop } from '../sync/pod-loop.ts';
import { podPaths } from '../volumes/pod-paths.ts';
import type { VolumeManager } from '../volumes/volume-manager.ts';
import type { PodWorkers } from '../workers/pod-workers.ts';
import { Late } from './late.ts';

export interface RuntimeFacts {
  /** `containerd`. */
  readonly runtimeName: string;
  /** Pods that have a directory on this node from before. */
  readonly podUids: readonly string[];
  /** Size of the file system with the kubelet's directories. */
  readonly storageBytes: number;
}

export type Foundation = ReturnType<typeof foundation>;

/** `signal` ends every loop that parts start. */
export function foundation(settings: KubeletSettings, signal: AbortSignal, facts: RuntimeFacts) {
  const { clock, rootDirectory } = settings;
  const machine = readMachineFacts();
  const channel = openGrpcChannel(settings.containerRuntimeEndpoint);
  const metrics = kubeletMetrics(settings.nodeName);
  const cri = measuredCri(criOver(channel), clock, metrics);
  const cgroupTree = openCgroups();
  const limits: NodeLimits = {
    memoryCapacity: machine.memory,
    hugepageSizes: hugepageSizes(machine),
    cpuCfsQuota: true,
    swapController: false,
  };
  return {
    settings,
    signal,
    facts,
    machine,
    channel,
    metrics,
    cri,
    limits,
    events: new ContainerEvents(settings.recorder),
    paths: podPaths(rootDirectory),
    cgroupTree,
    cgroups: new PodCgroups({
      cgroups: cgroupTree,
      root: settings.cgroupRoot,
      enforceCpuLimits: true,
      podPidsLimit: settings.podPidsLimit,
    }),
    resources: nodeResources({
      machine,
      maxPods: settings.maxPods,
      storageBytes: facts.storageBytes,
      reserved: [settings.systemReserved ?? {}, settings.kubeReserved ?? {}],
      evictionHard: settings.evictionHard,
    }),
    runtimeState: new RuntimeState(cri, clock),
    pods: new PodManager(),
    late: {
      loop: new Late<PodLoop>('the pod loop'),
      workers: new Late<PodWorkers>('the pod workers'),
      volumes: new Late<VolumeManager>('the volume manager'),
      node: new Late<NodeStatusManager>('the node status manager'),
      eviction: new Late<EvictionManager>('the eviction manager'),
    },
  };
}
