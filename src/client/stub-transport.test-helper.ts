/** For tests of what works through a client: a server of single objects, with resource versions and nothing else. */
import { alreadyExists, conflict, notFound } from '../machinery/status-error.ts';
import type { StreamResponse, Transport, TransportRequest, TransportResponse, WatchEvent } from './transport.ts';

interface Stored {
  metadata: { name?: string; resourceVersion?: string };
  [field: string]: unknown;
}

export class StubTransport implements Transport {
  readonly objects = new Map<string, Stored>();
  readonly log: string[] = [];
  /** Called before each request; what it throws is the answer. */
  before: (request: TransportRequest) => void = () => {};
  #revision = 0;

  async request(request: TransportRequest): Promise<TransportResponse> {
    request.signal?.throwIfAborted();
    this.before(request);
    this.log.push(`${request.method} ${request.path}`);
    await Promise.resolve();
    return { status: 200, headers: {}, body: structuredClone(this.#answer(request)) };
  }

  async *watch(): AsyncGenerator<WatchEvent> {}

  stream(): Promise<StreamResponse> {
    return Promise.reject(new Error('not used'));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #answer({ method, path, body }: TransportRequest): Stored {
    const resource = { group: '', resource: path.split('/').at(-2) ?? '' };
    const sent = structuredClone(body) as Stored;
    if (method === 'POST') {
      const key = `${path}/${sent.metadata.name}`;
      if (this.objects.has(key)) throw alreadyExists(resource, sent.metadata.name ?? '');
      return this.#store(key, sent);
    }
    const current = this.objects.get(path);
    if (!current) throw notFound(resource, path.split('/').at(-1) ?? '');
    if (method === 'GET') return current;
    if (method === 'PATCH') return this.#store(path, { ...current, ...sent, metadata: current.metadata });
    if (sent.metadata.resourceVersion !== current.metadata.resourceVersion)
      throw conflict(resource, sent.metadata.name ?? '', 'the object has been modified');
    return this.#store(path, sent);
  }

  #store(key: string, object: Stored): Stored {
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(++this.#revision) } };
    this.objects.set(key, stored);
    return stored;
  }
}
