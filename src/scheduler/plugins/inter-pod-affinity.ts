import type { Namespace, Pod, PodAffinityTerm } from '../../api/core/v1.gen.ts';
import type { LabelSelector } from '../../api/meta/v1.gen.ts';
import { labelSelectorAsSelector } from '../../machinery/selectors/label-selector.ts';
import type { Selector } from '../../machinery/selectors/selector.ts';
import type { NodeInfo, PodInfo } from '../cache/node-info.ts';
import { MAX_SCORE, type CycleState, type Plugin } from '../framework/plugin.ts';
import { unresolvable, unschedulable } from '../framework/status.ts';

const NAME = 'InterPodAffinity';
/** How much a required affinity of a pod already there draws others to it. */
const HARD_AFFINITY_WEIGHT = 1;

interface Term {
  readonly topologyKey: string;
  readonly weight: number;
  matches(pod: Pod): boolean;
}

/** How many pods match, by `topologyKey=value`. */
type Counts = Map<string, number>;

interface State {
  readonly affinity: Term[];
  readonly antiAffinity: Term[];
  /** Of pods that match all of the incoming pod's affinity terms. */
  readonly affinityCounts: Counts;
  readonly antiAffinityCounts: Counts;
  /** Where pods already there do not want the incoming one. */
  readonly existingAntiAffinity: Counts;
}

export type NamespaceLabels = (namespace: string) => Namespace['metadata']['labels'];

/** Pods that want to be near others, or away from them. `namespaceLabels` reads a namespace's labels. */
export function interPodAffinity(namespaceLabels: NamespaceLabels): Plugin {
  const makeTerm = (owner: Pod, term: PodAffinityTerm, weight = 0) => compile(owner, term, weight, namespaceLabels);
  return {
    name: NAME,
    weight: 2,
    preFilter(state, pod, snapshot) {
      const spec = pod.spec.affinity;
      const affinity = (spec?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).map((t) => makeTerm(pod, t));
      const antiAffinity = (spec?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).map((t) => makeTerm(pod, t));
      const prepared: State = { affinity, antiAffinity, affinityCounts: new Map(), antiAffinityCounts: new Map(), existingAntiAffinity: new Map() };
      for (const node of snapshot.nodes()) {
        for (const info of node.podsWithRequiredAntiAffinity.values()) countExisting(prepared, pod, info, node, 1, makeTerm);
        if (affinity.length > 0 || antiAffinity.length > 0) for (const info of node.pods.values()) countIncoming(prepared, info.pod, node, 1);
      }
      state.set(NAME, prepared);
      return affinity.length === 0 && antiAffinity.length === 0 && prepared.existingAntiAffinity.size === 0 ? { skip: true } : undefined;
    },
    filter(state, pod, node) {
      const s = state.get(NAME) as State;
      const labels = node.node?.metadata.labels ?? {};
      const at = (key: string) => (labels[key] === undefined ? undefined : `${key}=${labels[key]}`);
      if (!affinitySatisfied(s, pod, at)) return unresolvable(NAME, "node(s) didn't match pod affinity rules");
      if (s.antiAffinity.some((t) => (s.antiAffinityCounts.get(at(t.topologyKey) ?? '') ?? 0) > 0)) return unschedulable(NAME, "node(s) didn't match pod anti-affinity rules");
      for (const [pair, count] of s.existingAntiAffinity) {
        if (count > 0 && at(pair.slice(0, pair.indexOf('='))) === pair) return unschedulable(NAME, "node(s) didn't satisfy existing pods anti-affinity rules");
      }
      return undefined;
    },
    addPod: (state, pod, added, node) => change(state, pod, added, node, 1, makeTerm),
    removePod: (state, pod, removed, node) => change(state, pod, removed, node, -1, makeTerm),
    preScore(state, pod, _nodes, snapshot) {
      const scores: Counts = new Map();
      const own = preferred(pod, pod, makeTerm);
      for (const node of snapshot.nodes()) {
        const others = own.length > 0 ? node.pods.values() : node.podsWithAffinity.values();
        for (const info of others) scorePod(scores, pod, own, info, node, makeTerm);
      }
      state.set(`${NAME}/score`, scores);
      return scores.size > 0;
    },
    score(state, _pod, node) {
      let sum = 0;
      const labels = node.node?.metadata.labels ?? {};
      for (const [pair, weight] of state.get(`${NAME}/score`) as Counts) {
        const eq = pair.indexOf('=');
        if (labels[pair.slice(0, eq)] === pair.slice(eq + 1)) sum += weight;
      }
      return sum;
    },
    normalise(_state, _pod, scores) {
      const min = Math.min(...scores);
      const range = Math.max(...scores) - min;
      for (let i = 0; i < scores.length; i++) scores[i] = range > 0 ? Math.trunc((MAX_SCORE * ((scores[i] ?? 0) - min)) / range) : 0;
    },
    mayHelp: (event) => event.resource === 'Pod' || event.resource === 'Node' || event.resource === 'Namespace',
  };
}

