/**
 * Rollout arithmetic of deployments, pure (pkg/controller/deployment/{rolling,sync}.go and util).
 * https://kubernetes.io/docs/concepts/workloads/controllers/deployment/
 */
import type { Deployment, ReplicaSet } from '../../api/apps/v1.gen.ts';
import { scaledValue } from '../shared/scaled-value.ts';
import { semanticEqual } from '../shared/semantic-equal.ts';
import { compareCreation } from '../shared/sort-by-creation.ts';

export const TEMPLATE_HASH_LABEL = 'pod-template-hash';

/** A replica set and the size it shall have. */
export interface Resize {
  readonly set: ReplicaSet;
  readonly replicas: number;
}

export const sizeOf = (rs: ReplicaSet): number => rs.spec.replicas ?? 0;
export const desiredOf = (d: Deployment): number => d.spec.replicas ?? 0;
export const isActive = (rs: ReplicaSet): boolean => sizeOf(rs) > 0;
export const sum = (sets: readonly (ReplicaSet | undefined)[], of: (rs: ReplicaSet) => number | undefined): number =>
  sets.reduce((n, rs) => n + (rs ? (of(rs) ?? 0) : 0), 0);

const isRollingUpdate = (d: Deployment) => d.spec.strategy.type === 'RollingUpdate';

/** maxSurge and maxUnavailable as numbers; never both zero. */
export function resolveFenceposts(
  surge: number | string | undefined,
  unavailable: number | string | undefined,
  desired: number,
): [number, number] {
  const s = scaledValue(surge ?? 0, desired, true);
  const u = scaledValue(unavailable ?? 0, desired, false);
  return s === 0 && u === 0 ? [0, 1] : [s, u];
}

function fenceposts(d: Deployment): [surge: number, unavailable: number] {
  return resolveFenceposts(d.spec.strategy.rollingUpdate?.maxSurge, d.spec.strategy.rollingUpdate?.maxUnavailable, desiredOf(d));
}

export function maxSurge(d: Deployment): number {
  return isRollingUpdate(d) ? fenceposts(d)[0] : 0;
}

export function maxUnavailable(d: Deployment): number {
  if (!isRollingUpdate(d) || desiredOf(d) === 0) return 0;
  return Math.min(fenceposts(d)[1], desiredOf(d));
}

/** Templates are the same but for the label that the controller adds. */
export function equalIgnoreHash(a: Deployment['spec']['template'], b: Deployment['spec']['template']): boolean {
  return semanticEqual(withoutHash(a), withoutHash(b));
}

function withoutHash(template: Deployment['spec']['template']): unknown {
  const { [TEMPLATE_HASH_LABEL]: _, ...labels } = template.metadata?.labels ?? {};
  const { creationTimestamp: __, ...metadata } = template.metadata ?? {};
  return { ...template, metadata: { ...metadata, labels } };
}

/** The replica set of the deployment's template (the oldest of several), and all others. */
export function splitReplicaSets(d: Deployment, sets: readonly ReplicaSet[]): { newSet: ReplicaSet | undefined; oldSets: ReplicaSet[] } {
  const sorted = [...sets].sort(compareCreation);
  const newSet = sorted.find((rs) => equalIgnoreHash(rs.spec.template, d.spec.template));
  return { newSet, oldSets: sorted.filter((rs) => rs !== newSet) };
}

/** The size the new replica set may have now. */
export function newSetSize(d: Deployment, all: readonly (ReplicaSet | undefined)[], currentSize: number): number {
  if (d.spec.strategy.type === 'Recreate') return desiredOf(d);
  if (!isRollingUpdate(d)) throw new Error(`deployment type ${d.spec.strategy.type} isn't supported`);
  const surge = scaledValue(d.spec.strategy.rollingUpdate?.maxSurge, desiredOf(d), true);
  const room = desiredOf(d) + surge - sum(all, sizeOf);
  return room <= 0 ? currentSize : currentSize + Math.min(room, desiredOf(d) - currentSize);
}

/** How the old replica sets shrink in a rolling update: unhealthy pods first, then healthy ones as far as availability allows. */
export function planOldSets(d: Deployment, newSet: ReplicaSet, oldSets: readonly ReplicaSet[]): Resize[] {
  const active = oldSets.filter(isActive).sort(compareCreation);
  if (active.length === 0) return [];
  const minAvailable = desiredOf(d) - maxUnavailable(d);
  const newUnavailable = sizeOf(newSet) - (newSet.status.availableReplicas ?? 0);
  const maxCleanup = sum([...oldSets, newSet], sizeOf) - minAvailable - newUnavailable;
  if (maxCleanup <= 0) return [];
  const sizes = new Map(active.map((rs) => [rs, sizeOf(rs)]));
  shrink(active, sizes, maxCleanup, (rs) => sizeOf(rs) - (rs.status.availableReplicas ?? 0));
  const available = sum([...active, newSet], (rs) => rs.status.availableReplicas);
  shrink(active, sizes, available - minAvailable, (rs) => sizes.get(rs) ?? 0);
  return active.map((set) => ({ set, replicas: sizes.get(set) ?? 0 })).filter(({ set, replicas }) => replicas !== sizeOf(set));
}

