/** Subresources of pods and nodes that the node's kubelet answers: log, exec, attach, portforward, nodes/proxy. */
import type { Node, Pod } from '../../api/core/v1.gen.ts';
import type { Outbound, OutboundTls } from '../../host/outbound.ts';
import { badRequest, forbidden, internalError, StatusError } from '../../machinery/status-error.ts';
import type { Authorizer } from '../authz/authorizer.ts';
import { forbiddenError } from '../authz/forbidden-message.ts';
import { attributesOf } from '../filters/authorize.ts';
import type { RegistryReader } from '../registry/reader.ts';
import { isTrue } from '../request-info.ts';
import type { ApiResponse, RequestContext } from '../request.ts';
import type { SubresourceHandler } from '../served-resource.ts';
import { forward } from './forward.ts';
import { isWebSocket, sendOverWebSocket } from './websocket-log.ts';
import type { LocalKubelets } from './local-kubelet.ts';

export interface KubeletProxyOptions {
  readonly registry: RegistryReader;
  readonly outbound: Outbound;
  /** The server's own client certificate towards kubelets. */
  readonly tls: OutboundTls;
  readonly authorizer: Authorizer;
  /** Agents of this process, asked first. */
  readonly localKubelets?: LocalKubelets | undefined;
}

const ADDRESS_PREFERENCE = ['InternalIP', 'ExternalIP', 'Hostname', 'InternalDNS', 'ExternalDNS'];

interface KubeletAddress {
  readonly host: string;
  readonly port: number;
}

export function kubeletAddress(registry: RegistryReader, nodeName: string): KubeletAddress {
  const node = registry.reader('', 'nodes').get('', nodeName) as unknown as Node | undefined;
  if (!node) throw new StatusError({ message: `nodes "${nodeName}" not found`, reason: 'NotFound', details: { name: nodeName, kind: 'nodes' }, code: 404 });
  const addresses = node.status.addresses ?? [];
  for (const type of ADDRESS_PREFERENCE) {
    const found = addresses.find((a) => a.type === type);
    if (found) return { host: found.address, port: node.status.daemonEndpoints?.kubeletEndpoint?.Port ?? 10250 };
  }
  throw internalError(`no preferred addresses found; known addresses: ${JSON.stringify(addresses)}`);
}

function podOnNode(options: KubeletProxyOptions, context: RequestContext): Pod {
  const { namespace, name } = context.info;
  const pod = options.registry.reader('', 'pods').get(namespace, name) as unknown as Pod | undefined;
  if (!pod) throw new StatusError({ message: `pods "${name}" not found`, reason: 'NotFound', details: { name, kind: 'pods' }, code: 404 });
  return pod;
}

function requireNode(pod: Pod): string {
  if (!pod.spec.nodeName) throw badRequest(`pod ${pod.metadata.name} does not have a host assigned`);
  return pod.spec.nodeName;
}

/** The container asked for, or the only (or default) one. Rejects with 400 when it is not clear or not there. */
function chooseContainer(pod: Pod, wanted: string | null): string {
  const all = [...pod.spec.containers, ...(pod.spec.initContainers ?? []), ...(pod.spec.ephemeralContainers ?? [])].map((c) => c.name);
  const { name } = pod.metadata;
  if (wanted) {
    if (!all.includes(wanted)) throw badRequest(`container ${wanted} is not valid for pod ${name}`);
    return wanted;
  }
  const byAnnotation = pod.metadata.annotations?.['kubectl.kubernetes.io/default-container'];
  if (byAnnotation && all.includes(byAnnotation)) return byAnnotation;
  const names = pod.spec.containers.map((c) => c.name);
  if (names.length === 1 && names[0]) return names[0];
  const init = (pod.spec.initContainers ?? []).map((c) => c.name);
  throw badRequest(`a container name must be specified for pod ${name}, choose one of: [${names.join(' ')}]${init.length > 0 ? ` or one of the init containers: [${init.join(' ')}]` : ''}`);
}

const LOG_PARAMETERS = ['follow', 'previous', 'timestamps', 'sinceSeconds', 'sinceTime', 'tailLines', 'limitBytes', 'stream'];

/** `pods/log`. */
export function logSubresource(options: KubeletProxyOptions): SubresourceHandler {
  return {
    async handle(context) {
      const { query } = context.request;
      const pod = podOnNode(options, context);
      const container = chooseContainer(pod, query.get('container'));
      checkLogOptions(query);
      // A pod that no node has yet has no log, and that is no error.
      if (!pod.spec.nodeName) return { type: 'raw', status: 200, contentType: 'text/plain', body: '' };
      const passed = new URLSearchParams();
      for (const key of LOG_PARAMETERS) {
        const value = query.get(key);
        if (value === null || value === '') continue;
        if (key === 'follow' || key === 'previous' || key === 'timestamps') {
          if (isTrue(value)) passed.set(key, 'true');
        } else passed.set(key, value);
      }
      const path = `/containerLogs/${pod.metadata.namespace}/${pod.metadata.name}/${container}?${passed}`;
      const answer = await logAnswer(await toKubelet(options, withoutUpgrade(context), pod.spec.nodeName, path), container, pod);
      return isWebSocket(context.request) && answer.type === 'stream' ? sendOverWebSocket(context.request, answer) : answer;
    },
  };
}

