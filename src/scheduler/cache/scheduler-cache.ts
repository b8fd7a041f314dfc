/** Nodes and pods as the scheduler believes them to be: the API's state plus what it has decided and not yet seen back (pkg/scheduler/backend/cache). */
import type { Node, Pod } from '../../api/core/v1.gen.ts';
import { NodeInfo, PodInfo } from './node-info.ts';

export class SchedulerCache {
  readonly #nodes = new Map<string, NodeInfo>();
  /** Node name of every pod that is counted, by uid. */
  readonly #placed = new Map<string, string>();
  readonly #assumed = new Set<string>();
  /** Nodes in scheduling order; made anew when nodes come or go. */
  #list: NodeInfo[] | undefined;

  nodes(): readonly NodeInfo[] {
    return (this.#list ??= inZoneOrder([...this.#nodes.values()].filter((n) => n.node !== undefined)));
  }

  node(name: string): NodeInfo | undefined {
    const info = this.#nodes.get(name);
    return info?.node ? info : undefined;
  }

  setNode(node: Node): void {
    this.#info(node.metadata.name).setNode(node);
    this.#list = undefined;
  }

  removeNode(name: string): void {
    const info = this.#nodes.get(name);
    if (!info) return;
    info.node = undefined;
    // Pods of a removed node go with their own events.
    if (info.pods.size === 0) this.#nodes.delete(name);
    this.#list = undefined;
  }

  /** Counts a pod on the node it was given, before the API says so. */
  assume(pod: Pod, nodeName: string): void {
    this.#place(pod, nodeName);
    this.#assumed.add(pod.metadata.uid);
  }

  /** Binding failed: the pod is not there after all. */
  forget(pod: Pod): void {
    if (!this.#assumed.delete(pod.metadata.uid)) return;
    this.#displace(pod.metadata.uid);
  }

  isAssumed(pod: Pod): boolean {
    return this.#assumed.has(pod.metadata.uid);
  }

  /** A pod that the API shows on a node. */
  setPod(pod: Pod): void {
    this.#assumed.delete(pod.metadata.uid);
    this.#place(pod, pod.spec.nodeName ?? '');
  }

  removePod(pod: Pod): void {
    this.#assumed.delete(pod.metadata.uid);
    this.#displace(pod.metadata.uid);
  }

  #place(pod: Pod, nodeName: string): void {
    if (this.#placed.get(pod.metadata.uid) !== nodeName) this.#displace(pod.metadata.uid);
    this.#placed.set(pod.metadata.uid, nodeName);
    this.#info(nodeName).addPod(new PodInfo(pod));
  }

  #displace(uid: string): void {
    const nodeName = this.#placed.get(uid);
    if (nodeName === undefined) return;
    this.#placed.delete(uid);
    const info = this.#nodes.get(nodeName);
    info?.removePod(uid);
    if (info && info.node === undefined && info.pods.size === 0) this.#nodes.delete(nodeName);
  }

  #info(name: string): NodeInfo {
    let info = this.#nodes.get(name);
    if (!info) this.#nodes.set(name, (info = new NodeInfo()));
    return info;
  }
}

/** Takes nodes of the zones in turn, so that a search cut short has seen every zone (node_tree.go). */
function inZoneOrder(nodes: NodeInfo[]): NodeInfo[] {
  const zones = new Map<string, NodeInfo[]>();
  for (const info of nodes) {
    const labels = info.node?.metadata.labels ?? {};
    const zone = `${labels['topology.kubernetes.io/region'] ?? ''}:${labels['topology.kubernetes.io/zone'] ?? ''}`;
    const list = zones.get(zone);
    if (list) list.push(info);
    else zones.set(zone, [info]);
  }
  const lists = [...zones.values()];
  const out: NodeInfo[] = [];
  for (let i = 0; out.length < nodes.length; i++) for (const list of lists) if (list[i]) out.push(list[i] as NodeInfo);
  return out;
}
