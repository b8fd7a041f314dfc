import type { ApiResponse, RequestContext } from '../request.ts';
import type { ServedResource } from '../served-resource.ts';
import { objectResponse } from './object-response.ts';

/** GET of one object, or of a subresource that shows the object (status, resize, ephemeralcontainers). */
export async function get(context: RequestContext, served: ServedResource): Promise<ApiResponse> {
  const found = served.store.get(context.info.namespace, context.info.name);
  return objectResponse(served, found, 200);
}
