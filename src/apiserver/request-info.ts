/** Reads a RequestInfo out of a method and URL (k8s.io/apiserver/pkg/endpoints/request, requestinfo.go). */
import type { RequestInfo } from './request.ts';

const VERBS: Record<string, string> = { GET: 'get', HEAD: 'get', POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' };
/** Namespace's own subresources: `/namespaces/x/status` is not a resource `status` in namespace x. */
const NAMESPACE_SUBRESOURCES = new Set(['status', 'finalize']);

export function requestInfo(method: string, path: string, query: URLSearchParams): RequestInfo {
  const nonResource: RequestInfo = {
    isResourceRequest: false, path, verb: method.toLowerCase(),
    apiPrefix: '', group: '', version: '', namespace: '', resource: '', subresource: '', name: '', parts: [],
  };
  const segments = path.split('/').filter((s) => s !== '').map(decodeSegment);
  const prefix = segments[0];
  if ((prefix !== 'api' && prefix !== 'apis') || segments.length < 3) return nonResource;
  const group = prefix === 'apis' ? (segments[1] ?? '') : '';
  const rest = segments.slice(prefix === 'apis' ? 2 : 1);
  const version = rest.shift() ?? '';
  if (rest.length === 0) return { ...nonResource, apiPrefix: prefix, group, version };
  return resourceInfo({ ...nonResource, isResourceRequest: true, apiPrefix: prefix, group, version }, method, rest, query);
}

function resourceInfo(base: RequestInfo, method: string, segments: string[], query: URLSearchParams): RequestInfo {
  let verb = VERBS[method] ?? '';
  let parts = segments;
  let viaPath = '';
  if (parts[0] === 'watch' || parts[0] === 'proxy') {
    viaPath = parts[0];
    parts = parts.slice(1);
  }
  let namespace = '';
  if (parts[0] === 'namespaces') {
    if (parts.length > 1) {
      namespace = parts[1] ?? '';
      if (parts.length > 2 && !NAMESPACE_SUBRESOURCES.has(parts[2] ?? '')) parts = parts.slice(2);
    }
  }
  const [resource = '', name = '', subresource = ''] = parts;
  if (viaPath !== '') verb = viaPath;
  const selectors = {
    ...(query.has('fieldSelector') && { fieldSelector: query.get('fieldSelector') ?? '' }),
    ...(query.has('labelSelector') && { labelSelector: query.get('labelSelector') ?? '' }),
  };
  let effectiveName = name;
  if (name === '' && verb === 'get') verb = isTrue(query.get('watch')) ? 'watch' : 'list';
  if (name === '' && verb === 'delete') verb = 'deletecollection';
  // A list or watch narrowed to one name is authorised as that name.
  if ((verb === 'list' || verb === 'watch' || verb === 'deletecollection') && effectiveName === '') {
    effectiveName = /^metadata\.name=([^,]+)$/.exec(query.get('fieldSelector') ?? '')?.[1] ?? '';
  }
  return { ...base, verb, namespace, resource, subresource, name: effectiveName, parts, ...selectors };
}

/** Go's strconv.ParseBool as the query decoder uses it: anything but false and 0 counts as true when the key is there. */
export function isTrue(value: string | null): boolean {
  return value !== null && value !== 'false' && value !== '0';
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    // A broken escape stays as it is and will match no resource.
    return segment;
  }
}
