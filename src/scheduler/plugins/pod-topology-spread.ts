import type { Pod, TopologySpreadConstraint } from '../../api/core/v1.gen.ts';
import type { LabelSelector } from '../../api/meta/v1.gen.ts';
import { labelSelectorAsSelector } from '../../machinery/selectors/label-selector.ts';
import type { Selector } from '../../machinery/selectors/selector.ts';
import type { NodeInfo, PodInfo } from '../cache/node-info.ts';
import { requiredNodeAffinityMatches } from '../framework/node-selector.ts';
import { MAX_SCORE, type CycleState, type Plugin, type Snapshot } from '../framework/plugin.ts';
import { unresolvable, unschedulable } from '../framework/status.ts';
import { untolerated } from '../framework/taints.ts';

const NAME = 'PodTopologySpread';
const NOT_MATCHED = "node(s) didn't match pod topology spread constraints";
const HOSTNAME = 'kubernetes.io/hostname';

interface Constraint {
  readonly topologyKey: string;
  readonly maxSkew: number;
  readonly minDomains: number;
  readonly selector: Selector;
  readonly honoursAffinity: boolean;
  readonly honoursTaints: boolean;
  /** Matching pods by domain. */
  readonly counts: Map<string, number>;
}

/** Default spreading for pods of services and workloads: soft, by host and by zone. */
const SYSTEM_DEFAULTS = [
  { topologyKey: HOSTNAME, maxSkew: 3 },
  { topologyKey: 'topology.kubernetes.io/zone', maxSkew: 5 },
];

export interface SpreadOptions {
  /** Selector of the services and workloads a pod belongs to; undefined when it belongs to none. */
  defaultSelector(pod: Pod): LabelSelector | undefined;
}

/** Spreads pods over failure domains (https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/). */
export function podTopologySpread(options: SpreadOptions): Plugin {
  return {
    name: NAME,
    weight: 2,
    preFilter(state, pod, snapshot) {
      const constraints = own(pod, 'DoNotSchedule');
      state.set(NAME, constraints);
      if (constraints.length === 0) return { skip: true };
      for (const node of snapshot.nodes()) count(constraints, pod, node);
      return undefined;
    },
    filter(state, pod, node) {
      for (const constraint of state.get(NAME) as Constraint[]) {
        const value = node.node?.metadata.labels?.[constraint.topologyKey];
        if (value === undefined) return unresolvable(NAME, `${NOT_MATCHED} (missing required label)`);
        const least = constraint.counts.size < constraint.minDomains ? 0 : Math.min(...constraint.counts.values());
        const self = constraint.selector.matches(pod.metadata.labels ?? {}) ? 1 : 0;
        if ((constraint.counts.get(value) ?? 0) + self - (Number.isFinite(least) ? least : 0) > constraint.maxSkew) return unschedulable(NAME, NOT_MATCHED);
      }
      return undefined;
    },
    addPod: (state, pod, added, node) => change(state, pod, added, node, 1),
    removePod: (state, pod, removed, node) => change(state, pod, removed, node, -1),
    preScore(state, pod, nodes, snapshot) {
      const declared = own(pod, 'ScheduleAnyway');
      const isDefault = (pod.spec.topologySpreadConstraints ?? []).length === 0;
      const constraints = isDefault ? defaults(pod, options) : declared;
      if (constraints.length === 0) return false;
      prepareScores(state, pod, constraints, nodes, snapshot, !isDefault);
      return true;
    },
    score(state, _pod, node) {
      const s = state.get(`${NAME}/score`) as ScoreState;
      if (s.ignored.has(node.name)) return 0;
      let sum = 0;
      s.constraints.forEach((constraint, i) => {
        const value = node.node?.metadata.labels?.[constraint.topologyKey];
        if (value === undefined) return;
        const matching = constraint.topologyKey === HOSTNAME ? onNode(constraint, node, s.namespace) : (constraint.counts.get(value) ?? 0);
        sum += matching * (s.weights[i] ?? 1) + (constraint.maxSkew - 1);
      });
      return Math.round(sum);
    },
    normalise(state, _pod, scores) {
      const s = state.get(`${NAME}/score`) as ScoreState;
      const counted = scores.filter((_, i) => !s.ignored.has(s.names[i] ?? ''));
      const [min, max] = [Math.min(...counted), Math.max(...counted)];
      for (let i = 0; i < scores.length; i++) {
        if (s.ignored.has(s.names[i] ?? '')) scores[i] = 0;
        else scores[i] = max === 0 ? MAX_SCORE : Math.trunc((MAX_SCORE * (max + min - (scores[i] ?? 0))) / max);
      }
    },
    mayHelp: (event) => event.resource === 'Pod' || event.resource === 'Node',
  };
}

