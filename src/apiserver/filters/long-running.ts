import type { RequestInfo } from '../request.ts';

const SUBRESOURCES = new Set(['attach', 'exec', 'proxy', 'log', 'portforward']);

/** Requests whose answer goes on for as long as somebody listens: no deadline, and auditing reports their start (BasicLongRunningRequestCheck). */
export function isLongRunning({ isResourceRequest, verb, subresource, path }: RequestInfo): boolean {
  if (!isResourceRequest) return path.startsWith('/debug/pprof/');
  return verb === 'watch' || verb === 'proxy' || SUBRESOURCES.has(subresource);
}
