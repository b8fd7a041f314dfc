/** Which pods a daemon set creates and deletes, pure (pkg/controller/daemon/{daemon_controller,update}.go). */
import type { DaemonSet } from '../../api/apps/v1.gen.ts';
import type { Node, Pod } from '../../api/core/v1.gen.ts';
import { isPodAvailable, isPodReady } from '../shared/pod-status.ts';
import { scaledValue } from '../shared/scaled-value.ts';
import { compareCreation } from '../shared/sort-by-creation.ts';
import { nodeEligibility } from './eligibility.ts';
import { isUpdated, REVISION_HASH_LABEL } from './pod-template.ts';

export type PodsByNode = ReadonlyMap<string, readonly Pod[]>;

export interface DaemonPlan {
  /** Names of nodes that need a pod. */
  readonly create: readonly string[];
  readonly delete: readonly Pod[];
  /** Ended pods among them, to be reported. */
  readonly failed: readonly { readonly pod: Pod; readonly node: string }[];
  readonly succeeded: readonly { readonly pod: Pod; readonly node: string }[];
  /** Look again after so many milliseconds: a failed pod waits for its back-off. */
  readonly again?: number;
}

export interface DaemonInput {
  readonly ds: DaemonSet;
  readonly nodes: readonly Node[];
  readonly pods: PodsByNode;
  /** Hash of the current revision. */
  readonly hash: string;
  /** Milliseconds. */
  readonly now: number;
  /** How long a failed pod on this node must wait still before it is replaced, milliseconds. */
  readonly backoff: (node: string) => number;
}

/** Scheduled and running order: bound pods first, then by age. */
export function byAssignmentAndAge(a: Pod, b: Pod): number {
  return Number(!a.spec.nodeName) - Number(!b.spec.nodeName) || compareCreation(a, b);
}

function surgeCount(ds: DaemonSet, nodes: number): number {
  return ds.spec.updateStrategy.type === 'RollingUpdate' ? scaledValue(ds.spec.updateStrategy.rollingUpdate?.maxSurge, nodes, true) : 0;
}

/** One pod on each node that should have one, none where it may not be. */
export function planNodes(input: DaemonInput): DaemonPlan {
  const plan = {
    create: [] as string[],
    delete: [] as Pod[],
    failed: [] as DaemonPlan['failed'][number][],
    succeeded: [] as DaemonPlan['succeeded'][number][],
  };
  let again: number | undefined;
  const known = new Set(input.nodes.map((n) => n.metadata.name));
  for (const node of input.nodes) {
    const { name } = node.metadata;
    const pods = input.pods.get(name);
    const { shouldRun, shouldContinue } = nodeEligibility(input.ds, node);
    if (shouldRun && !pods) plan.create.push(name);
    else if (!shouldContinue) plan.delete.push(...(pods ?? []).filter((p) => !p.metadata.deletionTimestamp));
    else {
      const running: Pod[] = [];
      for (const pod of pods ?? []) {
        if (pod.metadata.deletionTimestamp) continue;
        const wait = pod.status.phase === 'Failed' ? input.backoff(name) : 0;
        if (wait > 0) again = Math.min(again ?? wait, wait);
        else if (pod.status.phase === 'Failed') plan.failed.push({ pod, node: name });
        else if (pod.status.phase === 'Succeeded') plan.succeeded.push({ pod, node: name });
        else running.push(pod);
      }
      planRunning(input, name, shouldRun, running, plan);
    }
  }
  plan.delete.push(...[...plan.failed, ...plan.succeeded].map((e) => e.pod));
  for (const [name, pods] of input.pods) if (!known.has(name)) plan.delete.push(...pods.filter((p) => !p.spec.nodeName));
  return { ...plan, ...(again !== undefined && { again }) };
}

function planRunning(
  { ds, hash, now }: DaemonInput,
  node: string,
  shouldRun: boolean,
  running: readonly Pod[],
  plan: { readonly create: string[]; readonly delete: Pod[] },
): void {
  const sorted = [...running].sort(byAssignmentAndAge);
  if (surgeCount(ds, 1) === 0) return void plan.delete.push(...sorted.slice(1));
  if (sorted.length === 0 && shouldRun) plan.create.push(node);
  if (sorted.length <= 1) return;
  // While an update surges, one pod of the new revision and one of an old one may be there.
  const isNew = (p: Pod) => p.metadata.labels?.[REVISION_HASH_LABEL] === hash;
  const [newest, ...moreNew] = sorted.filter(isNew);
  const [oldest, ...moreOld] = sorted.filter((p) => !isNew(p));
  plan.delete.push(...moreNew, ...moreOld);
  if (newest && oldest && (!isPodReady(oldest) || isPodAvailable(newest, ds.spec.minReadySeconds ?? 0, now))) plan.delete.push(oldest);
}

