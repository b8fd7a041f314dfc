/** HTTP servers on the health check node ports of services with external policy Local (pkg/proxy/healthcheck/service_health.go). */
import { splitKey } from '../../api/object.ts';
import { errorMessage, type Logger } from '../../base/log.ts';
import type { EndpointsByPort } from './endpoint.ts';
import type { HttpListener, ListenHttp, PlainResponse } from '../../host/http-listener.ts';

export interface ServiceHealthOptions {
  readonly nodeName: string;
  readonly listen: ListenHttp;
  readonly log: Logger;
  /** Addresses to listen on. */
  addresses(): readonly string[];
  isProxyHealthy(): boolean;
  /** Tells about a port that could not be opened. */
  warn(service: string, message: string): void;
}

interface Instance {
  readonly port: number;
  readonly listeners: HttpListener[];
}

/** Load balancers ask these ports which nodes to send to: 200 when the node has ready endpoints of the service, else 503. */
export class ServiceHealthServer {
  readonly #options: ServiceHealthOptions;
  readonly #services = new Map<string, Instance>();
  #localEndpoints: ReadonlyMap<string, number> = new Map();

  constructor(options: ServiceHealthOptions) {
    this.#options = options;
  }

  /** `ports`: service key to port; the servers become exactly these. `localEndpoints`: ready ones on this node; a missing key counts as 0. */
  async sync(ports: ReadonlyMap<string, number>, localEndpoints: ReadonlyMap<string, number>): Promise<void> {
    this.#localEndpoints = localEndpoints;
    for (const [key, instance] of [...this.#services]) {
      if (ports.get(key) === instance.port) continue;
      this.#services.delete(key);
      await closeAll(instance.listeners);
    }
    for (const [key, port] of ports) {
      if (!this.#services.has(key)) await this.#open(key, port);
    }
  }

  async close(): Promise<void> {
    await this.sync(new Map(), new Map());
  }

  async #open(key: string, port: number): Promise<void> {
    const listeners: HttpListener[] = [];
    try {
      for (const address of this.#options.addresses()) listeners.push(await this.#options.listen(address, port, () => this.#answer(key)));
      this.#services.set(key, { port, listeners });
    } catch (error) {
      await closeAll(listeners);
      const message = `node ${this.#options.nodeName} failed to start healthcheck "${key}" on port ${port}: ${errorMessage(error)}`;
      this.#options.log.error('Failed to start healthcheck', error, { service: key, port });
      this.#options.warn(key, message);
    }
  }

  #answer(key: string): PlainResponse {
    const count = this.#localEndpoints.get(key) ?? 0;
    const healthy = this.#options.isProxyHealthy();
    const { namespace, name } = splitKey(key);
    const body = { service: { namespace, name }, localEndpoints: count, serviceProxyHealthy: healthy };
    return {
      status: count > 0 && healthy ? 200 : 503,
      headers: {
        'content-type': 'application/json',
        'x-content-type-options': 'nosniff',
        'x-load-balancing-endpoint-weight': String(count),
      },
      body: JSON.stringify(body, undefined, '\t'),
    };
  }
}

/** Addresses of ready endpoints on this node: an address with two ports counts once. */
export function localReadyEndpoints(endpoints: EndpointsByPort): Set<string> {
  const ips = new Set<string>();
  for (const list of endpoints.values()) for (const endpoint of list) if (endpoint.ready && endpoint.isLocal) ips.add(endpoint.ip);
  return ips;
}

async function closeAll(listeners: readonly HttpListener[]): Promise<void> {
  await Promise.all(listeners.map((listener) => listener.close()));
}
