/** Posts JSON to webhooks, wherever they are configured (k8s.io/apiserver/pkg/util/webhook). */
import type { Clock, Random } from '../../base/clock.ts';
import type { Outbound } from '../../host/outbound.ts';
import type { RegistryReader } from '../registry/reader.ts';
import { exchangeJson, type JsonQuestion } from './json-exchange.ts';
import { serviceEndpoint } from './service-endpoint.ts';

/** The same shape in admission registrations and in CustomResourceDefinitions. */
export interface WebhookAddress {
  readonly url?: string | undefined;
  readonly service?:
    | { readonly namespace: string; readonly name: string; readonly path?: string | undefined; readonly port?: number | undefined }
    | undefined;
  /** PEM in base64. Without it the system's authorities are trusted. */
  readonly caBundle?: string | undefined;
}

export interface WebhookClientOptions {
  readonly registry: RegistryReader;
  readonly outbound: Outbound;
  readonly clock: Clock;
  readonly random: Random;
}

export class WebhookClient {
  readonly #options: WebhookClientOptions;

  constructor(options: WebhookClientOptions) {
    this.#options = options;
  }

  /** The JSON value that the webhook answers. Rejects as exchangeJson does. */
  async post(address: WebhookAddress, body: unknown, timeoutSeconds: number): Promise<unknown> {
    const { path, ...place } = this.#place(address);
    return exchangeJson(this.#options, {
      ...place,
      method: 'POST',
      path: `${path}${path.includes('?') ? '&' : '?'}timeout=${timeoutSeconds}s`,
      headers: { 'user-agent': 'kube-apiserver-admission' },
      body,
      timeoutMs: timeoutSeconds * 1000,
    });
  }

  #place({ url, service, caBundle }: WebhookAddress): Pick<JsonQuestion, 'authority' | 'path' | 'tls' | 'locate'> {
    const trust = caBundle ? { ca: Buffer.from(caBundle, 'base64').toString('utf8') } : { verify: true };
    if (service) {
      const { registry, random } = this.#options;
      const port = service.port ?? 443;
      const serverName = `${service.name}.${service.namespace}.svc`;
      const [path, query] = (service.path ?? '').split('?', 2);
      return {
        authority: `${serverName}:${port}`,
        path: `${path?.startsWith('/') ? '' : '/'}${path ?? ''}${query === undefined ? '' : `?${query}`}`,
        tls: { ...trust, serverName },
        locate: () => serviceEndpoint(registry, random, service.namespace, service.name, port),
      };
    }
    if (!url) throw new Error('webhook configuration must have either service or URL');
    const parsed = new URL(url);
    const at = { host: parsed.hostname.replace(/^\[|\]$/g, ''), port: Number(parsed.port || 443) };
    return { authority: parsed.host, path: parsed.pathname, tls: trust, locate: () => at };
  }
}
