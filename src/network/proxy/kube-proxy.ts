/** kube-proxy: turns Services and EndpointSlices into nftables rules of this node (cmd/kube-proxy, pkg/proxy). */
import type { Node, Service } from '../../api/core/v1.gen.ts';
import type { EndpointSlice } from '../../api/discovery/v1.gen.ts';
import type { ServiceCIDR } from '../../api/networking/v1.gen.ts';
import { keyOf } from '../../api/object.ts';
import { formatCidr, ipFamilyOf, parseCidr, type IpFamily } from '../../base/ip.ts';
import { METRICS_CONTENT_TYPE, MetricsRegistry } from '../../base/metrics.ts';
import type { ComponentContext } from '../../client/component.ts';
import type { Informer } from '../../client/informer.ts';
import { endpointSlices, nodes, serviceCIDRs, services } from '../../client/resources.ts';
import { systemConntrack, type Conntrack } from '../../host/conntrack.ts';
import { listenHttp, type HttpListener, type ListenHttp, type PlainRequest, type PlainResponse } from '../../host/http-listener.ts';
import { listAddresses, type ListAddresses } from '../../host/network-interfaces.ts';
import { systemNft, type Nft } from '../../host/nft.ts';
import { coreCount, systemSysctl, type Sysctl } from '../../host/sysctl.ts';
import { listenRetrying } from '../listen-retrying.ts';
import { serviceSlicesIndex, SLICES_BY_SERVICE } from '../slices-by-service.ts';
import { applyConntrackLimits, DEFAULT_CONNTRACK_LIMITS, type ConntrackLimits } from './conntrack-sysctls.ts';
import type { LocalDetector } from './base-ruleset.ts';
import { nodePortIPs } from './nodeport-addresses.ts';
import { Proxier, type ProxierConfig } from './proxier.ts';
import { ProxyHealth } from './proxy-health.ts';
import { proxyMetrics } from './proxy-metrics.ts';
import { localReadyEndpoints, ServiceHealthServer } from './service-health.ts';
import { SERVICE_NAME_LABEL } from './endpoint.ts';

export interface BindAddress {
  readonly address: string;
  readonly port: number;
}

export interface KubeProxyOptions {
  readonly nodeName: string;
  /** The node's own addresses. Left out: the InternalIPs of its Node object, followed as they change. */
  readonly nodeIPs?: readonly string[];
  /** Ranges of pod addresses: traffic from elsewhere to a cluster IP is masqueraded. None: nothing is (unless masqueradeAll). */
  readonly clusterCIDRs?: readonly string[];
  /** Another way to recognise traffic of pods than by clusterCIDRs. */
  readonly localDetector?: LocalDetector;
  /** Address families to program. Left out: those of nodeIPs, or IPv4. */
  readonly families?: readonly IpFamily[];
  /** --nodeport-addresses: CIDRs or 'primary', which is also the default. */
  readonly nodePortAddresses?: readonly string[];
  readonly masqueradeAll?: boolean;
  /** --masquerade-bit (nftables.masqueradeBit); 14 when left out. */
  readonly masqueradeBit?: number;
  /** Least time between two syncs; 100 when left out (upstream's 1 s serves to spare a CPU that our increments hardly use). */
  readonly minSyncPeriodMs?: number;
  /** How often the table is checked; 30 s when left out. */
  readonly syncPeriodMs?: number;
  /** --healthz-bind-address; 0.0.0.0:10256 when left out; null for none. */
  readonly healthz?: BindAddress | null;
  /** --metrics-bind-address; 127.0.0.1:10249 when left out; null for none. */
  readonly metrics?: BindAddress | null;
  /** Limits of connection tracking; upstream's defaults when left out; null leaves the kernel's. */
  readonly conntrackLimits?: ConntrackLimits | null;
  readonly registry?: MetricsRegistry;
  /** The machine; the real one when left out. */
  readonly host?: {
    readonly nft?: Nft;
    readonly conntrack?: Conntrack;
    readonly listen?: ListenHttp;
    readonly listAddresses?: ListAddresses;
    readonly sysctl?: Sysctl;
    readonly cores?: number;
  };
}

