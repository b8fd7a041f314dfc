/** Annotations that carry revisions and sizes between a deployment and its replica sets (pkg/controller/deployment/util/deployment_util.go). */
import type { Deployment, ReplicaSet } from '../../api/apps/v1.gen.ts';
import type { KubeObject } from '../../api/object.ts';
import { maxSurge } from './plan.ts';

export const REVISION = 'deployment.kubernetes.io/revision';
const REVISION_HISTORY = 'deployment.kubernetes.io/revision-history';
export const DESIRED_REPLICAS = 'deployment.kubernetes.io/desired-replicas';
export const MAX_REPLICAS = 'deployment.kubernetes.io/max-replicas';
export const ROLLBACK_TO = 'deprecated.deployment.rollback.to';
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

const NOT_COPIED: ReadonlySet<string> = new Set([LAST_APPLIED, REVISION, REVISION_HISTORY, DESIRED_REPLICAS, MAX_REPLICAS, ROLLBACK_TO]);
const HISTORY_LIMIT_CHARS = 2000;
const INTEGER = /^[+-]?\d+$/;

type Annotations = Record<string, string>;

/** The revision number (64 bits) in the annotation; 0 when there is none, undefined when it is no number. */
export function revisionOf(object: KubeObject): bigint | undefined {
  const text = object.metadata.annotations?.[REVISION];
  if (text === undefined) return 0n;
  return INTEGER.test(text) ? BigInt(text.replace('+', '')) : undefined;
}

export function maxRevision(sets: readonly ReplicaSet[]): bigint {
  let max = 0n;
  for (const rs of sets) {
    const v = revisionOf(rs) ?? 0n;
    if (v > max) max = v;
  }
  return max;
}

/** The revision before the newest. */
export function lastRevision(sets: readonly ReplicaSet[]): bigint {
  let max = 0n;
  let second = 0n;
  for (const rs of sets) {
    const v = revisionOf(rs);
    if (v === undefined) continue;
    if (v >= max) [second, max] = [max, v];
    else if (v > second) second = v;
  }
  return second;
}

/** Annotations of the replica set of the deployment's current template, with the deployment's own copied and the revision raised to `newRevision`. */
export function newReplicaSetAnnotations(
  d: Deployment,
  current: Annotations | undefined,
  newRevision: bigint,
  exists: boolean,
): Annotations {
  const out: Annotations = { ...current };
  for (const [k, v] of Object.entries(d.metadata.annotations ?? {})) if (!NOT_COPIED.has(k)) out[k] = v;
  const oldText = current?.[REVISION];
  if (oldText !== undefined && oldText !== '' && !INTEGER.test(oldText)) return out;
  const oldRevision = oldText ? BigInt(oldText.replace('+', '')) : 0n;
  if (oldRevision < newRevision) {
    out[REVISION] = String(newRevision);
    if (oldText !== undefined) out[REVISION_HISTORY] = appendHistory(out[REVISION_HISTORY] ?? '', oldText);
  }
  return exists ? out : { ...out, ...sizeAnnotations(d) };
}

/** Drops the oldest revisions that no longer fit. */
function appendHistory(history: string, revision: string): string {
  if (history === '') return revision;
  const revisions = history.split(',');
  let length = history.length + revision.length + 1;
  let start = 0;
  while (length > HISTORY_LIMIT_CHARS && start < revisions.length) length -= (revisions[start++] ?? '').length + 1;
  return length <= HISTORY_LIMIT_CHARS ? [...revisions.slice(start), revision].join(',') : history;
}

/** How large the deployment is and may become; a replica set remembers it for proportional scaling. */
export function sizeAnnotations(d: Deployment): Annotations {
  const desired = d.spec.replicas ?? 0;
  return { [DESIRED_REPLICAS]: String(desired), [MAX_REPLICAS]: String(desired + maxSurge(d)) };
}

/** A size annotation as a number, or undefined. */
export function sizeAnnotation(rs: ReplicaSet, key: string): number | undefined {
  const text = rs.metadata.annotations?.[key];
  return text !== undefined && /^\d+$/.test(text) && Number(text) <= 2147483647 ? Number(text) : undefined;
}

/** A deployment's annotations after a rollback to `rs`: the set's, and of its own only those that are never copied. */
export function annotationsAfterRollback(d: Deployment, rs: ReplicaSet): Annotations {
  const own = Object.entries(d.metadata.annotations ?? {}).filter(([k]) => NOT_COPIED.has(k) && k !== ROLLBACK_TO);
  const theirs = Object.entries(rs.metadata.annotations ?? {}).filter(([k]) => !NOT_COPIED.has(k));
  return Object.fromEntries([...own, ...theirs]);
}