/** The next step of a rolling update. */
export function planRollingUpdate(input: DaemonInput): Pick<DaemonPlan, 'create' | 'delete'> {
  const { ds, nodes } = input;
  const wanted = nodes.filter((n) => nodeEligibility(ds, n).shouldRun);
  const pods = new Map(input.pods);
  for (const { metadata } of wanted) if (!pods.has(metadata.name)) pods.set(metadata.name, []);
  const maxSurge = surgeCount(ds, wanted.length);
  let maxUnavailable = scaledValue(ds.spec.updateStrategy.rollingUpdate?.maxUnavailable, wanted.length, true);
  if (wanted.length > 0 && maxUnavailable === 0 && maxSurge === 0) maxUnavailable = 1;
  const entries = [...pods].map(([node, list]) => ({ node, ...oldAndNew(input, list) }));
  const available = (pod: Pod | undefined) => !!pod && isPodAvailable(pod, ds.spec.minReadySeconds ?? 0, input.now);
  if (maxSurge === 0) return { create: [], delete: replaceInPlace(entries, maxUnavailable, available) };
  const eligible = new Set(wanted.map((n) => n.metadata.name));
  return surge(entries, maxSurge, wanted.length, eligible, available);
}

interface NodeEntry {
  readonly node: string;
  readonly oldPod: Pod | undefined;
  readonly newPod: Pod | undefined;
  /** More than one pod of a kind: leave the node alone for now. */
  readonly ambiguous: boolean;
}

function oldAndNew({ ds, hash }: DaemonInput, pods: readonly Pod[]): Omit<NodeEntry, 'node'> {
  const live = pods.filter((p) => !p.metadata.deletionTimestamp);
  const updated = live.filter((p) => isUpdated(p, ds, hash));
  const outdated = live.filter((p) => !isUpdated(p, ds, hash));
  return { oldPod: outdated[0], newPod: updated[0], ambiguous: updated.length > 1 || outdated.length > 1 };
}

type Available = (pod: Pod | undefined) => boolean;

function replaceInPlace(entries: readonly NodeEntry[], maxUnavailable: number, available: Available): Pod[] {
  let unavailable = 0;
  const unhealthy: Pod[] = [];
  const candidates: Pod[] = [];
  for (const { oldPod, newPod, ambiguous } of entries) {
    if (ambiguous || (!oldPod && !newPod) || (oldPod && newPod)) unavailable++;
    else if (newPod) unavailable += available(newPod) ? 0 : 1;
    else if (oldPod && !available(oldPod)) {
      unhealthy.push(oldPod);
      unavailable++;
    } else if (oldPod) candidates.push(oldPod);
  }
  return [...unhealthy, ...candidates.slice(0, Math.max(0, maxUnavailable - unavailable))];
}

function surge(
  entries: readonly NodeEntry[],
  maxSurge: number,
  desired: number,
  eligible: ReadonlySet<string>,
  available: Available,
): Pick<DaemonPlan, 'create' | 'delete'> {
  let surging = 0;
  let healthy = 0;
  const doomed: Pod[] = [];
  const misplaced: Pod[] = [];
  const atOnce: string[] = [];
  const candidates: string[] = [];
  for (const { node, oldPod, newPod, ambiguous } of entries) {
    if (ambiguous) {
      surging++;
      continue;
    }
    if (available(oldPod ?? newPod)) healthy++;
    if (!oldPod) continue;
    if (newPod && !available(newPod)) surging++;
    else if (newPod) doomed.push(oldPod);
    else if (!available(oldPod)) {
      if (eligible.has(node)) atOnce.push(node);
      else doomed.push(oldPod);
    } else if (!eligible.has(node)) misplaced.push(oldPod);
    else candidates.push(node);
  }
  doomed.push(...misplaced.slice(0, Math.max(0, healthy - desired)));
  return { create: [...atOnce, ...candidates.slice(0, Math.max(0, maxSurge - surging))], delete: doomed };
}