export interface KubeProxyHandle {
  readonly healthzPort: number | undefined;
  readonly metricsPort: number | undefined;
  /** Ends watching and serving. The rules stay: running workloads keep their services. */
  stop(): Promise<void>;
}

const DELETION_TAINT = 'ToBeDeletedByClusterAutoscaler';
const ZONE_LABEL = 'topology.kubernetes.io/zone';
const TRIGGER_TIME_ANNOTATION = 'endpoints.kubernetes.io/last-change-trigger-time';

/** Starts the proxy. Resolves once it watches and serves; the first sync follows when services and endpoints are complete. */
export async function startKubeProxy(ctx: ComponentContext, options: KubeProxyOptions): Promise<KubeProxyHandle> {
  const proxy = new KubeProxy(ctx, options);
  await proxy.start();
  return proxy;
}

class KubeProxy implements KubeProxyHandle {
  readonly #ctx: ComponentContext;
  readonly #options: KubeProxyOptions;
  readonly #registry: MetricsRegistry;
  readonly #metrics;
  readonly #health: ProxyHealth;
  readonly #serviceHealth: ServiceHealthServer;
  readonly #services: Informer<Service>;
  readonly #slices: Informer<EndpointSlice>;
  readonly #nodes: Informer<Node>;
  readonly #serviceCIDRs: Informer<ServiceCIDR>;
  readonly #proxiers: Proxier[] = [];
  readonly #removers: (() => void)[] = [];
  readonly #listeners: HttpListener[] = [];
  readonly #abort = new AbortController();
  readonly #onAbort = () => void this.stop();
  healthzPort: number | undefined;
  metricsPort: number | undefined;

