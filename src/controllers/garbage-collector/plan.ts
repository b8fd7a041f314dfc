/** What to do with an object whose owners were looked up, pure (pkg/controller/garbagecollector/garbagecollector.go attemptToDeleteItem). */
import type { OwnerReference } from '../../api/meta/v1.gen.ts';
import { FOREGROUND_FINALIZER, ORPHAN_FINALIZER } from './graph.ts';

/** How the owner of a reference is. */
export type OwnerState = 'solid' | 'dangling' | 'waitingForDependents';

export type ItemPlan =
  | { readonly action: 'keep' }
  /** Take these references away; another owner remains. */
  | { readonly action: 'release'; readonly ownerUids: readonly string[] }
  /** Delete; with `unblock`, first let its own owners go on (a circle of foreground deletions). */
  | { readonly action: 'delete'; readonly policy: 'Orphan' | 'Background' | 'Foreground'; readonly unblock: boolean };

export interface ItemFacts {
  readonly references: readonly { readonly ref: OwnerReference; readonly state: OwnerState }[];
  readonly finalizers: readonly string[];
  readonly hasDependents: boolean;
  /** One of its dependents is itself being deleted in the foreground. */
  readonly dependentDeletingDependents: boolean;
}

export function planItem(facts: ItemFacts): ItemPlan {
  const withState = (state: OwnerState) => facts.references.filter((r) => r.state === state).map((r) => r.ref.uid);
  const gone = [...withState('dangling'), ...withState('waitingForDependents')];
  if (withState('solid').length > 0) return gone.length === 0 ? { action: 'keep' } : { action: 'release', ownerUids: gone };
  if (withState('waitingForDependents').length > 0 && facts.hasDependents) {
    return { action: 'delete', policy: 'Foreground', unblock: facts.dependentDeletingDependents };
  }
  const policy = facts.finalizers.includes(ORPHAN_FINALIZER)
    ? 'Orphan'
    : facts.finalizers.includes(FOREGROUND_FINALIZER)
      ? 'Foreground'
      : 'Background';
  return { action: 'delete', policy, unblock: false };
}
