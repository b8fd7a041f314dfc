/** Cluster DNS (Kubernetes DNS specification 1.1.0): names of services and pods, everything else by way of the machine's resolvers. */
import type { Namespace, Service } from '../../api/core/v1.gen.ts';
import type { EndpointSlice } from '../../api/discovery/v1.gen.ts';
import { keyOf } from '../../api/object.ts';
import { canonicalIp, ipFamilyOf } from '../../base/ip.ts';
import { METRICS_CONTENT_TYPE, MetricsRegistry } from '../../base/metrics.ts';
import type { ComponentContext } from '../../client/component.ts';
import type { Informer } from '../../client/informer.ts';
import { endpointSlices, namespaces, services } from '../../client/resources.ts';
import { readTextIfExists } from '../../host/files.ts';
import { listenHttp, type HttpListener, type ListenHttp, type PlainRequest, type PlainResponse } from '../../host/http-listener.ts';
import { listenRetrying } from '../listen-retrying.ts';
import { serviceSlicesIndex, SLICES_BY_SERVICE } from '../slices-by-service.ts';
import { clientFilter, PRIVATE_RANGES } from './client-filter.ts';
import { dnsMetrics } from './dns-metrics.ts';
import { DnsServer } from './dns-server.ts';
import { Forwarder } from './forwarder.ts';
import { parseNameservers, parseUpstream, withoutOurselves, type Upstream } from './resolv-conf.ts';
import { Zone } from './zone.ts';

export interface DnsAddress {
  readonly address: string;
  readonly port: number;
}

export interface DnsOptions {
  /** `cluster.local` when left out. */
  readonly clusterDomain?: string;
  /** Where to answer, UDP and TCP. A node's own address: answers to redirected queries must come from the address that was asked. */
  readonly listen: readonly DnsAddress[];
  /** Addresses of the DNS service (10.96.0.10): for the zone's NS record, and never taken as upstream. */
  readonly serviceIPs?: readonly string[];
  /** Upstream resolvers as `address` or `address:port`. Left out: the nameservers of upstreamResolvConf. */
  readonly upstreams?: readonly string[];
  /** `/etc/resolv.conf` when left out; read again when it changes. */
  readonly upstreamResolvConf?: string;
  /** Seconds that answers about the cluster may be kept; 30 when left out, as in kubeadm's clusters. */
  readonly ttlSeconds?: number;
  /** Ranges of clients that are answered; the private ones when left out. */
  readonly allowedClients?: readonly string[];
  /** /health, /ready and /metrics; none when left out. */
  readonly http?: DnsAddress;
  readonly registry?: MetricsRegistry;
  readonly host?: { readonly listen?: ListenHttp; readonly readText?: (path: string) => string | undefined };
}

export interface DnsHandle {
  /** Where it answers, with the ports in use. */
  readonly addresses: readonly DnsAddress[];
  readonly httpPort: number | undefined;
  /** Services, endpoints and namespaces are known. Before, names of the cluster get SERVFAIL. */
  readonly ready: Promise<void>;
  stop(): Promise<void>;
}

const SERVICES_BY_CLUSTER_IP = 'network/cluster-ip';
const SLICES_BY_ADDRESS = 'network/endpoint-address';
const RESOLV_CONF_CHECK_MS = 5_000;
/** Where systemd-resolved keeps the real servers when /etc/resolv.conf names only its own stub. */
const SYSTEMD_RESOLV_CONF = '/run/systemd/resolve/resolv.conf';

/** Starts the server. Rejects when an address cannot be had. */
export async function startDns(ctx: ComponentContext, options: DnsOptions): Promise<DnsHandle> {
  const dns = new Dns(ctx, options);
  await dns.start();
  return dns;
}

class Dns implements DnsHandle {
  readonly #ctx: ComponentContext;
  readonly #options: DnsOptions;
  readonly #registry: MetricsRegistry;
  readonly #metrics;
  readonly #services: Informer<Service>;
  readonly #slices: Informer<EndpointSlice>;
  readonly #namespaces: Informer<Namespace>;
  readonly #zone: Zone;
  readonly #forwarder: Forwarder;
  readonly #server: DnsServer;
  readonly #removers: (() => void)[] = [];
  readonly #abort = new AbortController();
  #http: HttpListener | undefined;
  #upstreams: readonly Upstream[] = [];
  #upstreamsReadMs = -Infinity;
  #synced = false;
  addresses: DnsAddress[] = [];
  httpPort: number | undefined;
  readonly ready: Promise<void>;

