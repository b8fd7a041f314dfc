import type { AnyObject } from '../../api/object.ts';
import type { CachedObject } from '../../storage/cached-object.ts';
import type { ObjectResponse } from '../request.ts';
import type { ServedResource } from '../served-resource.ts';

/** The answer that shows an object; a cached one brings its bytes unless another version was asked for. */
export async function objectResponse(served: ServedResource, found: CachedObject | AnyObject, status: number): Promise<ObjectResponse> {
  const cached = isCached(found) ? found : undefined;
  const object = (cached ? cached.object : found) as AnyObject;
  if (served.convert) return { type: 'object', status, object: await served.convert.fromStored(object) };
  return cached ? { type: 'object', status, object, bytes: cached.bytes } : { type: 'object', status, object };
}

function isCached(value: CachedObject | AnyObject): value is CachedObject {
  return 'bytes' in value && 'key' in value && 'revision' in value;
}

/** After a write: the cache's entry when it is the very version written, so that its bytes serve. */
export function writtenResponse(served: ServedResource, object: AnyObject, status: number): Promise<ObjectResponse> {
  const cached = served.store.find(object.metadata.namespace, object.metadata.name);
  return objectResponse(served, cached && cached.object === object ? cached : object, status);
}
