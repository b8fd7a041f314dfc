import type { NodeStatus } from '../../api/core/v1.gen.ts';
import { KUBELET_VERSION } from '../../kubelet/node/version.ts';
import { RUNTIME_NAME } from '../pod/sim-pod-syncer.ts';
import type { SimNodeOptions } from './sim-node-options.ts';

const CAPACITY = { cpu: '8', memory: '32Gi', pods: '110', 'ephemeral-storage': '100Gi' };
const KUBELET_PORT = 10_250;

/** What of a simulated node's status does not change. It says what it is where a real node names its operating system. Pure. */
export function simNodeFacts(options: SimNodeOptions, machineId: string): Omit<NodeStatus, 'conditions' | 'images'> {
  const capacity = { ...CAPACITY, ...options.capacity };
  return {
    addresses: [...options.addresses.map((address) => ({ type: 'InternalIP', address })), { type: 'Hostname', address: options.name }],
    capacity,
    allocatable: capacity,
    daemonEndpoints: { kubeletEndpoint: { Port: options.kubeletPort ?? KUBELET_PORT } },
    nodeInfo: {
      machineID: machineId,
      systemUUID: machineId,
      bootID: machineId,
      kernelVersion: 'simulated',
      osImage: 'Wherry simulated node',
      containerRuntimeVersion: `${RUNTIME_NAME}://1.36.2`,
      kubeletVersion: KUBELET_VERSION,
      kubeProxyVersion: '',
      operatingSystem: 'linux',
      architecture: 'amd64',
    },
  };
}
