/** What names an object in the dependency graph: an owner reference and the namespace it is meant in. */
import type { OwnerReference } from '../../api/meta/v1.gen.ts';

export interface Identity {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  /** '' for cluster-scoped objects. */
  readonly namespace: string;
}

export function identityOfOwner(ref: OwnerReference, namespace: string): Identity {
  return { apiVersion: ref.apiVersion, kind: ref.kind, name: ref.name, uid: ref.uid, namespace };
}

/** Whether the reference names this object (leaving the namespace aside). */
export function refMatches(ref: OwnerReference, identity: Identity): boolean {
  return ref.uid === identity.uid && ref.name === identity.name && ref.kind === identity.kind && ref.apiVersion === identity.apiVersion;
}

export function identityText(i: Identity): string {
  return `[${i.apiVersion}/${i.kind}, namespace: ${i.namespace}, name: ${i.name}, uid: ${i.uid}]`;
}

export function sameIdentity(a: Identity, b: Identity): boolean {
  return identityText(a) === identityText(b);
}