  constructor(ctx: ComponentContext, options: DnsOptions) {
    this.#ctx = ctx;
    this.#options = options;
    this.#registry = options.registry ?? new MetricsRegistry();
    this.#metrics = dnsMetrics(this.#registry);
    this.#services = ctx.informers.informer(services);
    this.#slices = ctx.informers.informer(endpointSlices);
    this.#namespaces = ctx.informers.informer(namespaces);
    this.#services.addIndex(SERVICES_BY_CLUSTER_IP, clusterIPsOf);
    this.#slices.addIndex(SLICES_BY_SERVICE, serviceSlicesIndex);
    this.#slices.addIndex(SLICES_BY_ADDRESS, addressesOf);
    const ttl = options.ttlSeconds ?? 30;
    this.#zone = this.#makeZone(ttl);
    this.#forwarder = new Forwarder({
      clock: ctx.clock,
      random: ctx.random,
      upstreams: () => this.#currentUpstreams(),
      onUpstream: (upstream, rcode, seconds) =>
        this.#metrics.forwardSeconds.observe(seconds, { to: `${upstream.address}:${upstream.port}`, rcode }),
    });
    this.#server = new DnsServer({
      zone: this.#zone,
      ttl,
      forwarder: this.#forwarder,
      metrics: this.#metrics,
      log: ctx.log,
      clients: clientFilter(options.allowedClients ?? PRIVATE_RANGES),
      synced: () => this.#synced,
    });
    this.ready = Promise.all([this.#services.synced(), this.#slices.synced(), this.#namespaces.synced()]).then(() => {
      this.#synced = true;
    });
  }

  async start(): Promise<void> {
    this.#watch();
    try {
      for (const { address, port } of this.#options.listen) this.addresses.push(await this.#server.listen(address, port));
      if (this.#options.http) await this.#serveHttp(this.#options.http);
    } catch (error) {
      await this.stop();
      throw error;
    }
    this.#ctx.signal.addEventListener('abort', () => void this.stop(), { once: true, signal: this.#abort.signal });
  }

  async stop(): Promise<void> {
    if (this.#abort.signal.aborted) return;
    this.#abort.abort();
    for (const remove of this.#removers.splice(0)) remove();
    this.#forwarder.close();
    await this.#server.close();
    await this.#http?.close();
  }

  #makeZone(ttl: number): Zone {
    return new Zone({
      zone: (this.#options.clusterDomain ?? 'cluster.local').toLowerCase().replace(/\.$/, ''),
      ttl,
      serverIPs: (this.#options.serviceIPs ?? []).flatMap((ip) => canonicalIp(ip) ?? []),
      source: {
        service: (key) => this.#services.lister.get(key),
        slices: (key) => this.#slices.lister.byIndex(SLICES_BY_SERVICE, key),
        namespaceExists: (name) => this.#namespaces.lister.get(name) !== undefined,
        servicesByClusterIP: (ip) => this.#services.lister.byIndex(SERVICES_BY_CLUSTER_IP, ip),
        slicesByAddress: (ip) => this.#slices.lister.byIndex(SLICES_BY_ADDRESS, ip),
      },
    });
  }

  #watch(): void {
    const { clock } = this.#ctx;
    const serviceChanged = (service: Service) => this.#zone.invalidate(keyOf(service), clock.now());
    const sliceChanged = (slice: EndpointSlice) => {
      for (const key of serviceSlicesIndex(slice)) this.#zone.invalidate(key, clock.now());
    };
    this.#removers.push(
      this.#services.addHandler({ onAdd: serviceChanged, onUpdate: (_, service) => serviceChanged(service), onDelete: serviceChanged }),
      this.#slices.addHandler({
        onAdd: sliceChanged,
        onUpdate: (old, slice) => {
          sliceChanged(old);
          sliceChanged(slice);
        },
        onDelete: sliceChanged,
      }),
    );
  }

  #currentUpstreams(): readonly Upstream[] {
    const now = this.#ctx.clock.monotonic();
    if (now - this.#upstreamsReadMs < RESOLV_CONF_CHECK_MS) return this.#upstreams;
    this.#upstreamsReadMs = now;
    const found = this.#options.upstreams?.flatMap((text) => parseUpstream(text) ?? []) ?? this.#fromResolvConf();
    const own = [...this.addresses, ...(this.#options.serviceIPs ?? []).map((address) => ({ address, port: 53 }))];
    const usable = withoutOurselves(found, own);
    if (usable.length === 0 && this.#upstreams.length > 0)
      this.#ctx.log.warn('No upstream DNS server is configured: only names of the cluster resolve');
    this.#upstreams = usable;
    return usable;
  }

  #fromResolvConf(): Upstream[] {
    const read = this.#options.host?.readText ?? readTextIfExists;
    const found = parseNameservers(read(this.#options.upstreamResolvConf ?? '/etc/resolv.conf') ?? '');
    const onlyStub = found.length > 0 && found.every((upstream) => upstream.address === '127.0.0.53');
    return onlyStub ? parseNameservers(read(SYSTEMD_RESOLV_CONF) ?? '') : found;
  }

  async #serveHttp({ address, port }: DnsAddress): Promise<void> {
    const listen = this.#options.host?.listen ?? listenHttp;
    const handler = (request: PlainRequest) => this.#answerHttp(request);
    this.#http = await listenRetrying({
      listen,
      address,
      port,
      handler,
      clock: this.#ctx.clock,
      log: this.#ctx.log,
      signal: this.#abort.signal,
    });
    this.httpPort = this.#http.port;
  }

  #answerHttp(request: PlainRequest): PlainResponse {
    const text = { 'content-type': 'text/plain; charset=utf-8' };
    if (request.path === '/health') return { status: 200, headers: text, body: 'OK' };
    if (request.path === '/ready')
      return this.#synced ? { status: 200, headers: text, body: 'OK' } : { status: 503, headers: text, body: 'kubernetes' };
    if (request.path !== '/metrics') return { status: 404, headers: text, body: '404 page not found\n' };
    this.#metrics.cacheEntries.set(this.#forwarder.cacheSize);
    return { status: 200, headers: { 'content-type': METRICS_CONTENT_TYPE }, body: this.#registry.render() };
  }
}

function clusterIPsOf({ spec }: Service): readonly string[] {
  if (spec.type === 'ExternalName') return [];
  return (spec.clusterIPs ?? [spec.clusterIP ?? '']).flatMap((ip) => canonicalIp(ip) ?? []);
}

function addressesOf(slice: EndpointSlice): readonly string[] {
  if (slice.addressType === 'FQDN') return [];
  const ips = (slice.endpoints ?? []).flatMap((endpoint) => endpoint.addresses ?? []).filter((ip) => ipFamilyOf(ip) !== undefined);
  return [...new Set(ips.flatMap((ip) => canonicalIp(ip) ?? []))];
}
