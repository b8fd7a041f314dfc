/** A small Ingress controller: each node's proxy serves HTTP and HTTPS for the Ingresses of its class, straight to ready endpoints. */
import type { Secret } from '../../api/core/v1.gen.ts';
import type { Ingress } from '../../api/networking/v1.gen.ts';
import type { ComponentContext } from '../../client/component.ts';
import type { Informer } from '../../client/informer.ts';
import { endpointSlices, ingressClasses, ingresses, secrets, services } from '../../client/resources.ts';
import type { HttpListener, PlainResponse } from '../../host/http-listener.ts';
import { serveReverseProxy, type ProxiedRequest, type ProxyTarget } from '../../host/reverse-proxy.ts';
import { serviceSlicesIndex, SLICES_BY_SERVICE } from '../slices-by-service.ts';
import { ingressesOfController } from './selection.ts';
import { routeTable, type IngressRoute, type RouteTable } from './route-table.ts';

export interface IngressOptions {
  /** Where to serve; left out: not. */
  readonly http?: { readonly address: string; readonly port: number };
  readonly https?: { readonly address: string; readonly port: number };
  /** spec.controller of the IngressClasses to serve; `wherry.dev/ingress` when left out. */
  readonly controller?: string;
}

export interface IngressHandle {
  readonly httpPort: number | undefined;
  readonly httpsPort: number | undefined;
  stop(): Promise<void>;
}

export const INGRESS_CONTROLLER = 'wherry.dev/ingress';

/** Needs to read ingresses, ingressclasses, services, endpointslices, and (for HTTPS) secrets of type kubernetes.io/tls. Rejects when a port cannot be had. */
export async function startIngress(ctx: ComponentContext, options: IngressOptions): Promise<IngressHandle> {
  const controller = new IngressController(ctx, options);
  await controller.start();
  return controller;
}

class IngressController implements IngressHandle {
  readonly #ctx: ComponentContext;
  readonly #options: IngressOptions;
  readonly #informers;
  readonly #secrets: Informer<Secret> | undefined;
  readonly #removers: (() => void)[] = [];
  readonly #listeners: HttpListener[] = [];
  #table: RouteTable | undefined;
  #next = 0;
  httpPort: number | undefined;
  httpsPort: number | undefined;

  constructor(ctx: ComponentContext, options: IngressOptions) {
    this.#ctx = ctx;
    this.#options = options;
    this.#informers = {
      ingresses: ctx.informers.informer(ingresses),
      classes: ctx.informers.informer(ingressClasses),
      services: ctx.informers.informer(services),
      slices: ctx.informers.informer(endpointSlices),
    };
    this.#informers.slices.addIndex(SLICES_BY_SERVICE, serviceSlicesIndex);
    this.#secrets = options.https && ctx.informers.informer(secrets, { fieldSelector: 'type=kubernetes.io/tls' });
  }

  async start(): Promise<void> {
    // The table is made again with the first request after a change.
    const changed = () => (this.#table = undefined);
    const handler = { onAdd: changed, onUpdate: changed, onDelete: changed };
    this.#removers.push(this.#informers.ingresses.addHandler(handler), this.#informers.classes.addHandler(handler));
    const route = (request: ProxiedRequest) => this.#route(request);
    const { http, https } = this.#options;
    try {
      if (http) this.httpPort = await this.#listen({ ...http, route });
      if (https) this.httpsPort = await this.#listen({ ...https, route, certificate: (name) => this.#certificate(name) });
    } catch (error) {
      await this.stop();
      throw error;
    }
    this.#ctx.signal.addEventListener('abort', () => void this.stop(), { once: true });
  }

  async stop(): Promise<void> {
    for (const remove of this.#removers.splice(0)) remove();
    await Promise.all(this.#listeners.splice(0).map((listener) => listener.close()));
  }

  async #listen(options: Parameters<typeof serveReverseProxy>[0]): Promise<number> {
    const listener = await serveReverseProxy(options);
    this.#listeners.push(listener);
    return listener.port;
  }

  #routes(): RouteTable {
    return (this.#table ??= routeTable(this.#ingresses()));
  }

  #ingresses(): Ingress[] {
    return ingressesOfController(
      this.#informers.ingresses.lister.list(),
      this.#informers.classes.lister.list(),
      this.#options.controller ?? INGRESS_CONTROLLER,
    );
  }

  #route(request: ProxiedRequest): readonly ProxyTarget[] | PlainResponse {
    const route = this.#routes().find(request.host, request.path);
    if (!route) return { status: 404, body: 'default backend - 404\n' };
    const targets = this.#targets(route);
    return targets.length > 0 ? targets : { status: 503, body: '503 Service Unavailable\n' };
  }

  /** Ready endpoints, beginning with another one for each request. */
  #targets({ namespace, service: name, port }: IngressRoute): ProxyTarget[] {
    const key = `${namespace}/${name}`;
    const service = this.#informers.services.lister.get(key);
    const servicePort = service?.spec.ports?.find((p) => p.port === port || p.name === port);
    if (!service || !servicePort || service.spec.type === 'ExternalName') return [];
    const targets = this.#informers.slices.lister.byIndex(SLICES_BY_SERVICE, key).flatMap((slice) => {
      const slicePort = slice.ports?.find((p) => (p.name ?? '') === (servicePort.name ?? ''))?.port;
      if (!slicePort || slice.addressType === 'FQDN') return [];
      const ready = (slice.endpoints ?? []).filter((endpoint) => endpoint.conditions?.ready !== false);
      return ready.flatMap((endpoint) => endpoint.addresses.slice(0, 1).map((address) => ({ address, port: slicePort })));
    });
    const start = this.#next++ % Math.max(1, targets.length);
    return [...targets.slice(start), ...targets.slice(0, start)];
  }

  #certificate(serverName: string): { certificate: string; key: string } | undefined {
    const secret = this.#secrets?.lister.get(this.#routes().tlsSecret(serverName) ?? '');
    const { 'tls.crt': certificate, 'tls.key': key } = secret?.data ?? {};
    if (!certificate || !key) return undefined;
    return { certificate: Buffer.from(certificate, 'base64').toString(), key: Buffer.from(key, 'base64').toString() };
  }
}
