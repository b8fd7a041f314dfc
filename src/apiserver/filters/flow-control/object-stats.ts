import type { RequestInfo } from '../../request.ts';
import type { ServedResource } from '../../served-resource.ts';
import type { ObjectStats } from './work-estimate.ts';

const SAMPLE = 8;

/** How many objects of the asked resource there are; their size is guessed from the first few. */
export function objectStats(registry: {
  find(group: string, version: string, resource: string): ServedResource | undefined;
}): (info: RequestInfo) => ObjectStats | undefined {
  return ({ group, version, resource }) => {
    const cache = registry.find(group, version, resource)?.store.cache;
    if (!cache) return undefined;
    const { items } = cache.list({ limit: SAMPLE });
    const bytes = items.reduce((sum, item) => sum + item.size, 0);
    return { count: cache.size, averageBytes: items.length === 0 ? 0 : bytes / items.length };
  };
}
