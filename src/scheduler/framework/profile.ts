/** The plugins of a scheduler, run point by point. Pure but for preBind and the plugins' own state. */
import type { Pod } from '../../api/core/v1.gen.ts';
import type { NodeInfo } from '../cache/node-info.ts';
import type { CycleState, Plugin, Snapshot } from './plugin.ts';
import type { Status } from './status.ts';

export interface Filtered {
  readonly feasible: NodeInfo[];
  /** Why each other node that was looked at does not do. */
  readonly refused: Map<string, Status>;
  /** Set when a plugin turned the pod down for every node. */
  readonly preFilter?: Status;
}

/** Nodes of large clusters are not all looked at: enough feasible ones will do. */
const MIN_FEASIBLE = 100;
const MIN_PERCENT = 5;

/** How many feasible nodes end the search (numFeasibleNodesToFind). */
export function feasibleEnough(nodes: number): number {
  if (nodes < MIN_FEASIBLE) return nodes;
  const percent = Math.max(MIN_PERCENT, 50 - Math.trunc(nodes / 125));
  return Math.max(MIN_FEASIBLE, Math.trunc((nodes * percent) / 100));
}

export class Profile {
  readonly plugins: readonly Plugin[];
  #start = 0;

  constructor(plugins: readonly Plugin[]) {
    this.plugins = plugins;
  }

  plugin(name: string): Plugin | undefined {
    return this.plugins.find((p) => p.name === name);
  }

  preEnqueue(pod: Pod): Status | undefined {
    for (const plugin of this.plugins) {
      const status = plugin.preEnqueue?.(pod);
      if (status) return status;
    }
    return undefined;
  }

  /** Nodes the pod could run on. Searches from where the last search ended, so that all nodes get their turn. */
  findFeasible(state: CycleState, pod: Pod, snapshot: Snapshot, nominated?: string): Filtered {
    const refused = new Map<string, Status>();
    const prepared = this.preFilter(state, pod, snapshot);
    if (prepared.status) return { feasible: [], refused, preFilter: prepared.status };
    const nodes = prepared.nodeNames ? snapshot.nodes().filter((n) => prepared.nodeNames?.has(n.name)) : snapshot.nodes();
    if (nominated !== undefined) {
      const node = snapshot.node(nominated);
      if (node && !this.filter(state, pod, node)) return { feasible: [node], refused };
    }
    const enough = feasibleEnough(nodes.length);
    const feasible: NodeInfo[] = [];
    let looked = 0;
    for (; looked < nodes.length && feasible.length < enough; looked++) {
      const node = nodes[(this.#start + looked) % nodes.length];
      if (!node) continue;
      const status = this.filter(state, pod, node);
      if (status) refused.set(node.name, status);
      else feasible.push(node);
    }
    this.#start = nodes.length > 0 ? (this.#start + looked) % nodes.length : 0;
    if (prepared.nodeNames) for (const node of snapshot.nodes()) if (!prepared.nodeNames.has(node.name)) refused.set(node.name, prepared.narrowed ?? { code: 'unresolvable', plugin: 'NodeAffinity', reasons: ["node(s) didn't match Pod's node affinity/selector"] });
    return { feasible, refused };
  }

  preFilter(state: CycleState, pod: Pod, snapshot: Snapshot): { status?: Status; nodeNames?: ReadonlySet<string>; narrowed?: Status } {
    const skipped = new Set<string>();
    state.set(SKIPPED, skipped);
    let nodeNames: ReadonlySet<string> | undefined;
    for (const plugin of this.plugins) {
      const result = plugin.preFilter?.(state, pod, snapshot);
      if (result?.status) return { status: result.status };
      if (result?.skip) skipped.add(plugin.name);
      if (result?.nodeNames) nodeNames = nodeNames ? new Set([...nodeNames].filter((n) => result.nodeNames?.has(n))) : result.nodeNames;
    }
    return nodeNames ? { nodeNames } : {};
  }

  /** The first refusal, or undefined when every plugin takes the node. */
  filter(state: CycleState, pod: Pod, node: NodeInfo): Status | undefined {
    const skipped = state.get(SKIPPED) as ReadonlySet<string>;
    for (const plugin of this.plugins) {
      if (!plugin.filter || skipped.has(plugin.name)) continue;
      const status = plugin.filter(state, pod, node);
      if (status) return status;
    }
    return undefined;
  }

  addPod(state: CycleState, pod: Pod, info: Parameters<NonNullable<Plugin['addPod']>>[2], node: NodeInfo): void {
    for (const plugin of this.plugins) plugin.addPod?.(state, pod, info, node);
  }

  removePod(state: CycleState, pod: Pod, info: Parameters<NonNullable<Plugin['removePod']>>[2], node: NodeInfo): void {
    for (const plugin of this.plugins) plugin.removePod?.(state, pod, info, node);
  }

  /** Total score of each node, in order. */
  score(state: CycleState, pod: Pod, nodes: readonly NodeInfo[], snapshot: Snapshot): number[] {
    const totals = nodes.map(() => 0);
    for (const plugin of this.plugins) {
      if (!plugin.score || plugin.preScore?.(state, pod, nodes, snapshot) === false) continue;
      const scores = nodes.map((node) => plugin.score?.(state, pod, node) ?? 0);
      plugin.normalise?.(state, pod, scores);
      scores.forEach((score, i) => (totals[i] = (totals[i] ?? 0) + score * (plugin.weight ?? 1)));
    }
    return totals;
  }

  /** Holds what plugins give out for the pod; undone by itself when one refuses. */
  reserve(state: CycleState, pod: Pod, nodeName: string): Status | undefined {
    for (const plugin of this.plugins) {
      const status = plugin.reserve?.(state, pod, nodeName);
      if (!status) continue;
      this.unreserve(state, pod, nodeName);
      return status;
    }
    return undefined;
  }

  unreserve(state: CycleState, pod: Pod, nodeName: string): void {
    for (const plugin of [...this.plugins].reverse()) plugin.unreserve?.(state, pod, nodeName);
  }

  async preBind(state: CycleState, pod: Pod, nodeName: string): Promise<Status | undefined> {
    for (const plugin of this.plugins) {
      const status = await plugin.preBind?.(state, pod, nodeName);
      if (status) return status;
    }
    return undefined;
  }
}

const SKIPPED = '\0skipped';
