import { h1Requester } from './h1-requester.ts';
import { H2Pool } from './h2-pool.ts';
import { ConnectionError, type HttpClientOptions, type HttpRequest, type HttpResponse, type Requester } from './http-types.ts';
import { connectSecurely } from './tls-connect.ts';

/**
 * HTTP to one server: connections are kept and shared; HTTP/2 when the server offers it in ALPN, HTTP/1.1 otherwise and for http:// URLs.
 * Rejects with ConnectionError, or with the signal's reason.
 */
export class HttpClient {
  readonly #options: HttpClientOptions;
  #requester: Promise<Requester> | undefined;
  #closed = false;

  constructor(options: HttpClientOptions) {
    this.#options = options;
  }

  get options(): HttpClientOptions {
    return this.#options;
  }

  async request(request: HttpRequest): Promise<HttpResponse> {
    if (this.#closed) throw new ConnectionError(`the client of ${this.#options.origin} is closed`, { code: 'CLOSED', unsent: true });
    request.signal?.throwIfAborted();
    this.#requester ??= this.#choose();
    let requester: Requester;
    try {
      requester = await this.#requester;
    } catch (error) {
      this.#requester = undefined;
      throw error;
    }
    request.signal?.throwIfAborted();
    return requester.request(request);
  }

  /** New connections from now on, for example because the client certificate was renewed. */
  reset(): void {
    const old = this.#requester;
    this.#requester = undefined;
    void old?.then((requester) => requester.reset()).catch(() => {}); // A requester that was never made needs no reset.
  }

  close(): void {
    this.#closed = true;
    void this.#requester?.then((requester) => requester.close()).catch(() => {}); // A requester that was never made needs no closing.
  }

  async #choose(): Promise<Requester> {
    const { origin, http1Only } = this.#options;
    if (http1Only || !origin.startsWith('https:')) return h1Requester(this.#options);
    const socket = await connectSecurely(this.#options, ['h2', 'http/1.1']);
    if (socket.alpnProtocol === 'h2') return new H2Pool(this.#options, socket);
    socket.destroy();
    return h1Requester(this.#options);
  }
}
