import type { ObjectMeta } from '../../api/meta/v1.gen.ts';
import type { Draft } from '../../api/object.ts';

/** Metadata of an object that is still to be created: what is missing, the server fills in. */
export function draftMeta(meta: Draft<ObjectMeta>): ObjectMeta {
  return meta as ObjectMeta;
}
