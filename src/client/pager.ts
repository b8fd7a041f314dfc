import type { KubeObject } from '../api/object.ts';
import { isExpired } from '../machinery/status-error.ts';
import type { ListOptions, ResourceClient } from './client.ts';

/** client-go's default chunk. */
const PAGE_SIZE = 500;

/**
 * All objects of a collection, fetched in pages (k8s.io/client-go/tools/pager). When the pages expire on the way, the list begins anew in
 * one piece, so an object may come twice. Rejects with StatusError.
 */
export async function* listPages<T extends KubeObject>(
  resource: ResourceClient<T>,
  options: ListOptions = {},
): AsyncGenerator<readonly T[]> {
  let token: string | undefined;
  const limit = options.limit ?? PAGE_SIZE;
  do {
    let page;
    try {
      // A revision is allowed on the first page only; the token carries it afterwards.
      page = await resource.list(
        token === undefined
          ? { ...options, limit }
          : { ...options, limit, continue: token, resourceVersion: undefined, resourceVersionMatch: undefined },
      );
    } catch (error) {
      if (token === undefined || !isExpired(error)) throw error;
      page = await resource.list({ ...options, limit: undefined, continue: undefined });
    }
    yield page.items;
    token = page.metadata.continue || undefined;
  } while (token !== undefined);
}
