/** Annotations and finalizers by which binder, scheduler and provisioners talk (k8s.io/component-helpers/storage/volume). */

/** On a claim: all of the binding has been done once; a volume that is missing afterwards is lost. */
export const BIND_COMPLETED = 'pv.kubernetes.io/bind-completed';
/** On a claim or volume: the binder chose the other side, not the user; it may take that back. */
export const BOUND_BY_CONTROLLER = 'pv.kubernetes.io/bound-by-controller';
/** On a claim: the scheduler decided where the first consumer runs. */
export const SELECTED_NODE = 'volume.kubernetes.io/selected-node';
/** On a volume: who made it. */
export const PROVISIONED_BY = 'pv.kubernetes.io/provisioned-by';
/** On either: the CSI driver that took over from an in-tree plugin. */
export const MIGRATED_TO = 'pv.kubernetes.io/migrated-to';
/** On a claim: who shall make the volume. */
export const STORAGE_PROVISIONER = 'volume.kubernetes.io/storage-provisioner';
export const BETA_STORAGE_PROVISIONER = 'volume.beta.kubernetes.io/storage-provisioner';
/** On a volume: what its file system still is while it grows. */
export const PRE_RESIZE_CAPACITY = 'volume.alpha.kubernetes.io/pre-resize-capacity';

export const IN_TREE_FINALIZER = 'kubernetes.io/pv-controller';
export const EXTERNAL_FINALIZER = 'external-provisioner.volume.kubernetes.io/finalizer';