interface ScoreState {
  readonly constraints: Constraint[];
  readonly weights: number[];
  readonly ignored: ReadonlySet<string>;
  readonly names: string[];
  readonly namespace: string;
}

function own(pod: Pod, action: string): Constraint[] {
  return (pod.spec.topologySpreadConstraints ?? []).filter((c) => c.whenUnsatisfiable === action).map((c) => compile(pod, c));
}

function compile(pod: Pod, constraint: TopologySpreadConstraint): Constraint {
  const extra = (constraint.matchLabelKeys ?? []).filter((key) => pod.metadata.labels?.[key] !== undefined).map((key) => ({ key, operator: 'In', values: [pod.metadata.labels?.[key] ?? ''] }));
  const selector = constraint.labelSelector && { ...constraint.labelSelector, matchExpressions: [...(constraint.labelSelector.matchExpressions ?? []), ...extra] };
  return {
    topologyKey: constraint.topologyKey,
    maxSkew: constraint.maxSkew,
    minDomains: constraint.minDomains ?? 1,
    selector: labelSelectorAsSelector(selector),
    honoursAffinity: (constraint.nodeAffinityPolicy ?? 'Honor') === 'Honor',
    honoursTaints: constraint.nodeTaintsPolicy === 'Honor',
    counts: new Map(),
  };
}

function defaults(pod: Pod, options: SpreadOptions): Constraint[] {
  const selector = options.defaultSelector(pod);
  if (!selector) return [];
  return SYSTEM_DEFAULTS.map((d) => compile(pod, { ...d, whenUnsatisfiable: 'ScheduleAnyway', labelSelector: selector }));
}

function counts(constraint: Constraint, pod: Pod, { node }: NodeInfo): boolean {
  if (!node) return false;
  if (constraint.honoursAffinity && !requiredNodeAffinityMatches(pod, node)) return false;
  return !constraint.honoursTaints || untolerated(node.spec.taints, pod, ['NoSchedule', 'NoExecute']) === undefined;
}

function count(constraints: readonly Constraint[], pod: Pod, node: NodeInfo): void {
  const labels = node.node?.metadata.labels ?? {};
  if (constraints.some((c) => labels[c.topologyKey] === undefined)) return;
  for (const constraint of constraints) {
    if (!counts(constraint, pod, node)) continue;
    const value = labels[constraint.topologyKey] ?? '';
    constraint.counts.set(value, (constraint.counts.get(value) ?? 0) + onNode(constraint, node, pod.metadata.namespace));
  }
}

function onNode(constraint: Constraint, node: NodeInfo, namespace: string): number {
  let matching = 0;
  for (const { pod } of node.pods.values()) {
    if (pod.metadata.deletionTimestamp === undefined && pod.metadata.namespace === namespace && constraint.selector.matches(pod.metadata.labels ?? {})) matching++;
  }
  return matching;
}

function change(state: CycleState, pod: Pod, info: PodInfo, node: NodeInfo, by: number): void {
  for (const constraint of (state.get(NAME) as Constraint[] | undefined) ?? []) {
    const value = node.node?.metadata.labels?.[constraint.topologyKey];
    if (value === undefined || info.pod.metadata.namespace !== pod.metadata.namespace || !constraint.selector.matches(info.pod.metadata.labels ?? {})) continue;
    if (counts(constraint, pod, node)) constraint.counts.set(value, (constraint.counts.get(value) ?? 0) + by);
  }
}

function prepareScores(state: CycleState, pod: Pod, constraints: Constraint[], nodes: readonly NodeInfo[], snapshot: Snapshot, requireAll: boolean): void {
  const ignored = new Set<string>();
  for (const node of nodes) {
    const labels = node.node?.metadata.labels ?? {};
    if (requireAll && constraints.some((c) => labels[c.topologyKey] === undefined)) ignored.add(node.name);
    else for (const c of constraints) if (labels[c.topologyKey] !== undefined && c.topologyKey !== HOSTNAME && !c.counts.has(labels[c.topologyKey] ?? '')) c.counts.set(labels[c.topologyKey] ?? '', 0);
  }
  for (const node of snapshot.nodes()) {
    for (const constraint of constraints) {
      const value = node.node?.metadata.labels?.[constraint.topologyKey];
      if (value === undefined || !constraint.counts.has(value) || !counts(constraint, pod, node)) continue;
      constraint.counts.set(value, (constraint.counts.get(value) ?? 0) + onNode(constraint, node, pod.metadata.namespace));
    }
  }
  // Few domains weigh more: each stands for a larger share of the cluster.
  const weights = constraints.map((c) => Math.log((c.topologyKey === HOSTNAME ? nodes.length - ignored.size : c.counts.size) + 2));
  state.set(`${NAME}/score`, { constraints, weights, ignored, names: nodes.map((n) => n.name), namespace: pod.metadata.namespace } satisfies ScoreState);
}
