/** The scheduling framework's extension points (https://kubernetes.io/docs/concepts/scheduling-eviction/scheduling-framework/). One plugin a file in ../plugins. */
import type { Pod } from '../../api/core/v1.gen.ts';
import type { NodeInfo, PodInfo } from '../cache/node-info.ts';
import type { Status } from './status.ts';

/** What plugins work out once a cycle, by plugin name. Fresh for every pod. */
export type CycleState = Map<string, unknown>;

/** The cluster as it is during one cycle. */
export interface Snapshot {
  nodes(): readonly NodeInfo[];
  node(name: string): NodeInfo | undefined;
}

export interface PreFilterResult {
  readonly status?: Status;
  /** Only these nodes can do; undefined: any. */
  readonly nodeNames?: ReadonlySet<string>;
  /** Filter need not be called for this pod. */
  readonly skip?: boolean;
}

/** A change in the cluster that may make waiting pods schedulable. */
export interface ClusterEvent {
  readonly resource: 'Pod' | 'Node' | 'PersistentVolume' | 'PersistentVolumeClaim' | 'StorageClass' | 'CSINode' | 'Namespace';
  readonly action: 'Add' | 'Update' | 'Delete';
  readonly object: unknown;
  readonly old?: unknown;
}

export interface Plugin {
  readonly name: string;
  /** Whether a waiting pod may be queued at all (scheduling gates). */
  preEnqueue?(pod: Pod): Status | undefined;
  /** May narrow the nodes and prepare state. */
  preFilter?(state: CycleState, pod: Pod, snapshot: Snapshot): PreFilterResult | undefined;
  filter?(state: CycleState, pod: Pod, node: NodeInfo): Status | undefined;
  /** Keeps prefilter state right while preemption tries pods away or back. */
  addPod?(state: CycleState, pod: Pod, added: PodInfo, node: NodeInfo): void;
  removePod?(state: CycleState, pod: Pod, removed: PodInfo, node: NodeInfo): void;
  /** Prepares scoring; returns false when score would be the same for every node. */
  preScore?(state: CycleState, pod: Pod, nodes: readonly NodeInfo[], snapshot: Snapshot): boolean;
  /** Any number; normalise() brings scores into 0..100. */
  score?(state: CycleState, pod: Pod, node: NodeInfo): number;
  normalise?(state: CycleState, pod: Pod, scores: number[]): void;
  readonly weight?: number;
  reserve?(state: CycleState, pod: Pod, nodeName: string): Status | undefined;
  unreserve?(state: CycleState, pod: Pod, nodeName: string): void;
  /** I/O before the pod is bound: provisioning volumes. */
  preBind?(state: CycleState, pod: Pod, nodeName: string): Promise<Status | undefined>;
  /** Whether an event may help a pod that this plugin turned down. Left out: every event may. */
  mayHelp?(event: ClusterEvent, pod: Pod): boolean;
}

export const MAX_SCORE = 100;

/** Scales scores so that the largest is 100; `reverse`: the smallest is best. */
export function scaleScores(scores: number[], reverse: boolean): void {
  const max = Math.max(0, ...scores);
  for (let i = 0; i < scores.length; i++) {
    const value = max === 0 ? (reverse ? MAX_SCORE : 0) : Math.trunc(((scores[i] ?? 0) * MAX_SCORE) / max);
    scores[i] = max !== 0 && reverse ? MAX_SCORE - value : value;
  }
}
