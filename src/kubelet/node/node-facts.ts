import type { ContainerImage, NodeStatus } from '../../api/core/v1.gen.ts';
import type { MachineFacts } from '../../host/machine-facts.ts';
import type { Cri } from '../cri/cri.ts';
import type { RuntimeState } from '../runtime-state.ts';
import type { NodeResources } from './node-resources.ts';
import { KUBELET_VERSION } from './version.ts';

export interface NodeFactsInput {
  readonly machine: MachineFacts;
  readonly resources: NodeResources;
  readonly nodeIPs: readonly string[];
  readonly hostname: string;
  /** `containerd://1.6.20`. */
  readonly runtimeVersion: string;
  readonly port: number | undefined;
  readonly runtime: RuntimeState;
  readonly volumesInUse: readonly string[];
}

/** What of a node's status does not change from one moment to the next. */
export function nodeFacts(input: NodeFactsInput): Omit<NodeStatus, 'conditions' | 'images'> {
  const { machine, resources, runtime } = input;
  return {
    addresses: [...input.nodeIPs.map((address) => ({ type: 'InternalIP', address })), { type: 'Hostname', address: input.hostname }],
    capacity: resources.capacity,
    allocatable: resources.allocatable,
    daemonEndpoints: { kubeletEndpoint: { Port: input.port ?? 0 } },
    nodeInfo: {
      machineID: machine.machineId,
      systemUUID: machine.systemUuid,
      bootID: machine.bootId,
      kernelVersion: machine.kernelVersion,
      osImage: machine.osImage,
      containerRuntimeVersion: input.runtimeVersion,
      kubeletVersion: KUBELET_VERSION,
      kubeProxyVersion: '',
      operatingSystem: 'linux',
      architecture: machine.architecture,
      ...(machine.swap > 0 && { swap: { capacity: machine.swap } }),
    },
    ...(runtime.handlers.length > 0 && {
      runtimeHandlers: runtime.handlers.map(({ name, recursiveReadOnly, userNamespaces }) => ({
        ...(name && { name }),
        features: { recursiveReadOnlyMounts: recursiveReadOnly, userNamespaces },
      })),
    }),
    ...(input.volumesInUse.length > 0 ? { volumesInUse: [...input.volumesInUse] } : { volumesInUse: undefined }),
    features: { supplementalGroupsPolicy: runtime.supplementalGroupsPolicy },
    declaredFeatures: [
      'InPlacePodLevelResourcesVerticalScaling',
      'InPlacePodVerticalScalingInitContainers',
      'RestartAllContainersOnContainerExits',
    ],
  };
}

const MAX_IMAGES = 50;
const MAX_NAMES = 5;

/** The largest images on the node. */
export async function nodeImages(cri: Cri): Promise<ContainerImage[]> {
  const { images } = await cri.listImages({});
  return [...images]
    .sort((a, b) => b.size - a.size)
    .slice(0, MAX_IMAGES)
    .map((image) => ({ names: [...image.repoDigests, ...image.repoTags].slice(0, MAX_NAMES), sizeBytes: image.size }));
}