type MakeTerm = (owner: Pod, term: PodAffinityTerm, weight?: number) => Term;

function compile(owner: Pod, term: PodAffinityTerm, weight: number, namespaceLabels: NamespaceLabels): Term {
  const selector = labelSelectorAsSelector(withMatchLabelKeys(owner, term));
  const namespaceSelector: Selector | undefined = term.namespaceSelector ? labelSelectorAsSelector(term.namespaceSelector) : undefined;
  const named = new Set(term.namespaces ?? []);
  if (named.size === 0 && !namespaceSelector) named.add(owner.metadata.namespace);
  return {
    topologyKey: term.topologyKey,
    weight,
    matches: ({ metadata }) => (named.has(metadata.namespace) || namespaceSelector?.matches(namespaceLabels(metadata.namespace) ?? {}) === true) && selector.matches(metadata.labels ?? {}),
  };
}

/** Keys whose values are taken from the owner's labels (KEP-3633), unless the server merged them into the selector already. */
function withMatchLabelKeys(owner: Pod, term: PodAffinityTerm): LabelSelector | undefined {
  const extra = [
    ...(term.matchLabelKeys ?? []).map((key) => ({ key, operator: 'In' })),
    ...(term.mismatchLabelKeys ?? []).map((key) => ({ key, operator: 'NotIn' })),
  ].filter(({ key }) => owner.metadata.labels?.[key] !== undefined && !(term.labelSelector?.matchExpressions ?? []).some((e) => e.key === key));
  if (extra.length === 0 || !term.labelSelector) return term.labelSelector;
  return { ...term.labelSelector, matchExpressions: [...(term.labelSelector.matchExpressions ?? []), ...extra.map((e) => ({ ...e, values: [owner.metadata.labels?.[e.key] ?? ''] }))] };
}

function bump(counts: Counts, node: NodeInfo, topologyKey: string, by: number): void {
  const value = node.node?.metadata.labels?.[topologyKey];
  if (value === undefined) return;
  const pair = `${topologyKey}=${value}`;
  counts.set(pair, (counts.get(pair) ?? 0) + by);
}

function countExisting(state: State, pod: Pod, info: PodInfo, node: NodeInfo, by: number, makeTerm: MakeTerm): void {
  for (const spec of info.pod.spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []) {
    const term = makeTerm(info.pod, spec);
    if (term.matches(pod)) bump(state.existingAntiAffinity, node, term.topologyKey, by);
  }
}

function countIncoming(state: State, other: Pod, node: NodeInfo, by: number): void {
  // A pod counts for affinity only when it matches every term.
  if (state.affinity.length > 0 && state.affinity.every((t) => t.matches(other))) for (const term of state.affinity) bump(state.affinityCounts, node, term.topologyKey, by);
  for (const term of state.antiAffinity) if (term.matches(other)) bump(state.antiAffinityCounts, node, term.topologyKey, by);
}

function change(state: CycleState, pod: Pod, info: PodInfo, node: NodeInfo, by: number, makeTerm: MakeTerm): void {
  const s = state.get(NAME) as State | undefined;
  if (!s) return;
  countExisting(s, pod, info, node, by, makeTerm);
  countIncoming(s, info.pod, node, by);
}

function affinitySatisfied(s: State, pod: Pod, at: (key: string) => string | undefined): boolean {
  if (s.affinity.length === 0) return true;
  if (s.affinity.some((t) => at(t.topologyKey) === undefined)) return false;
  if (s.affinity.every((t) => (s.affinityCounts.get(at(t.topologyKey) ?? '') ?? 0) > 0)) return true;
  // The first of a group that wants to be together may begin anywhere.
  return [...s.affinityCounts.values()].every((n) => n <= 0) && s.affinity.every((t) => t.matches(pod));
}

function preferred(owner: Pod, _pod: Pod, makeTerm: MakeTerm): Term[] {
  const { podAffinity, podAntiAffinity } = owner.spec.affinity ?? {};
  return [
    ...(podAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map((p) => makeTerm(owner, p.podAffinityTerm, p.weight)),
    ...(podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map((p) => makeTerm(owner, p.podAffinityTerm, -p.weight)),
  ];
}

function scorePod(scores: Counts, pod: Pod, own: readonly Term[], info: PodInfo, node: NodeInfo, makeTerm: MakeTerm): void {
  for (const term of own) if (term.matches(info.pod)) bump(scores, node, term.topologyKey, term.weight);
  if (!info.hasAffinity) return;
  for (const spec of info.pod.spec.affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []) {
    const term = makeTerm(info.pod, spec, HARD_AFFINITY_WEIGHT);
    if (term.matches(pod)) bump(scores, node, term.topologyKey, term.weight);
  }
  for (const term of preferred(info.pod, pod, makeTerm)) if (term.matches(pod)) bump(scores, node, term.topologyKey, term.weight);
}
