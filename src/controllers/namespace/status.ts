/** Conditions of a namespace that is being deleted (pkg/controller/namespace/deletion/status_condition_utils.go). */
import type { NamespaceCondition } from '../../api/core/v1.gen.ts';
import { formatTime } from '../../base/clock.ts';

/** What was seen while content was deleted. */
export interface DeletionFindings {
  /** Why discovery failed, if it did. */
  readonly discoveryError?: string;
  readonly contentErrors: readonly string[];
  /** Objects left, by `resource.group`. */
  readonly remaining: ReadonlyMap<string, number>;
  /** Objects left, by finalizer. */
  readonly finalizers: ReadonlyMap<string, number>;
}

const TYPES = [
  ['NamespaceDeletionDiscoveryFailure', 'ResourcesDiscovered', 'All resources successfully discovered'],
  ['NamespaceDeletionGroupVersionParsingFailure', 'ParsedGroupVersions', 'All legacy kube types successfully parsed'],
  ['NamespaceDeletionContentFailure', 'ContentDeleted', 'All content successfully deleted, may be waiting on finalization'],
  ['NamespaceContentRemaining', 'ContentRemoved', 'All content successfully removed'],
  ['NamespaceFinalizersRemaining', 'ContentHasNoFinalizers', 'All content-preserving finalizers finished'],
] as const;

/** The conditions after these findings, or undefined when nothing changes. `now` in milliseconds. */
export function deletionConditions(
  current: readonly NamespaceCondition[] | undefined,
  findings: DeletionFindings,
  now: number,
): NamespaceCondition[] | undefined {
  const problems = problemsOf(findings);
  const conditions = [...(current ?? [])];
  let changed = false;
  for (const [type, okReason, okMessage] of TYPES) {
    const problem = problems.get(type);
    const wanted = {
      type,
      status: problem ? 'True' : 'False',
      reason: problem?.reason ?? okReason,
      message: problem?.message ?? okMessage,
    };
    const at = conditions.findIndex((c) => c.type === type);
    const old = conditions[at];
    if (old?.status === wanted.status && old.reason === wanted.reason && old.message === wanted.message) continue;
    const lastTransitionTime = old?.status === wanted.status ? old.lastTransitionTime : formatTime(now);
    conditions.splice(at < 0 ? conditions.length : at, 1, { ...wanted, lastTransitionTime });
    changed = true;
  }
  return changed ? conditions : undefined;
}

function problemsOf({
  discoveryError,
  contentErrors,
  remaining,
  finalizers,
}: DeletionFindings): Map<string, { reason: string; message: string }> {
  const out = new Map<string, { reason: string; message: string }>();
  if (discoveryError !== undefined) out.set('NamespaceDeletionDiscoveryFailure', { reason: 'DiscoveryFailed', message: discoveryError });
  if (contentErrors.length > 0) {
    const message = `Failed to delete all resource types, ${contentErrors.length} remaining: ${[...contentErrors].sort().join(', ')}`;
    out.set('NamespaceDeletionContentFailure', { reason: 'ContentDeletionFailed', message });
  }
  if (remaining.size > 0) {
    const list = [...remaining].map(([resource, n]) => `${resource} has ${n} resource instances`).sort();
    out.set('NamespaceContentRemaining', { reason: 'SomeResourcesRemain', message: `Some resources are remaining: ${list.join(', ')}` });
  }
  if (finalizers.size > 0) {
    const list = [...finalizers].map(([finalizer, n]) => `${finalizer} in ${n} resource instances`).sort();
    const message = `Some content in the namespace has finalizers remaining: ${list.join(', ')}`;
    out.set('NamespaceFinalizersRemaining', { reason: 'SomeFinalizersRemain', message });
  }
  return out;
}
