/**
 * The aggregation layer (https://kubernetes.io/docs/concepts/extend-kubernetes/api-extension/apiserver-aggregation/): group versions whose
 * APIService names a Service are answered by the server behind it, which is told who asks by headers that this server's certificate backs.
 */
import type { APIService } from '../../api/apiregistration/v1.gen.ts';
import { formatTime, type Clock, type Random, type Timer } from '../../base/clock.ts';
import { errorMessage, type Logger } from '../../base/log.ts';
import type { Outbound, OutboundTls } from '../../host/outbound.ts';
import { isConflict, isNotFound, serviceUnavailable } from '../../machinery/status-error.ts';
import type { DelegatedGroupVersion } from '../discovery/discovery.ts';
import { forward } from '../proxy/forward.ts';
import type { RegistryReader } from '../registry/reader.ts';
import type { ApiResponse, RequestContext, UserInfo } from '../request.ts';
import { serviceEndpoint } from '../webhook/service-endpoint.ts';
import { readResources } from './remote-discovery.ts';

export interface AggregatorOptions {
  readonly registry: RegistryReader;
  readonly outbound: Outbound;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** This server's certificate as a front proxy; PEM. Without it nothing is delegated. */
  readonly proxyClient?: { readonly cert: string; readonly key: string };
}

interface Remote {
  service: APIService;
  available: boolean;
  resources: readonly unknown[] | undefined;
  timer: Timer | undefined;
}

const GROUP = 'apiregistration.k8s.io';
const CHECK_MS = 30_000;
const RETRY_MS = 1000;
const CHECK_TIMEOUT_MS = 5000;

export class Aggregator {
  readonly #options: AggregatorOptions;
  readonly #remotes = new Map<string, Remote>();

  constructor(options: AggregatorOptions) {
    this.#options = options;
    const stop = options.registry.reader(GROUP, 'apiservices').subscribe((event) => this.#follow(event.object as unknown as APIService, event.type === 'DELETED'));
    options.signal.addEventListener('abort', () => {
      stop();
      for (const remote of this.#remotes.values()) remote.timer?.cancel();
    }, { once: true });
  }

  /** The other server's answer; undefined when this server answers the group version itself. */
  delegate(context: RequestContext): Promise<ApiResponse> | undefined {
    const { group, version, apiPrefix } = context.info;
    if (apiPrefix !== 'apis' || version === '' || this.#remotes.size === 0) return undefined;
    const remote = this.#remotes.get(`${version}.${group}`);
    return remote && this.#forward(context, remote);
  }

  groupVersions(): DelegatedGroupVersion[] {
    return [...this.#remotes.values()].map(({ service: { spec }, resources }) => ({
      group: spec.group ?? '', version: spec.version ?? '', groupPriority: spec.groupPriorityMinimum, versionPriority: spec.versionPriority,
      ...(resources && { resources }),
    }));
  }

  async #forward(context: RequestContext, remote: Remote): Promise<ApiResponse> {
    if (!remote.available) throw serviceUnavailable('service unavailable');
    const { request, user } = context;
    const target = this.#locate(remote.service);
    const query = request.query.toString();
    return forward(request, { ...target, path: query === '' ? request.path : `${request.path}?${query}`, headers: { ...identity(request.headers, user), host: target.tls.serverName } }, this.#options.outbound);
  }

  #locate({ spec }: APIService): { host: string; port: number; tls: OutboundTls & { serverName: string } } {
    const { registry, random, proxyClient } = this.#options;
    const { namespace = '', name = '', port = 443 } = spec.service ?? {};
    const endpoint = serviceEndpoint(registry, random, namespace, name, port);
    const serverName = `${name}.${namespace}.svc`;
    return { ...endpoint, tls: { serverName, ...proxyClient, ...(spec.caBundle && !spec.insecureSkipTLSVerify && { ca: Buffer.from(spec.caBundle, 'base64').toString() }) } };
  }

  #follow(service: APIService, deleted: boolean): void {
    const { name } = service.metadata;
    const known = this.#remotes.get(name);
    if (deleted || !service.spec.service) {
      known?.timer?.cancel();
      this.#remotes.delete(name);
      return;
    }
    if (known) {
      const changed = JSON.stringify(known.service.spec) !== JSON.stringify(service.spec);
      known.service = service;
      if (changed) this.#schedule(known, 0);
      return;
    }
    const remote: Remote = { service, available: false, resources: undefined, timer: undefined };
    this.#remotes.set(name, remote);
    this.#schedule(remote, 0);
  }

  #schedule(remote: Remote, ms: number): void {
    remote.timer?.cancel();
    if (this.#options.signal.aborted) return;
    remote.timer = this.#options.clock.schedule(ms, () => void this.#check(remote));
  }

  /** Asks the other server for its resources: whether it is there, and what it serves. */
  async #check(remote: Remote): Promise<void> {
    const { name } = remote.service.metadata;
    let reason = 'Passed';
    let message = 'all checks passed';
    try {
      const target = this.#locate(remote.service);
      remote.resources = await readResources(this.#options.outbound, target, remote.service.spec, CHECK_TIMEOUT_MS);
    } catch (error) {
      reason = isNotFound(error) ? 'ServiceNotFound' : 'FailedDiscoveryCheck';
      message = `failing or missing response: ${errorMessage(error)}`;
    }
    remote.available = reason === 'Passed';
    if (this.#remotes.get(name) !== remote) return;
    await this.#publish(name, remote.available, reason, message).catch((error: unknown) => {
      if (!isNotFound(error) && !isConflict(error)) this.#options.log.warn('cannot write the condition of an APIService', { name, err: errorMessage(error) });
    });
    this.#schedule(remote, remote.available ? CHECK_MS : RETRY_MS);
  }

  async #publish(name: string, available: boolean, reason: string, message: string): Promise<void> {
    const { registry, clock } = this.#options;
    const status = available ? 'True' : 'False';
    const current = registry.reader(GROUP, 'apiservices').get('', name) as unknown as APIService | undefined;
    const was = current?.status?.conditions?.find((c) => c.type === 'Available');
    if (!current || (was?.status === status && was.reason === reason && was.message === message)) return;
    await registry.update(GROUP, 'apiservices', '', name, (object) => {
      const conditions = ((object as unknown as APIService).status?.conditions ?? []).filter((c) => c.type !== 'Available');
      const lastTransitionTime = was?.status === status ? was.lastTransitionTime : formatTime(clock.now());
      return { ...object, status: { ...(object['status'] as object), conditions: [...conditions, { type: 'Available', status, reason, message, lastTransitionTime }] } };
    });
  }
}

/** Who asks, in the headers that the other server trusts from this one; what the client sent under these names is dropped. */
function identity(sent: Readonly<Record<string, unknown>>, user: UserInfo): Record<string, string | string[] | undefined> {
  const headers: Record<string, string | string[] | undefined> = {};
  for (const name of Object.keys(sent)) if (/^x-remote-/i.test(name)) headers[name] = undefined;
  headers['x-remote-user'] = user.name;
  if (user.uid) headers['x-remote-uid'] = user.uid;
  headers['x-remote-group'] = [...user.groups];
  for (const [key, values] of Object.entries(user.extra ?? {})) headers[`x-remote-extra-${encodeURIComponent(key).toLowerCase()}`] = [...values];
  return headers;
}
