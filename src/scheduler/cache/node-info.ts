/** A node with everything on it, summed up (k8s.io/kubernetes/pkg/scheduler/framework NodeInfo). */
import type { Node, Pod } from '../../api/core/v1.gen.ts';
import { amounts, nonZeroRequests, podRequests, type Amounts } from '../framework/resources.ts';

/** A pod with what is worked out of it once. */
export class PodInfo {
  readonly pod: Pod;
  readonly key: string;
  readonly requests: Amounts;
  readonly nonZero: { readonly cpu: number; readonly memory: number };
  readonly hasAffinity: boolean;
  readonly hasRequiredAntiAffinity: boolean;

  constructor(pod: Pod) {
    this.pod = pod;
    this.key = pod.metadata.uid;
    this.requests = podRequests(pod);
    this.nonZero = nonZeroRequests(pod);
    const { podAffinity, podAntiAffinity } = pod.spec.affinity ?? {};
    this.hasAffinity = podAffinity !== undefined || podAntiAffinity !== undefined;
    this.hasRequiredAntiAffinity = (podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.length ?? 0) > 0;
  }
}

export interface HostPort {
  readonly ip: string;
  readonly protocol: string;
  readonly port: number;
}

export function hostPorts(pod: Pod): HostPort[] {
  const out: HostPort[] = [];
  for (const container of [...pod.spec.containers, ...(pod.spec.initContainers ?? []).filter((c) => c.restartPolicy === 'Always')]) {
    for (const port of container.ports ?? []) if (port.hostPort) out.push({ ip: port.hostIP || '0.0.0.0', protocol: port.protocol ?? 'TCP', port: port.hostPort });
  }
  return out;
}

export class NodeInfo {
  node: Node | undefined;
  readonly pods = new Map<string, PodInfo>();
  /** Those of `pods` with affinity terms of their own. */
  readonly podsWithAffinity = new Map<string, PodInfo>();
  readonly podsWithRequiredAntiAffinity = new Map<string, PodInfo>();
  requested: Record<string, number> = {};
  nonZero = { cpu: 0, memory: 0 };
  allocatable: Amounts = {};
  /** Image names on the node with their size in bytes. */
  images = new Map<string, number>();

  get name(): string {
    return this.node?.metadata.name ?? '';
  }

  setNode(node: Node): void {
    this.node = node;
    this.allocatable = amounts(node.status.allocatable);
    this.images = new Map((node.status.images ?? []).flatMap((image) => (image.names ?? []).map((name): [string, number] => [name, image.sizeBytes ?? 0])));
  }

  addPod(info: PodInfo): void {
    this.removePod(info.key);
    this.pods.set(info.key, info);
    if (info.hasAffinity) this.podsWithAffinity.set(info.key, info);
    if (info.hasRequiredAntiAffinity) this.podsWithRequiredAntiAffinity.set(info.key, info);
    this.#count(info, 1);
  }

  removePod(key: string): boolean {
    const info = this.pods.get(key);
    if (!info) return false;
    this.pods.delete(key);
    this.podsWithAffinity.delete(key);
    this.podsWithRequiredAntiAffinity.delete(key);
    this.#count(info, -1);
    return true;
  }

  /** A copy to try evictions on. */
  clone(): NodeInfo {
    const copy = new NodeInfo();
    if (this.node) copy.setNode(this.node);
    for (const info of this.pods.values()) copy.addPod(info);
    return copy;
  }

  #count(info: PodInfo, sign: 1 | -1): void {
    for (const [name, value] of Object.entries(info.requests)) this.requested[name] = (this.requested[name] ?? 0) + sign * value;
    this.nonZero = { cpu: this.nonZero.cpu + sign * info.nonZero.cpu, memory: this.nonZero.memory + sign * info.nonZero.memory };
  }
}
