/** `pods/proxy` and `services/proxy`: HTTP into a pod, straight or by way of a service's endpoints. */
import type { Pod, Service } from '../../api/core/v1.gen.ts';
import type { EndpointSlice } from '../../api/discovery/v1.gen.ts';
import type { Random } from '../../base/clock.ts';
import type { Outbound } from '../../host/outbound.ts';
import { badRequest, forbidden, serviceUnavailable, StatusError } from '../../machinery/status-error.ts';
import type { RegistryReader } from '../registry/reader.ts';
import type { ApiResponse, RequestContext } from '../request.ts';
import type { SubresourceHandler } from '../served-resource.ts';
import { forward } from './forward.ts';
import { isForbiddenAddress } from './kubelet.ts';
import { rewriteHtml } from './rewrite-html.ts';

export interface WorkloadProxyOptions {
  readonly registry: RegistryReader;
  readonly outbound: Outbound;
  readonly random: Random;
}

interface Target {
  readonly scheme: 'http' | 'https';
  readonly host: string;
  readonly port: number;
}

/** `[scheme:]name[:port]` in the URL's place for a name. */
export function splitSchemeNamePort(text: string): { scheme: string; name: string; port: string } | undefined {
  const parts = text.split(':');
  if (parts.length === 1) return { scheme: '', name: text, port: '' };
  if (parts.length === 2) return { scheme: '', name: parts[0] ?? '', port: parts[1] ?? '' };
  if (parts.length === 3 && ['http', 'https', ''].includes(parts[0] ?? '')) return { scheme: parts[0] ?? '', name: parts[1] ?? '', port: parts[2] ?? '' };
  return undefined;
}

export function podProxySubresource(options: WorkloadProxyOptions): SubresourceHandler {
  return { handle: (context) => proxy(options, context, (parsed) => podTarget(options.registry, context.info.namespace, parsed)) };
}

export function serviceProxySubresource(options: WorkloadProxyOptions): SubresourceHandler {
  return { handle: (context) => proxy(options, context, (parsed) => serviceTarget(options, context.info.namespace, parsed)) };
}

type Parsed = NonNullable<ReturnType<typeof splitSchemeNamePort>>;

async function proxy(options: WorkloadProxyOptions, context: RequestContext, find: (parsed: Parsed) => Target): Promise<ApiResponse> {
  const { info, request } = context;
  const parsed = splitSchemeNamePort(info.name);
  if (!parsed?.name) throw badRequest(`invalid ${info.resource === 'pods' ? 'pod' : 'service'} request ${JSON.stringify(info.name)}`);
  const target = find(parsed);
  if (isForbiddenAddress(target.host)) throw forbidden({ group: '', resource: info.resource }, parsed.name, 'address not allowed');
  const prefix = PROXY_PREFIX.exec(request.path)?.[0] ?? request.path;
  const rest = request.path.slice(prefix.length);
  // A browser needs the trailing slash for relative links.
  if (rest === '' && (request.method === 'GET' || request.method === 'HEAD')) {
    return { type: 'raw', status: 301, contentType: 'text/plain', body: '', headers: { location: `${request.path}/` } };
  }
  const query = request.query.toString();
  const answer = await forward(
    request,
    {
      host: target.host, port: target.port,
      path: `${rest === '' ? '/' : rest}${query === '' ? '' : `?${query}`}`,
      ...(target.scheme === 'https' && { tls: {} }),
      headers: { 'x-forwarded-uri': request.path, 'x-forwarded-host': String(request.headers['host'] ?? request.headers[':authority'] ?? ''), 'x-forwarded-proto': 'https', 'accept-encoding': undefined },
    },
    options.outbound,
  );
  return backThroughProxy(answer, prefix);
}

const PROXY_PREFIX = /^\/api\/v1\/namespaces\/[^/]+\/(?:pods|services)\/[^/]+\/proxy/;
/** Pages larger than this pass unchanged. */
const MAX_PAGE_BYTES = 4 * 1024 * 1024;

/** Redirects and links of the workload lead back through this proxy. */
async function backThroughProxy(answer: ApiResponse, prefix: string): Promise<ApiResponse> {
  const location = answer.headers?.['location'];
  const moved = location?.startsWith('/') ? { ...answer, headers: { ...answer.headers, location: prefix + location } } : answer;
  if (moved.type !== 'stream' || !moved.contentType.startsWith('text/html') || moved.headers?.['content-encoding']) return moved;
  if (Number(moved.headers?.['content-length'] ?? 0) > MAX_PAGE_BYTES) return moved;
  const chunks: Uint8Array[] = [];
  for await (const chunk of moved.body) chunks.push(chunk);
  const { 'content-length': _length, ...headers } = moved.headers ?? {};
  return { type: 'raw', status: moved.status, contentType: moved.contentType, headers, body: rewriteHtml(Buffer.concat(chunks).toString(), prefix) };
}

function podTarget(registry: RegistryReader, namespace: string, { scheme, name, port }: Parsed): Target {
  const pod = registry.reader('', 'pods').get(namespace, name) as unknown as Pod | undefined;
  if (!pod) throw missing('pods', name);
  const first = pod.spec.containers.flatMap((c) => c.ports ?? [])[0]?.containerPort;
  const number = port === '' ? (first ?? (scheme === 'https' ? 443 : 80)) : Number(port);
  if (!Number.isInteger(number) || number < 1 || number > 65535) throw badRequest(`invalid pod request ${JSON.stringify(`${name}:${port}`)}`);
  if (!pod.status.podIP) throw new StatusError({ message: 'address not allowed', reason: 'BadRequest', code: 400 });
  return { scheme: scheme === 'https' ? 'https' : 'http', host: pod.status.podIP, port: number };
}

function serviceTarget(options: WorkloadProxyOptions, namespace: string, { scheme, name, port }: Parsed): Target {
  const { registry, random } = options;
  const service = registry.reader('', 'services').get(namespace, name) as unknown as Service | undefined;
  if (!service) throw missing('services', name);
  const ports = service.spec.ports ?? [];
  const wanted = port === '' ? (ports.length === 1 ? ports[0] : undefined) : ports.find((p) => p.name === port || String(p.port) === port);
  if (!wanted) throw serviceUnavailable(`no service port ${JSON.stringify(port)} found for service ${JSON.stringify(name)}`);
  const slices = (registry.reader('discovery.k8s.io', 'endpointslices').list(namespace) as unknown as EndpointSlice[]).filter((s) => s.metadata.labels?.['kubernetes.io/service-name'] === name);
  const candidates = slices.flatMap((slice) => {
    const number = (slice.ports ?? []).find((p) => (p.name ?? '') === (wanted.name ?? ''))?.port;
    return number === undefined ? [] : (slice.endpoints ?? []).filter((e) => e.conditions?.ready !== false).map((e) => ({ host: e.addresses[0] ?? '', port: number }));
  });
  const chosen = candidates[Math.floor(random.float() * candidates.length)];
  if (!chosen?.host) throw serviceUnavailable(`no endpoints available for service ${JSON.stringify(name)}`);
  const https = scheme === 'https' || wanted.appProtocol === 'https';
  return { scheme: https ? 'https' : 'http', ...chosen };
}

function missing(resource: string, name: string): StatusError {
  return new StatusError({ message: `${resource} "${name}" not found`, reason: 'NotFound', details: { name, kind: resource }, code: 404 });
}
