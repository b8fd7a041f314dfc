import type { AnyObject } from '../../../api/object.ts';

const KEPT = ['labels', 'annotations', 'finalizers', 'ownerReferences'] as const;

/** Takes back what a write through a subresource may not change in metadata (metav1.ResetObjectMetaForStatus). */
export function resetObjectMetaForStatus(object: AnyObject, old: AnyObject): void {
  const metadata = object.metadata as unknown as Record<string, unknown>;
  for (const field of KEPT) {
    if (old.metadata[field] === undefined) delete metadata[field];
    else metadata[field] = old.metadata[field];
  }
}