/** Takes at most `budget` pods away, from each set at most what `take` says. */
function shrink(sets: readonly ReplicaSet[], sizes: Map<ReplicaSet, number>, budget: number, take: (rs: ReplicaSet) => number): void {
  let left = budget;
  for (const rs of sets) {
    if (left <= 0) return;
    const count = Math.min(left, Math.max(0, take(rs)));
    sizes.set(rs, (sizes.get(rs) ?? 0) - count);
    left -= count;
  }
}

/**
 * How a deployment that was resized spreads its size over its replica sets: all to the only active one; old ones to zero when the new one is
 * saturated; otherwise proportionally. `desiredBefore`/`maxBefore` read the size annotations of a set.
 */
export function planScaling(
  d: Deployment,
  newSet: ReplicaSet | undefined,
  oldSets: readonly ReplicaSet[],
  annotated: { desired: (rs: ReplicaSet) => number | undefined; max: (rs: ReplicaSet) => number | undefined },
): { readonly resizes: Resize[]; readonly force: boolean } {
  const only = activeOrLatest(newSet, oldSets);
  if (only) return { resizes: sizeOf(only) === desiredOf(d) ? [] : [{ set: only, replicas: desiredOf(d) }], force: false };
  if (isSaturated(d, newSet, annotated.desired)) {
    return { resizes: oldSets.filter(isActive).map((set) => ({ set, replicas: 0 })), force: false };
  }
  return { resizes: isRollingUpdate(d) ? proportional(d, newSet, oldSets, annotated.max) : [], force: true };
}

function activeOrLatest(newSet: ReplicaSet | undefined, oldSets: readonly ReplicaSet[]): ReplicaSet | undefined {
  const newestFirst = [...oldSets].sort((a, b) => compareCreation(b, a));
  const active = [...newestFirst, ...(newSet ? [newSet] : [])].filter(isActive);
  if (active.length === 0) return newSet ?? newestFirst[0];
  return active.length === 1 ? active[0] : undefined;
}

function isSaturated(d: Deployment, rs: ReplicaSet | undefined, desiredBefore: (rs: ReplicaSet) => number | undefined): boolean {
  const desired = desiredOf(d);
  return !!rs && sizeOf(rs) === desired && desiredBefore(rs) === desired && (rs.status.availableReplicas ?? 0) === desired;
}

function proportional(
  d: Deployment,
  newSet: ReplicaSet | undefined,
  oldSets: readonly ReplicaSet[],
  maxBefore: (rs: ReplicaSet) => number | undefined,
): Resize[] {
  const active = [...oldSets, ...(newSet ? [newSet] : [])].filter(isActive);
  const allowed = desiredOf(d) > 0 ? desiredOf(d) + maxSurge(d) : 0;
  const toAdd = allowed - sum(active, sizeOf);
  const bySize = (a: ReplicaSet, b: ReplicaSet) => sizeOf(b) - sizeOf(a);
  if (toAdd > 0) active.sort((a, b) => bySize(a, b) || compareCreation(b, a));
  if (toAdd < 0) active.sort((a, b) => bySize(a, b) || compareCreation(a, b));
  let added = 0;
  const sizes = active.map((rs) => {
    const share = toAdd === 0 || toAdd === added ? 0 : fractionOf(rs, d, maxBefore(rs));
    const proportion = toAdd > 0 ? Math.min(share, toAdd - added) : Math.max(share, toAdd - added);
    added += toAdd === 0 ? 0 : proportion;
    return sizeOf(rs) + (toAdd === 0 ? 0 : proportion);
  });
  // What rounding left over goes to (or comes from) the largest.
  if (toAdd !== 0 && sizes[0] !== undefined) sizes[0] = Math.max(0, sizes[0] + toAdd - added);
  return active.map((set, i) => ({ set, replicas: sizes[i] ?? 0 }));
}

function fractionOf(rs: ReplicaSet, d: Deployment, maxBefore: number | undefined): number {
  if (desiredOf(d) === 0) return -sizeOf(rs);
  const before = maxBefore || (d.status.replicas ?? 0);
  if (before === 0) return 0;
  const exact = (sizeOf(rs) * (desiredOf(d) + maxSurge(d))) / before;
  return Math.floor(exact + 0.5) - sizeOf(rs);
}

/** Old replica sets beyond the history limit that nothing uses any more, oldest revision first. */
export function planCleanup(d: Deployment, oldSets: readonly ReplicaSet[], revision: (rs: ReplicaSet) => bigint | undefined): ReplicaSet[] {
  const limit = d.spec.revisionHistoryLimit;
  if (limit === undefined || limit === 2147483647) return [];
  const alive = oldSets.filter((rs) => !rs.metadata.deletionTimestamp);
  const surplus = alive.length - limit;
  if (surplus <= 0) return [];
  alive.sort((a, b) => {
    const [x, y] = [revision(a), revision(b)];
    return x === undefined || y === undefined || x === y ? compareCreation(a, b) : x < y ? -1 : 1;
  });
  return alive
    .slice(0, surplus)
    .filter((rs) => rs.status.replicas === 0 && sizeOf(rs) === 0 && (rs.metadata.generation ?? 0) <= (rs.status.observedGeneration ?? 0));
}
