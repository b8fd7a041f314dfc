/** The node's own object: what it is made of, who keeps it. */
import { nodes } from '../../client/resources.ts';
import type { KubeObject } from '../../api/object.ts';
import { nodeReference } from '../assembly/upkeep.ts';
import type { KubeletSettings } from '../defaults.ts';
import type { KubeletParts } from '../parts.ts';
import { nodeFacts, nodeImages } from './node-facts.ts';
import { runNodeLease } from './node-lease.ts';
import { NodeStatusManager } from './node-status.ts';

export interface NodeInput {
  /** `containerd://1.6.20`. */
  readonly runtimeVersion: string;
  readonly port: number | undefined;
  readonly signal: AbortSignal;
}

export interface NodeParts {
  readonly status: NodeStatusManager;
  /** Renews the lease until the signal aborts. */
  readonly lease: () => Promise<void>;
  /** For events about the node: its uid is its name, as upstream's kubelet writes them. */
  readonly reference: KubeObject;
}

export function makeNode(settings: KubeletSettings, parts: KubeletParts, { runtimeVersion, port, signal }: NodeInput): NodeParts {
  const { client, clock, random, log, recorder, nodeName, informers } = settings;
  const { machine, resources, cri, runtimeState: runtime, pressure } = parts;
  const informer = informers.informer(nodes, { fieldSelector: `metadata.name=${nodeName}` });
  const hostName = settings.hostname ?? nodeName;
  const ownLabels = {
    'kubernetes.io/hostname': hostName,
    'kubernetes.io/os': 'linux',
    'kubernetes.io/arch': machine.architecture,
    'beta.kubernetes.io/os': 'linux',
    'beta.kubernetes.io/arch': machine.architecture,
  };
  const { registerWithTaints: taints, providerID } = settings;
  const status = new NodeStatusManager({
    nodeName,
    client,
    informer,
    clock,
    random,
    log,
    recorder,
    signal,
    labels: settings.nodeLabels,
    ownLabels,
    spec: { ...(taints.length > 0 && { taints: [...taints] }), ...(providerID !== undefined && { providerID }) },
    facts: () =>
      nodeFacts({
        machine,
        resources,
        nodeIPs: settings.nodeIPs,
        hostname: hostName,
        runtimeVersion,
        port,
        runtime,
        volumesInUse: parts.csiVolumes.inUse,
      }),
    images: () => nodeImages(cri),
    conditions: () => ({
      memoryPressure: pressure.memory(),
      diskPressure: pressure.disk(),
      pidPressure: pressure.pid(),
      problems: [runtime.runtimeProblem(), runtime.networkProblem()].filter((problem) => problem !== undefined),
    }),
  });
  parts.late.node.set(status);
  const lease = () => runNodeLease({ nodeName, client, clock, log, signal, node: () => informer.lister.get(nodeName) });
  const reference = nodeReference(nodeName);
  return { status, lease, reference };
}
