import { isDeepStrictEqual } from 'node:util';
import type { AnyObject } from '../../../api/object.ts';

/** True when an update changes only what the garbage collector changes to finish a deletion: owners, finalizers, who manages what. */
export function changesOnlyGcFields(object: AnyObject, oldObject: AnyObject): boolean {
  const rest = ({ ownerReferences: _o, finalizers: _f, managedFields: _m, selfLink: _s, ...meta }: AnyObject['metadata']) => meta;
  return isDeepStrictEqual({ ...object, metadata: rest(object.metadata) }, { ...oldObject, metadata: rest(oldObject.metadata) });
}