  constructor(ctx: ComponentContext, options: KubeProxyOptions) {
    this.#ctx = ctx;
    this.#options = options;
    this.#registry = options.registry ?? new MetricsRegistry();
    this.#metrics = proxyMetrics(this.#registry);
    this.#health = new ProxyHealth({
      clock: ctx.clock,
      metrics: this.#metrics,
      timeoutMs: 2 * this.#syncPeriodMs,
      nodeEligible: () => this.#nodeEligible(),
    });
    this.#serviceHealth = new ServiceHealthServer({
      nodeName: options.nodeName,
      listen: options.host?.listen ?? listenHttp,
      log: ctx.log,
      addresses: () => this.#nodePortListenAddresses(),
      isProxyHealthy: () => this.#health.healthy,
      warn: (key, message) => {
        const service = this.#services.lister.get(key);
        if (service) ctx.recorder.event(service, 'Warning', 'FailedToStartServiceHealthcheck', message);
      },
    });
    this.#services = ctx.informers.informer(services);
    this.#slices = ctx.informers.informer(endpointSlices);
    this.#slices.addIndex(SLICES_BY_SERVICE, serviceSlicesIndex);
    this.#nodes = ctx.informers.informer(nodes, { fieldSelector: `metadata.name=${options.nodeName}` });
    this.#serviceCIDRs = ctx.informers.informer(serviceCIDRs);
  }

  async start(): Promise<void> {
    const { conntrackLimits, host } = this.#options;
    if (conntrackLimits !== null) {
      applyConntrackLimits(
        host?.sysctl ?? systemSysctl,
        conntrackLimits ?? DEFAULT_CONNTRACK_LIMITS,
        host?.cores ?? coreCount(),
        this.#ctx.log,
      );
    }
    await this.#serve();
    this.#watch();
    this.#ctx.signal.addEventListener('abort', this.#onAbort, { once: true });
    void this.#begin();
  }

  async stop(): Promise<void> {
    if (this.#abort.signal.aborted) return;
    this.#abort.abort();
    this.#ctx.signal.removeEventListener('abort', this.#onAbort);
    for (const remove of this.#removers.splice(0)) remove();
    await Promise.all(this.#proxiers.map((proxier) => proxier.stop()));
    await this.#serviceHealth.close();
    await Promise.all(this.#listeners.map((listener) => listener.close()));
  }

  /** Half the truth is worse than the rules of the last run: nothing is written before services, endpoints and the node are known. */
  async #begin(): Promise<void> {
    await Promise.all([this.#services.synced(), this.#slices.synced(), this.#nodes.synced(), this.#serviceCIDRs.synced()]);
    while (this.#nodeIPs().length === 0 && !this.#abort.signal.aborted) {
      this.#ctx.log.info('Waiting for the addresses of the node', { node: this.#options.nodeName });
      try {
        await this.#ctx.clock.sleep(1_000, this.#abort.signal);
      } catch {
        // Stopped while waiting.
        return;
      }
    }
    if (this.#abort.signal.aborted) return;
    for (const family of this.#families()) this.#proxiers.push(this.#proxier(family));
    for (const proxier of this.#proxiers) proxier.start();
  }

  #watch(): void {
    const serviceChanged = (service: Service) => {
      this.#metrics.serviceChangesTotal.add();
      this.#changed(keyOf(service));
    };
    const sliceChanged = (slice: EndpointSlice, deleted: boolean) => {
      const service = slice.metadata.labels?.[SERVICE_NAME_LABEL];
      if (!service) return;
      this.#metrics.endpointChangesTotal.add();
      const trigger = deleted ? undefined : slice.metadata.annotations?.[TRIGGER_TIME_ANNOTATION];
      this.#changed(`${slice.metadata.namespace ?? ''}/${service}`, trigger === undefined ? undefined : Date.parse(trigger));
    };
    const reconfigure = () => this.#reconfigure();
    this.#removers.push(
      this.#services.addHandler({ onAdd: serviceChanged, onUpdate: (_, now) => serviceChanged(now), onDelete: serviceChanged }),
      this.#slices.addHandler({
        onAdd: (slice) => sliceChanged(slice, false),
        onUpdate: (old, slice) => {
          if (old.metadata.labels?.[SERVICE_NAME_LABEL] !== slice.metadata.labels?.[SERVICE_NAME_LABEL]) sliceChanged(old, true);
          sliceChanged(slice, false);
        },
        onDelete: (slice) => sliceChanged(slice, true),
      }),
      this.#nodes.addHandler({ onAdd: reconfigure, onUpdate: reconfigure }),
      this.#serviceCIDRs.addHandler({ onAdd: reconfigure, onUpdate: reconfigure, onDelete: reconfigure }),
    );
  }

  #changed(key: string, triggerTimeMs?: number): void {
    const trigger = triggerTimeMs === undefined || Number.isNaN(triggerTimeMs) ? undefined : triggerTimeMs;
    for (const proxier of this.#proxiers) proxier.changed(key, trigger);
  }

  #reconfigure(): void {
    for (const proxier of this.#proxiers) proxier.reconfigure(this.#config(proxier.family));
  }

  #proxier(family: IpFamily): Proxier {
    return new Proxier({
      family,
      nft: this.#options.host?.nft ?? systemNft(),
      conntrack: this.#options.host?.conntrack ?? systemConntrack(),
      clock: this.#ctx.clock,
      log: this.#ctx.log,
      metrics: this.#metrics,
      health: this.#health,
      minSyncPeriodMs: this.#options.minSyncPeriodMs ?? 100,
      syncPeriodMs: this.#syncPeriodMs,
      config: this.#config(family),
      service: (key) => this.#services.lister.get(key),
      slices: (key) => this.#slices.lister.byIndex(SLICES_BY_SERVICE, key),
      serviceKeys: () => this.#services.lister.list().map(keyOf),
      onSynced: () => this.#syncServiceHealth(),
    });
  }

  #config(family: IpFamily): ProxierConfig {
    const options = this.#options;
    const nodeIP = this.#nodeIPs().find((ip) => ipFamilyOf(ip) === family);
    return {
      base: {
        family,
        masqueradeAll: options.masqueradeAll ?? false,
        masqueradeBit: options.masqueradeBit ?? 14,
        localDetector: options.localDetector ?? { kind: 'cidrs', cidrs: cidrsOf(options.clusterCIDRs ?? [], family) },
        nodePortIPs: this.#nodePortIPs(family),
        serviceCIDRs: cidrsOf(
          this.#serviceCIDRs.lister.list().flatMap((object) => object.spec.cidrs ?? []),
          family,
        ).sort(),
      },
      context: { family, nodeName: options.nodeName, zone: this.#node()?.metadata.labels?.[ZONE_LABEL] ?? '', nodeIP },
    };
  }

  async #syncServiceHealth(): Promise<void> {
    const ports = new Map<string, number>();
    const local = new Map<string, Set<string>>();
    for (const proxier of this.#proxiers) {
      for (const [key, service] of proxier.services) {
        const port = service.ports[0]?.healthCheckNodePort;
        if (!port) continue;
        ports.set(key, port);
        local.set(key, new Set([...(local.get(key) ?? []), ...localReadyEndpoints(service.endpoints)]));
      }
    }
    await this.#serviceHealth.sync(ports, new Map([...local].map(([key, ips]) => [key, ips.size])));
  }

  async #serve(): Promise<void> {
    const listen = this.#options.host?.listen ?? listenHttp;
    const open = async (bind: BindAddress | null | undefined, fallback: BindAddress, handler: (request: PlainRequest) => PlainResponse) => {
      if (bind === null) return undefined;
      const listener = await listenRetrying({
        listen,
        ...(bind ?? fallback),
        handler,
        clock: this.#ctx.clock,
        log: this.#ctx.log,
        signal: this.#abort.signal,
      });
      this.#listeners.push(listener);
      return listener.port;
    };
    this.healthzPort = await open(this.#options.healthz, { address: '0.0.0.0', port: 10256 }, (request) => this.#health.handle(request));
    this.metricsPort = await open(this.#options.metrics, { address: '127.0.0.1', port: 10249 }, (request) => this.#answerMetrics(request));
  }

  #answerMetrics(request: PlainRequest): PlainResponse {
    const text = { 'content-type': 'text/plain; charset=utf-8' };
    if (request.path === '/metrics')
      return { status: 200, headers: { 'content-type': METRICS_CONTENT_TYPE }, body: this.#registry.render() };
    if (request.path === '/healthz') return { status: 200, headers: text, body: 'ok' };
    if (request.path === '/proxyMode') return { status: 200, headers: text, body: 'nftables' };
    return { status: 404, headers: text, body: '404 page not found\n' };
  }

  #families(): readonly IpFamily[] {
    const known = this.#nodeIPs().map(ipFamilyOf);
    return this.#options.families ?? ([4, 6] as const).filter((family) => known.includes(family));
  }

  #node(): Node | undefined {
    return this.#nodes.lister.get(this.#options.nodeName);
  }

  #nodeIPs(): readonly string[] {
    if (this.#options.nodeIPs) return this.#options.nodeIPs;
    const addresses = this.#node()?.status?.addresses ?? [];
    const internal = addresses.filter((a) => a.type === 'InternalIP');
    const usable = internal.length > 0 ? internal : addresses.filter((a) => a.type === 'ExternalIP');
    return usable.map((a) => a.address);
  }

  #nodePortIPs(family: IpFamily): readonly string[] | 'all' {
    const local = (this.#options.host?.listAddresses ?? listAddresses)().map((a) => a.address);
    return nodePortIPs(this.#options.nodePortAddresses ?? [], family, this.#nodeIPs(), local);
  }

  #nodePortListenAddresses(): readonly string[] {
    const perFamily = this.#proxiers.map((proxier) => ({ family: proxier.family, ips: this.#nodePortIPs(proxier.family) }));
    // One socket on :: takes IPv4 too, and a second one on 0.0.0.0 would find the port in use.
    if (perFamily.some(({ family, ips }) => family === 6 && ips === 'all')) return ['::'];
    return perFamily.flatMap(({ ips }) => (ips === 'all' ? ['0.0.0.0'] : ips));
  }

  #nodeEligible(): boolean {
    const node = this.#node();
    if (!node || node.metadata.deletionTimestamp) return false;
    return !(node.spec?.taints ?? []).some((taint) => taint.key === DELETION_TAINT);
  }

  get #syncPeriodMs(): number {
    return this.#options.syncPeriodMs ?? 30_000;
  }
}

function cidrsOf(texts: readonly string[], family: IpFamily): string[] {
  return texts.flatMap((text) => {
    const cidr = parseCidr(text);
    return cidr?.family === family ? [formatCidr(cidr)] : [];
  });
}
