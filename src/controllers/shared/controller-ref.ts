/** The owner reference that says who manages an object (apimachinery/pkg/apis/meta/v1/controller_ref.go). */
import type { OwnerReference } from '../../api/meta/v1.gen.ts';
import type { KubeObject } from '../../api/object.ts';

export interface OwnerKind {
  readonly apiVersion: string;
  readonly kind: string;
}

type WithMeta = { readonly metadata: KubeObject['metadata'] };

/** The reference of the managing controller, if any. */
export function controllerOf(object: WithMeta): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find((ref) => ref.controller === true);
}

export function isControlledBy(object: WithMeta, owner: WithMeta): boolean {
  return controllerOf(object)?.uid === owner.metadata.uid;
}

/** A new managing reference to `owner`. */
export function newControllerRef(owner: WithMeta, kind: OwnerKind): OwnerReference {
  return {
    apiVersion: kind.apiVersion,
    kind: kind.kind,
    name: owner.metadata.name,
    uid: owner.metadata.uid,
    controller: true,
    blockOwnerDeletion: true,
  };
}