/** The kubelet is asked for a plain stream, however the client wants it. */
function withoutUpgrade(context: RequestContext): RequestContext {
  if (!context.request.upgrade) return context;
  const { upgrade: _upgrade, ...request } = context.request;
  return { ...context, request };
}

/** What the kubelet refuses is told to the client as a Status with the kubelet's text. */
async function logAnswer(answer: ApiResponse, container: string, pod: Pod): Promise<ApiResponse> {
  if (answer.type !== 'stream' || answer.status < 400) return { ...answer, ...(answer.type === 'stream' && { contentType: 'text/plain' }) } as ApiResponse;
  let text = '';
  for await (const chunk of answer.body) text += Buffer.from(chunk).toString();
  void container;
  void pod;
  throw new StatusError({ message: text.trim(), reason: answer.status === 404 ? 'NotFound' : 'BadRequest', code: answer.status === 404 ? 404 : answer.status >= 500 ? 500 : 400 });
}

function checkLogOptions(query: URLSearchParams): void {
  for (const key of ['tailLines', 'sinceSeconds', 'limitBytes']) {
    const value = query.get(key);
    if (value !== null && value !== '' && !/^-?\d+$/.test(value)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(value)}: invalid syntax`);
  }
}

/** `pods/exec` and `pods/attach`. */
export function streamSubresource(options: KubeletProxyOptions, kind: 'exec' | 'attach'): SubresourceHandler {
  return {
    async handle(context) {
      await requireCreate(options, context);
      const { query } = context.request;
      const pod = podOnNode(options, context);
      const container = chooseContainer(pod, query.get('container'));
      const passed = new URLSearchParams();
      const wants = (key: string, byDefault: boolean) => (query.has(key) ? isTrue(query.get(key)) : byDefault);
      if (wants('stdin', false)) passed.set('input', '1');
      if (wants('stdout', true)) passed.set('output', '1');
      if (wants('tty', false)) passed.set('tty', '1');
      if (wants('stderr', true) && !wants('tty', false)) passed.set('error', '1');
      if (kind === 'exec') {
        const command = query.getAll('command');
        if (command.length === 0) throw badRequest('you must specify at least 1 command');
        for (const word of command) passed.append('command', word);
      }
      return toKubelet(options, context, requireNode(pod), `/${kind}/${pod.metadata.namespace}/${pod.metadata.name}/${container}?${passed}`);
    },
  };
}

/** `pods/portforward`. */
export function portForwardSubresource(options: KubeletProxyOptions): SubresourceHandler {
  return {
    async handle(context) {
      await requireCreate(options, context);
      const pod = podOnNode(options, context);
      const passed = new URLSearchParams();
      for (const port of context.request.query.getAll('ports')) passed.append('port', port);
      return toKubelet(options, context, requireNode(pod), `/portForward/${pod.metadata.namespace}/${pod.metadata.name}?${passed}`);
    },
  };
}

/** `nodes/proxy`: any path of the kubelet. */
export function nodeProxySubresource(options: KubeletProxyOptions): SubresourceHandler {
  return {
    handle: async (context) => {
      const [nameAndPort = ''] = [context.info.name];
      const [name = ''] = nameAndPort.split(':');
      const path = `/${context.info.parts.slice(3).map(encodeURIComponent).join('/')}`;
      const query = context.request.query.toString();
      return toKubelet(options, context, name, query === '' ? path : `${path}?${query}`);
    },
  };
}

/** A WebSocket begins with GET; what it opens is worth as much as a POST, so it needs the same permission. */
async function requireCreate(options: KubeletProxyOptions, context: RequestContext): Promise<void> {
  if (context.info.verb === 'create') return;
  const attributes = { ...attributesOf(context), verb: 'create' };
  const { decision, reason } = await options.authorizer.authorize(attributes);
  if (decision !== 'allow') throw forbiddenError(attributes, reason);
}

async function toKubelet(options: KubeletProxyOptions, context: RequestContext, nodeName: string, path: string): Promise<ApiResponse> {
  const local = options.localKubelets?.(nodeName);
  if (local) return local.answer(context.request, path);
  const { host, port } = kubeletAddress(options.registry, nodeName);
  if (isForbiddenAddress(host)) throw forbidden({ group: '', resource: 'nodes' }, nodeName, 'address not allowed');
  return forward(context.request, { host, port, path, tls: options.tls, headers: { host: `${host}:${port}` } }, options.outbound);
}

/** Loopback and link-local addresses never are a node or pod (CVE-2022-3294, CVE-2020-8562). */
export function isForbiddenAddress(host: string): boolean {
  return /^(127\.|169\.254\.|0\.0\.0\.0$|::1$|::ffff:127\.|fe80:|localhost$)/i.test(host);
}
