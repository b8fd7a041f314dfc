/** Who owns the claims of a stateful set's pods, by its retention policy; pure (KEP-1847). */
import type { StatefulSet } from '../../api/apps/v1.gen.ts';
import type { PersistentVolumeClaim, Pod } from '../../api/core/v1.gen.ts';
import type { OwnerReference } from '../../api/meta/v1.gen.ts';
import { newControllerRef, type OwnerKind } from '../shared/controller-ref.ts';
import { isInOrdinalRange, KIND } from './identity.ts';

const POD: OwnerKind = { apiVersion: 'v1', kind: 'Pod' };
type Owner = { readonly metadata: { readonly name: string; readonly uid: string } };

const names = (ref: OwnerReference, owner: Owner, kind: OwnerKind) =>
  ref.apiVersion === kind.apiVersion && ref.kind === kind.kind && ref.name === owner.metadata.name;
const refsOf = (claim: PersistentVolumeClaim) => claim.metadata.ownerReferences ?? [];

/** Whether the set deletes claims when it scales down, and when it is deleted itself. */
function policy(set: StatefulSet): { readonly onScale: boolean; readonly onDelete: boolean } {
  const { whenScaled, whenDeleted } = set.spec.persistentVolumeClaimRetentionPolicy ?? {};
  return { onScale: whenScaled === 'Delete', onDelete: whenDeleted === 'Delete' };
}

export function deletesOnScale(set: StatefulSet): boolean {
  return policy(set).onScale;
}

/** The claim belongs to an earlier object of the owner's name. */
export function hasStaleOwner(claim: PersistentVolumeClaim, owner: Owner, kind: OwnerKind): boolean {
  const ref = refsOf(claim).find((r) => names(r, owner, kind));
  return ref !== undefined && ref.uid !== owner.metadata.uid;
}

/** Whether a pod that is yet to be created would take over a claim that goes away with its predecessor. */
export function isClaimOfFormerPod(claim: PersistentVolumeClaim, pod: Pod): boolean {
  return refsOf(claim).some((r) => names(r, pod, POD) && r.uid !== pod.metadata.uid);
}

/** Somebody else manages the claim: the policy does not apply. */
export function hasForeignController(claim: PersistentVolumeClaim, set: StatefulSet, pod: Pod): boolean {
  const { onScale, onDelete } = policy(set);
  if (!onScale && !onDelete) return false;
  return refsOf(claim).some((ref) => {
    if (names(ref, set, KIND)) return ref.uid !== set.metadata.uid;
    if (names(ref, pod, POD)) return ref.uid !== pod.metadata.uid;
    return ref.controller === true;
  });
}

export function areOwnersCurrent(claim: PersistentVolumeClaim, set: StatefulSet, pod: Pod): boolean {
  if (hasStaleOwner(claim, set, KIND) || hasStaleOwner(claim, pod, POD)) return true;
  const owned = (owner: Owner) => refsOf(claim).some((r) => r.uid === owner.metadata.uid);
  if (hasForeignController(claim, set, pod)) return !owned(set) && !owned(pod);
  const ours = refsOf(claim).filter((r) => r.uid === set.metadata.uid || r.uid === pod.metadata.uid);
  if (ours.some((r) => !r.controller)) return false;
  const wanted = wantedOwners(set, pod);
  return owned(set) === wanted.set && owned(pod) === wanted.pod;
}

/** The owner references as the policy wants them. */
export function ownersByPolicy(claim: PersistentVolumeClaim, set: StatefulSet, pod: Pod): OwnerReference[] {
  const others = refsOf(claim).filter((r) => !names(r, set, KIND) && !names(r, pod, POD));
  if (hasForeignController(claim, set, pod)) return others;
  const wanted = wantedOwners(set, pod);
  return [...others, ...(wanted.pod ? [newControllerRef(pod, POD)] : []), ...(wanted.set ? [newControllerRef(set, KIND)] : [])];
}

function wantedOwners(set: StatefulSet, pod: Pod): { readonly set: boolean; readonly pod: boolean } {
  const { onScale, onDelete } = policy(set);
  const condemned = onScale && !isInOrdinalRange(set, pod);
  return { set: onDelete && !condemned, pod: condemned };
}
